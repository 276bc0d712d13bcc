#include "mote/formats/onnx/export_graph.h"

#include <algorithm>

#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/formats/onnx/write.h"
#include "mote/ir/op_def.h"
#include "mote/ops/op_table.h"

namespace mote::onnx {
namespace {

// IR version that goes with an opset. Source: the table of ONNX releases, docs/Versioning.md.
int64_t ir_version_of(int64_t opset) { return opset <= 18 ? 8 : opset <= 20 ? 9 : 10; }

// QuantizeLinear of 16-bit integers came with opset 21.
constexpr int64_t kOpsetOf16BitQuantization = 21;

constexpr std::string_view kPrefix = "onnx.";

void set_attribute(const OnnxAttribute& attribute, onnxpb::AttributeProto* proto) {
  // AttributeProto.AttributeType of the ONNX IR specification, in the order of the variant.
  constexpr int kTypes[] = {2, 1, 3, 7, 6, 4, 8};
  proto->set_name(attribute.name);
  proto->set_type(kTypes[attribute.value.index()]);
  if (const auto* i = std::get_if<int64_t>(&attribute.value)) proto->set_i(*i);
  if (const auto* f = std::get_if<float>(&attribute.value)) proto->set_f(*f);
  if (const auto* s = std::get_if<std::string>(&attribute.value)) proto->set_s(*s);
  if (const auto* ints = std::get_if<std::vector<int64_t>>(&attribute.value)) {
    for (const int64_t i : *ints) proto->add_ints(i);
  }
  if (const auto* floats = std::get_if<std::vector<float>>(&attribute.value)) {
    for (const float f : *floats) proto->add_floats(f);
  }
  if (const auto* tensor = std::get_if<Tensor>(&attribute.value)) {
    tensor_to_proto(*tensor, "", proto->mutable_t());
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&attribute.value)) {
    for (const std::string& text : *texts) proto->add_strings(text);
  }
}

}  // namespace

int64_t nchw_axis(int64_t axis) {
  constexpr int64_t kNew[] = {0, 2, 3, 1};
  return kNew[axis];
}

GraphExport::GraphExport(const Graph& graph, const SaveOptions& options, onnxpb::ModelProto& model)
    : graph_(graph), options_(options), model_(model), opset_(kOnnxWriteOpset) {}

void GraphExport::run() {
  choose_opset();
  for (const ValueId id : graph_.inputs()) used_names_.insert(graph_.value(id).name);
  for (const ValueId id : graph_.outputs()) used_names_.insert(graph_.value(id).name);
  add_inputs();
  for (const NodeId id : graph_.topological_order()) export_node(id);
  add_outputs();
  apply_names();
  add_header();
  if (options_.report != nullptr) report(*options_.report);
}

void GraphExport::report(ConversionReport& report) const {
  int64_t integer_nodes = 0;
  for (const NodeId id : graph_.topological_order()) {
    const Node& node = graph_.node(id);
    const bool boundary = is_op(node, "quantize") || is_op(node, "dequantize");
    integer_nodes += !boundary && graph_.value(node.outputs[0]).type.quantization.has_value();
  }
  if (integer_nodes > 0) {
    report.add(fmt::format("{} integer nodes", integer_nodes),
               "written as float operators between DequantizeLinear and QuantizeLinear, which "
               "runtimes fuse again; a result may differ by one step");
  }
  if (real_biases_ > 0) {
    report.add(fmt::format("{} biases", real_biases_),
               "64-bit integers are written as float32: DequantizeLinear takes 32 bits at most");
  }
}

void GraphExport::choose_opset() {
  for (const ValueId id : graph_.values()) {
    const Value& value = graph_.value(id);
    if (value.kind == ValueKind::kState) {
      throw_error(ErrorKind::kUnsupported,
                  "ONNX has no state that is kept between calls, as '{}' is; "
                  "write a .tflite file",
                  value.name);
    }
    const DataType dtype = value.type.dtype;
    const bool narrow = dtype == DataType::kI8 || dtype == DataType::kU8 || dtype == DataType::kI32;
    if (value.type.quantization && !narrow) opset_ = std::max(opset_, kOpsetOf16BitQuantization);
  }
  for (const NodeId id : graph_.topological_order()) {
    const ExportRow* row = find_export(graph_.node(id).op->name);
    if (row != nullptr) opset_ = std::max(opset_, row->since);
  }
}

