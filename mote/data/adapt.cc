#include "mote/data/adapt.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/half.h"

namespace mote::data {
namespace {

/// Scales this close are the same one written with other digits (micro_speech: 26/256, 26/255).
constexpr double kSameScale = 0.01;

std::vector<int64_t> without_ones(const Shape& shape) {
  std::vector<int64_t> dims;
  std::copy_if(shape.begin(), shape.end(), std::back_inserter(dims),
               [](int64_t dim) { return dim != 1; });
  return dims;
}

Tensor fit_shape(const Tensor& sample, const ModelInput& input) {
  const Shape wanted = input.shape.bind(1);
  const Shape& have = sample.shape();
  const std::vector<int64_t> dims = without_ones(wanted);
  if (without_ones(have) == dims) return sample.reshaped(wanted);
  if (have.rank() == 3) {
    if (without_ones({have[2], have[0], have[1]}) == dims) {
      return channels_first(sample).reshaped(wanted);
    }
    if (without_ones({have[1], have[2], have[0]}) == dims) {
      return channels_last(sample).reshaped(wanted);
    }
  }
  if (dims.size() <= 1 && sample.elements() == wanted.elements()) return sample.reshaped(wanted);
  throw_error(ErrorKind::kInvalidArgument,
              "samples of shape {} do not fit input '{}' of shape {}; set resize, crop, color or "
              "features in [preprocess]",
              to_string(have), input.name, to_string(input.shape));
}

template <class T>
Tensor quantized(const std::vector<float>& values, const ModelInput& input) {
  const float scale = input.scale > 0.0 ? static_cast<float>(input.scale) : 1.0f;
  constexpr auto kLow = static_cast<double>(std::numeric_limits<T>::min());
  constexpr auto kHigh = static_cast<double>(std::numeric_limits<T>::max());
  Tensor result(data_type_of<T>, input.shape.bind(1));
  std::transform(values.begin(), values.end(), result.data<T>().begin(), [&](float value) {
    if (std::isnan(value)) return static_cast<T>(0);
    const double q = static_cast<double>(std::round(value / scale)) + input.zero_point;
    // The upper bound of 64-bit types is not a double; T's own limit is.
    if (q >= kHigh) return std::numeric_limits<T>::max();
    return q <= kLow ? std::numeric_limits<T>::min() : static_cast<T>(q);
  });
  return result;
}

Tensor from_float(const std::vector<float>& values, const ModelInput& input) {
  switch (input.dtype) {
    case DataType::kF32:
      return Tensor::of(input.shape.bind(1), values);
    case DataType::kF16:
      return Tensor::of(input.shape.bind(1), std::vector<Half>(values.begin(), values.end()));
    case DataType::kF64:
      return Tensor::of(input.shape.bind(1), std::vector<double>(values.begin(), values.end()));
    case DataType::kI8:
      return quantized<int8_t>(values, input);
    case DataType::kI16:
      return quantized<int16_t>(values, input);
    case DataType::kI32:
      return quantized<int32_t>(values, input);
    case DataType::kI64:
      return quantized<int64_t>(values, input);
    case DataType::kU8:
      return quantized<uint8_t>(values, input);
    case DataType::kU16:
      return quantized<uint16_t>(values, input);
    case DataType::kU32:
      return quantized<uint32_t>(values, input);
    case DataType::kU64:
      return quantized<uint64_t>(values, input);
    case DataType::kBool:
      break;
  }
  throw_error(ErrorKind::kInvalidArgument, "input '{}' takes bool, which a dataset does not give",
              input.name);
}

bool same_meaning(const ValueScale& have, const ModelInput& input) {
  if (have.scale <= 0.0 || input.scale <= 0.0) return true;
  return have.zero_point == input.zero_point &&
         std::abs(have.scale - input.scale) <= kSameScale * input.scale;
}

}  // namespace

Tensor adapt(const Tensor& sample, const ValueScale& integers, const ModelInput& input) {
  Tensor shaped = fit_shape(sample, input);
  const bool stored_as_integer = !is_float(shaped.dtype());
  if (shaped.dtype() == input.dtype && (!stored_as_integer || same_meaning(integers, input))) {
    return shaped;
  }
  std::vector<float> values = elements_as<float>(shaped);
  if (stored_as_integer && integers.scale > 0.0) {
    for (float& value : values) {
      value =
          static_cast<float>((static_cast<double>(value) - integers.zero_point) * integers.scale);
    }
  } else if (stored_as_integer && (is_float(input.dtype) || input.scale > 0.0)) {
    throw_error(
        ErrorKind::kInvalidArgument,
        "samples are {} without a scale, input '{}' takes {}; set 'scale' and 'zero_point' in "
        "[source]",
        mote::name(shaped.dtype()), input.name, mote::name(input.dtype));
  }
  return from_float(values, input);
}

}  // namespace mote::data
