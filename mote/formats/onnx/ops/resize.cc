// Resize, Upsample, and the moves between space and depth.
#include <cmath>

#include "mote/formats/onnx/import.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/resize_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

template <class Enum>
Enum enum_of(const NodeImport& node, std::string_view attribute, std::string_view otherwise) {
  const std::string text = node.text(attribute, otherwise);
  for (const Enum candidate : enum_values(Enum{})) {
    if (name(candidate) == text) return candidate;
  }
  node.refuse("{} = '{}' is not supported", attribute, text);
}

// Per-axis lists may name a few axes only (opset 18 on); the others keep what they have.
std::vector<int> resized_axes(const NodeImport& node) {
  const int rank = node.rank(0);
  std::vector<int> axes;
  for (const int64_t axis : node.integers("axes"))
    axes.push_back(normalize_axis(axis, rank, "axes"));
  if (!axes.empty()) return axes;
  for (int axis = 0; axis < rank; ++axis) axes.push_back(axis);
  return axes;
}

template <class T>
void expect_entries(const NodeImport& node, std::string_view what, const std::vector<T>& list,
                    size_t expected) {
  if (list.size() != expected) {
    node.fail("{} has {} entries, expected {}", what, list.size(), expected);
  }
}

void set_scales(const NodeImport& node, ResizeAttrs& attrs, const std::vector<float>& scales,
                const std::vector<int>& axes) {
  expect_entries(node, "scales", scales, axes.size());
  const Shape from = node.shape(0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    if (!(scales[i] > 0.0f) || scales[i] > 1e6f) node.fail("a scale of {}", scales[i]);
    attrs.scales[axis] = scales[i];
    if (attrs.sizes[axis] == kDynamic) {
      if (scales[i] != 1.0f) node.refuse("the batch is resized; fix it with --shape");
      continue;
    }
    attrs.sizes[axis] = static_cast<int64_t>(
        std::floor(static_cast<double>(from[axes[i]]) * static_cast<double>(scales[i])));
  }
}

void set_sizes(const NodeImport& node, ResizeAttrs& attrs,
               const std::vector<std::optional<int64_t>>& sizes, const std::vector<int>& axes) {
  expect_entries(node, "sizes", sizes, axes.size());
  if (node.text("keep_aspect_ratio_policy", "stretch") != "stretch") {
    node.refuse("keep_aspect_ratio_policy is not supported");
  }
  const Shape from = node.shape(0);
  for (size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<size_t>(axes[i]);
    const bool batch = from[axes[i]] == kDynamic;
    if (batch && !sizes[i]) continue;
    if (!sizes[i] || batch || *sizes[i] < 0) node.refuse("the size of axis {} is not known", axis);
    attrs.sizes[axis] = *sizes[i];
    if (from[axes[i]] == 0) node.fail("axis {} is empty", axis);
    attrs.scales[axis] =
        static_cast<float>(static_cast<double>(*sizes[i]) / static_cast<double>(from[axes[i]]));
  }
}

// floor(i * in / out), computed in float as TFLite does, is i / factor for every i.
bool repeats_pixels(int64_t from, int64_t to) {
  if (from < 1 || to % from != 0) return false;
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  for (int64_t i = 0; i < to; ++i) {
    if (static_cast<int64_t>(static_cast<float>(i) * scale) != i * from / to) return false;
  }
  return true;
}

// The operator of TFLite (and of integer networks) that gives the same numbers.
struct Resize2d {
  std::string_view op;
  Resize2dAttrs attrs;
};

std::optional<Resize2d> as_resize_2d(const NodeImport& node, const ResizeAttrs& attrs) {
  const Shape from = node.shape(0);
  if (from.rank() != 4 || node.dtype(0) != DataType::kF32 || attrs.exclude_outside)
    return std::nullopt;
  if (attrs.sizes[0] != from[0] || attrs.sizes[1] != from[1]) return std::nullopt;
  for (const size_t axis : {size_t{2}, size_t{3}}) {
    const auto exact = static_cast<float>(static_cast<double>(attrs.sizes[axis]) /
                                          static_cast<double>(from[static_cast<int>(axis)]));
    // With one row or column the conventions part.
    if (attrs.sizes[axis] < 2 || attrs.scales[axis] != exact) return std::nullopt;
  }
  Resize2d result{"resize_bilinear", {.size = {attrs.sizes[2], attrs.sizes[3]}}};
  if (attrs.mode == Interpolation::kNearest) {
    result.op = "resize_nearest_neighbor";
    const bool floors =
        attrs.coordinates == Coordinates::kAsymmetric && attrs.rounding == NearestRounding::kFloor;
    const bool rounds = attrs.coordinates == Coordinates::kHalfPixel &&
                        (attrs.rounding == NearestRounding::kRoundPreferFloor ||
                         attrs.rounding == NearestRounding::kRoundPreferCeil);
    if (!(floors || rounds) || !repeats_pixels(from[2], attrs.sizes[2]) ||
        !repeats_pixels(from[3], attrs.sizes[3])) {
      return std::nullopt;
    }
    return result;
  }
  if (attrs.mode != Interpolation::kLinear) return std::nullopt;
  switch (attrs.coordinates) {
    case Coordinates::kAsymmetric:
      return result;
    case Coordinates::kAlignCorners:
      result.attrs.align_corners = true;
      return result;
    case Coordinates::kHalfPixel:
    case Coordinates::kPytorchHalfPixel:
      result.attrs.half_pixel_centers = true;
      return result;
    case Coordinates::kTfHalfPixelForNn:
    case Coordinates::kTfCropAndResize:
      return std::nullopt;
  }
  return std::nullopt;
}

