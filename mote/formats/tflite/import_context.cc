#include <algorithm>

#include "mote/formats/tflite/import.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

using schema::ActivationFunctionType;

const OpDef& required_op(std::string_view name) {
  const OpDef* def = find_op(name);
  if (def == nullptr) {
    throw_error(ErrorKind::kUnsupported, "it needs mote's operator '{}', which is not there", name);
  }
  return *def;
}

/// The name that stands for an operator, which has none in the file: that of its first output.
std::string name_of(Importer& importer, std::span<const int32_t> outputs) {
  for (const int32_t output : outputs) {
    if (output >= 0) return importer.tensor(output).name;
  }
  return {};
}

}  // namespace

ImportContext::ImportContext(Importer& importer, const schema::Operator& file_operator)
    : importer_(importer),
      operator_(file_operator),
      inputs_(elements(file_operator.inputs())),
      outputs_(elements(file_operator.outputs())),
      name_(name_of(importer, outputs_)) {}

int32_t ImportContext::input_index(size_t i) const {
  if (!has_input(i)) fail("operand {} is missing; it has {}", i, inputs_.size());
  return inputs_[i];
}

int32_t ImportContext::output_index(size_t i) const {
  if (i >= outputs_.size()) fail("result {} is missing; it has {}", i, outputs_.size());
  return outputs_[i];
}

ValueId ImportContext::input(size_t i) { return importer_.value_of(input_index(i)); }

ValueId ImportContext::optional_input(size_t i) { return has_input(i) ? input(i) : ValueId{}; }

std::vector<ValueId> ImportContext::all_inputs() {
  std::vector<ValueId> values;
  for (size_t i = 0; i < inputs_.size(); ++i) values.push_back(optional_input(i));
  return values;
}

const FileTensor& ImportContext::file_input(size_t i) { return importer_.tensor(input_index(i)); }

const FileTensor& ImportContext::file_output(size_t i) { return importer_.tensor(output_index(i)); }

Tensor ImportContext::known(size_t i, std::string_view what, Batch batch) {
  const FileTensor& source = file_input(i);
  // Constants that only become attributes do not enter the graph.
  if (!source.value.valid() && !source.is_variable) {
    if (const auto content = importer_.content(source)) return *content;
  }
  bool symbolic = false;
  std::optional<Tensor> content = evaluate_constant(importer_, input(i), symbolic);
  if (!content) {
    unsupported("its {} (operand {}, tensor '{}') is computed at run time; it must be constant",
                what, i, source.name);
  }
  if (symbolic && batch == Batch::kConcrete) {
    unsupported("its {} (operand {}, tensor '{}') depends on the batch; fix it with --shape", what,
                i, source.name);
  }
  return *std::move(content);
}

std::vector<int64_t> ImportContext::ints(size_t i, std::string_view what, Batch batch) {
  const Tensor tensor = known(i, what, batch);
  if (!is_integer(tensor.dtype())) {
    fail("its {} (operand {}) is of {}, expected integers", what, i, mote::name(tensor.dtype()));
  }
  return elements_as<int64_t>(tensor);
}

int64_t ImportContext::scalar_int(size_t i, std::string_view what) {
  const std::vector<int64_t> values = ints(i, what);
  if (values.size() != 1)
    fail("its {} (operand {}) has {} elements, expected 1", what, i, values.size());
  return values[0];
}

ValueId ImportContext::add(std::string_view op, std::vector<ValueId> inputs, Attributes attributes,
                           std::optional<Quantization> quantization) {
  Node node{.op = &required_op(op),
            .name = fmt::format("{}/{}", name_, op),
            .inputs = std::move(inputs),
            .attributes = std::move(attributes)};
  return importer_.graph.add_node(std::move(node), {.quantization = {std::move(quantization)}})
      .at(0);
}

ValueId ImportContext::add_constant(std::string_view suffix, Tensor tensor) {
  return importer_.graph.add_constant(fmt::format("{}/{}", name_, suffix), std::move(tensor));
}

