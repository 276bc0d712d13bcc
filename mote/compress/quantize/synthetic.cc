#include "mote/compress/quantize/synthetic.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "mote/ops/evaluate.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr RealRange kDefaultRange{-1.0f, 1.0f};
// Images have up to this many channels and at least this many rows and columns.
constexpr int64_t kMaxImageChannels = 4;
constexpr int64_t kMinImageExtent = 8;
// Radii of the discs, in pixels, have a density ~ r^-3, which makes scenes look alike at every
// scale.
constexpr double kSmallestRadius = 3.0;
constexpr int kMostDiscs = 3000;
// Spread of brightness within a scene, share of it that is colour, gradient over a disc.
constexpr float kLeastSpread = 0.1f;
constexpr float kMostSpread = 0.5f;
constexpr float kColourShare = 0.4f;
constexpr float kGradient = 0.3f;
// Largest amplitude of pixel noise.
constexpr float kGrain = 0.1f;
// Every so many images is octave noise; its amplitude falls by this factor per octave.
constexpr int64_t kNoiseImagePeriod = 4;
constexpr float kOctaveFall = 0.55f;
constexpr float kNoiseContrast = 0.35f;
// Normal noise of other inputs: so many standard deviations from the middle to an end of the range.
constexpr float kDeviationsToEnd = 3.0f;

struct ImageLayout {
  int64_t h = 0, w = 0, c = 0;
  bool channels_first = false;
  size_t at(int64_t y, int64_t x, int64_t channel) const {
    return static_cast<size_t>(channels_first ? (channel * h + y) * w + x
                                              : (y * w + x) * c + channel);
  }
};

std::optional<ImageLayout> image_layout(const Shape& shape) {
  if (shape.rank() != 4) return std::nullopt;
  const auto spatial = [](int64_t extent) { return extent >= kMinImageExtent; };
  if (shape[3] >= 1 && shape[3] <= kMaxImageChannels && spatial(shape[1]) && spatial(shape[2])) {
    return ImageLayout{shape[1], shape[2], shape[3], false};
  }
  if (shape[1] >= 1 && shape[1] <= kMaxImageChannels && spatial(shape[2]) && spatial(shape[3])) {
    return ImageLayout{shape[2], shape[3], shape[1], true};
  }
  return std::nullopt;
}

using Colour = std::array<float, kMaxImageChannels>;

float normal(Rng& rng) { return static_cast<float>(rng.normal()); }

Colour random_colour(Rng& rng) {
  Colour colour{};
  for (float& v : colour) v = rng.uniform(0.0f, 1.0f);
  return colour;
}

// Paints from front to back: a pixel keeps the first disc that covers it.
void paint_leaves(Rng& rng, const ImageLayout& layout, std::span<float> image) {
  const Colour base = random_colour(rng);
  const float spread = rng.uniform(kLeastSpread, kMostSpread);
  const double largest = static_cast<double>(std::max(layout.h, layout.w));
  const double a = std::pow(kSmallestRadius, -2.0);
  const double b = std::pow(largest, -2.0);
  std::vector<bool> painted(static_cast<size_t>(layout.h * layout.w), false);
  auto left = static_cast<int64_t>(painted.size());
  for (int disc = 0; disc < kMostDiscs && left > 0; ++disc) {
    const double r = 1.0 / std::sqrt(a + (b - a) * rng.uniform());
    const double cx = rng.uniform() * static_cast<double>(layout.w);
    const double cy = rng.uniform() * static_cast<double>(layout.h);
    const float light = spread * normal(rng);
    Colour colour = base;
    for (float& v : colour)
      v = std::clamp(v + light + spread * kColourShare * normal(rng), 0.0f, 1.0f);
    const double slope_x = static_cast<double>(kGradient * normal(rng)) / largest;
    const double slope_y = static_cast<double>(kGradient * normal(rng)) / largest;
    const auto y1 = std::min(layout.h, static_cast<int64_t>(cy + r + 1.0));
    const auto x1 = std::min(layout.w, static_cast<int64_t>(cx + r + 1.0));
    for (int64_t y = std::max<int64_t>(0, static_cast<int64_t>(cy - r)); y < y1; ++y) {
      for (int64_t x = std::max<int64_t>(0, static_cast<int64_t>(cx - r)); x < x1; ++x) {
        const double dx = static_cast<double>(x) - cx;
        const double dy = static_cast<double>(y) - cy;
        const auto pixel = static_cast<size_t>(y * layout.w + x);
        if (painted[pixel] || dx * dx + dy * dy >= r * r) continue;
        painted[pixel] = true;
        --left;
        const auto shade = static_cast<float>(slope_x * dx + slope_y * dy);
        for (int64_t c = 0; c < layout.c; ++c) {
          image[layout.at(y, x, c)] = colour[static_cast<size_t>(c)] + shade;
        }
      }
    }
  }
  const float grain = rng.uniform(0.0f, 1.0f);
  for (int64_t y = 0; y < layout.h; ++y) {
    for (int64_t x = 0; x < layout.w; ++x) {
      const float noise = kGrain * grain * grain * normal(rng);
      for (int64_t c = 0; c < layout.c; ++c) {
        float& v = image[layout.at(y, x, c)];
        if (!painted[static_cast<size_t>(y * layout.w + x)]) v = base[static_cast<size_t>(c)];
        v += noise;
      }
    }
  }
}

