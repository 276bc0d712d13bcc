#include "mote/api/compare.h"

namespace mote {

CompareResult compare(const CompareRequest& request, const Observer& observer) {
  const Graph model = open_model(request.model);
  const Graph candidate = open_model(request.candidate);
  const data::Dataset dataset = open_data(request.data);
  const CompareOptions options{.exec = exec_for(request.compute.exec, request.model),
                               .exec_b = exec_for(request.compute.exec, request.candidate),
                               .threads = request.compute.threads};
  return {
      .dataset = dataset.spec().name,
      .comparison = compare_models(model, candidate, dataset_samples(dataset), options, observer)};
}

}  // namespace mote
