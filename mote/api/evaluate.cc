#include "mote/api/evaluate.h"

namespace mote {

EvaluateResult evaluate(const EvaluateRequest& request, const Observer& observer) {
  const Graph graph = open_model(request.model);
  std::optional<Graph> reference;
  if (request.reference) reference = open_model(*request.reference);
  const data::Dataset dataset = open_data(request.data);
  EvaluateOptions options{
      .task = dataset.spec().task,
      .exec = exec_for(request.compute.exec, request.model),
      .threads = request.compute.threads,
      .label_offset = label_offset_for(dataset, graph),
      .allow_overlap = request.allow_overlap,
      .on_outputs = request.on_outputs,
  };
  if (reference) {
    options.reference = &*reference;
    options.reference_exec = exec_for(request.compute.exec, *request.reference);
    options.reference_label_offset = label_offset_for(dataset, *reference);
  }
  return {.dataset = dataset.spec().name,
          .task = dataset.spec().task,
          .evaluation = evaluate_model(graph, dataset_samples(dataset), options, observer)};
}

}  // namespace mote
