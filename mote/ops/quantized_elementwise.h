// Kernel calls of element-wise operators and reductions over operands with quantization records.
//
//   if (is_quantized(context)) return binary_request(context, QuantizedBinary::kAdd);
//
// The operators' own files do the plain numbers. Types: i8, i16, u8 where the kernels have them,
// else nothing. Every function is there for EvalContext and LowerContext.
#pragma once

#include "mote/ops/lowering.h"

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
template <class Context>
std::optional<KernelRequest> binary_request(const Context& context, QuantizedBinary kind);

enum class QuantizedCompare { kEqual, kNotEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
/// The same of f32, and of plain i32 where the kernels have it.
std::optional<KernelRequest> plain_binary_request(const LowerContext& context,
                                                  QuantizedBinary kind);

template <class Context>
std::optional<KernelRequest> compare_request(const Context& context, QuantizedCompare kind);

enum class QuantizedReduce { kMean, kSum, kMax, kMin };
template <class Context>
std::optional<KernelRequest> reduce_request(const Context& context, QuantizedReduce kind);

/// From one scale (and integer type) to another.
template <class Context>
std::optional<KernelRequest> requantize_request(const Context& context);

/// y = f(x) by a table over all values of i8 or i16 (with interpolation).
template <class Context>
std::optional<KernelRequest> table_request(const Context& context, float (*f)(float));

/// Random one-node graphs of quantized operands for these operators. The output's scale suits the
/// operator's range of results.
std::optional<Graph> sample_quantized_binary(Rng& rng, SampleKind kind, const OpDef& def,
                                             QuantizedBinary op);

}  // namespace mote::ops
