#include "mote/ops/quantized.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/error.h"
#include "mote/kernels/quantize/quantize.h"

namespace mote::ops {

int32_t as_i32(int64_t value, std::string_view what) {
  if (value < 0 || value > std::numeric_limits<int32_t>::max()) {
    throw_error(ErrorKind::kUnsupported, "{} is {}; kernels take 0 to 2147483647", what, value);
  }
  return static_cast<int32_t>(value);
}

const Quantization& record(const TensorType& type) {
  if (!type.quantization) {
    throw_error(ErrorKind::kInvalidModel, "an operand of type {} has no scale", to_string(type));
  }
  return *type.quantization;
}

const Quantization& tensor_record(const TensorType& type) {
  const Quantization& found = record(type);
  if (found.scales.size() != 1) {
    throw_error(ErrorKind::kUnsupported, "{} has {} scales; this operand takes one",
                to_string(type), found.scales.size());
  }
  return found;
}

namespace {

// The nearest stored value of a real one, ties away from zero; division in float, as TFLite does.
int32_t stored(float real, const Quantization& record) {
  const float steps = std::round(real / record.scale());
  const double value = static_cast<double>(steps) + record.zero_point();
  constexpr double kLimit = std::numeric_limits<int32_t>::max();
  return static_cast<int32_t>(std::clamp(value, -kLimit, kLimit));
}

double layer_factor(float x_scale, float w_scale, float y_scale, ScaleProduct product) {
  switch (product) {
    case ScaleProduct::kDouble:
      return static_cast<double>(x_scale) * static_cast<double>(w_scale) /
             static_cast<double>(y_scale);
    case ScaleProduct::kFloat:
      return static_cast<double>(x_scale * w_scale) / static_cast<double>(y_scale);
    case ScaleProduct::kAllFloat:
      return static_cast<double>(x_scale * w_scale / y_scale);
  }
  return 0.0;
}

}  // namespace

StoredRange stored_range(Activation activation, const TensorType& type) {
  const IntegerRange all = integer_range(type.dtype);
  StoredRange range{static_cast<int32_t>(all.low), static_cast<int32_t>(all.high)};
  const ClampRange clamp = clamp_range(activation);
  const auto clamped = [&](float real) {
    return static_cast<int32_t>(
        std::clamp<int64_t>(stored(real, tensor_record(type)), all.low, all.high));
  };
  if (std::isfinite(clamp.low)) range.low = clamped(clamp.low);
  if (std::isfinite(clamp.high)) range.high = clamped(clamp.high);
  return range;
}

FloatRange float_range(Activation activation) {
  const ClampRange clamp = clamp_range(activation);
  constexpr float kLargest = std::numeric_limits<float>::max();
  return {std::max(clamp.low, -kLargest), std::min(clamp.high, kLargest)};
}

mote_table_scales table_scales(const TensorType& x, const TensorType& y) {
  const Quantization& from = tensor_record(x);
  const Quantization& to = tensor_record(y);
  return {from.scale(), to.scale(), from.zero_point(), to.zero_point()};
}

OutputStage::OutputStage(const LayerTypes& types, Activation activation, ScaleProduct product) {
  const float x_scale = tensor_record(types.x).scale();
  const Quantization& out = tensor_record(types.y);
  for (const float w_scale : record(types.w).scales) {
    multipliers_.push_back(
        mote_quantize_multiplier(layer_factor(x_scale, w_scale, out.scale(), product)));
  }
  const StoredRange range = stored_range(activation, types.y);
  if (product == ScaleProduct::kAllFloat) stage_.rounding = MOTE_ROUND_FLOAT;
  stage_.per_channel = multipliers_.size() > 1 ? 1 : 0;
  stage_.zero_point = out.zero_point();
  stage_.min = range.low;
  stage_.max = range.high;
}

mote_output_stage OutputStage::kernel_stage() const {
  mote_output_stage stage = stage_;
  stage.multipliers = multipliers_.data();
  return stage;
}

bool is_hybrid(const TensorType& x, const TensorType& w) {
  return x.dtype == DataType::kF32 && w.dtype == DataType::kI8;
}

QuantizedRows quantize_rows(const ConstTensorView& x, int64_t rows, bool asymmetric) {
  const auto values = x.data<float>();
  QuantizedRows result;
  result.values.resize(values.size());
  result.scales.resize(static_cast<size_t>(rows));
  const int64_t depth = rows == 0 ? 0 : static_cast<int64_t>(values.size()) / rows;
  if (asymmetric) {
    result.zero_points.resize(static_cast<size_t>(rows));
    mote_quantize_rows_asymmetric_reference(rows, depth, values.data(), result.values.data(),
                                            result.scales.data(), result.zero_points.data());
  } else {
    mote_quantize_rows_symmetric_reference(rows, depth, values.data(), result.values.data(),
                                           result.scales.data());
  }
  return result;
}

}  // namespace mote::ops
