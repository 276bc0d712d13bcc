// Changing the extents of a picture.
//
//   Image small = resize(image, {.height = 224, .width = 224, .kind = Interpolation::kBilinear});
#pragma once

#include <cstdint>

#include "mote/data/image.h"

namespace mote::data {

enum class Interpolation { kNearest, kBilinear, kBicubic };

struct ResizeOptions {
  int64_t height = 0;
  int64_t width = 0;
  Interpolation kind = Interpolation::kBilinear;
  /// Widen the kernel by the reduction factor when the picture shrinks, as Pillow and torchvision
  /// do; without it the kernel covers 1 pixel (bilinear) or 2 (bicubic) to each side, as in OpenCV.
  bool antialias = true;
};

/// Pixel centres lie at half-integers (x + 0.5) * in / out - 0.5; outside pixels have no weight and
/// the rest is normalised. Bicubic is Keys' kernel with a = -0.5. The two passes are computed in
/// float and rounded half up once, at the end. Throws kInvalidArgument for extents below 1 or a
/// result over kMaxPixels.
Image resize(const Image& image, const ResizeOptions& options);

/// The extents that bring the shorter side to `side` and keep the ratio; the longer one is rounded
/// down, as torchvision does.
ResizeOptions shorter_side_extents(const Image& image, int64_t side);

/// The middle [height, width] of a picture; offsets are (extent - wanted) / 2 rounded down.
/// Throws kInvalidArgument when the picture is smaller.
Image center_crop(const Image& image, int64_t height, int64_t width);

}  // namespace mote::data
