#include "mote/measure/samples.h"

#include <fmt/core.h>

#include "mote/base/error.h"

namespace mote {

std::vector<data::ModelInput> declared_inputs(const Graph& graph) {
  std::vector<data::ModelInput> inputs;
  for (const ValueId id : graph.inputs()) {
    const Value& value = graph.value(id);
    data::ModelInput input{
        .name = value.name, .dtype = value.type.dtype, .shape = value.type.shape};
    if (value.type.quantization) {
      if (!value.type.quantization->is_per_tensor()) {
        throw_error(ErrorKind::kUnsupported, "input '{}' is quantized per channel: {}", value.name,
                    to_string(value.type));
      }
      input.scale = value.type.quantization->scale();
      input.zero_point = value.type.quantization->zero_point();
    }
    inputs.push_back(std::move(input));
  }
  return inputs;
}

SampleSource dataset_samples(const data::Dataset& dataset) {
  return {
      .count = dataset.size(),
      .inputs = [dataset](
                    int64_t index,
                    const Graph& graph) { return dataset.inputs(index, declared_inputs(graph)); },
      .label = [dataset](int64_t index) { return dataset.label(index); },
      .fingerprint = [dataset](int64_t index) { return dataset.fingerprint(index); },
      .name = [dataset](int64_t index) { return dataset.id(index); },
  };
}

std::string describe_sample(const SampleSource& samples, int64_t index) {
  if (!samples.name) return fmt::format("sample {}", index);
  return fmt::format("sample {} ('{}')", index, samples.name(index));
}

}  // namespace mote
