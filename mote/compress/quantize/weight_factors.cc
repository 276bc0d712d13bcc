#include "mote/compress/quantize/weight_factors.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mote {
namespace {

// |w[k]| * down[k]. Separate loops over short runs, so that each becomes vector code.
void scale_run(const float* w, const float* down, size_t count, float* to) {
  for (size_t k = 0; k < count; ++k) to[k] = std::abs(w[k]) * down[k];
}

// Magnitudes are not negative, so that their bits are ordered as they are; integer maxima can be
// taken in any order, which float ones cannot.
float largest_of(const float* values, size_t count) {
  int32_t top = 0;
  for (size_t k = 0; k < count; ++k) top = std::max(top, std::bit_cast<int32_t>(values[k]));
  return std::bit_cast<float>(top);
}

// visit(o, first input, |w| * down of a run of inputs, the run's weights); of layers whose weights
// are [oc, taps, inputs].
template <class Visit>
void for_each_run(const Graph& graph, const Layer& layer, const WeightFactors& factors,
                  Visit&& visit) {
  const std::span<const float> w = constant_floats(graph, layer.w);
  const auto count = static_cast<size_t>(layer.inputs_per_group());
  std::vector<float> run(count);
  const float* at = w.data();
  for (int64_t o = 0; o < layer.oc; ++o) {
    const auto first = static_cast<size_t>(layer.input_channel(o, 0));
    for (int64_t tap = 0; tap < layer.taps; ++tap, at += count) {
      scale_run(at, factors.down.data() + first, count, run.data());
      visit(static_cast<size_t>(o), first, run, at);
    }
  }
}

// Of a depthwise layer: few weights, in another order.
template <class Visit>
void for_each_magnitude(const Graph& graph, const Layer& layer, const WeightFactors& factors,
                        Visit&& visit) {
  const std::span<const float> w = constant_floats(graph, layer.w);
  for_each_weight(layer, [&](size_t e, int64_t o, int64_t i, int64_t) {
    const auto row = static_cast<size_t>(o);
    const auto column = static_cast<size_t>(i);
    visit(e, row, column, std::abs(w[e]) * factors.up[row] * factors.down[column]);
  });
}

bool is_depthwise(const Layer& layer) { return layer.kind == LayerKind::kDepthwise; }

}  // namespace

std::vector<float> row_maxima(const Graph& graph, const Layer& layer,
                              const WeightFactors& factors) {
  std::vector<float> rows(static_cast<size_t>(layer.oc), 0.0f);
  if (is_depthwise(layer)) {
    for_each_magnitude(graph, layer, factors, [&](size_t, size_t o, size_t, float magnitude) {
      rows[o] = std::max(rows[o], magnitude);
    });
    return rows;
  }
  for_each_run(graph, layer, factors,
               [&](size_t o, size_t, const std::vector<float>& run, const float*) {
                 rows[o] = std::max(rows[o], largest_of(run.data(), run.size()) * factors.up[o]);
               });
  return rows;
}

std::vector<float> column_maxima(const Graph& graph, const Layer& layer,
                                 const WeightFactors& factors) {
  std::vector<float> columns(static_cast<size_t>(layer.ic), 0.0f);
  if (is_depthwise(layer)) {
    for_each_magnitude(graph, layer, factors, [&](size_t, size_t, size_t i, float magnitude) {
      columns[i] = std::max(columns[i], magnitude);
    });
    return columns;
  }
  for_each_run(graph, layer, factors,
               [&](size_t o, size_t first, const std::vector<float>& run, const float*) {
                 float* to = columns.data() + first;
                 const float up = factors.up[o];
                 for (size_t k = 0; k < run.size(); ++k) to[k] = std::max(to[k], run[k] * up);
               });
  return columns;
}

std::vector<LargeWeight> large_weights(const Graph& graph, const Layer& layer,
                                       const WeightFactors& factors,
                                       const LargeWeightOptions& options) {
  const std::vector<float> rows = row_maxima(graph, layer, factors);
  const float top = rows.empty() ? 0.0f : *std::max_element(rows.begin(), rows.end());
  const auto bound = [&](size_t o) { return options.share * (options.per_row ? rows[o] : top); };
  std::vector<LargeWeight> found;
  const auto add = [&](size_t o, size_t i, float w) {
    found.push_back({static_cast<int32_t>(o), static_cast<int32_t>(i), std::abs(w)});
  };
  if (is_depthwise(layer)) {
    const std::span<const float> w = constant_floats(graph, layer.w);
    for_each_magnitude(graph, layer, factors, [&](size_t e, size_t o, size_t i, float magnitude) {
      if (magnitude > 0.0f && magnitude >= bound(o)) add(o, i, w[e]);
    });
    std::stable_sort(found.begin(), found.end(),
                     [](const LargeWeight& a, const LargeWeight& b) { return a.o < b.o; });
    return found;
  }
  for_each_run(graph, layer, factors,
               [&](size_t o, size_t first, const std::vector<float>& run, const float* w) {
                 if (rows[o] <= 0.0f || rows[o] < bound(o)) return;
                 const float least = bound(o) / factors.up[o];
                 for (size_t k = 0; k < run.size(); ++k) {
                   if (run[k] > 0.0f && run[k] >= least) add(o, first + k, w[k]);
                 }
               });
  return found;
}

}  // namespace mote