void ImportContext::finish(std::string_view op, std::vector<ValueId> inputs,
                           Attributes attributes) {
  Node node{.op = &required_op(op),
            .name = name_,
            .inputs = std::move(inputs),
            .attributes = std::move(attributes)};
  Graph::OutputHints hints;
  for (const int32_t output : outputs_) {
    if (output < 0) fail("one of its results has no tensor");
    hints.names.push_back(importer_.tensor(output).name);
    hints.quantization.push_back(importer_.tensor(output).quantization);
  }
  const std::vector<ValueId> values = importer_.graph.add_node(std::move(node), hints);
  if (values.size() != outputs_.size()) {
    fail("it has {} results, {} gives {}", outputs_.size(), op, values.size());
  }
  for (size_t i = 0; i < values.size(); ++i) settle_output(i, values[i]);
}

void ImportContext::finish_output(size_t i, std::string_view op, std::vector<ValueId> inputs,
                                  Attributes attributes) {
  const FileTensor& tensor = file_output(i);
  Node node{.op = &required_op(op),
            .name = tensor.name,
            .inputs = std::move(inputs),
            .attributes = std::move(attributes)};
  settle_output(i, importer_.graph
                       .add_node(std::move(node),
                                 {.names = {tensor.name}, .quantization = {tensor.quantization}})
                       .at(0));
}

void ImportContext::finish_activated(std::string_view op, std::vector<ValueId> inputs,
                                     Attributes attributes, ActivationFunctionType fused) {
  const bool own_node =
      fused == ActivationFunctionType::TANH || fused == ActivationFunctionType::SIGN_BIT;
  if (!own_node) return finish(op, std::move(inputs), std::move(attributes));
  if (file_output(0).dtype != DataType::kF32) {
    unsupported("fused {} on integers: the range before it is not in the file",
                schema::EnumNameActivationFunctionType(fused));
  }
  const ValueId before = add(op, std::move(inputs), std::move(attributes));
  if (fused == ActivationFunctionType::TANH) return finish("tanh", {before});
  // SIGN_BIT gives 1 where the sign bit is set, else 0.
  const ValueId zero = add_constant("zero", Tensor::scalar(0.0f));
  finish("cast", {add("less", {before, zero})}, required_op("cast").attributes);
}

void ImportContext::bind_output(size_t i, ValueId value) { settle_output(i, value); }

void ImportContext::settle_output(size_t i, ValueId id) {
  FileTensor& tensor = importer_.tensor(output_index(i));
  if (tensor.value.valid()) fail("tensor '{}' is given content twice", tensor.name);
  const TensorType& type = importer_.graph.value(id).type;
  if (tensor.dtype != type.dtype) {
    fail("result {} is {} in the file, but the operator gives {}", i, type_name(tensor.file_type),
         mote::name(type.dtype));
  }
  tensor.value = id;
  if (!importer_.shapes_hold || !tensor.has_shape) return;
  const bool dynamic = !type.shape.is_static();
  const Shape inferred = dynamic ? type.shape.bind(importer_.file_batch) : type.shape;
  if (inferred == tensor.shape) return;
  if (inferred.elements() != tensor.shape.elements()) {
    fail("result {} has shape {} in the file, but the operator gives {}", i,
         to_string(tensor.shape), to_string(inferred));
  }
  // Same elements under another shape: what follows was made for the shape in the file.
  ShapeAttrs target{tensor.shape.dims()};
  if (dynamic) target.shape[0] = -1;
  Node node{.op = &required_op("reshape"),
            .name = name_ + "/reshape",
            .inputs = {id},
            .attributes = Attributes::of(std::move(target))};
  tensor.value =
      importer_.graph.add_node(std::move(node), {.quantization = {tensor.quantization}})[0];
}

void ImportContext::report(std::string change) {
  importer_.report.add("node '" + name_ + "'", std::move(change));
}

}  // namespace mote::tflite
