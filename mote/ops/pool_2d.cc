// average_pool_2d, max_pool_2d: the mean or the largest of a window, channel by channel.
#include "mote/kernels/pool_2d/pool_2d.h"

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/window.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<Pool2dAttrs>();
  const Window window{attrs.kernel, attrs.stride, attrs.dilation, attrs.padding};
  const auto [oh, ow] = window_output(context, window);
  for (size_t d = 0; d < 4; ++d) {
    // Else a window could lie outside of the image altogether.
    if (attrs.padding[d] > (attrs.kernel[d % 2] - 1) * attrs.dilation[d % 2]) {
      context.fail("padding is {} for a kernel of {}", attrs.padding[d], attrs.kernel[d % 2]);
    }
  }
  context.add_output(context.dtype(0), {context.shape(0)[0], oh, ow, context.shape(0)[3]});
}

mote_pool_2d_params params(const Pool2dAttrs& attrs, const Shape& x, const Shape& y) {
  mote_pool_2d_params p{};
  p.n = as_i32(x[0], "batch");
  p.h = as_i32(x[1], "height");
  p.w = as_i32(x[2], "width");
  p.c = as_i32(x[3], "channels");
  p.kh = as_i32(attrs.kernel[0], "kernel");
  p.kw = as_i32(attrs.kernel[1], "kernel");
  p.oh = as_i32(y[1], "output height");
  p.ow = as_i32(y[2], "output width");
  p.stride_h = as_i32(attrs.stride[0], "stride");
  p.stride_w = as_i32(attrs.stride[1], "stride");
  p.dilation_h = as_i32(attrs.dilation[0], "dilation");
  p.dilation_w = as_i32(attrs.dilation[1], "dilation");
  p.pad_top = as_i32(attrs.padding[0], "padding");
  p.pad_left = as_i32(attrs.padding[1], "padding");
  p.pad_bottom = as_i32(attrs.padding[2], "padding");
  p.pad_right = as_i32(attrs.padding[3], "padding");
  p.include_padding = attrs.count_include_padding ? 1 : 0;
  const FloatRange range = float_range(attrs.activation);
  p.y_min_f32 = range.low;
  p.y_max_f32 = range.high;
  return p;
}

enum class Pool { kAverage, kMax };

constexpr std::string_view stem(Pool pool) {
  return pool == Pool::kAverage ? "average_pool_2d" : "max_pool_2d";
}

template <Pool kPool>
struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const auto& attrs = context.template attrs<Pool2dAttrs>();
    const TensorType& x = context.input_type(0);
    mote_pool_2d_params p = params(attrs, x.shape, context.output_type(0).shape);
    if (x.dtype != DataType::kF32) {
      // An average over zeros of the padding would have to know the zero point; no format asks.
      if (x.quantization != context.output_type(0).quantization || attrs.count_include_padding) {
        return std::nullopt;
      }
      StoredRange range{INT16_MIN, INT16_MAX};
      if (x.quantization) range = stored_range(attrs.activation, x);
      p.y_min = range.low;
      p.y_max = range.high;
    }
    return kernel_request(stem(kPool), {x.dtype}, p, {0});
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const AxisRole window = AxisRole::blocked_by(kWindowBlocks);
  const TensorAxes roles{AxisRole::factor(0, x[0]), window, window, AxisRole::factor(1, x[3])};
  return {{roles}, {roles}};
}

template <Pool kPool>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const SampleWindow shape = sample_window(rng, kind, kind == SampleKind::kF32 ? 2 : 1);
  Pool2dAttrs attrs{shape.window.kernel, shape.window.stride, shape.window.dilation,
                    shape.window.padding};
  attrs.activation = enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))];
  attrs.count_include_padding = kind == SampleKind::kF32 && rng.integer(0, 3) == 0;
  const ValueId x = sample_input(
      graph, rng, kind, {rng.integer(1, 2), shape.image[0], shape.image[1], rng.integer(1, 20)});
  graph.set_outputs(
      graph.add_node({.op = &op(stem(kPool)), .inputs = {x}, .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

template <Pool kPool>
OpDef definition(std::string_view summary) {
  return {.name = stem(kPool),
          .summary = summary,
          .attributes = Attributes::of(Pool2dAttrs{}),
          .infer = infer,
          .reference = run_reference<Request<kPool>>,
          .lower = lower_by<Request<kPool>>,
          .axes = axes,
          .quant = shared_scale,
          .cost = no_macs,
          .sample = sample<kPool>};
}

}  // namespace

void define_pool_2d(OpSink& sink) {
  OpDef average =
      definition<Pool::kAverage>("y = clamp(mean of the window); padding does not count");
  average.tflite_names = {"AVERAGE_POOL_2D"};
  average.onnx_names = {"AveragePool", "GlobalAveragePool"};
  sink.add(average);
  OpDef max = definition<Pool::kMax>("y = clamp(largest of the window)");
  max.tflite_names = {"MAX_POOL_2D"};
  max.onnx_names = {"MaxPool", "GlobalMaxPool"};
  sink.add(max);
}

}  // namespace mote::ops
