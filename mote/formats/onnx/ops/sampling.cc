// GridSample, RoiAlign, MaxUnpool.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/resize_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// ONNX names the modes bilinear and bicubic up to opset 19, linear and cubic from 20 on.
Interpolation interpolation_of(const NodeImport& node) {
  const std::string mode = node.text("mode", "linear");
  if (mode == "nearest") return Interpolation::kNearest;
  if (mode == "bilinear" || mode == "linear") return Interpolation::kLinear;
  if (mode == "bicubic" || mode == "cubic") return Interpolation::kCubic;
  node.fail("mode is '{}', expected nearest, linear or cubic", mode);
}

void import_grid_sample(NodeImport& node) {
  if (node.rank(0) != 4)
    node.refuse("an input of shape {}; images are sampled only", to_string(node.shape(0)));
  GridSampleAttrs attrs;
  attrs.mode = interpolation_of(node);
  const std::string outside = node.text("padding_mode", "zeros");
  if (outside == "border") attrs.outside = OutsideGrid::kBorder;
  if (outside == "reflection") attrs.outside = OutsideGrid::kReflection;
  attrs.align_corners = node.integer("align_corners", 0) != 0;
  node.output_nhwc(
      0, node.emit("grid_sample", {node.input_nhwc(0), node.input(1)}, Attributes::of(attrs)));
}

void import_roi_align(NodeImport& node) {
  RoiAlignAttrs attrs;
  attrs.size = {node.integer("output_height", 1), node.integer("output_width", 1)};
  attrs.sampling_ratio = node.integer("sampling_ratio", 0);
  attrs.spatial_scale = node.real("spatial_scale", 1.0f);
  // Before opset 16 there was no half pixel.
  const std::string_view otherwise = node.opset() < 16 ? "output_half_pixel" : "half_pixel";
  attrs.half_pixel = node.text("coordinate_transformation_mode", otherwise) == "half_pixel";
  attrs.maximum = node.text("mode", "avg") == "max";
  node.output_nhwc(0, node.emit("roi_align", {node.input_nhwc(0), node.input(1), node.input(2)},
                                Attributes::of(attrs)));
}

// Values go to the flat positions that MaxPool gave, in a tensor of the size it had pooled.
void import_max_unpool(NodeImport& node) {
  const Shape from = node.shape(0);
  const std::vector<int64_t> kernel = node.integers("kernel_shape");
  const size_t spatial = kernel.size();
  std::vector<int64_t> strides = node.integers("strides");
  std::vector<int64_t> pads = node.integers("pads");
  if (strides.empty()) strides.assign(spatial, 1);
  if (pads.empty()) pads.assign(2 * spatial, 0);
  if (static_cast<size_t>(from.rank()) != spatial + 2 || strides.size() != spatial ||
      pads.size() != 2 * spatial || !from.is_static()) {
    node.fail("{} kernel extents, {} strides, {} pads for {}", spatial, strides.size(), pads.size(),
              to_string(from));
  }
  std::vector<int64_t> dims{from[0], from[1]};
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t extent = from[static_cast<int>(i) + 2];
    dims.push_back((extent - 1) * strides[i] + kernel[i] - pads[i] - pads[i + spatial]);
    if (dims.back() < 1) node.fail("axis {} would have the extent {}", i + 2, dims.back());
  }
  const DataType type = node.dtype(0);
  const ValueId empty = node.emit("broadcast_to", {node.add_constant(Tensor(type, Shape{}))},
                                  Attributes::of(ShapeAttrs{{Shape(dims).elements()}}));
  const ValueId scattered =
      node.emit("scatter_elements",
                {empty, node.reshape(node.input(1), {-1}), node.reshape(node.input(0), {-1})},
                Attributes::of(ScatterAttrs{}));
  ValueId y = node.reshape(scattered, dims);
  if (node.has_input(2)) {
    const std::vector<int64_t> wanted = node.required_ints(2, "output_shape");
    PadAttrs attrs{.before = std::vector<int64_t>(dims.size(), 0), .after = {}};
    if (wanted.size() != dims.size()) node.fail("output_shape has {} entries", wanted.size());
    for (size_t i = 0; i < dims.size(); ++i) attrs.after.push_back(wanted[i] - dims[i]);
    y = node.emit("pad", {y}, Attributes::of(attrs));
  }
  node.output(0, y);
}

void export_grid_sample(NodeExport& node) {
  const auto& attrs = node.attrs<GridSampleAttrs>();
  std::string mode(name(attrs.mode));
  if (node.opset() < 20 && attrs.mode != Interpolation::kNearest) mode = "bi" + mode;
  node.output(0,
              node.emit("GridSample", {node.input(0, Layout::kNchw), node.input(1)},
                        {{"mode", mode},
                         {"padding_mode", std::string(name(attrs.outside))},
                         {"align_corners", int64_t{attrs.align_corners}}}),
              Layout::kNchw);
}

void export_roi_align(NodeExport& node) {
  const auto& attrs = node.attrs<RoiAlignAttrs>();
  node.output(
      0,
      node.emit("RoiAlign",
                {node.input(0, Layout::kNchw), node.input(1), node.input_as(2, DataType::kI64)},
                {{"output_height", attrs.size[0]},
                 {"output_width", attrs.size[1]},
                 {"sampling_ratio", attrs.sampling_ratio},
                 {"spatial_scale", attrs.spatial_scale},
                 {"mode", std::string(attrs.maximum ? "max" : "avg")},
                 {"coordinate_transformation_mode",
                  std::string(attrs.half_pixel ? "half_pixel" : "output_half_pixel")}}),
      Layout::kNchw);
}

}  // namespace

void ops_sampling(OnnxSink& sink) {
  sink.add_export({.op = "grid_sample", .handler = export_grid_sample});
  sink.add_export({.op = "roi_align", .handler = export_roi_align});
  sink.add_import({.op_type = "GridSample", .handler = import_grid_sample});
  sink.add_import({.op_type = "RoiAlign", .handler = import_roi_align});
  sink.add_import({.op_type = "MaxUnpool", .handler = import_max_unpool});
}

}  // namespace mote::onnx
