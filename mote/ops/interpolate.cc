// resize: interpolation along any axes, one after the other. Source: ONNX Resize-13.
#include <algorithm>
#include <cmath>

#include "mote/ops/along_axis.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/resize_attrs.h"

namespace mote::ops {
namespace {

bool is_resized(const ResizeAttrs& attrs, const Shape& x, int axis) {
  const auto i = static_cast<size_t>(axis);
  const bool cropped = attrs.coordinates == Coordinates::kTfCropAndResize;
  return attrs.sizes[i] != x[axis] || attrs.scales[i] != 1.0f || cropped;
}

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<ResizeAttrs>();
  const Shape& x = context.shape(0);
  const auto rank = static_cast<size_t>(x.rank());
  if (attrs.sizes.size() != rank || attrs.scales.size() != rank) {
    context.fail("{} sizes and {} scales for {}", attrs.sizes.size(), attrs.scales.size(),
                 to_string(x));
  }
  const bool cropped = attrs.coordinates == Coordinates::kTfCropAndResize;
  if (attrs.roi.size() != 2 * rank && (cropped || !attrs.roi.empty())) {
    context.fail("{} entries in roi for {}", attrs.roi.size(), to_string(x));
  }
  Shape shape = x;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const auto i = static_cast<size_t>(axis);
    if (attrs.sizes[i] == kDynamic && axis == 0 && attrs.scales[i] == 1.0f) continue;
    if (attrs.sizes[i] < 0 || !(attrs.scales[i] > 0.0f)) {
      context.fail("size {} and scale {} on axis {}", attrs.sizes[i], attrs.scales[i], axis);
    }
    if (attrs.sizes[i] > 0 && x[axis] == 0) context.fail("axis {} is empty", axis);
    shape[axis] = attrs.sizes[i];
  }
  context.add_output(context.dtype(0), std::move(shape));
}

// The inputs of one output index along an axis.
struct Taps {
  std::vector<int64_t> indices;
  std::vector<double> weights;
  bool outside = false;
};

struct AxisGeometry {
  double scale;
  int64_t from;
  int64_t to;
  double roi_start;
  double roi_end;
};

double position_of(Coordinates mode, const AxisGeometry& axis, int64_t i) {
  const auto x = static_cast<double>(i);
  const auto last = static_cast<double>(axis.from - 1);
  // The resized length by scale, which may have a fraction.
  const double resized = axis.scale * static_cast<double>(axis.from);
  const double half_pixel = (x + 0.5) / axis.scale - 0.5;
  switch (mode) {
    case Coordinates::kHalfPixel:
      return half_pixel;
    case Coordinates::kPytorchHalfPixel:
      return resized > 1.0 ? half_pixel : 0.0;
    case Coordinates::kAlignCorners:
      return resized == 1.0 ? 0.0 : x * last / (resized - 1.0);
    case Coordinates::kAsymmetric:
      return x / axis.scale;
    case Coordinates::kTfHalfPixelForNn:
      return (x + 0.5) / axis.scale;
    case Coordinates::kTfCropAndResize:
      if (axis.to <= 1) return 0.5 * (axis.roi_start + axis.roi_end) * last;
      return axis.roi_start * last +
             x * (axis.roi_end - axis.roi_start) * last / static_cast<double>(axis.to - 1);
  }
  return 0.0;
}

int64_t nearest_index(NearestRounding rounding, double position) {
  switch (rounding) {
    case NearestRounding::kRoundPreferFloor:
      return std::llround(std::ceil(position - 0.5));
    case NearestRounding::kRoundPreferCeil:
      return std::llround(std::floor(position + 0.5));
    case NearestRounding::kFloor:
      return std::llround(std::floor(position));
    case NearestRounding::kCeil:
      return std::llround(std::ceil(position));
  }
  return 0;
}

