// The loops of elementwise operators, once for all of them.
//
//   map_binary<float, float>(context, [](float a, float b) { return a + b; });
//
// Include in .cc files only.
#pragma once

#include "mote/ops/dispatch.h"
#include "mote/ops/op_table.h"
#include "mote/ops/strided.h"

namespace mote::ops {

/// y = f(a, b) with NumPy broadcasting. In and Out are the element types; f takes Compute<In>.
template <class In, class Out, class F>
void map_binary(const EvalContext& context, F f) {
  const ConstTensorView a = context.input(0);
  const ConstTensorView b = context.input(1);
  const TensorView y = context.output(0);
  const In* pa = a.data<In>().data();
  const In* pb = b.data<In>().data();
  Out* py = y.data<Out>().data();
  using C = Compute<In>;
  const StridedWalk walk(y.shape.dims(),
                         {row_major_strides(y.shape), broadcast_strides(a.shape, y.shape),
                          broadcast_strides(b.shape, y.shape)});
  walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
    Out* to = py + at[0];
    const In* from_a = pa + at[1];
    const In* from_b = pb + at[2];
    if constexpr (std::is_same_v<In, float>) {
      // Rows of one shape are the common case; without strides the compiler vectorizes them.
      if (step[1] == 1 && step[2] == 1 && (step[0] == 1 || count == 1)) {
        for (int64_t i = 0; i < count; ++i) to[i] = static_cast<Out>(f(from_a[i], from_b[i]));
        return;
      }
    }
    for (int64_t i = 0; i < count; ++i) {
      to[i * step[0]] = static_cast<Out>(
          f(static_cast<C>(from_a[i * step[1]]), static_cast<C>(from_b[i * step[2]])));
    }
  });
}

/// y = f(x), element by element.
template <class In, class Out, class F>
void map_unary(const EvalContext& context, F f) {
  const auto x = context.input(0).data<In>();
  const auto y = context.output(0).data<Out>();
  for (size_t i = 0; i < x.size(); ++i) {
    y[i] = static_cast<Out>(f(static_cast<Compute<In>>(x[i])));
  }
}

}  // namespace mote::ops
