#include "mote/api/optimize.h"

#include "mote/api/convert.h"
#include "mote/formats/model_file.h"

namespace mote {

OptimizeResult optimize(const OptimizeRequest& request, const Observer& observer) {
  check_output_path(request.output, request.model.path);
  ConversionReport report;
  Graph graph = open_model(request.model, &report);
  OptimizeResult result;
  result.rewrite = run_exact_passes(
      graph, {.limits = {.numerics = numerics_for(request.numerics, request.model)},
              .skip = request.skip,
              .observer = observer});
  save_model(request.output, graph, {.source = request.model.path, .report = &report});
  result.input_bytes = file_bytes(request.model.path);
  result.output_bytes = file_bytes(request.output);
  result.changes = std::move(report.changes);
  return result;
}

}  // namespace mote
