#include "mote/data/resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "mote/base/error.h"

namespace mote::data {
namespace {

/// Keys 1981, "Cubic convolution interpolation", equation 15.
constexpr double kKeysA = -0.5;

double kernel(Interpolation kind, double x) {
  x = std::abs(x);
  if (kind == Interpolation::kBilinear) return std::max(0.0, 1.0 - x);
  if (x < 1.0) return ((kKeysA + 2.0) * x - (kKeysA + 3.0)) * x * x + 1.0;
  if (x < 2.0) return kKeysA * (((x - 5.0) * x + 8.0) * x - 4.0);
  return 0.0;
}

/// The input positions that one output position draws from.
struct Taps {
  int64_t first = 0;
  std::vector<float> weights;
};

std::vector<Taps> make_taps(int64_t in, int64_t out, const ResizeOptions& options) {
  const double step = static_cast<double>(in) / static_cast<double>(out);
  std::vector<Taps> taps(static_cast<size_t>(out));
  for (int64_t i = 0; i < out; ++i) {
    Taps& tap = taps[static_cast<size_t>(i)];
    const double center = (static_cast<double>(i) + 0.5) * step;
    if (options.kind == Interpolation::kNearest) {
      tap = {std::min(in - 1, static_cast<int64_t>(center)), {1.0f}};
      continue;
    }
    const double stretch = options.antialias ? std::max(1.0, step) : 1.0;
    const double reach = (options.kind == Interpolation::kBilinear ? 1.0 : 2.0) * stretch;
    tap.first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(center - reach - 0.5)));
    const int64_t last = std::min(in - 1, static_cast<int64_t>(std::floor(center + reach - 0.5)));
    double total = 0.0;
    std::vector<double> weights;
    for (int64_t x = tap.first; x <= last; ++x) {
      weights.push_back(kernel(options.kind, (static_cast<double>(x) + 0.5 - center) / stretch));
      total += weights.back();
    }
    for (double weight : weights) tap.weights.push_back(static_cast<float>(weight / total));
  }
  return taps;
}

/// `rows` x `in` x `inner` -> `rows` x `out` x `inner`.
template <class T>
std::vector<float> apply(const std::vector<T>& source, const std::vector<Taps>& taps, int64_t in,
                         int64_t inner) {
  const int64_t rows = static_cast<int64_t>(source.size()) / (in * inner);
  std::vector<float> result(static_cast<size_t>(rows) * taps.size() * static_cast<size_t>(inner));
  float* to = result.data();
  for (int64_t row = 0; row < rows; ++row) {
    for (const Taps& tap : taps) {
      const T* from = source.data() + (row * in + tap.first) * inner;
      for (size_t k = 0; k < tap.weights.size(); ++k) {
        const T* pixel = from + static_cast<int64_t>(k) * inner;
        for (int64_t c = 0; c < inner; ++c) to[c] += tap.weights[k] * static_cast<float>(pixel[c]);
      }
      to += inner;
    }
  }
  return result;
}

}  // namespace

Image resize(const Image& image, const ResizeOptions& options) {
  if (options.height < 1 || options.width < 1 || options.height > kMaxPixels / options.width) {
    throw_error(ErrorKind::kInvalidArgument,
                "cannot resize to {}x{} pixels; sides start at 1 and the product ends at {}",
                options.width, options.height, kMaxPixels);
  }
  if (options.height == image.height && options.width == image.width) return image;
  const auto across = make_taps(image.width, options.width, options);
  const auto down = make_taps(image.height, options.height, options);
  const std::vector<float> narrowed = apply(image.pixels, across, image.width, image.channels);
  const std::vector<float> values =
      apply(narrowed, down, image.height, options.width * image.channels);
  Image result{options.height, options.width, image.channels, {}};
  result.pixels.resize(values.size());
  std::transform(values.begin(), values.end(), result.pixels.begin(), [](float value) {
    return static_cast<uint8_t>(std::clamp(std::floor(value + 0.5f), 0.0f, 255.0f));
  });
  return result;
}

ResizeOptions shorter_side_extents(const Image& image, int64_t side) {
  const int64_t shorter = std::min(image.height, image.width);
  return {.height = image.height == shorter ? side : image.height * side / shorter,
          .width = image.width == shorter ? side : image.width * side / shorter};
}

Image center_crop(const Image& image, int64_t height, int64_t width) {
  if (height < 1 || width < 1 || height > image.height || width > image.width) {
    throw_error(ErrorKind::kInvalidArgument,
                "cannot crop {}x{} from a picture of {}x{}; set 'resize' in [preprocess]", width,
                height, image.width, image.height);
  }
  if (height == image.height && width == image.width) return image;
  const int64_t top = (image.height - height) / 2;
  const int64_t left = (image.width - width) / 2;
  Image result{height, width, image.channels, {}};
  result.pixels.reserve(static_cast<size_t>(height * width * image.channels));
  for (int64_t y = 0; y < height; ++y) {
    const auto row = image.pixels.begin() + ((top + y) * image.width + left) * image.channels;
    result.pixels.insert(result.pixels.end(), row, row + width * image.channels);
  }
  return result;
}

}  // namespace mote::data
