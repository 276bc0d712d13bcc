#include "mote/formats/tflite/export.h"

#include <algorithm>
#include <iterator>

#include "mote/formats/tflite/op_versions.h"
#include "mote/ops/op_table.h"

namespace mote::tflite {
namespace {

using schema::BuiltinOperator;

/// A first guess at what a file holds beside its buffers; it grows where that is too little.
constexpr size_t kStructureBytes = size_t{64} << 10;

bool is_handled(const Graph& graph, ValueId state) {
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (std::find(node.inputs.begin(), node.inputs.end(), state) == node.inputs.end()) continue;
    if (!is_op(node, "read_variable") && !is_op(node, "assign_variable")) return false;
  }
  return true;
}

}  // namespace

bool is_reset_content(const Tensor& content, const std::optional<Quantization>& quantization) {
  std::byte reset{0};
  if (content.dtype() == DataType::kI8 && quantization) {
    reset = static_cast<std::byte>(static_cast<int8_t>(quantization->zero_point()));
  }
  const std::byte* bytes = content.bytes();
  return std::all_of(bytes, bytes + content.size_bytes(), [&](std::byte b) { return b == reset; });
}

Exporter::Exporter(const Graph& source, size_t buffer_bytes)
    : graph(source), builder(buffer_bytes + kStructureBytes) {
  buffers_.emplace_back();  // by convention the first buffer is empty: "no content"
  main.name = source.name();
}

uint32_t Exporter::add_buffer(std::shared_ptr<const Tensor> content) {
  const auto [entry, is_new] =
      buffer_of_.try_emplace(content.get(), static_cast<uint32_t>(buffers_.size()));
  if (is_new) buffers_.push_back({std::move(content), {}});
  return entry->second;
}

uint32_t Exporter::add_buffer(std::string content) {
  buffers_.push_back({nullptr, std::move(content)});
  return static_cast<uint32_t>(buffers_.size() - 1);
}

int32_t Exporter::add_tensor(Subgraph& subgraph, FileTensor tensor) {
  subgraph.tensors.push_back(std::move(tensor));
  return static_cast<int32_t>(subgraph.tensors.size() - 1);
}

int32_t Exporter::tensor_of(ValueId id) {
  if (!id.valid()) return kAbsent;
  if (const auto found = tensor_of_.find(id); found != tensor_of_.end()) return found->second;
  const Value& value = graph.value(id);
  FileTensor tensor{value.name, tensor_type_from(value.type.dtype), value.type.shape,
                    value.type.quantization};
  if (value.kind == ValueKind::kConstant) tensor.buffer = add_buffer(value.constant);
  if (value.kind == ValueKind::kState) {
    tensor.is_variable = true;
    if (!is_reset_content(*value.constant, value.type.quantization)) {
      throw_error(ErrorKind::kUnsupported,
                  "TFLite cannot express it: state '{}' does not start at zero", value.name);
    }
  }
  return tensor_of_[id] = add_tensor(main, std::move(tensor));
}

uint32_t Exporter::operator_code(BuiltinOperator code, int version, std::string_view custom) {
  for (size_t i = 0; i < codes_.size(); ++i) {
    if (codes_[i].code != code || codes_[i].custom != custom) continue;
    codes_[i].version = std::max(codes_[i].version, version);
    return static_cast<uint32_t>(i);
  }
  codes_.push_back({code, version, std::string(custom)});
  return static_cast<uint32_t>(codes_.size() - 1);
}

int32_t Exporter::handle_of(ValueId state) {
  if (const auto found = handles_.find(state); found != handles_.end()) return found->second;
  const Value& value = graph.value(state);
  if (!is_handled(graph, state)) {
    throw_error(ErrorKind::kUnsupported,
                "TFLite cannot express it: state '{}' is read as a variable and written in place",
                value.name);
  }
  if (initializer_ == nullptr) {
    initializer_ = std::make_unique<Subgraph>();
    initializer_->name = "initialize_variables";
  }
  const auto add_handle = [&](Subgraph& subgraph) {
    const int32_t handle =
        add_tensor(subgraph, {value.name + "/handle", schema::TensorType::RESOURCE, Shape{}, {}});
    const auto options = schema::CreateVarHandleOptionsDirect(builder, nullptr, value.name.c_str());
    const std::vector<int32_t> results = {handle};
    subgraph.operators.push_back(schema::CreateOperatorDirect(
        builder, operator_code(BuiltinOperator::VAR_HANDLE, 1), nullptr, &results,
        schema::BuiltinOptions::VarHandleOptions, options.Union()));
    return handle;
  };
  const int32_t handle = add_handle(main);
  const std::vector<int32_t> assigned = {
      add_handle(*initializer_),
      add_tensor(*initializer_, {value.name, tensor_type_from(value.type.dtype), value.type.shape,
                                 value.type.quantization, add_buffer(value.constant)})};
  initializer_->operators.push_back(schema::CreateOperatorDirect(
      builder, operator_code(BuiltinOperator::ASSIGN_VARIABLE, 1), &assigned));
  return handles_[state] = handle;
}

const Tensor* ExportContext::constant(size_t i) const {
  return has_input(i) ? exporter_.graph.value(node_.inputs[i]).constant.get() : nullptr;
}

bool ExportContext::is_hybrid() const {
  return has_input(1) && is_float(type(0).dtype) && is_integer(type(1).dtype);
}