// One octave: random values on a coarse grid, interpolated, the same for all channels but for a
// share of colour.
void add_octave(Rng& rng, const ImageLayout& layout, int64_t cells, float amplitude,
                std::span<float> image) {
  const int64_t stride = cells + 1;
  std::vector<Colour> grid(static_cast<size_t>(stride * stride));
  for (Colour& node : grid) {
    const float light = normal(rng);
    for (float& v : node) v = amplitude * (light + kColourShare * normal(rng));
  }
  for (int64_t y = 0; y < layout.h; ++y) {
    const float fy = static_cast<float>(y * cells) / static_cast<float>(layout.h);
    const auto y0 = static_cast<int64_t>(fy);
    const float ty = fy - static_cast<float>(y0);
    for (int64_t x = 0; x < layout.w; ++x) {
      const float fx = static_cast<float>(x * cells) / static_cast<float>(layout.w);
      const auto x0 = static_cast<int64_t>(fx);
      const float tx = fx - static_cast<float>(x0);
      const Colour* corner = &grid[static_cast<size_t>(y0 * stride + x0)];
      for (int64_t c = 0; c < layout.c; ++c) {
        const auto k = static_cast<size_t>(c);
        const float top = corner[0][k] + tx * (corner[1][k] - corner[0][k]);
        const float bottom = corner[stride][k] + tx * (corner[stride + 1][k] - corner[stride][k]);
        image[layout.at(y, x, c)] += top + ty * (bottom - top);
      }
    }
  }
}

void paint_noise(Rng& rng, const ImageLayout& layout, std::span<float> image) {
  const Colour base = random_colour(rng);
  for (int64_t y = 0; y < layout.h; ++y) {
    for (int64_t x = 0; x < layout.w; ++x) {
      for (int64_t c = 0; c < layout.c; ++c)
        image[layout.at(y, x, c)] = base[static_cast<size_t>(c)];
    }
  }
  float amplitude = kNoiseContrast;
  for (int64_t cells = 2; cells <= std::min(layout.h, layout.w); cells *= 2) {
    add_octave(rng, layout, cells, amplitude, image);
    amplitude *= kOctaveFall;
  }
}

Tensor synthesize(Rng& rng, int64_t index, const Shape& shape, const RealRange& range) {
  Tensor tensor(DataType::kF32, shape);
  const std::span<float> data = tensor.data<float>();
  const float width = range.high - range.low;
  if (const std::optional<ImageLayout> layout = image_layout(shape)) {
    const bool noise = index % kNoiseImagePeriod == kNoiseImagePeriod - 1;
    const auto one = static_cast<size_t>(layout->h * layout->w * layout->c);
    for (size_t first = 0; first + one <= data.size(); first += one) {
      (noise ? paint_noise : paint_leaves)(rng, *layout, data.subspan(first, one));
    }
    for (float& v : data) v = range.low + width * std::clamp(v, 0.0f, 1.0f);
    return tensor;
  }
  for (float& v : data) {
    v = range.low + width * (0.5f + normal(rng) / (2.0f * kDeviationsToEnd));
    v = std::clamp(v, range.low, range.high);
  }
  return tensor;
}

// As an integer model takes it: by the record of its input.
Tensor stored(const Tensor& real, const TensorType& type) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DataType::kF32, real.shape()});
  const Graph::OutputHints hints{.quantization = {type.quantization}};
  const ValueId y = graph.add_node(
      {.op = &op("quantize"), .inputs = {x}, .attributes = Attributes::of(TypeAttrs{type.dtype})},
      hints)[0];
  return std::move(
      evaluate_reference(graph, graph.node(graph.value(y).producer), {&real, 1}).front());
}

}  // namespace

SampleSource synthetic_samples(const Graph& graph, const SyntheticOptions& options) {
  for (const ValueId id : graph.inputs()) {
    const Value& value = graph.value(id);
    if (value.type.dtype != DataType::kF32) {
      throw_error(ErrorKind::kUnsupported,
                  "input '{}' is {}; inputs can be synthesized for f32 only, give samples",
                  value.name, name(value.type.dtype));
    }
  }
  SampleSource source;
  source.count = options.count;
  source.inputs = [options](int64_t index, const Graph& model) {
    std::vector<Tensor> inputs;
    for (size_t i = 0; i < model.inputs().size(); ++i) {
      // A stream of its own for every tensor, so that the order of asking does not matter.
      Rng rng(options.seed + 0x10001u * static_cast<uint64_t>(index) + 0x100000001u * i);
      rng.next();
      const Shape shape = model.value(model.inputs()[i]).type.shape.bind(1);
      const RealRange range = i < options.ranges.size() ? options.ranges[i] : kDefaultRange;
      Tensor real = synthesize(rng, index, shape, range);
      const TensorType& type = model.value(model.inputs()[i]).type;
      inputs.push_back(type.quantization ? stored(real, type) : std::move(real));
    }
    return inputs;
  };
  return source;
}

std::string describe_synthetic(const Graph& graph, const SyntheticOptions& options) {
  const bool images =
      !graph.inputs().empty() &&
      image_layout(graph.value(graph.inputs().front()).type.shape.bind(1)).has_value();
  std::string ranges;
  for (const RealRange& range : options.ranges) {
    ranges += fmt::format("{}[{}, {}]", ranges.empty() ? "" : ", ", range.low, range.high);
  }
  if (ranges.empty()) ranges = "[-1, 1] (assumed; --input-range says otherwise)";
  return fmt::format("{} synthetic {} in {}", options.count,
                     images ? "scenes (dead leaves and octave noise)" : "noise inputs", ranges);
}

}  // namespace mote
