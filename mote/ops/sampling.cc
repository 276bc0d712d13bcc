// grid_sample and roi_align: images sampled at computed positions. Source: ONNX GridSample-16,
// RoiAlign-16.
#include <algorithm>
#include <cmath>

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/resize_attrs.h"

namespace mote::ops {
namespace {

// More samples per bin and axis than any region of an image has.
constexpr int64_t kMostSamples = 1024;

// One channel of an image [h,w,c].
struct Plane {
  const float* data;
  int64_t h, w, c;

  float at(int64_t y, int64_t x) const { return data[(y * w + x) * c]; }
};

void infer_grid_sample(InferContext& context) {
  context.expect_inputs(2, 2);
  context.expect_rank(0, 4);
  context.expect_rank(1, 4);
  expect_same_type(context, 0, 1);
  const Shape& x = context.shape(0);
  const Shape& grid = context.shape(1);
  if (grid[0] != x[0] || grid[3] != 2) {
    context.fail("a grid {} for x {}, expected [{},h,w,2]", to_string(grid), to_string(x), x[0]);
  }
  context.add_output(context.dtype(0), {x[0], grid[1], grid[2], x[3]});
}

// Folds `x` into [low, high] as if mirrors stood at both ends.
double reflected(double x, double low, double high) {
  const double range = high - low;
  if (range <= 0.0 || !std::isfinite(x)) return low;
  const double distance = std::fmod(std::abs(x - low), 2.0 * range);
  return low + (distance <= range ? distance : 2.0 * range - distance);
}

class GridSampler {
 public:
  GridSampler(const GridSampleAttrs& attrs, int64_t h, int64_t w) : attrs_(attrs), h_(h), w_(w) {}

  float sample(const Plane& plane, float grid_x, float grid_y) const {
    const double x = placed(grid_x, w_);
    const double y = placed(grid_y, h_);
    switch (attrs_.mode) {
      case Interpolation::kNearest:
        return static_cast<float>(pixel(plane, std::nearbyint(y), std::nearbyint(x)));
      case Interpolation::kLinear:
        return weighted<2>(plane, y, x);
      case Interpolation::kCubic:
        return weighted<4>(plane, y, x);
    }
    return 0.0f;
  }

 private:
  double low(int64_t) const { return attrs_.align_corners ? 0.0 : -0.5; }
  double high(int64_t extent) const {
    return static_cast<double>(extent) - (attrs_.align_corners ? 1.0 : 0.5);
  }

  // From [-1, 1] to pixels, then inside unless zeros lie around.
  double placed(float g, int64_t extent) const {
    const auto n = static_cast<double>(extent);
    const double x = attrs_.align_corners ? (static_cast<double>(g) + 1.0) / 2.0 * (n - 1.0)
                                          : ((static_cast<double>(g) + 1.0) * n - 1.0) / 2.0;
    if (x >= low(extent) && x <= high(extent)) return x;
    switch (attrs_.outside) {
      case OutsideGrid::kZeros:
        return x;
      case OutsideGrid::kBorder:
        return x > 0.0 ? std::min(x, n - 1.0) : 0.0;
      case OutsideGrid::kReflection:
        return reflected(x, low(extent), high(extent));
    }
    return x;
  }

  double inside(double x, int64_t extent) const {
    return attrs_.outside == OutsideGrid::kReflection
               ? std::clamp(reflected(x, low(extent), high(extent)), 0.0, double(extent - 1))
               : std::clamp(x, 0.0, double(extent - 1));
  }

  double pixel(const Plane& plane, double y, double x) const {
    const bool is_inside = y >= 0 && y < double(h_) && x >= 0 && x < double(w_);
    if (!is_inside) {
      if (attrs_.outside == OutsideGrid::kZeros || std::isnan(x) || std::isnan(y)) return 0.0;
      y = inside(y, h_);
      x = inside(x, w_);
    }
    return static_cast<double>(plane.at(static_cast<int64_t>(y), static_cast<int64_t>(x)));
  }

