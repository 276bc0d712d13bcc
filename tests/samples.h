// What the suites over all operators share: generated inputs, one run, and how results compare.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/exec/executor.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"

namespace mote::test {

/// Relative L2 that a float result may be away from the reference.
inline constexpr double kFloatTolerance = 1e-5;

/// gtest's name of a case: that of its operator.
inline std::string case_name(const testing::TestParamInfo<const OpDef*>& info) {
  return std::string(info.param->name);
}

/// The operators for a suite, as gtest wants them.
inline std::vector<const OpDef*> operators() { return {all_ops().begin(), all_ops().end()}; }

inline std::vector<Tensor> random_inputs(const Graph& graph, Rng& rng) {
  std::vector<Tensor> inputs;
  for (const ValueId id : graph.inputs()) {
    const TensorType& type = graph.value(id).type;
    inputs.push_back(ops::sample_tensor(rng, type.dtype, type.shape));
  }
  return inputs;
}

inline std::vector<Tensor> run(const Graph& graph, std::span<const Tensor> inputs, Kernels kernels,
                               Numerics numerics = Numerics::kTflm) {
  return Executor(graph, {.kernels = kernels, .numerics = numerics}).run(inputs);
}

/// Integers and bools byte for byte; floats within the tolerance, NaN and infinities in one place.
inline testing::AssertionResult same(const Tensor& expected, const Tensor& actual) {
  if (expected.dtype() != actual.dtype() || expected.shape() != actual.shape()) {
    return testing::AssertionFailure() << "another type or shape";
  }
  if (!is_float(expected.dtype())) {
    if (expected == actual) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "other bytes";
  }
  const std::vector<double> a = elements_as<double>(expected);
  const std::vector<double> b = elements_as<double>(actual);
  double error = 0.0;
  double norm = 0.0;
  for (size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) {
      if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
      return testing::AssertionFailure() << "element " << i << ": " << a[i] << " and " << b[i];
    }
    error += (a[i] - b[i]) * (a[i] - b[i]);
    norm += a[i] * a[i];
  }
  if (error <= kFloatTolerance * kFloatTolerance * norm) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "relative L2 is " << std::sqrt(error / norm);
}

}  // namespace mote::test
