// Resize and the moves between space and depth, written.
#include <cmath>

#include "mote/formats/onnx/export.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/resize_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// Resize computes the sizes from the scales, or the scales from the sizes: whichever gives both.
std::vector<std::string> extents(NodeExport& node, const Shape& from, const ResizeAttrs& attrs) {
  bool from_scales = true;
  bool from_sizes = from.is_static();
  for (int axis = 0; axis < from.rank(); ++axis) {
    const auto a = static_cast<size_t>(axis);
    if (from[axis] == kDynamic) continue;
    const auto extent = static_cast<double>(from[axis]);
    const double size = std::floor(extent * static_cast<double>(attrs.scales[a]));
    const auto scale = static_cast<float>(static_cast<double>(attrs.sizes[a]) / extent);
    from_scales = from_scales && size == static_cast<double>(attrs.sizes[a]);
    from_sizes = from_sizes && scale == attrs.scales[a];
  }
  const auto count = static_cast<int64_t>(attrs.scales.size());
  if (from_scales) return {node.initializer(Tensor::of(Shape{count}, attrs.scales), "scales")};
  if (from_sizes) return {"", node.ints(attrs.sizes, "sizes")};
  node.refuse("its scales and its sizes contradict each other");
}

void write_resize(NodeExport& node, ResizeAttrs attrs) {
  Shape from = node.input_type(0).shape;
  const Layout layout = from.rank() == 4 ? Layout::kNchw : Layout::kPlain;
  if (layout == Layout::kNchw) {
    attrs.sizes = nchw_order(attrs.sizes);
    attrs.scales = nchw_order(attrs.scales);
    from = Shape(nchw_order(from.dims()));
    if (!attrs.roi.empty()) {
      std::vector<float> low(attrs.roi.begin(), attrs.roi.begin() + 4);
      std::vector<float> high(attrs.roi.begin() + 4, attrs.roi.end());
      attrs.roi = nchw_order(low);
      high = nchw_order(high);
      attrs.roi.insert(attrs.roi.end(), high.begin(), high.end());
    }
  }
  std::string roi;
  if (!attrs.roi.empty()) {
    const Shape shape{static_cast<int64_t>(attrs.roi.size())};
    roi = node.initializer(Tensor::of(shape, attrs.roi), "roi");
  }
  std::vector<std::string> inputs{node.input(0, layout), roi};
  for (const std::string& operand : extents(node, from, attrs)) inputs.push_back(operand);
  node.output(0,
              node.emit("Resize", inputs,
                        {{"mode", std::string(name(attrs.mode))},
                         {"coordinate_transformation_mode", std::string(name(attrs.coordinates))},
                         {"nearest_mode", std::string(name(attrs.rounding))},
                         {"cubic_coeff_a", attrs.cubic_coefficient},
                         {"exclude_outside", int64_t{attrs.exclude_outside}},
                         {"extrapolation_value", attrs.extrapolation_value}}),
              layout);
}

void export_resize(NodeExport& node) { write_resize(node, node.attrs<ResizeAttrs>()); }

// TFLite's nearest neighbour is floor(i * scale), floor((i + 0.5) * scale) with half-pixel centers
// and round(i * scale) with aligned corners.
void export_resize_2d(NodeExport& node) {
  const auto& given = node.attrs<Resize2dAttrs>();
  const Shape& from = node.input_type(0).shape;
  ResizeAttrs attrs;
  attrs.sizes = {from[0], given.size[0], given.size[1], from[3]};
  attrs.scales.assign(4, 1.0f);
  for (const size_t axis : {size_t{1}, size_t{2}}) {
    attrs.scales[axis] = static_cast<float>(static_cast<double>(attrs.sizes[axis]) /
                                            static_cast<double>(from[static_cast<int>(axis)]));
  }
  const bool nearest = node.row().op_type == "nearest";
  attrs.mode = nearest ? Interpolation::kNearest : Interpolation::kLinear;
  attrs.coordinates = given.align_corners        ? Coordinates::kAlignCorners
                      : given.half_pixel_centers ? Coordinates::kHalfPixel
                                                 : Coordinates::kAsymmetric;
  const bool floors = attrs.coordinates == Coordinates::kAsymmetric;
  attrs.rounding = floors ? NearestRounding::kFloor : NearestRounding::kRoundPreferCeil;
  write_resize(node, std::move(attrs));
}

void export_block(NodeExport& node) {
  const auto& attrs = node.attrs<BlockAttrs>();
  OnnxAttributes attributes{{"blocksize", attrs.block}};
  if (node.row().op_type == "DepthToSpace") {
    attributes.push_back({"mode", std::string(attrs.column_row_depth ? "CRD" : "DCR")});
  } else if (attrs.column_row_depth) {
    node.refuse("SpaceToDepth has no column-row-depth order");
  }
  node.output(0, node.emit(node.row().op_type, {node.input(0, Layout::kNchw)}, attributes),
              Layout::kNchw);
}

}  // namespace

void ops_resize_export(OnnxSink& sink) {
  sink.add_export({.op = "resize", .handler = export_resize});
  sink.add_export({.op = "resize_bilinear", .handler = export_resize_2d, .op_type = "linear"});
  sink.add_export(
      {.op = "resize_nearest_neighbor", .handler = export_resize_2d, .op_type = "nearest"});
  sink.add_export({.op = "depth_to_space", .handler = export_block, .op_type = "DepthToSpace"});
  sink.add_export({.op = "space_to_depth", .handler = export_block, .op_type = "SpaceToDepth"});
}

}  // namespace mote::onnx