void GraphExport::describe(ValueId value, onnxpb::ValueInfoProto* info) {
  const Value& source = graph_.value(value);
  info->set_name(source.name);
  auto* type = info->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx_code(source.type.dtype));
  auto* shape = type->mutable_shape();
  for (const int64_t dim : source.type.shape.dims()) {
    auto* to = shape->add_dim();
    if (dim == kDynamic) {
      to->set_dim_param("N");
    } else {
      to->set_dim_value(dim);
    }
  }
}

void GraphExport::add_inputs() {
  for (const ValueId id : graph_.inputs()) {
    describe(id, model_.mutable_graph()->add_input());
    tensors_[id].at(Layout::kPlain, Form::kStored) = graph_.value(id).name;
  }
}

void GraphExport::export_node(NodeId id) {
  const Node& node = graph_.node(id);
  current_name_ = node.name;
  with_context([&] { return mote::describe(node); },
               [&] {
                 const ExportRow* row = find_export(node.op->name);
                 if (row == nullptr) {
                   throw_error(ErrorKind::kUnsupported, "ONNX export does not know this operator");
                 }
                 NodeExport context(*this, node, *row);
                 row->handler(context);
               });
}

std::string GraphExport::unique(std::string name) {
  if (used_names_.insert(name).second) return name;
  for (int suffix = 1;; ++suffix) {
    std::string candidate = fmt::format("{}_{}", name, suffix);
    if (used_names_.insert(candidate).second) return candidate;
  }
}

bool GraphExport::has(ValueId value, Layout layout) const {
  const auto found = tensors_.find(value);
  if (found == tensors_.end()) return false;
  Tensors held = found->second;
  return !held.at(layout, Form::kStored).empty() || !held.at(layout, Form::kReal).empty();
}

std::string GraphExport::constant(ValueId value, const std::vector<int64_t>& permutation,
                                  std::string_view hint) {
  const Value& source = graph_.value(value);
  if (permutation.empty()) return initializer(*source.constant, hint);
  std::vector<int64_t> dims = source.type.shape.dims();
  dims.insert(dims.begin(), permutation.size() - dims.size(), 1);
  return initializer(onnx::permuted(source.constant->reshaped(Shape(dims)), permutation), hint);
}

std::string GraphExport::real_constant(ValueId value) {
  const Value& source = graph_.value(value);
  const Quantization& record = *source.type.quantization;
  const std::vector<double> steps = elements_as<double>(*source.constant);
  const size_t entries = record.scales.size();
  std::vector<float> values(steps.size());
  for (size_t i = 0; i < steps.size(); ++i) {
    values[i] = static_cast<float>(steps[i] * static_cast<double>(record.scales[i % entries]));
  }
  ++real_biases_;
  return initializer(Tensor::of(source.type.shape, values), source.name);
}

std::string GraphExport::tensor(ValueId value, Layout layout, Form form) {
  const Value& source = graph_.value(value);
  const bool quantized = source.type.quantization.has_value();
  if (!quantized) form = Form::kStored;
  Tensors& held = tensors_[value];
  if (!held.at(layout, form).empty()) return held.at(layout, form);
  const bool constant_value = source.kind == ValueKind::kConstant;
  if (form == Form::kReal) {
    if (layout == Layout::kNchw && constant_value) return permuted(value, kNhwcToNchw);
    // DequantizeLinear takes at most 32 bits; wider integers are biases, one for each channel.
    if (constant_value && source.type.dtype == DataType::kI64) {
      return held.at(layout, form) = real_constant(value);
    }
    TensorType type = source.type;
    if (layout == Layout::kNchw && !type.quantization->is_per_tensor()) {
      type.quantization->axis = static_cast<int>(nchw_axis(type.quantization->axis));
    }
    held.at(layout, form) = dequantize(tensor(value, layout, Form::kStored), type);
    return held.at(layout, form);
  }
  if (constant_value) {
    const bool nchw = layout == Layout::kNchw;
    held.at(layout, form) =
        constant(value, nchw ? kNhwcToNchw : std::vector<int64_t>{}, source.name);
    return held.at(layout, form);
  }
  const Layout other = layout == Layout::kPlain ? Layout::kNchw : Layout::kPlain;
  const std::string from = held.at(other, form);
  if (from.empty()) throw_error(ErrorKind::kInternal, "value '{}' has no tensor", source.name);
  const auto& permutation = layout == Layout::kNchw ? kNhwcToNchw : kNchwToNhwc;
  const std::string made = emit("Transpose", {from}, {{"perm", permutation}}, 1)[0];
  set(value, layout, form, made);
  return made;
}

