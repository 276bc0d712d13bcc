// scatter_elements and scatter_nd: a copy of x with updates written at indices.
#include <algorithm>

#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/indexing.h"
#include "mote/ops/op_table.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

void expect_operands(const InferContext& context) {
  context.expect_inputs(3, 3);
  expect_indices(context, 1);
  expect_same_type(context, 0, 2);
}

void infer_elements(InferContext& context) {
  expect_operands(context);
  const Shape& x = context.shape(0);
  normalize_axis(context.attrs<ScatterAttrs>().axis, x.rank(), "the axis");
  context.expect_rank(1, x.rank());
  if (context.shape(1) != context.shape(2)) {
    context.fail("indices {} and updates {} differ", to_string(context.shape(1)),
                 to_string(context.shape(2)));
  }
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool along =
        axis == normalize_axis(context.attrs<ScatterAttrs>().axis, x.rank(), "the axis");
    if (!along && x[axis] >= 0 && context.shape(1)[axis] > x[axis]) {
      context.fail("indices {} are larger than x {} on axis {}", to_string(context.shape(1)),
                   to_string(x), axis);
    }
  }
  context.add_output(context.dtype(0), x);
}

void infer_nd(InferContext& context) {
  expect_operands(context);
  const Shape& x = context.shape(0);
  const Shape& indices = context.shape(1);
  if (indices.rank() < 1 || indices.back() < 0 || indices.back() > x.rank()) {
    context.fail("indices {} for x {}", to_string(indices), to_string(x));
  }
  std::vector<int64_t> dims(indices.begin(), indices.end() - 1);
  dims.insert(dims.end(), x.begin() + indices.back(), x.end());
  if (context.shape(2) != Shape(std::move(dims))) {
    context.fail("updates {} for x {} and indices {}", to_string(context.shape(2)), to_string(x),
                 to_string(indices));
  }
  context.add_output(context.dtype(0), x);
}

template <class T>
T merged(ScatterReduction reduction, T old, T update) {
  if constexpr (std::is_same_v<T, bool>) {
    switch (reduction) {
      case ScatterReduction::kNone:
        return update;
      case ScatterReduction::kAdd:
      case ScatterReduction::kMax:
        return old || update;
      case ScatterReduction::kMul:
      case ScatterReduction::kMin:
        return old && update;
    }
  } else {
    // Integers wrap.
    using C = std::conditional_t<std::is_floating_point_v<Compute<T>>, Compute<T>, uint64_t>;
    switch (reduction) {
      case ScatterReduction::kNone:
        return update;
      case ScatterReduction::kAdd:
        return static_cast<T>(static_cast<C>(old) + static_cast<C>(update));
      case ScatterReduction::kMul:
        return static_cast<T>(static_cast<C>(old) * static_cast<C>(update));
      case ScatterReduction::kMax:
        return old < update ? update : old;
      case ScatterReduction::kMin:
        return update < old ? update : old;
    }
  }
  return update;
}

// Quantized integers may be moved, but not added.
void copy_input(const EvalContext& context) {
  if (is_quantized(context) && context.attrs<ScatterAttrs>().reduction != ScatterReduction::kNone) {
    context.no_kernel();
  }
  copy_bytes(context.outputs[0].bytes, context.inputs[0].bytes, context.output(0).size_bytes());
}

void reference_elements(const EvalContext& context) {
  copy_input(context);
  const auto& attrs = context.attrs<ScatterAttrs>();
  const ConstTensorView updates = context.input(2);
  const TensorView y = context.output(0);
  const std::vector<int64_t> indices = elements_as<int64_t>(context.input(1));
  const auto axis = static_cast<size_t>(normalize_axis(attrs.axis, y.shape.rank(), "the axis"));
  const int64_t extent = y.shape[static_cast<int>(axis)];
  Strides to = row_major_strides(y.shape);
  const int64_t step_along = to[axis];
  to[axis] = 0;
  const StridedWalk walk(updates.shape.dims(), {row_major_strides(updates.shape), std::move(to)});
  with_any(y.dtype, [&]<class T>() {
    const T* from = updates.data<T>().data();
    T* target = y.data<T>().data();
    walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
      for (int64_t i = 0; i < count; ++i) {
        const int64_t source = at[0] + i * step[0];
        const int64_t index = checked_index(indices[static_cast<size_t>(source)], extent);
        T& element = target[at[1] + i * step[1] + index * step_along];
        element = merged(attrs.reduction, element, from[source]);
      }
    });
  });
}

