// Integer kernels of element-wise operators and reductions, for operands with quantization records.
//
//   if (is_quantized(context)) return quantized_binary(context, QuantizedBinary::kAdd);
//
// The operators' own files do the plain numbers; these call mote/kernels. Types: i8, i16, u8 where
// the kernels have them, else `no_kernel`.
#pragma once

#include "mote/ir/op_def.h"

namespace mote::ops {

enum class QuantizedBinary {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kMinimum,
  kMaximum,
  kSquaredDifference,
  kPrelu
};
void quantized_binary(const EvalContext& context, QuantizedBinary kind);

enum class QuantizedCompare { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
void quantized_compare(const EvalContext& context, QuantizedCompare kind);

enum class QuantizedReduce { kMean, kSum, kMax, kMin };
void quantized_reduce(const EvalContext& context, QuantizedReduce kind);

/// From one scale (and integer type) to another.
void requantize(const EvalContext& context);

/// y = f(x) by a table over all values of i8 or i16 (with interpolation).
void quantized_table(const EvalContext& context, float (*f)(float));

/// Random one-node graphs of quantized operands for these operators. The output's scale suits the
/// operator's range of results.
std::optional<Graph> sample_quantized_binary(Rng& rng, SampleKind kind, const OpDef& def,
                                             QuantizedBinary op);

}  // namespace mote::ops
