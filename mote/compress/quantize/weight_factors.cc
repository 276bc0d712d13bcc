#include "mote/compress/quantize/weight_factors.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace mote {
namespace {

// Maxima that are taken side by side: in one, every weight would wait for the one before it.
constexpr size_t kLanes = 16;
// Weights that are passed over at once where the largest of them is too small.
constexpr size_t kBlock = 64;

// Largest |w[k]| * down[k].
float largest_of(const float* __restrict w, const float* __restrict down, size_t count) {
  std::array<float, kLanes> lanes{};
  const size_t whole = count - count % kLanes;
  for (size_t k = 0; k < whole; k += kLanes) {
    for (size_t l = 0; l < kLanes; ++l) {
      lanes[l] = std::max(lanes[l], std::abs(w[k + l]) * down[k + l]);
    }
  }
  float largest = *std::max_element(lanes.begin(), lanes.end());
  for (size_t k = whole; k < count; ++k) largest = std::max(largest, std::abs(w[k]) * down[k]);
  return largest;
}

// to[k] = max(to[k], |w[k]| * down[k] * up).
void raise_columns(const float* __restrict w, const float* __restrict down, float up, size_t count,
                   float* __restrict to) {
  for (size_t k = 0; k < count; ++k) to[k] = std::max(to[k], std::abs(w[k]) * down[k] * up);
}

// visit(o, first input, weights of a run of inputs); of layers whose weights are [oc, taps,
// inputs].
template <class Visit>
void for_each_run(const Graph& graph, const Layer& layer, Visit&& visit) {
  const float* w = constant_floats(graph, layer.w).data();
  const int64_t count = layer.inputs_per_group();
  for (int64_t o = 0; o < layer.oc; ++o) {
    const auto first = static_cast<size_t>(layer.input_channel(o, 0));
    for (int64_t tap = 0; tap < layer.taps; ++tap, w += count) {
      visit(static_cast<size_t>(o), first, w);
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

void add(LargeWeights& found, size_t o, size_t i, float w) {
  const auto row = static_cast<int32_t>(o);
  const size_t count = found.inputs.size();
  if (found.rows.empty() || found.rows.back().o != row) found.rows.push_back({row, count, count});
  found.inputs.push_back(static_cast<int32_t>(i));
  found.magnitude.push_back(std::abs(w));
  found.rows.back().last = count + 1;
}

// Adds those of a run with |w| * down of at least `least`.
void add_large(const float* w, const float* down, size_t count, float least, size_t o, size_t first,
               LargeWeights& found) {
  for (size_t block = 0; block < count; block += kBlock) {
    const size_t end = std::min(count, block + kBlock);
    if (largest_of(w + block, down + block, end - block) < least) continue;
    for (size_t k = block; k < end; ++k) {
      const float scaled = std::abs(w[k]) * down[k];
      if (scaled > 0.0f && scaled >= least) add(found, o, first + k, w[k]);
    }
  }
}

// Of a depthwise layer; its weights lie tap by tap.
LargeWeights large_depthwise(const Graph& graph, const Layer& layer, const WeightFactors& factors,
                             const std::vector<float>& least) {
  const std::span<const float> w = constant_floats(graph, layer.w);
  LargeWeights found;
  for (size_t o = 0; o < least.size(); ++o) {
    const auto i = static_cast<size_t>(layer.input_channel(static_cast<int64_t>(o), 0));
    for (size_t e = o; e < w.size(); e += least.size()) {
      const float magnitude = std::abs(w[e]) * factors.up[o] * factors.down[i];
      if (magnitude > 0.0f && magnitude >= least[o]) add(found, o, i, w[e]);
    }
  }
  return found;
}

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
  const auto count = static_cast<size_t>(layer.inputs_per_group());
  for_each_run(graph, layer, [&](size_t o, size_t first, const float* w) {
    const float top = largest_of(w, factors.down.data() + first, count);
    rows[o] = std::max(rows[o], top * factors.up[o]);
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
  const auto count = static_cast<size_t>(layer.inputs_per_group());
  for_each_run(graph, layer, [&](size_t o, size_t first, const float* w) {
    raise_columns(w, factors.down.data() + first, factors.up[o], count, columns.data() + first);
  });
  return columns;
}

LargeWeights large_weights(const Graph& graph, const Layer& layer, const WeightFactors& factors,
                           const LargeWeightOptions& options) {
  const std::vector<float> rows = row_maxima(graph, layer, factors);
  const float top = rows.empty() ? 0.0f : *std::max_element(rows.begin(), rows.end());
  std::vector<float> least(rows.size());
  for (size_t o = 0; o < least.size(); ++o) {
    least[o] = options.share * (options.per_row ? rows[o] : top);
  }
  if (is_depthwise(layer)) return large_depthwise(graph, layer, factors, least);
  LargeWeights found;
  const auto count = static_cast<size_t>(layer.inputs_per_group());
  for_each_run(graph, layer, [&](size_t o, size_t first, const float* w) {
    if (rows[o] <= 0.0f || rows[o] < least[o]) return;
    add_large(w, factors.down.data() + first, count, least[o] / factors.up[o], o, first, found);
  });
  return found;
}

}  // namespace mote