// Weights of the four neighbours of a point `r` after the second. Source: Keys 1981.
std::vector<double> cubic_weights(double r, double a) {
  const auto near = [&](double d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [&](double d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(r + 1), near(r), near(1 - r), far(2 - r)};
}

Taps taps_of(const ResizeAttrs& attrs, const AxisGeometry& axis, int64_t i) {
  // Far outside every tap is an edge; limiting the position keeps its integer part in range.
  const double position = std::clamp(position_of(attrs.coordinates, axis, i), -1e9, 1e9);
  Taps taps;
  const auto last = axis.from - 1;
  taps.outside = attrs.coordinates == Coordinates::kTfCropAndResize &&
                 (position < 0.0 || position > static_cast<double>(last));
  if (attrs.mode == Interpolation::kNearest) {
    taps.indices = {nearest_index(attrs.rounding, position)};
    taps.weights = {1.0};
  } else {
    const double base = std::floor(position);
    const double rest = position - base;
    const auto first = static_cast<int64_t>(base);
    if (attrs.mode == Interpolation::kLinear) {
      taps.indices = {first, first + 1};
      taps.weights = {1.0 - rest, rest};
    } else {
      taps.indices = {first - 1, first, first + 1, first + 2};
      taps.weights = cubic_weights(rest, static_cast<double>(attrs.cubic_coefficient));
    }
  }
  double sum = 0.0;
  for (size_t k = 0; k < taps.indices.size(); ++k) {
    const bool inside = taps.indices[k] >= 0 && taps.indices[k] <= last;
    if (!inside && attrs.exclude_outside) taps.weights[k] = 0.0;
    taps.indices[k] = std::clamp<int64_t>(taps.indices[k], 0, last);
    sum += taps.weights[k];
  }
  if (attrs.exclude_outside) {
    for (double& weight : taps.weights) weight /= sum;
  }
  return taps;
}

std::vector<Taps> axis_taps(const ResizeAttrs& attrs, const Shape& from, const Shape& to,
                            int axis) {
  const auto i = static_cast<size_t>(axis);
  AxisGeometry geometry{static_cast<double>(attrs.scales[i]), from[axis], to[axis], 0.0, 1.0};
  // A scale that was derived from the size is its exact quotient, not that rounded to float.
  const double exact = static_cast<double>(to[axis]) / static_cast<double>(from[axis]);
  if (static_cast<float>(exact) == attrs.scales[i]) geometry.scale = exact;
  if (!attrs.roi.empty()) {
    geometry.roi_start = static_cast<double>(attrs.roi[i]);
    geometry.roi_end = static_cast<double>(attrs.roi[i + attrs.roi.size() / 2]);
  }
  std::vector<Taps> taps;
  for (int64_t k = 0; k < to[axis]; ++k) taps.push_back(taps_of(attrs, geometry, k));
  return taps;
}

// One axis of `x` resized; combine(line of x, taps, element of y) for every element.
template <class Combine>
void resize_axis(const Shape& from, const Shape& to, int axis, const std::vector<Taps>& taps,
                 Combine combine) {
  const int64_t inner = row_major_strides(to)[static_cast<size_t>(axis)];
  int64_t line_index = 0;
  for_each_line(from, axis, [&](const Line& line) {
    const int64_t start = line_index / inner * inner * to[axis] + line_index % inner;
    ++line_index;
    for (int64_t k = 0; k < to[axis]; ++k) {
      combine(line, taps[static_cast<size_t>(k)], start + k * inner);
    }
  });
}

// Applies body(shape before, shape after, axis, taps) to each axis that changes.
template <class Body>
void for_each_resized_axis(const EvalContext& context, Body body) {
  const auto& attrs = context.attrs<ResizeAttrs>();
  const Shape& x = context.input_type(0).shape;
  const Shape& y = context.output_type(0).shape;
  Shape from = x;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (!is_resized(attrs, x, axis) || attrs.sizes[static_cast<size_t>(axis)] == kDynamic) continue;
    Shape to = from;
    to[axis] = y[axis];
    body(from, to, axis, axis_taps(attrs, x, y, axis));
    from = to;
  }
}

template <class T>
void run_nearest(const EvalContext& context, T outside) {
  const T* x = reinterpret_cast<const T*>(context.inputs[0].bytes);
  std::vector<T> values(x, x + context.input(0).elements());
  for_each_resized_axis(
      context, [&](const Shape& from, const Shape& to, int axis, const auto& taps) {
        std::vector<T> next(static_cast<size_t>(to.elements()));
        resize_axis(from, to, axis, taps, [&](const Line& line, const Taps& tap, int64_t at) {
          next[static_cast<size_t>(at)] =
              tap.outside ? outside
                          : values[static_cast<size_t>(line.start + tap.indices[0] * line.step)];
        });
        values = std::move(next);
      });
  std::copy(values.begin(), values.end(), reinterpret_cast<T*>(context.outputs[0].bytes));
}