void GraphExport::set(ValueId value, Layout layout, Form form, const std::string& tensor) {
  const Value& source = graph_.value(value);
  if (!source.type.quantization) form = Form::kStored;
  tensors_[value].at(layout, form) = tensor;
  // The value's name goes to its first stored tensor; that of a graph output must be plain.
  if (form == Form::kReal || (layout == Layout::kNchw && graph_.is_output(value))) return;
  const auto made = final_names_.find(tensor);
  if (made == final_names_.end()) return;
  if (graph_.is_output(value)) {
    const std::optional<ValueId> holder = graph_.find_value(made->second);
    if (!holder || !graph_.is_output(*holder)) made->second = source.name;
  } else if (made->second.empty() && used_names_.insert(source.name).second) {
    made->second = source.name;
  }
}

std::string GraphExport::take(ValueId value) {
  std::string held = tensor(value, Layout::kPlain, Form::kStored);
  tensors_.erase(value);
  const auto made = final_names_.find(held);
  if (made != final_names_.end() && made->second == graph_.value(value).name) {
    // The name waits for the tensor that replaces this one.
    made->second.clear();
    if (!graph_.is_output(value)) used_names_.erase(graph_.value(value).name);
  }
  return held;
}

std::string GraphExport::permuted(ValueId value, const std::vector<int64_t>& permutation) {
  std::string& name = permuted_[{value, permutation}];
  if (!name.empty()) return name;
  const Value& source = graph_.value(value);
  TensorType type = source.type;
  name = constant(value, permutation, source.name);
  if (!type.quantization) return name;
  if (!type.quantization->is_per_tensor()) {
    const auto missing = static_cast<int64_t>(permutation.size()) - type.shape.rank();
    const auto at =
        std::find(permutation.begin(), permutation.end(), type.quantization->axis + missing);
    type.quantization->axis = static_cast<int>(at - permutation.begin());
  }
  name = dequantize(name, type);
  return name;
}

std::string GraphExport::initializer(const ConstTensorView& tensor, std::string_view hint) {
  const std::string name = unique(std::string(hint.empty() ? "constant" : hint));
  tensor_to_proto(tensor, name, model_.mutable_graph()->add_initializer());
  return name;
}

std::vector<std::string> GraphExport::emit(std::string_view op_type,
                                           const std::vector<std::string>& inputs,
                                           const OnnxAttributes& attributes, size_t outputs) {
  onnxpb::NodeProto* node = model_.mutable_graph()->add_node();
  node->set_op_type(std::string(op_type));
  for (const std::string& input : inputs) node->add_input(input);
  while (node->input_size() > 0 && node->input(node->input_size() - 1).empty()) {
    node->mutable_input()->RemoveLast();
  }
  for (const OnnxAttribute& attribute : attributes) set_attribute(attribute, node->add_attribute());
  std::vector<std::string> names;
  for (size_t i = 0; i < outputs; ++i) {
    // A provisional name that no file can hold; apply_names replaces it.
    names.push_back(fmt::format("\x01{}", next_tensor_++));
    final_names_[names.back()] = "";
    node->add_output(names.back());
  }
  node->set_name(fmt::format("{}/{}", current_name_, op_type));
  return names;
}