void emit_resize(NodeImport& node, ResizeAttrs attrs) {
  if (const auto plain = as_resize_2d(node, attrs)) {
    return node.output_nhwc(
        0, node.emit(plain->op, {node.input_nhwc(0)}, Attributes::of(plain->attrs)));
  }
  if (node.rank(0) != 4) {
    return node.output(0, node.emit("resize", {node.input(0)}, Attributes::of(attrs)));
  }
  attrs.sizes = nhwc_order(attrs.sizes);
  attrs.scales = nhwc_order(attrs.scales);
  if (!attrs.roi.empty()) {
    const std::vector<float> starts(attrs.roi.begin(), attrs.roi.begin() + 4);
    const std::vector<float> ends(attrs.roi.begin() + 4, attrs.roi.end());
    attrs.roi = nhwc_order(starts);
    const std::vector<float> moved = nhwc_order(ends);
    attrs.roi.insert(attrs.roi.end(), moved.begin(), moved.end());
  }
  node.output_nhwc(0, node.emit("resize", {node.input_nhwc(0)}, Attributes::of(attrs)));
}

ResizeAttrs unchanged(const NodeImport& node) {
  const Shape from = node.shape(0);
  return {.sizes = from.dims(), .scales = std::vector<float>(from.dims().size(), 1.0f)};
}

std::vector<float> reals_of(const NodeImport& node, size_t i, std::string_view what) {
  return elements_as<float>(node.required_constant(i, what));
}

bool is_given(const NodeImport& node, size_t i) {
  return node.has_input(i) && node.shape(i) != Shape{0};
}

void set_roi(const NodeImport& node, ResizeAttrs& attrs, const std::vector<int>& axes) {
  const std::vector<float> roi = reals_of(node, 1, "roi");
  expect_entries(node, "roi", roi, 2 * axes.size());
  const size_t rank = attrs.sizes.size();
  attrs.roi.assign(2 * rank, 0.0f);
  std::fill(attrs.roi.begin() + static_cast<int64_t>(rank), attrs.roi.end(), 1.0f);
  for (size_t i = 0; i < axes.size(); ++i) {
    attrs.roi[static_cast<size_t>(axes[i])] = roi[i];
    attrs.roi[static_cast<size_t>(axes[i]) + rank] = roi[i + axes.size()];
  }
}

// Opset 10 has no coordinate modes: it is Upsample with its scales as input.
void import_upsample(NodeImport& node) {
  ResizeAttrs attrs = unchanged(node);
  const std::string mode = node.text("mode", "nearest");
  attrs.mode =
      mode == "bilinear" ? Interpolation::kLinear : enum_of<Interpolation>(node, "mode", "nearest");
  attrs.coordinates = Coordinates::kAsymmetric;
  attrs.rounding = NearestRounding::kFloor;
  const std::vector<float> scales =
      node.opset() < 9 ? node.reals("scales") : reals_of(node, 1, "scales");
  set_scales(node, attrs, scales, resized_axes(node));
  emit_resize(node, std::move(attrs));
}

void import_resize(NodeImport& node) {
  if (node.integer("antialias", 0) != 0) node.refuse("antialias = 1 is not supported");
  ResizeAttrs attrs = unchanged(node);
  attrs.mode = enum_of<Interpolation>(node, "mode", "nearest");
  attrs.coordinates = enum_of<Coordinates>(node, "coordinate_transformation_mode", "half_pixel");
  attrs.rounding = enum_of<NearestRounding>(node, "nearest_mode", "round_prefer_floor");
  attrs.cubic_coefficient = node.real("cubic_coeff_a", -0.75f);  // Resize-13
  attrs.exclude_outside = node.integer("exclude_outside", 0) != 0;
  attrs.extrapolation_value = node.real("extrapolation_value", 0.0f);
  const std::vector<int> axes = resized_axes(node);
  if (is_given(node, 2)) {
    set_scales(node, attrs, reals_of(node, 2, "scales"), axes);
  } else if (is_given(node, 3)) {
    set_sizes(node, attrs, node.known_entries(3, "sizes"), axes);
  } else {
    node.fail("neither scales nor sizes are given");
  }
  if (attrs.coordinates == Coordinates::kTfCropAndResize) set_roi(node, attrs, axes);
  emit_resize(node, std::move(attrs));
}

void import_block(NodeImport& node) {
  BlockAttrs attrs;
  attrs.block = node.integer("blocksize", 0);
  const std::string mode = node.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") node.fail("mode is '{}', expected DCR or CRD", mode);
  attrs.column_row_depth = mode == "CRD";
  if (node.rank(0) != 4)
    node.fail("the input has shape {}, expected rank 4", to_string(node.shape(0)));
  node.output_nhwc(0, node.emit(node.row().op, {node.input_nhwc(0)}, Attributes::of(attrs)));
}

}  // namespace

void ops_resize(OnnxSink& sink) {
  sink.add_import({.op_type = "Upsample", .handler = import_upsample});
  sink.add_import({.op_type = "Resize", .handler = import_upsample, .since = 10});
  sink.add_import({.op_type = "Resize", .handler = import_resize, .since = 11});
  sink.add_import({.op_type = "DepthToSpace", .handler = import_block, .op = "depth_to_space"});
  sink.add_import({.op_type = "SpaceToDepth", .handler = import_block, .op = "space_to_depth"});
}

}  // namespace mote::onnx