  // Neighbours 0, 1 linearly, or -1..2 by the cubic with coefficient -0.75.
  template <int kTaps>
  static void weights(double r, double* w) {
    if constexpr (kTaps == 2) {
      w[0] = 1.0 - r;
      w[1] = r;
    } else {
      constexpr double a = -0.75;
      const auto near = [](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
      const auto far = [](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
      w[0] = far(r + 1);
      w[1] = near(r);
      w[2] = near(1 - r);
      w[3] = far(2 - r);
    }
  }

  template <int kTaps>
  float weighted(const Plane& plane, double y, double x) const {
    const double y0 = std::floor(y);
    const double x0 = std::floor(x);
    double wy[kTaps];
    double wx[kTaps];
    weights<kTaps>(y - y0, wy);
    weights<kTaps>(x - x0, wx);
    constexpr int kFirst = kTaps == 2 ? 0 : -1;
    double sum = 0.0;
    for (int i = 0; i < kTaps; ++i) {
      for (int j = 0; j < kTaps; ++j) {
        sum += wy[i] * wx[j] * pixel(plane, y0 + i + kFirst, x0 + j + kFirst);
      }
    }
    return static_cast<float>(sum);
  }

  const GridSampleAttrs& attrs_;
  int64_t h_, w_;
};

void reference_grid_sample(const EvalContext& context) {
  if (context.input_type(0).dtype != DataType::kF32) context.no_kernel();
  const Shape& x = context.input_type(0).shape;
  const Shape& y = context.output_type(0).shape;
  if (context.output(0).elements() == 0) return;
  if (x[1] == 0 || x[2] == 0) throw_error(ErrorKind::kInvalidModel, "an empty image is sampled");
  const float* from = context.input(0).data<float>().data();
  const float* grid = context.input(1).data<float>().data();
  float* to = context.output(0).data<float>().data();
  const GridSampler sampler(context.attrs<GridSampleAttrs>(), x[1], x[2]);
  for (int64_t n = 0; n < y[0]; ++n) {
    for (int64_t p = 0; p < y[1] * y[2]; ++p, grid += 2) {
      for (int64_t c = 0; c < x[3]; ++c) {
        const Plane plane{from + n * x[1] * x[2] * x[3] + c, x[1], x[2], x[3]};
        *to++ = sampler.sample(plane, grid[0], grid[1]);
      }
    }
  }
}

AxisMap axes_grid_sample(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const Shape& grid = graph.value(node.inputs[1]).type.shape;
  const AxisRole blocked = AxisRole::blocked_by("it is sampled at computed positions");
  const AxisRole n = AxisRole::factor(0, x[0]);
  const AxisRole h = AxisRole::factor(1, grid[1]);
  const AxisRole w = AxisRole::factor(2, grid[2]);
  const AxisRole c = AxisRole::factor(3, x[3]);
  return {{{n, blocked, blocked, c}, {n, h, w, blocked}}, {{n, h, w, c}}};
}

std::optional<Graph> sample_grid_sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const int64_t n = rng.integer(1, 2);
  const GridSampleAttrs attrs{
      .mode = enum_values(Interpolation{})[static_cast<size_t>(rng.integer(0, 2))],
      .outside = enum_values(OutsideGrid{})[static_cast<size_t>(rng.integer(0, 2))],
      .align_corners = rng.integer(0, 1) == 0};
  const ValueId x =
      sample_input(graph, rng, kind, {n, rng.integer(2, 5), rng.integer(2, 5), rng.integer(1, 3)});
  const ValueId grid =
      graph.add_input("grid", {DataType::kF32, {n, rng.integer(1, 4), rng.integer(1, 4), 2}});
  graph.set_outputs(graph.add_node(
      {.op = &op("grid_sample"), .inputs = {x, grid}, .attributes = Attributes::of(attrs)}));
  return graph;
}

void infer_roi_align(InferContext& context) {
  context.expect_inputs(3, 3);
  context.expect_rank(0, 4);
  const auto& attrs = context.attrs<RoiAlignAttrs>();
  const Shape& x = context.shape(0);
  const Shape& rois = context.shape(1);
  if (rois.rank() != 2 || rois[1] != 4 || context.shape(2) != Shape{rois[0]}) {
    context.fail("rois {} and batch indices {}, expected [r,4] and [r]", to_string(rois),
                 to_string(context.shape(2)));
  }
  if (attrs.size[0] < 1 || attrs.size[1] < 1 || attrs.sampling_ratio < 0 ||
      attrs.sampling_ratio > kMostSamples) {
    context.fail("size {}x{}, sampling_ratio {}", attrs.size[0], attrs.size[1],
                 attrs.sampling_ratio);
  }
  context.add_output(context.dtype(0), {rois[0], attrs.size[0], attrs.size[1], x[3]});
}

// Bilinear; more than one pixel outside is 0, up to one is the edge.
float roi_sample(const Plane& plane, float y, float x) {
  const auto h = static_cast<float>(plane.h);
  const auto w = static_cast<float>(plane.w);
  if (!(y >= -1.0f && y <= h && x >= -1.0f && x <= w)) return 0.0f;
  y = std::clamp(y, 0.0f, h - 1.0f);
  x = std::clamp(x, 0.0f, w - 1.0f);
  const auto y0 = static_cast<int64_t>(y);
  const auto x0 = static_cast<int64_t>(x);
  const int64_t y1 = std::min(y0 + 1, plane.h - 1);
  const int64_t x1 = std::min(x0 + 1, plane.w - 1);
  const float ry = y - static_cast<float>(y0);
  const float rx = x - static_cast<float>(x0);
  return (1 - ry) * ((1 - rx) * plane.at(y0, x0) + rx * plane.at(y0, x1)) +
         ry * ((1 - rx) * plane.at(y1, x0) + rx * plane.at(y1, x1));
}

// One axis of a region: where its bins start, how long they are, how many samples each takes.
struct Bins {
  float start, length;
  int64_t samples;

