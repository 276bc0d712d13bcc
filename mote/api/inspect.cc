#include "mote/api/inspect.h"

#include <system_error>

#include "mote/ir/op_def.h"
#include "mote/measure/fingerprint.h"

namespace mote {

InspectResult inspect(const InspectRequest& request) {
  ConversionReport report;
  const Graph graph = open_model(request.model, &report);
  InspectResult result{.name = graph.name()};
  std::error_code ignored;  // the model was read, so the file is there
  result.file_bytes = static_cast<int64_t>(std::filesystem::file_size(request.model.path, ignored));
  const auto named = [&](ValueId id) {
    return NamedType{graph.value(id).name, graph.value(id).type};
  };
  for (const ValueId id : graph.inputs()) result.inputs.push_back(named(id));
  for (const ValueId id : graph.outputs()) result.outputs.push_back(named(id));
  result.cost = model_cost(graph);
  for (const LayerCost& layer : result.cost.layers) ++result.op_counts[layer.op];
  result.calibration_samples = static_cast<int64_t>(calibration_fingerprints(graph).size());
  result.changes = std::move(report.changes);
  return result;
}

}  // namespace mote