void run_weighted(const EvalContext& context) {
  const auto outside = static_cast<double>(context.attrs<ResizeAttrs>().extrapolation_value);
  std::vector<double> values = elements_as<double>(context.input(0));
  std::vector<bool> is_outside;
  for_each_resized_axis(
      context, [&](const Shape& from, const Shape& to, int axis, const auto& taps) {
        std::vector<double> next(static_cast<size_t>(to.elements()));
        std::vector<bool> next_outside(next.size(), false);
        resize_axis(from, to, axis, taps, [&](const Line& line, const Taps& tap, int64_t at) {
          double sum = 0.0;
          bool out = tap.outside;
          for (size_t k = 0; k < tap.indices.size(); ++k) {
            const auto source = static_cast<size_t>(line.start + tap.indices[k] * line.step);
            sum += values[source] * tap.weights[k];
            out = out || (!is_outside.empty() && is_outside[source]);
          }
          next[static_cast<size_t>(at)] = out ? outside : sum;
          next_outside[static_cast<size_t>(at)] = out;
        });
        values = std::move(next);
        is_outside = std::move(next_outside);
      });
  const bool known = with_float(context.output_type(0).dtype, [&]<class T>() {
    const auto y = context.output(0).data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      y[i] = static_cast<T>(static_cast<Compute<T>>(values[i]));
    }
  });
  if (!known) context.no_kernel();
}

void reference(const EvalContext& context) {
  const auto& attrs = context.attrs<ResizeAttrs>();
  if (attrs.mode != Interpolation::kNearest) {
    if (is_quantized(context)) context.no_kernel();
    return run_weighted(context);
  }
  if (attrs.coordinates == Coordinates::kTfCropAndResize && is_quantized(context)) {
    context.no_kernel();
  }
  with_number(context.input_type(0).dtype, [&]<class T>() {
    run_nearest<T>(context, static_cast<T>(static_cast<Compute<T>>(attrs.extrapolation_value)));
  });
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    const bool batch = node.attrs<ResizeAttrs>().sizes[static_cast<size_t>(axis)] == kDynamic;
    axes.push_back(!batch && is_resized(node.attrs<ResizeAttrs>(), x, axis)
                       ? AxisRole::blocked_by("resize interpolates along it")
                       : AxisRole::factor(axis, x[axis]));
  }
  return {{axes}, {axes}};
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  const auto& attrs = node.attrs<ResizeAttrs>();
  ResizeAttrs moved = attrs;
  const size_t rank = permutation.size();
  for (size_t i = 0; i < rank; ++i) {
    const auto axis = static_cast<size_t>(permutation[i]);
    moved.sizes[i] = attrs.sizes[axis];
    moved.scales[i] = attrs.scales[axis];
    if (attrs.roi.empty()) continue;
    moved.roi[i] = attrs.roi[axis];
    moved.roi[i + rank] = attrs.roi[axis + rank];
  }
  return Attributes::of(std::move(moved));
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 2), rng.integer(1, 5), rng.integer(1, 5), rng.integer(1, 3)};
  ResizeAttrs attrs{.sizes = shape.dims(), .scales = {1.0f, 1.0f, 1.0f, 1.0f}};
  for (const size_t axis : {size_t{1}, size_t{2}}) {
    const int64_t from = attrs.sizes[axis];
    attrs.sizes[axis] = rng.integer(1, 7);
    attrs.scales[axis] = static_cast<float>(double(attrs.sizes[axis]) / double(from));
  }
  attrs.mode = enum_values(Interpolation{})[static_cast<size_t>(rng.integer(0, 2))];
  attrs.coordinates = enum_values(Coordinates{})[static_cast<size_t>(rng.integer(0, 4))];
  attrs.rounding = enum_values(NearestRounding{})[static_cast<size_t>(rng.integer(0, 3))];
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("resize"), .inputs = {x}, .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_interpolate(OpSink& sink) {
  sink.add({.name = "resize",
            .summary =
                "x interpolated to `sizes`: nearest, linear or cubic, along every axis whose "
                "extent changes",
            .onnx_names = {"Resize", "Upsample"},
            .attributes = Attributes::of(ResizeAttrs{}),
            .infer = infer,
            .reference = reference,
            .axes = axes,
            .permute = permute,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