  Bins(const RoiAlignAttrs& attrs, float low, float high, int64_t count) {
    const float offset = attrs.half_pixel ? 0.5f : 0.0f;
    start = low * attrs.spatial_scale - offset;
    float extent = high * attrs.spatial_scale - offset - start;
    if (!attrs.half_pixel) extent = std::max(extent, 1.0f);
    length = extent / static_cast<float>(count);
    if (!(length <= static_cast<float>(kMostSamples))) {
      throw_error(ErrorKind::kInvalidModel, "a region from {} to {}", low, high);
    }
    samples = attrs.sampling_ratio > 0 ? attrs.sampling_ratio
                                       : std::max<int64_t>(0, std::llround(std::ceil(length)));
  }
  float position(int64_t bin, int64_t sample) const {
    return start + static_cast<float>(bin) * length +
           (static_cast<float>(sample) + 0.5f) * length / static_cast<float>(samples);
  }
};

float pooled(const Plane& plane, const Bins& rows, const Bins& columns, int64_t i, int64_t j,
             bool maximum) {
  float sum = 0.0f;
  float most = 0.0f;
  bool first = true;
  for (int64_t sy = 0; sy < rows.samples; ++sy) {
    for (int64_t sx = 0; sx < columns.samples; ++sx) {
      const float value = roi_sample(plane, rows.position(i, sy), columns.position(j, sx));
      sum += value;
      most = first ? value : std::max(most, value);
      first = false;
    }
  }
  const auto count = static_cast<float>(std::max<int64_t>(1, rows.samples * columns.samples));
  return maximum ? most : sum / count;
}

void reference_roi_align(const EvalContext& context) {
  if (context.input_type(0).dtype != DataType::kF32) context.no_kernel();
  const auto& attrs = context.attrs<RoiAlignAttrs>();
  const Shape& x = context.input_type(0).shape;
  if (context.output(0).elements() == 0) return;
  if (x[1] == 0 || x[2] == 0) throw_error(ErrorKind::kInvalidModel, "an empty image is sampled");
  const float* from = context.input(0).data<float>().data();
  const std::vector<float> rois = elements_as<float>(context.input(1));
  const std::vector<int64_t> batch = elements_as<int64_t>(context.input(2));
  float* to = context.output(0).data<float>().data();
  for (size_t r = 0; r < batch.size(); ++r) {
    if (batch[r] < 0 || batch[r] >= x[0]) {
      throw_error(ErrorKind::kInvalidModel, "region {} is of image {} of {}", r, batch[r], x[0]);
    }
    const float* roi = rois.data() + 4 * r;
    const Bins columns(attrs, roi[0], roi[2], attrs.size[1]);
    const Bins rows(attrs, roi[1], roi[3], attrs.size[0]);
    const float* image = from + batch[r] * x[1] * x[2] * x[3];
    for (int64_t i = 0; i < attrs.size[0]; ++i) {
      for (int64_t j = 0; j < attrs.size[1]; ++j) {
        for (int64_t c = 0; c < x[3]; ++c) {
          *to++ = pooled({image + c, x[1], x[2], x[3]}, rows, columns, i, j, attrs.maximum);
        }
      }
    }
  }
}

AxisMap axes_roi_align(const Graph& graph, const Node& node) {
  AxisMap map = blocked_axes(graph, node, "it is sampled at computed positions");
  const AxisRole r = AxisRole::factor(0, graph.value(node.inputs[1]).type.shape[0]);
  const AxisRole c = AxisRole::factor(1, graph.value(node.inputs[0]).type.shape[3]);
  map.inputs[1][0] = map.inputs[2][0] = map.outputs[0][0] = r;
  map.inputs[0][3] = map.outputs[0][3] = c;
  return map;
}

std::optional<Graph> sample_roi_align(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const int64_t regions = rng.integer(1, 3);
  const RoiAlignAttrs attrs{.size = {rng.integer(1, 3), rng.integer(1, 3)},
                            .sampling_ratio = rng.integer(0, 2),
                            .half_pixel = rng.integer(0, 1) == 0,
                            .maximum = rng.integer(0, 1) == 0};
  const ValueId x = sample_input(graph, rng, kind, {2, rng.integer(2, 6), rng.integer(2, 6), 2});
  const ValueId rois = graph.add_input("rois", {DataType::kF32, {regions, 4}});
  const ValueId batch = graph.add_constant("batch", Tensor(DataType::kI64, {regions}));
  graph.set_outputs(graph.add_node(
      {.op = &op("roi_align"), .inputs = {x, rois, batch}, .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_sampling(OpSink& sink) {
  sink.add({.name = "grid_sample",
            .summary = "y[n,i,j] = x[n] interpolated at grid[n,i,j], whose (x, y) span [-1, 1]",
            .onnx_names = {"GridSample"},
            .attributes = Attributes::of(GridSampleAttrs{}),
            .infer = infer_grid_sample,
            .reference = reference_grid_sample,
            .axes = axes_grid_sample,
            .cost = no_macs,
            .sample = sample_grid_sample});
  sink.add({.name = "roi_align",
            .summary = "The mean (or largest) of bilinear samples of x in each bin of each region",
            .onnx_names = {"RoiAlign"},
            .attributes = Attributes::of(RoiAlignAttrs{}),
            .infer = infer_roi_align,
            .reference = reference_roi_align,
            .axes = axes_roi_align,
            .cost = no_macs,
            .sample = sample_roi_align});
}

}  // namespace mote::ops
