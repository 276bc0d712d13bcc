#include "mote/api/requests.h"

#include "mote/base/error.h"
#include "mote/data/npy.h"
#include "mote/formats/model_file.h"

namespace mote {

Graph open_model(const ModelRequest& request, ConversionReport* report) {
  LoadOptions options{.shapes = request.shapes, .report = report};
  for (const auto& [name, path] : request.binds) {
    options.binds.emplace(name, data::read_npy(path));
  }
  return load_model(request.path, options);
}

Numerics numerics_for(Numerics chosen, const ModelRequest& model) {
  if (chosen != Numerics::kAuto) return chosen;
  return model.path.extension() == ".onnx" ? Numerics::kOnnx : Numerics::kTflm;
}

ExecOptions exec_for(ExecOptions chosen, const ModelRequest& model) {
  chosen.numerics = numerics_for(chosen.numerics, model);
  return chosen;
}

data::Dataset open_data(const DataRequest& request) {
  if (request.path.empty()) {
    throw_error(ErrorKind::kInvalidArgument,
                "no dataset was named; give a dataset.toml or a folder of samples with --data");
  }
  return data::Dataset::open(request.path, request.options);
}

int64_t label_offset_for(const data::Dataset& dataset, const Graph& graph) {
  if (graph.outputs().empty()) return 0;
  const Shape& shape = graph.value(graph.outputs()[0]).type.shape;
  return dataset.label_offset(shape.elements_per_sample());
}

}  // namespace mote
