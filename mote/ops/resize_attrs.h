// Attributes of the general resize and of sampling at computed positions.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>
#include <vector>

#include "mote/ir/attributes.h"

namespace mote {

enum class Interpolation { kNearest, kLinear, kCubic };
constexpr std::array<Interpolation, 3> enum_values(Interpolation) {
  return {Interpolation::kNearest, Interpolation::kLinear, Interpolation::kCubic};
}
constexpr std::string_view name(Interpolation mode) {
  switch (mode) {
    case Interpolation::kNearest:
      return "nearest";
    case Interpolation::kLinear:
      return "linear";
    case Interpolation::kCubic:
      return "cubic";
  }
  return {};
}

/// From an output index to a position in the input. Source: ONNX Resize-13,
/// coordinate_transformation_mode.
enum class Coordinates {
  kHalfPixel,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kTfHalfPixelForNn,
  kTfCropAndResize,
};
constexpr std::array<Coordinates, 6> enum_values(Coordinates) {
  return {Coordinates::kHalfPixel,  Coordinates::kPytorchHalfPixel, Coordinates::kAlignCorners,
          Coordinates::kAsymmetric, Coordinates::kTfHalfPixelForNn, Coordinates::kTfCropAndResize};
}
constexpr std::string_view name(Coordinates mode) {
  switch (mode) {
    case Coordinates::kHalfPixel:
      return "half_pixel";
    case Coordinates::kPytorchHalfPixel:
      return "pytorch_half_pixel";
    case Coordinates::kAlignCorners:
      return "align_corners";
    case Coordinates::kAsymmetric:
      return "asymmetric";
    case Coordinates::kTfHalfPixelForNn:
      return "tf_half_pixel_for_nn";
    case Coordinates::kTfCropAndResize:
      return "tf_crop_and_resize";
  }
  return {};
}

enum class NearestRounding { kRoundPreferFloor, kRoundPreferCeil, kFloor, kCeil };
constexpr std::array<NearestRounding, 4> enum_values(NearestRounding) {
  return {NearestRounding::kRoundPreferFloor, NearestRounding::kRoundPreferCeil,
          NearestRounding::kFloor, NearestRounding::kCeil};
}
constexpr std::string_view name(NearestRounding rounding) {
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return "round_prefer_floor";
    case NearestRounding::kRoundPreferCeil:
      return "round_prefer_ceil";
    case NearestRounding::kFloor:
      return "floor";
    case NearestRounding::kCeil:
      return "ceil";
  }
  return {};
}

/// resize(x): extent sizes[i] and scale scales[i] (output over input) on axis i. An axis whose
/// extent and scale stay (size kDynamic for the batch) is not touched.
struct ResizeAttrs {
  std::vector<int64_t> sizes;
  std::vector<float> scales;
  Interpolation mode = Interpolation::kNearest;
  Coordinates coordinates = Coordinates::kHalfPixel;
  NearestRounding rounding = NearestRounding::kRoundPreferFloor;
  float cubic_coefficient = -0.75f;
  bool exclude_outside = false;      ///< weights of positions outside x become 0
  float extrapolation_value = 0.0f;  ///< kTfCropAndResize: what lies outside x
  std::vector<float> roi;            ///< kTfCropAndResize: starts, then ends, as shares of the axes
  static constexpr auto fields() {
    return std::tuple(field("sizes", &ResizeAttrs::sizes), field("scales", &ResizeAttrs::scales),
                      field("mode", &ResizeAttrs::mode),
                      field("coordinates", &ResizeAttrs::coordinates),
                      field("rounding", &ResizeAttrs::rounding),
                      field("cubic_coefficient", &ResizeAttrs::cubic_coefficient),
                      field("exclude_outside", &ResizeAttrs::exclude_outside),
                      field("extrapolation_value", &ResizeAttrs::extrapolation_value),
                      field("roi", &ResizeAttrs::roi));
  }
};

enum class OutsideGrid { kZeros, kBorder, kReflection };
constexpr std::array<OutsideGrid, 3> enum_values(OutsideGrid) {
  return {OutsideGrid::kZeros, OutsideGrid::kBorder, OutsideGrid::kReflection};
}
constexpr std::string_view name(OutsideGrid outside) {
  switch (outside) {
    case OutsideGrid::kZeros:
      return "zeros";
    case OutsideGrid::kBorder:
      return "border";
    case OutsideGrid::kReflection:
      return "reflection";
  }
  return {};
}

/// grid_sample(x [n,h,w,c], grid [n,oh,ow,2] of (x, y) in [-1, 1]) -> y [n,oh,ow,c]
struct GridSampleAttrs {
  Interpolation mode = Interpolation::kLinear;
  OutsideGrid outside = OutsideGrid::kZeros;
  bool align_corners = false;
  static constexpr auto fields() {
    return std::tuple(field("mode", &GridSampleAttrs::mode),
                      field("outside", &GridSampleAttrs::outside),
                      field("align_corners", &GridSampleAttrs::align_corners));
  }
};

/// roi_align(x [n,h,w,c], rois [r,4] of x1,y1,x2,y2, batch [r]) -> y [r,size[0],size[1],c]
struct RoiAlignAttrs {
  std::array<int64_t, 2> size{1, 1};
  int64_t sampling_ratio = 0;  ///< samples per bin and axis; 0: as many as the bin has pixels
  float spatial_scale = 1.0f;  ///< from the rois' coordinates to those of x
  bool half_pixel = true;
  bool maximum = false;  ///< the largest sample instead of their mean
  static constexpr auto fields() {
    return std::tuple(field("size", &RoiAlignAttrs::size),
                      field("sampling_ratio", &RoiAlignAttrs::sampling_ratio),
                      field("spatial_scale", &RoiAlignAttrs::spatial_scale),
                      field("half_pixel", &RoiAlignAttrs::half_pixel),
                      field("maximum", &RoiAlignAttrs::maximum));
  }
};

}  // namespace mote
