#include <algorithm>

#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/tflite_model.h"

namespace mote {
namespace tflite {
namespace {

using schema::BuiltinOperator;

/// TensorFlow Lite Micro's plan of memory by tensor index: void once tensors are numbered anew.
constexpr std::string_view kOfflinePlan = "OfflineMemoryAllocation";

enum class BatchMode { kAsInFile, kDynamic };

void import_operator(Importer& importer, const schema::Operator& op) {
  const BuiltinOperator code = operator_code(importer.view, op);
  ImportContext context(importer, op);
  with_context(
      [&] { return fmt::format("operator '{}' ({})", context.name(), operator_name(code)); },
      [&] {
        const bool custom = code == BuiltinOperator::CUSTOM;
        const ImportRule rule = custom
                                    ? op_rules().custom_import_rule(custom_name(importer.view, op))
                                    : op_rules().import_rule(code);
        if (rule == nullptr && custom) {
          throw_error(ErrorKind::kUnsupported, "custom operator '{}' is not known",
                      custom_name(importer.view, op));
        }
        if (rule == nullptr) {
          throw_error(ErrorKind::kUnsupported, "mote does not read this operator");
        }
        rule(context);
      });
}

/// The shape that an input gets: the caller's, or the file's with its batch open.
Shape input_shape(const Importer& importer, const FileTensor& tensor, const LoadOptions& options) {
  if (const auto given = options.shapes.find(tensor.name); given != options.shapes.end()) {
    return given->second;
  }
  if (!tensor.other_dynamic_axes.empty()) {
    throw_error(ErrorKind::kUnsupported,
                "input '{}' leaves extent {} open; fix it with --shape {}=...", tensor.name,
                tensor.other_dynamic_axes[0], tensor.name);
  }
  Shape shape = tensor.shape;
  if (importer.batch_is_dynamic && tensor.dynamic_batch) shape[0] = kDynamic;
  return shape;
}

void add_input(Importer& importer, int32_t index, const LoadOptions& options) {
  FileTensor& tensor = importer.tensor(index);
  if (tensor.value.valid()) {
    throw_error(ErrorKind::kInvalidModel, "input '{}' is listed twice", tensor.name);
  }
  if (!tensor.dtype) {
    throw_error(ErrorKind::kUnsupported, "input '{}' is of {}", tensor.name,
                type_name(tensor.file_type));
  }
  if (const auto bound = options.binds.find(tensor.name); bound != options.binds.end()) {
    if (bound->second.dtype() != *tensor.dtype) {
      throw_error(ErrorKind::kInvalidArgument, "input '{}' takes {}, but {} was bound to it",
                  tensor.name, name(*tensor.dtype), name(bound->second.dtype()));
    }
    tensor.value = importer.graph.add_constant(tensor.name, bound->second, tensor.quantization);
    return;
  }
  tensor.value = importer.graph.add_input(
      tensor.name, {*tensor.dtype, input_shape(importer, tensor, options), tensor.quantization});
}

void import_signatures(Importer& importer) {
  const auto* defs = importer.view.model().signature_defs();
  if (defs == nullptr) return;
  const auto read_map = [&](const auto* entries) {
    std::vector<std::pair<std::string, ValueId>> result;
    if (entries == nullptr) return result;
    for (const schema::TensorMap* entry : *entries) {
      result.emplace_back(text(entry->name()),
                          importer.value_of(static_cast<int32_t>(entry->tensor_index())));
    }
    return result;
  };
  for (const schema::SignatureDef* def : *defs) {
    const std::string key(text(def->signature_key()));
    with_context([&] { return "signature '" + key + "'"; },
                 [&] {
                   if (def->subgraph_index() != 0) {
                     throw_error(ErrorKind::kUnsupported,
                                 "it enters subgraph {}; only subgraph 0 is "
                                 "read",
                                 def->subgraph_index());
                   }
                   importer.graph.signatures.push_back(
                       {key, read_map(def->inputs()), read_map(def->outputs())});
                 });
  }
}

void import_metadata(Importer& importer) {
  const schema::Model& model = importer.view.model();
  importer.graph.description = text(model.description());
  if (model.metadata() == nullptr) return;
  for (const schema::Metadata* entry : *model.metadata()) {
    const std::string key(text(entry->name()));
    const std::span<const std::byte> bytes = importer.view.buffer(entry->buffer());
    if (key == kOfflinePlan) {
      importer.report.add("metadata '" + key + "'", "dropped: it numbers the tensors of the file");
      continue;
    }
    if (!importer.graph.metadata
             .emplace(key, std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()))
             .second) {
      importer.report.add("metadata '" + key + "'", "the file has it twice; the first is kept");
    }
  }
}

/// A symbolic batch may only reach attributes: as data it would be -1.
void refuse_symbolic_data(const Importer& importer) {
  for (const NodeId id : importer.graph.topological_order()) {
    const Node& node = importer.graph.node(id);
    for (const ValueId input : node.inputs) {
      if (!importer.symbolic.contains(input)) continue;
      throw_error(ErrorKind::kUnsupported, "node '{}' calculates with the batch", node.name);
    }
  }
}

std::vector<std::string> input_names(Importer& importer) {
  std::vector<std::string> names;
  for (const int32_t index : elements(importer.subgraph.inputs())) {
    names.push_back(importer.tensor(index).name);
  }
  return names;
}

const schema::SubGraph& main_subgraph(const ModelView& view) {
  const auto* subgraphs = view.model().subgraphs();
  if (subgraphs == nullptr || subgraphs->size() == 0) {
    throw_error(ErrorKind::kInvalidModel, "the file has no subgraph");
  }
  return *subgraphs->Get(0);
}

struct Result {
  Graph graph;
  ConversionReport report;
};

Result read_subgraph(const ModelView& view, const LoadOptions& options, BatchMode mode) {
  Importer importer(view, main_subgraph(view));
  check_input_names(options, input_names(importer));
  importer.owner = options.owner;
  importer.batch_is_dynamic = mode == BatchMode::kDynamic;
  importer.shapes_hold = options.shapes.empty() && options.binds.empty();
  for (const int32_t index : elements(importer.subgraph.inputs())) {
    const FileTensor& tensor = importer.tensor(index);
    if (tensor.dynamic_batch) importer.file_batch = tensor.shape[0];
    add_input(importer, index, options);
  }
  if (importer.subgraph.operators() != nullptr) {
    for (const schema::Operator* op : *importer.subgraph.operators())
      import_operator(importer, *op);
  }
  std::vector<ValueId> outputs;
  for (const int32_t index : elements(importer.subgraph.outputs())) {
    outputs.push_back(importer.value_of(index));
  }
  importer.graph.set_outputs(std::move(outputs));
  import_signatures(importer);
  import_metadata(importer);
  if (importer.folded_shapes) {
    importer.graph.remove_unused();
    refuse_symbolic_data(importer);
  }
  verify(importer.graph);
  return {std::move(importer.graph), std::move(importer.report)};
}

bool leaves_batch_open(const ModelView& view) {
  const schema::SubGraph& subgraph = main_subgraph(view);
  const size_t count = subgraph.tensors() == nullptr ? 0 : subgraph.tensors()->size();
  for (const int32_t index : elements(subgraph.inputs())) {
    if (index < 0 || static_cast<size_t>(index) >= count) continue;  // the import says so
    const schema::Tensor& tensor = *subgraph.tensors()->Get(static_cast<uint32_t>(index));
    const auto signature = elements(tensor.shape_signature());
    if (!signature.empty() && signature[0] < 0) return true;
  }
  return false;
}

Result read(const ModelView& view, const LoadOptions& options) {
  if (!options.shapes.empty() || !leaves_batch_open(view)) {
    return read_subgraph(view, options, BatchMode::kAsInFile);
  }
  std::string reason;
  try {
    return read_subgraph(view, options, BatchMode::kDynamic);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::kUnsupported && error.kind() != ErrorKind::kInvalidModel) throw;
    reason = error.what();
  }
  Result result = read_subgraph(view, options, BatchMode::kAsInFile);
  result.report.add("batch", "it is fixed as in the file, because with an open one: " + reason);
  return result;
}

}  // namespace
}  // namespace tflite

bool is_tflite(std::span<const std::byte> bytes) {
  constexpr size_t kIdentifierEnd = 8;  // after the root offset; FlatBuffers, "File identification"
  return bytes.size() >= kIdentifierEnd && tflite_schema::ModelBufferHasIdentifier(bytes.data());
}

Graph read_tflite(std::span<const std::byte> bytes, const LoadOptions& options) {
  const tflite::ModelView view(bytes);
  tflite::Result result = tflite::read(view, options);
  if (options.report != nullptr) {
    for (ConversionChange& change : result.report.changes) {
      options.report->changes.push_back(std::move(change));
    }
  }
  return std::move(result.graph);
}

}  // namespace mote
