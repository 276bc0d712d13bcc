#include "mote/formats/onnx/import_graph.h"

#include <algorithm>

#include "mote/formats/onnx/expand_qlinear.h"
#include "mote/formats/onnx/fold_qdq.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// Nodes after inlining functions, branches and loops.
constexpr int64_t kMaxNodes = 1'000'000;
constexpr size_t kMaxScopes = 64;

std::string describe(const onnxpb::NodeProto& node) {
  const std::string name = !node.name().empty()     ? node.name()
                           : node.output_size() > 0 ? node.output(0)
                                                    : std::string("?");
  const std::string domain = node.domain().empty() ? "" : node.domain() + ".";
  return fmt::format("node '{}' ({}{})", name, domain, node.op_type());
}

std::string domain_of(const std::string& domain) { return domain == "ai.onnx" ? "" : domain; }

}  // namespace

void check_dense_tensor(const onnxpb::ValueInfoProto& info) {
  const auto& type = info.type();
  if (type.has_tensor_type()) return;
  throw_error(ErrorKind::kUnsupported, "'{}' is a {}; only dense tensors are supported",
              info.name(),
              type.has_sequence_type()        ? "sequence"
              : type.has_map_type()           ? "map"
              : type.has_optional_type()      ? "optional"
              : type.has_sparse_tensor_type() ? "sparse tensor"
                                              : "value without a type");
}

GraphImport::GraphImport(onnxpb::ModelProto& model, const RawData& raw,
                         const std::filesystem::path& folder, const LoadOptions& options)
    : model_(model),
      raw_(raw),
      folder_(folder),
      options_(options),
      graph_(model.graph().name()),
      fold_budget_bytes_(fold_budget(raw.file_bytes)),
      nodes_left_(kMaxNodes) {}

Graph GraphImport::run() {
  read_opsets();
  open_scope(*model_.mutable_graph());
  for (const auto& output : model_.graph().output()) output_names_[output.name()] = 1;
  add_inputs();
  import_nodes(*model_.mutable_graph());
  set_outputs();
  keep_metadata();
  fold_qdq(graph_, options_.report);
  restore_constant_names();
  report_widened();
  verify(graph_);
  return std::move(graph_);
}

void GraphImport::read_opsets() {
  for (const auto& entry : model_.opset_import()) {
    opsets_[domain_of(entry.domain())] = entry.version();
  }
  if (!opsets_.contains("")) {
    throw_error(ErrorKind::kInvalidModel,
                "the model imports no version of the default operator set");
  }
  const int64_t opset = opsets_[""];
  if (opset < kOldestOnnxOpset || opset > kNewestOnnxOpset) {
    throw_error(ErrorKind::kUnsupported,
                "the model uses opset {}; mote reads {} to {}. Convert it "
                "with onnx.version_converter or export it again",
                opset, kOldestOnnxOpset, kNewestOnnxOpset);
  }
}

int64_t GraphImport::opset_of(const std::string& domain) const {
  const auto found = opsets_.find(domain_of(domain));
  return found == opsets_.end() ? 1 : found->second;
}

void GraphImport::open_scope(onnxpb::GraphProto& graph) {
  if (scopes_.size() >= kMaxScopes) {
    throw_error(ErrorKind::kUnsupported, "subgraphs nest deeper than {}", kMaxScopes);
  }
  Scope scope;
  for (auto& tensor : *graph.mutable_initializer()) scope.initializers[tensor.name()] = &tensor;
  if (graph.sparse_initializer_size() > 0) {
    throw_error(ErrorKind::kUnsupported, "initializer '{}' is sparse; store it dense",
                graph.sparse_initializer(0).values().name());
  }
  scopes_.push_back(std::move(scope));
}