void reference_nd(const EvalContext& context) {
  copy_input(context);
  const ScatterReduction reduction = context.attrs<ScatterAttrs>().reduction;
  const ConstTensorView updates = context.input(2);
  const TensorView y = context.output(0);
  if (updates.elements() == 0) return;
  const PointedAt rows = pointed_at(y.shape, context.input(1), 0);
  with_any(y.dtype, [&]<class T>() {
    const T* from = updates.data<T>().data();
    T* target = y.data<T>().data();
    for (const int64_t offset : rows.offsets) {
      for (int64_t i = 0; i < rows.count; ++i) {
        T& element = target[offset + i];
        element = merged(reduction, element, *from++);
      }
    }
  });
}

AxisMap axes(const Graph& graph, const Node& node) {
  return blocked_axes(graph, node, "scatter writes to positions along it");
}

std::optional<QuantRule> quant(const Graph& graph, const Node& node) {
  if (node.attrs<ScatterAttrs>().reduction != ScatterReduction::kNone) return std::nullopt;
  std::optional<QuantRule> rule = shared_scale(graph, node);
  rule->inputs[1].role = QuantRule::Role::kUntouched;
  return rule;
}

template <bool kNd>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  ScatterAttrs attrs{.axis = kNd ? 0 : rng.integer(0, shape.rank() - 1)};
  const auto axis = static_cast<int>(attrs.axis);
  if (kind == SampleKind::kF32) {
    attrs.reduction = enum_values(ScatterReduction{})[static_cast<size_t>(rng.integer(0, 4))];
  }
  Shape update_shape = shape;
  update_shape[axis] = rng.integer(1, 4);
  Tensor indices(DataType::kI64, kNd ? Shape{update_shape[0], 1} : update_shape);
  for (int64_t& index : indices.data<int64_t>()) index = rng.integer(-shape[axis], shape[axis] - 1);
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId at = graph.add_constant("indices", std::move(indices));
  const ValueId updates = graph.add_input("updates", graph.value(x).type);
  graph.mutable_value(updates).type.shape = update_shape;
  graph.set_outputs(graph.add_node({.op = &op(kNd ? "scatter_nd" : "scatter_elements"),
                                    .inputs = {x, at, updates},
                                    .attributes = Attributes::of(attrs)},
                                   record_of(graph, x)));
  return graph;
}

}  // namespace

void define_scatter(OpSink& sink) {
  sink.add(
      {.name = "scatter_elements",
       .summary = "A copy of x with y[.., indices[.., i, ..], ..] merged with updates[.., i, ..]",
       .onnx_names = {"ScatterElements", "Scatter"},
       .attributes = Attributes::of(ScatterAttrs{}),
       .infer = infer_elements,
       .reference = reference_elements,
       .axes = axes,
       .quant = quant,
       .cost = no_macs,
       .sample = sample<false>});
  sink.add({.name = "scatter_nd",
            .summary = "A copy of x with the parts that the tuples of indices point at merged with "
                       "updates",
            .tflite_names = {"SCATTER_ND"},
            .onnx_names = {"ScatterND"},
            .attributes = Attributes::of(ScatterAttrs{}),
            .infer = infer_nd,
            .reference = reference_nd,
            .axes = axes,
            .quant = quant,
            .cost = no_macs,
            .sample = sample<true>});
}

}  // namespace mote::ops
