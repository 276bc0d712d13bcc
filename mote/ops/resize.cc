// resize_bilinear, resize_nearest_neighbor: images of another size, with TFLite's conventions.
#include "mote/kernels/resize/resize.h"

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {
namespace {

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  context.expect_rank(0, 4);
  const auto& attrs = context.attrs<Resize2dAttrs>();
  const Shape& x = context.shape(0);
  if (attrs.size[0] < 1 || attrs.size[1] < 1 || x[1] < 1 || x[2] < 1) {
    context.fail("{} resized to {}x{}", to_string(x), attrs.size[0], attrs.size[1]);
  }
  if (attrs.align_corners && attrs.half_pixel_centers) {
    context.fail("align_corners and half_pixel_centers exclude each other");
  }
  context.add_output(context.dtype(0), {x[0], attrs.size[0], attrs.size[1], x[3]});
}

template <class Context>
mote_resize_params params(const Context& context) {
  const auto& attrs = context.template attrs<Resize2dAttrs>();
  const Shape& x = context.input_type(0).shape;
  mote_resize_params p{};
  p.n = as_i32(x[0], "batch");
  p.h = as_i32(x[1], "height");
  p.w = as_i32(x[2], "width");
  p.c = as_i32(x[3], "channels");
  p.oh = as_i32(attrs.size[0], "output height");
  p.ow = as_i32(attrs.size[1], "output width");
  p.align_corners = attrs.align_corners ? 1 : 0;
  p.half_pixel_centers = attrs.half_pixel_centers ? 1 : 0;
  return p;
}

template <bool kBilinear>
struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    const TensorType& x = context.input_type(0);
    if (x.quantization != context.output_type(0).quantization) return std::nullopt;
    const mote_resize_params p = params(context);
    if constexpr (kBilinear) return kernel_request("resize_bilinear", {x.dtype}, p, {0});
    const mote_resize_nearest_params nearest{p, static_cast<int32_t>(size_bytes(x.dtype))};
    return kernel_request("resize_nearest", {}, nearest, {0});
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const AxisRole resized = AxisRole::blocked_by("this axis is resized");
  const TensorAxes roles{AxisRole::factor(0, x[0]), resized, resized, AxisRole::factor(1, x[3])};
  return {{roles}, {roles}};
}

template <bool kBilinear>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  Resize2dAttrs attrs{{rng.integer(1, 12), rng.integer(1, 12)}};
  const int64_t convention = rng.integer(0, 2);
  attrs.align_corners = convention == 1;
  attrs.half_pixel_centers = convention == 2;
  const ValueId x =
      sample_input(graph, rng, kind,
                   {rng.integer(1, 2), rng.integer(1, 9), rng.integer(1, 9), rng.integer(1, 5)});
  graph.set_outputs(
      graph.add_node({.op = &op(kBilinear ? "resize_bilinear" : "resize_nearest_neighbor"),
                      .inputs = {x},
                      .attributes = Attributes::of(attrs)},
                     record_of(graph, x)));
  return graph;
}

template <bool kBilinear>
OpDef definition(std::string_view name, std::string_view summary, std::string_view tflite_name) {
  return {.name = name,
          .summary = summary,
          .tflite_names = {tflite_name},
          .onnx_names = {"Resize"},
          .attributes = Attributes::of(Resize2dAttrs{}),
          .infer = infer,
          .reference = run_reference<Request<kBilinear>>,
          .lower = lower_by<Request<kBilinear>>,
          .axes = axes,
          .quant = shared_scale,
          .cost = no_macs,
          .sample = sample<kBilinear>};
}

}  // namespace

void define_resize(OpSink& sink) {
  sink.add(definition<true>("resize_bilinear", "y = x between its four nearest pixels",
                            "RESIZE_BILINEAR"));
  sink.add(definition<false>("resize_nearest_neighbor", "y = the nearest pixel of x",
                             "RESIZE_NEAREST_NEIGHBOR"));
}

}  // namespace mote::ops