std::vector<std::string> GraphExport::quantization_operands(const Quantization& record,
                                                            DataType dtype) {
  const auto count = static_cast<int64_t>(record.scales.size());
  const Shape shape = record.is_per_tensor() ? Shape{} : Shape{count};
  const Tensor zeros = Tensor::of(shape, record.zero_points);
  Tensor zero_points(dtype, shape);
  for (int64_t i = 0; i < count; ++i) {
    // Little-endian: the low bytes of the 32-bit number are the narrow one.
    copy_bytes(zero_points.bytes() + static_cast<size_t>(i) * size_bytes(dtype),
               &record.zero_points[static_cast<size_t>(i)], std::min<size_t>(4, size_bytes(dtype)));
  }
  const auto shared = [&](const Tensor& tensor, std::string_view what) {
    const std::string key = fmt::format(
        "{}:{}:{}", what, name(tensor.dtype()),
        std::string_view(reinterpret_cast<const char*>(tensor.bytes()), tensor.size_bytes()));
    std::string& known = shared_operands_[key];
    if (known.empty()) known = initializer(tensor, current_name_ + std::string(what));
    return known;
  };
  return {shared(Tensor::of(shape, record.scales), "_scale"), shared(zero_points, "_zero_point")};
}

std::string GraphExport::quantize(const std::string& tensor, const TensorType& type) {
  const Quantization& record = *type.quantization;
  std::vector<std::string> inputs{tensor};
  for (auto& operand : quantization_operands(record, type.dtype)) inputs.push_back(operand);
  OnnxAttributes attributes;
  if (!record.is_per_tensor()) attributes.push_back({"axis", int64_t{record.axis}});
  return emit("QuantizeLinear", inputs, attributes, 1)[0];
}

std::string GraphExport::dequantize(const std::string& tensor, const TensorType& type) {
  const Quantization& record = *type.quantization;
  std::vector<std::string> inputs{tensor};
  for (auto& operand : quantization_operands(record, type.dtype)) inputs.push_back(operand);
  OnnxAttributes attributes;
  if (!record.is_per_tensor()) attributes.push_back({"axis", int64_t{record.axis}});
  return emit("DequantizeLinear", inputs, attributes, 1)[0];
}

void GraphExport::add_outputs() {
  for (const ValueId id : graph_.outputs()) {
    const std::string& wanted = graph_.value(id).name;
    describe(id, model_.mutable_graph()->add_output());
    current_name_ = wanted;
    const std::string held = tensor(id, Layout::kPlain, Form::kStored);
    const auto made = final_names_.find(held);
    if (held == wanted) continue;
    if (made != final_names_.end() && made->second.empty()) made->second = wanted;
    if (made != final_names_.end() && made->second == wanted) continue;
    final_names_[emit("Identity", {held}, {}, 1)[0]] = wanted;
  }
}

void GraphExport::apply_names() {
  std::set<std::string> node_names;
  for (auto& node : *model_.mutable_graph()->mutable_node()) {
    std::string name = node.name();
    for (int suffix = 1; !node_names.insert(name).second; ++suffix) {
      name = fmt::format("{}_{}", node.name(), suffix);
    }
    node.set_name(name);
    for (auto& output : *node.mutable_output()) {
      std::string& chosen = final_names_[output];
      if (chosen.empty()) chosen = unique(node.name());
      output = chosen;
    }
    for (auto& input : *node.mutable_input()) {
      const auto found = final_names_.find(input);
      if (found != final_names_.end()) input = found->second;
    }
  }
}

void GraphExport::add_header() {
  model_.set_ir_version(ir_version_of(opset_));
  model_.set_producer_name("mote");
  model_.add_opset_import()->set_version(opset_);
  model_.mutable_graph()->set_name(graph_.name().empty() ? "graph" : graph_.name());
  if (!graph_.description.empty()) model_.mutable_graph()->set_doc_string(graph_.description);
  for (const auto& [key, text] : graph_.metadata) {
    if (key == "onnx.domain") {
      model_.set_domain(text);
    } else if (key == "onnx.doc_string") {
      model_.set_doc_string(text);
    } else if (!key.starts_with(kPrefix)) {
      auto* entry = model_.add_metadata_props();
      entry->set_key(key);
      entry->set_value(text);
    }
  }
}

}  // namespace mote::onnx