int32_t ExportContext::input(size_t i) {
  return has_input(i) ? exporter_.tensor_of(node_.inputs[i]) : kAbsent;
}

std::vector<int32_t> ExportContext::inputs() {
  std::vector<int32_t> indices;
  for (size_t i = 0; i < node_.inputs.size(); ++i) indices.push_back(input(i));
  return indices;
}

std::vector<int32_t> ExportContext::outputs() {
  std::vector<int32_t> indices;
  for (const ValueId output : node_.outputs) indices.push_back(exporter_.tensor_of(output));
  return indices;
}

int32_t ExportContext::bias(size_t i, size_t x, size_t weight) {
  const int32_t index = input(i);
  if (index == kAbsent) return index;
  auto& tensor = exporter_.main.tensors[static_cast<size_t>(index)];
  if (tensor.quantization || !is_integer(type(i).dtype)) return index;
  tensor.quantization = bias_record(x, weight);
  return index;
}

std::optional<Quantization> ExportContext::bias_record(size_t x, size_t weight) const {
  const auto& of_x = type(x).quantization;
  const auto& of_weight = type(weight).quantization;
  if (!of_x || !of_weight) return std::nullopt;
  Quantization record = *of_weight;
  for (float& scale : record.scales) scale *= of_x->scale();
  std::fill(record.zero_points.begin(), record.zero_points.end(), 0);
  if (!record.is_per_tensor()) record.axis = 0;
  return record;
}

int32_t ExportContext::bias_or_zeros(size_t i, size_t x, size_t weight) {
  if (has_input(i)) return bias(i, x, weight);
  std::optional<Quantization> record = bias_record(x, weight);
  DataType dtype = record ? DataType::kI32 : DataType::kF32;
  if (type(0).dtype == DataType::kI16) dtype = DataType::kI64;
  return constant_tensor("bias", Tensor(dtype, {output_type().shape.back()}), std::move(record));
}

int32_t ExportContext::constant_ints(std::string_view suffix, const std::vector<int64_t>& values) {
  std::vector<int32_t> narrow;
  for (const int64_t value : values) {
    if (value < INT32_MIN || value > INT32_MAX) refuse("{} {} needs 64 bits", suffix, value);
    narrow.push_back(static_cast<int32_t>(value));
  }
  return constant_tensor(suffix, Tensor::of({static_cast<int64_t>(narrow.size())}, narrow));
}

int32_t ExportContext::constant_tensor(std::string_view suffix, Tensor content,
                                       std::optional<Quantization> quantization) {
  const auto shared = std::make_shared<const Tensor>(std::move(content));
  return exporter_.add_tensor(
      exporter_.main, {fmt::format("{}/{}", node_.name, suffix), tensor_type_from(shared->dtype()),
                       shared->shape(), std::move(quantization), exporter_.add_buffer(shared)});
}

int32_t ExportContext::temporary(std::string_view suffix, TensorType type) {
  return exporter_.add_tensor(
      exporter_.main, {fmt::format("{}/{}", node_.name, suffix), tensor_type_from(type.dtype),
                       std::move(type.shape), std::move(type.quantization)});
}

void ExportContext::emit(BuiltinOperator code, const std::vector<int32_t>& inputs,
                         const std::vector<int32_t>& outputs) {
  emit_with({.code = code}, inputs, outputs);
}

int ExportContext::version_of(const Emission& emission, const std::vector<int32_t>& inputs,
                              const std::vector<int32_t>& outputs) {
  OperatorFacts facts{emission.code, {}, {}, nullptr};
  const auto tensor = [&](int32_t index) {
    return index < 0 ? nullptr : &exporter_.main.tensors[static_cast<size_t>(index)];
  };
  std::transform(inputs.begin(), inputs.end(), std::back_inserter(facts.inputs), tensor);
  std::transform(outputs.begin(), outputs.end(), std::back_inserter(facts.outputs), tensor);
  if (!emission.options.IsNull()) {
    facts.options = flatbuffers::GetTemporaryPointer(builder(), emission.options);
  }
  return operator_version(facts);
}

void ExportContext::emit_custom(std::string_view name, std::vector<uint8_t> options) {
  emit_with({.code = BuiltinOperator::CUSTOM, .custom = name, .custom_options = std::move(options)},
            inputs(), outputs());
}

void ExportContext::emit_with(const Emission& emission, const std::vector<int32_t>& inputs,
                              const std::vector<int32_t>& outputs) {
  std::vector<uint8_t> mutated;  // which operands are states that the operator writes
  for (const int32_t input : inputs) {
    mutated.push_back(input >= 0 && exporter_.main.tensors[static_cast<size_t>(input)].is_variable);
  }
  const bool any = std::find(mutated.begin(), mutated.end(), 1) != mutated.end();
  exporter_.main.operators.push_back(schema::CreateOperatorDirect(
      builder(),
      exporter_.operator_code(emission.code, version_of(emission, inputs, outputs),
                              emission.custom),
      &inputs, &outputs, emission.options_type, emission.options,
      emission.custom_options.empty() ? nullptr : &emission.custom_options,
      schema::CustomOptionsFormat::FLEXBUFFERS, any ? &mutated : nullptr,
      emission.intermediates.empty() ? nullptr : &emission.intermediates));
}

}  // namespace mote::tflite
