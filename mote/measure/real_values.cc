#include "mote/measure/real_values.h"

namespace mote {

std::vector<float> real_values(const ConstTensorView& tensor, const TensorType& type) {
  std::vector<float> values = elements_as<float>(tensor);
  if (!type.quantization) return values;
  const Quantization& record = *type.quantization;
  if (record.is_per_tensor()) {
    for (float& v : values) {
      v = record.scale() * (v - static_cast<float>(record.zero_point()));
    }
    return values;
  }
  const auto stride =
      static_cast<size_t>(row_major_strides(tensor.shape)[static_cast<size_t>(record.axis)]);
  const size_t channels = record.scales.size();
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t channel = i / stride % channels;
    values[i] =
        record.scales[channel] * (values[i] - static_cast<float>(record.zero_points[channel]));
  }
  return values;
}

}  // namespace mote
