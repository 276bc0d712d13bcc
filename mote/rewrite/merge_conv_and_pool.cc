// merge_conv_and_pool: a convolution and the pool behind it as one strided convolution.
//
// A pool with a 1x1 window only skips pixels: exact for every element type. An average pool behind
// a linear f32 convolution is a convolution with a larger kernel (the mean of shifted copies of the
// weights, summed in double: exact up to one rounding of each weight); done where it saves
// multiply-accumulates: (k + s(p-1))^2 < p^2 k^2 per output pixel.
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

using Pair = std::array<int64_t, 2>;

Conv2dAttrs strided(Conv2dAttrs conv, const Pool2dAttrs& pool) {
  for (size_t i = 0; i < 2; ++i) conv.stride[i] *= pool.stride[i];
  if (conv.activation == Activation::kNone) conv.activation = pool.activation;
  return conv;
}

// Weights [outer,kh,kw,inner] averaged over the pool's window.
Tensor pooled_weights(const Tensor& weights, const Conv2dAttrs& conv, const Pair& window) {
  const Shape& from = weights.shape();
  Shape to = from;
  to[1] += conv.stride[0] * (window[0] - 1);
  to[2] += conv.stride[1] * (window[1] - 1);
  const auto w = weights.data<float>();
  std::vector<double> sums(static_cast<size_t>(to.elements()), 0.0);
  const auto index = [](const Shape& shape, int64_t a, int64_t b, int64_t c, int64_t d) {
    return static_cast<size_t>(((a * shape[1] + b) * shape[2] + c) * shape[3] + d);
  };
  const auto add_shifted = [&](int64_t down, int64_t right) {
    for (int64_t a = 0; a < from[0]; ++a) {
      for (int64_t b = 0; b < from[1]; ++b) {
        for (int64_t c = 0; c < from[2]; ++c) {
          for (int64_t d = 0; d < from[3]; ++d) {
            sums[index(to, a, b + down, c + right, d)] += w[index(from, a, b, c, d)];
          }
        }
      }
    }
  };
  for (int64_t i = 0; i < window[0]; ++i) {
    for (int64_t j = 0; j < window[1]; ++j) add_shifted(i * conv.stride[0], j * conv.stride[1]);
  }
  Tensor result(DataType::kF32, to);
  const auto pixels = static_cast<double>(window[0] * window[1]);
  for (size_t i = 0; i < sums.size(); ++i) {
    result.data<float>()[i] = static_cast<float>(sums[i] / pixels);
  }
  return result;
}

bool saves_macs(const Shape& weights, const Conv2dAttrs& conv, const Pair& window) {
  const int64_t merged = (weights[1] + conv.stride[0] * (window[0] - 1)) *
                         (weights[2] + conv.stride[1] * (window[1] - 1));
  return merged < weights[1] * weights[2] * window[0] * window[1];
}

bool merge(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_one_of(graph.node(id), {"average_pool_2d", "max_pool_2d"})) return false;
  const Node pool = graph.node(id);
  const auto& window = pool.attrs<Pool2dAttrs>();
  const Node* conv = producer(graph, pool.inputs[0], {"conv_2d", "depthwise_conv_2d"});
  if (conv == nullptr || !rewriter.used_once(pool.inputs[0])) return false;
  if (window.padding != std::array<int64_t, 4>{} || window.dilation != Pair{1, 1}) return false;
  if (type_of(graph, pool.inputs[0]).quantization != type_of(graph, pool.outputs[0]).quantization) {
    return false;
  }
  const auto& attrs = conv->attrs<Conv2dAttrs>();
  const Tensor* weights = constant_input(graph, *conv, 1);
  const bool skips_pixels = window.kernel == Pair{1, 1} && (attrs.activation == Activation::kNone ||
                                                            window.activation == Activation::kNone);
  const bool averages = is_op(pool, "average_pool_2d") && attrs.activation == Activation::kNone &&
                        attrs.dilation == Pair{1, 1} && weights != nullptr &&
                        weights->dtype() == DataType::kF32 &&
                        saves_macs(weights->shape(), attrs, window.kernel);
  if (!skips_pixels && !averages) return false;
  const NodeId target = graph.value(pool.inputs[0]).producer;
  return rewriter.apply([&](Graph& edited) {
    ValueId merged = conv->inputs[1];
    if (!skips_pixels) {
      merged = replacement_constant(edited, merged, pooled_weights(*weights, attrs, window.kernel));
    }
    Node& changed = edited.mutable_node(target);
    changed.inputs[1] = merged;
    changed.attributes = Attributes::of(strided(attrs, window));
    changed.statistics = skips_pixels ? changed.statistics : nullptr;
    take_place(edited, pool.outputs[0], pool.inputs[0]);
  });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(merge); }

}  // namespace

PassDef define_merge_conv_and_pool() {
  return {"merge_conv_and_pool",
          "Makes one strided convolution of a convolution and a pool that only skips pixels, or an "
          "average pool where that saves work",
          run};
}

}  // namespace mote::passes