Shape GraphImport::input_shape(const onnxpb::ValueInfoProto& info) {
  const auto given = options_.shapes.find(info.name());
  const auto& type = info.type().tensor_type();
  if (given != options_.shapes.end()) {
    if (type.has_shape() && type.shape().dim_size() != given->second.rank()) {
      throw_error(ErrorKind::kInvalidArgument, "--shape gives input '{}' {} extents, the model {}",
                  info.name(), given->second.rank(), type.shape().dim_size());
    }
    return given->second;
  }
  if (!type.has_shape()) {
    throw_error(ErrorKind::kUnsupported, "input '{}' has no shape; give it with --shape {}=...",
                info.name(), info.name());
  }
  std::vector<int64_t> dims;
  for (int axis = 0; axis < type.shape().dim_size(); ++axis) {
    const auto& dim = type.shape().dim(axis);
    const bool known = dim.has_dim_value() && dim.dim_value() >= 0;
    if (known) {
      dims.push_back(dim.dim_value());
      continue;
    }
    if (axis != 0) {
      throw_error(ErrorKind::kUnsupported,
                  "input '{}': extent {} ('{}') is not fixed, and only the "
                  "first may be; give the shape with --shape {}=...",
                  info.name(), axis, dim.dim_param(), info.name());
    }
    if (!dim.dim_param().empty()) {
      if (batch_name_.empty()) batch_name_ = dim.dim_param();
      if (batch_name_ != dim.dim_param()) {
        throw_error(ErrorKind::kUnsupported,
                    "inputs have two different free extents, '{}' and '{}'; "
                    "fix one with --shape {}=...",
                    batch_name_, dim.dim_param(), info.name());
      }
    }
    dims.push_back(kDynamic);
  }
  return Shape(std::move(dims));
}

void GraphImport::add_inputs() {
  std::vector<std::string> names;
  for (const auto& info : model_.graph().input()) names.push_back(info.name());
  check_input_names(options_, names);
  for (const auto& info : model_.graph().input()) {
    with_context([&] { return fmt::format("input '{}'", info.name()); }, [&] { add_input(info); });
  }
}

void GraphImport::add_input(const onnxpb::ValueInfoProto& info) {
  // Up to IR version 3 initializers are listed as inputs too; later that marks a default value.
  if (scopes_.front().initializers.contains(info.name())) return;
  check_dense_tensor(info);
  const int64_t code = info.type().tensor_type().elem_type();
  const std::optional<DataType> dtype = data_type_from_onnx(code);
  if (!dtype) {
    throw_error(ErrorKind::kUnsupported, "element type {} ({})", code, onnx_type_name(code));
  }
  const auto bound = options_.binds.find(info.name());
  if (bound != options_.binds.end()) {
    if (bound->second.dtype() != *dtype) {
      throw_error(ErrorKind::kInvalidArgument, "--bind gives {}, the model takes {}",
                  name(bound->second.dtype()), name(*dtype));
    }
    set_operand(info.name(), {graph_.add_constant(info.name(), bound->second), {}, nullptr});
    return;
  }
  const ValueId id = graph_.add_input(info.name(), {*dtype, input_shape(info)});
  if (graph_.value(id).name != info.name()) {
    throw_error(ErrorKind::kInvalidModel, "two inputs have this name");
  }
  set_operand(info.name(), {id, {}, nullptr});
}

void GraphImport::import_nodes(onnxpb::GraphProto& graph) {
  for (auto& node : *graph.mutable_node()) {
    with_context([&] { return describe(node); }, [&] { import_node(node); });
  }
}

void GraphImport::import_node(onnxpb::NodeProto& node) {
  if (--nodes_left_ < 0) {
    throw_error(ErrorKind::kUnsupported, "the model has more than {} nodes", kMaxNodes);
  }
  std::vector<onnxpb::NodeProto> parts = expand_qlinear(node);
  for (onnxpb::NodeProto& part : parts) import_node(part);
  if (!parts.empty()) return;
  const std::string domain = domain_of(node.domain());
  if (domain.empty() && (node.op_type() == "If" || node.op_type() == "Loop")) {
    NodeImport context(*this, node, {});
    return node.op_type() == "If" ? import_if(context, node) : import_loop(context, node);
  }
  const ImportRow* row = find_import(domain, node.op_type(), opset_of(domain));
  if (row == nullptr) {
    throw_error(ErrorKind::kUnsupported,
                "the operator {} of domain '{}', opset {}, is not supported", node.op_type(),
                domain.empty() ? "ai.onnx" : domain, opset_of(domain));
  }
  NodeImport context(*this, node, *row);
  if (!import_known(context, node)) row->handler(context);
  for (const std::string& name : node.output()) {
    if (!name.empty() && find_operand(name) == nullptr) {
      throw_error(ErrorKind::kUnsupported, "the optional output '{}' is not supported", name);
    }
  }
}

