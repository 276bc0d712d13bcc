// What the integer kernels of all layers derive from types and records.
//
// Works for references (EvalContext) and fast paths (LowerContext) alike: it takes TensorTypes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mote/ir/op_def.h"
#include "mote/kernels/requantize/requantize.h"
#include "mote/kernels/table/table.h"
#include "mote/ops/activation.h"

namespace mote::ops {

/// An extent or product of extents as the kernels take it; throws kUnsupported above 2^31 - 1.
int32_t as_i32(int64_t value, std::string_view what);

/// The record of a quantized operand; throws kInvalidModel when there is none.
const Quantization& record(const TensorType& type);
/// The same, per tensor; throws kUnsupported otherwise.
const Quantization& tensor_record(const TensorType& type);

/// Stored values a fused activation leaves: [low, high]. Source: TFLite specification.
struct StoredRange {
  int32_t low = 0;
  int32_t high = 0;
};
StoredRange stored_range(Activation activation, const TensorType& type);

/// f32 bounds of a fused activation, finite.
struct FloatRange {
  float low = 0.0f;
  float high = 0.0f;
};
FloatRange float_range(Activation activation);

/// Scale and zero point from x to y of an element-wise operator.
mote_table_scales table_scales(const TensorType& x, const TensorType& y);

/// Input, weights and output of a layer.
struct LayerTypes {
  const TensorType& x;
  const TensorType& w;
  const TensorType& y;
};

/// In which type the factor scale(x) * scale(w) / scale(y) is formed; the multipliers differ in
/// their last bits.
enum class ScaleProduct {
  kDouble,    ///< TFLite's convolutions of int8 and int16
  kFloat,     ///< the product only: its per-tensor fully connected layers, matrix products, u8
  kAllFloat,  ///< product and quotient: ONNX Runtime
};

/// How the accumulators of a layer become stored values; owns what the kernel's struct points to.
class OutputStage {
 public:
  OutputStage() = default;
  /// With kAllFloat the rounding is ONNX Runtime's too.
  OutputStage(const LayerTypes& types, Activation activation, ScaleProduct product);

  void set_rounding(mote_rounding rounding) { stage_.rounding = rounding; }
  mote_output_stage kernel_stage() const;

 private:
  std::vector<mote_multiplier> multipliers_;
  mote_output_stage stage_{};
};

/// Weights of a layer beside float activations (dynamic range).
bool is_hybrid(const TensorType& x, const TensorType& w);

/// A float operand quantized row by row while running.
struct QuantizedRows {
  std::vector<int8_t> values;
  std::vector<float> scales;
  std::vector<int32_t> zero_points;  ///< empty: symmetric
};
QuantizedRows quantize_rows(const ConstTensorView& x, int64_t rows, bool asymmetric);

}  // namespace mote::ops