// Shape arithmetic goes by its own evaluator, as long as it knows the operator.
bool GraphImport::import_known(NodeImport& node, const onnxpb::NodeProto& proto) {
  if (!domain_of(proto.domain()).empty() || proto.input_size() == 0 || proto.output_size() != 1) {
    return false;
  }
  std::vector<std::optional<KnownInts>> held;
  for (const std::string& name : proto.input()) {
    const Operand* operand = name.empty() ? nullptr : find_operand(name);
    if (operand == nullptr && !name.empty()) return false;
    std::optional<KnownInts> ints;
    if (operand != nullptr && operand->ints != nullptr) {
      ints = *operand->ints;
    } else if (operand != nullptr && operand->plain.valid()) {
      const Value& value = graph_.value(operand->plain);
      if (value.kind == ValueKind::kConstant) ints = known_ints(*value.constant);
    }
    if (operand != nullptr && !ints) return false;
    held.push_back(std::move(ints));
  }
  std::vector<const KnownInts*> inputs;
  for (const auto& ints : held) inputs.push_back(ints ? &*ints : nullptr);
  std::optional<KnownInts> result = evaluate_known(proto.op_type(), node, inputs);
  if (!result) return false;
  node.output_ints(0, std::move(*result));
  return true;
}

void GraphImport::set_outputs() {
  std::vector<ValueId> outputs;
  for (const auto& info : model_.graph().output()) {
    Operand* operand = find_operand(info.name());
    if (operand == nullptr) {
      throw_error(ErrorKind::kInvalidModel, "output '{}' is not computed by any node", info.name());
    }
    with_context(
        [&] { return fmt::format("output '{}'", info.name()); },
        [&] {
          ValueId id = plain(*operand);
          const bool taken = std::find(outputs.begin(), outputs.end(), id) != outputs.end();
          if (taken || graph_.value(id).kind != ValueKind::kComputed) {
            Node copy{.op = &op("reshape"), .name = info.name(), .inputs = {id}};
            copy.attributes = Attributes::of(ShapeAttrs{graph_.value(id).type.shape.dims()});
            id = graph_.add_node(std::move(copy))[0];
          }
          outputs.push_back(id);
        });
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    graph_.rename(outputs[i], model_.graph().output(static_cast<int>(i)).name());
  }
  graph_.set_outputs(std::move(outputs));
}

void GraphImport::keep_metadata() {
  graph_.description = model_.graph().doc_string();
  for (const auto& entry : model_.metadata_props()) graph_.metadata[entry.key()] = entry.value();
  const auto keep = [&](const char* key, const std::string& text) {
    if (!text.empty()) graph_.metadata[key] = text;
  };
  keep("onnx.producer_name", model_.producer_name());
  keep("onnx.producer_version", model_.producer_version());
  keep("onnx.domain", model_.domain());
  keep("onnx.doc_string", model_.doc_string());
  if (model_.model_version() != 0) {
    graph_.metadata["onnx.model_version"] = fmt::format("{}", model_.model_version());
  }
}

void GraphImport::report_widened() const {
  if (options_.report == nullptr || widened_halves_ == 0) return;
  options_.report->add(fmt::format("{} tensors", widened_halves_),
                       "float16 constants that are cast to float are kept as float32");
}

void GraphImport::restore_constant_names() {
  for (const auto& [key, id] : permuted_constants_) {
    if (!graph_.contains(id) || graph_.contains(key.first)) continue;
    std::string name = graph_.value(id).name;
    const size_t suffix = name.rfind("_permuted");
    if (suffix == std::string::npos) continue;
    name.resize(suffix);
    if (!graph_.find_value(name)) graph_.rename(id, name);
  }
}

Operand* GraphImport::find_operand(const std::string& name) {
  for (auto scope = scopes_.rbegin(); scope != scopes_.rend(); ++scope) {
    const auto found = scope->operands.find(name);
    if (found != scope->operands.end()) return &found->second;
    const auto initializer = scope->initializers.find(name);
    if (initializer == scope->initializers.end()) continue;
    const auto bound = options_.binds.find(name);
    onnxpb::TensorProto& proto = *initializer->second;
    const auto raw = raw_.of.find(&proto);
    Tensor tensor =
        bound != options_.binds.end()
            ? bound->second
            : tensor_from_proto(proto, folder_,
                                raw == raw_.of.end() ? std::string_view{} : raw->second,
                                options_.owner);
    proto.Clear();
    const ValueId id = graph_.add_constant(name, std::move(tensor));
    return &(scope->operands[name] = Operand{id, {}, nullptr});
  }
  return nullptr;
}

void GraphImport::set_operand(const std::string& name, Operand operand) {
  Scope& scope = scopes_.back();
  if (!scope.operands.emplace(name, std::move(operand)).second) {
    throw_error(ErrorKind::kInvalidModel, "the name '{}' is computed twice", name);
  }
}

}  // namespace mote::onnx
