#include <algorithm>
#include <limits>

#include "mote/base/half.h"
#include "mote/base/number_cast.h"
#include "mote/formats/onnx/import_graph.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// AttributeProto.AttributeType of the ONNX IR specification.
constexpr int kFloat = 1;
constexpr int kInt = 2;
constexpr int kString = 3;
constexpr int kTensor = 4;
constexpr int kFloats = 6;
constexpr int kInts = 7;
constexpr int kStrings = 8;

constexpr std::string_view kRemedy =
    "if it depends on an input's shape, fix that shape with --shape; if it is an input, give it "
    "with "
    "--bind";

}  // namespace

int64_t nhwc_axis(int64_t axis) {
  constexpr int64_t kNew[] = {0, 3, 1, 2};
  return kNew[axis];
}

NodeImport::NodeImport(GraphImport& owner, const onnxpb::NodeProto& proto, const ImportRow& row)
    : owner_(owner), proto_(proto), row_(row) {}

std::string_view NodeImport::op_type() const { return proto_.op_type(); }
int64_t NodeImport::opset() const { return owner_.opset_of(proto_.domain()); }
size_t NodeImport::input_count() const { return static_cast<size_t>(proto_.input_size()); }
size_t NodeImport::output_count() const { return static_cast<size_t>(proto_.output_size()); }

bool NodeImport::has_input(size_t i) const {
  return i < input_count() && !proto_.input(static_cast<int>(i)).empty();
}

bool NodeImport::has_output(size_t i) const {
  return i < output_count() && !proto_.output(static_cast<int>(i)).empty();
}

const onnxpb::AttributeProto* NodeImport::find_attribute(std::string_view name, int type) const {
  for (const auto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    if (!attribute.ref_attr_name().empty()) {
      refuse("attribute '{}' refers to an attribute of a function", name);
    }
    if (attribute.type() != 0 && attribute.type() != type) {
      fail("attribute '{}' has type {}, expected {}", name, attribute.type(), type);
    }
    return &attribute;
  }
  return nullptr;
}

bool NodeImport::has_attribute(std::string_view name) const {
  return std::any_of(proto_.attribute().begin(), proto_.attribute().end(),
                     [&](const auto& attribute) { return attribute.name() == name; });
}

int64_t NodeImport::integer(std::string_view name, int64_t otherwise) const {
  const auto* attribute = find_attribute(name, kInt);
  return attribute == nullptr ? otherwise : attribute->i();
}

float NodeImport::real(std::string_view name, float otherwise) const {
  const auto* attribute = find_attribute(name, kFloat);
  return attribute == nullptr ? otherwise : attribute->f();
}

std::vector<int64_t> NodeImport::integers(std::string_view name) const {
  const auto* attribute = find_attribute(name, kInts);
  if (attribute == nullptr) return {};
  return {attribute->ints().begin(), attribute->ints().end()};
}

std::vector<float> NodeImport::reals(std::string_view name) const {
  const auto* attribute = find_attribute(name, kFloats);
  if (attribute == nullptr) return {};
  return {attribute->floats().begin(), attribute->floats().end()};
}

std::string NodeImport::text(std::string_view name, std::string_view otherwise) const {
  const auto* attribute = find_attribute(name, kString);
  return attribute == nullptr ? std::string(otherwise) : attribute->s();
}

std::vector<std::string> NodeImport::texts(std::string_view name) const {
  const auto* attribute = find_attribute(name, kStrings);
  if (attribute == nullptr) return {};
  return {attribute->strings().begin(), attribute->strings().end()};
}

std::optional<Tensor> NodeImport::tensor(std::string_view name) const {
  const auto* attribute = find_attribute(name, kTensor);
  if (attribute == nullptr) return std::nullopt;
  return tensor_from_proto(attribute->t(), owner_.folder());
}

Operand& NodeImport::operand(size_t i) {
  if (!has_input(i)) fail("input {} is missing", i);
  const std::string& name = proto_.input(static_cast<int>(i));
  Operand* found = owner_.find_operand(name);
  if (found == nullptr) {
    fail("input '{}' is neither an input, an initializer nor the output of an earlier node", name);
  }
  return *found;
}

const Operand& NodeImport::operand(size_t i) const {
  return const_cast<NodeImport*>(this)->operand(i);
}

ValueId NodeImport::input(size_t i) { return owner_.plain(operand(i)); }

ValueId NodeImport::input_nhwc(size_t i) {
  if (rank(i) != 4) refuse("input {} has shape {}; rank 4 is needed", i, to_string(shape(i)));
  return owner_.nhwc(operand(i));
}

bool NodeImport::prefers_nhwc(size_t i) const {
  const Operand& held = operand(i);
  return held.nhwc.valid() && !held.plain.valid();
}

Shape NodeImport::shape(size_t i) const { return owner_.shape_of(operand(i)); }

DataType NodeImport::dtype(size_t i) const {
  const Operand& held = operand(i);
  if (held.plain.valid()) return type(held.plain).dtype;
  return held.nhwc.valid() ? type(held.nhwc).dtype : held.ints->dtype;
}

const Tensor* NodeImport::constant(size_t i) const {
  if (!has_input(i)) return nullptr;
  auto& held = const_cast<Operand&>(operand(i));
  if (held.ints != nullptr && held.ints->all_known()) owner_.plain(held);
  if (!held.plain.valid()) return nullptr;
  const Value& value = owner_.graph().value(held.plain);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

bool NodeImport::is_weight(size_t i) const {
  if (constant(i) != nullptr) return true;
  const ValueId plain = operand(i).plain;
  if (!plain.valid()) return false;
  const Value& value = owner_.graph().value(plain);
  if (value.kind != ValueKind::kComputed) return false;
  const Node& producer = owner_.graph().node(value.producer);
  return is_op(producer, "dequantize") &&
         owner_.graph().value(producer.inputs[0]).kind == ValueKind::kConstant;
}

const Tensor& NodeImport::required_constant(size_t i, std::string_view what) const {
  const Tensor* tensor = constant(i);
  if (tensor == nullptr) {
    refuse("the {} ('{}') is computed at run time, but must be constant; {}", what,
           i < input_count() ? proto_.input(static_cast<int>(i)) : std::string("absent"), kRemedy);
  }
  return *tensor;
}

std::vector<int64_t> NodeImport::required_ints(size_t i, std::string_view what) const {
  const Tensor& tensor = required_constant(i, what);
  if (!is_integer(tensor.dtype()))
    fail("the {} is {}, expected integers", what, name(tensor.dtype()));
  if (tensor.shape().rank() > 1) fail("the {} has shape {}", what, to_string(tensor.shape()));
  return elements_as<int64_t>(tensor);
}

std::vector<std::optional<int64_t>> NodeImport::known_entries(size_t i,
                                                              std::string_view what) const {
  const Operand& held = operand(i);
  if (held.ints != nullptr) return held.ints->values;
  const std::vector<int64_t> values = required_ints(i, what);
  return {values.begin(), values.end()};
}

std::optional<std::vector<int64_t>> NodeImport::ints_from(size_t i, std::string_view name) const {
  if (has_attribute(name)) return integers(name);
  if (has_input(i)) return required_ints(i, name);
  return std::nullopt;
}

const TensorType& NodeImport::type(ValueId id) const { return owner_.graph().value(id).type; }

const Tensor* NodeImport::constant_of(ValueId id) const {
  const Value& value = owner_.graph().value(id);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

std::vector<ValueId> NodeImport::emit_all(std::string_view op_name, std::vector<ValueId> inputs,
                                          Attributes attributes,
                                          std::vector<std::optional<Quantization>> quantization) {
  const OpDef* def = find_op(op_name);
  if (def == nullptr) refuse("it needs the operator '{}', which this build does not have", op_name);
  Node node{.op = def, .inputs = std::move(inputs), .attributes = std::move(attributes)};
  node.name = !proto_.name().empty() ? proto_.name()
              : has_output(0)        ? proto_.output(0)
                                     : std::string(op_name);
  return owner_.emit(std::move(node), std::move(quantization));
}

ValueId NodeImport::emit(std::string_view op_name, std::vector<ValueId> inputs,
                         Attributes attributes, std::optional<Quantization> quantization) {
  return emit_all(op_name, std::move(inputs), std::move(attributes), {std::move(quantization)})[0];
}

ValueId NodeImport::add_constant(Tensor tensor, std::optional<Quantization> quantization) {
  const std::string base = has_output(0) ? proto_.output(0) : proto_.op_type();
  return owner_.graph().add_constant(base + "_const", std::move(tensor), std::move(quantization));
}

ValueId NodeImport::with_record(ValueId value, const Quantization& record) {
  Value& held = owner_.graph().mutable_value(value);
  if (held.type.quantization == record) return value;
  if (held.kind == ValueKind::kConstant) {
    return owner_.graph().add_constant(held.name, held.constant, record);
  }
  if (!held.type.quantization) {
    held.type.quantization = record;
    return value;
  }
  // The same integers under a second record are a value of their own.
  const Attributes same_shape = Attributes::of(ShapeAttrs{held.type.shape.dims()});
  return emit("reshape", {value}, same_shape, record);
}

ValueId NodeImport::transpose(ValueId value, std::vector<int64_t> permutation) {
  return owner_.transposed(value, permutation);
}

ValueId NodeImport::reshape(ValueId value, std::vector<int64_t> shape) {
  return owner_.reshaped(value, std::move(shape));
}

namespace {

template <class T>
Tensor scalar_of(double number) {
  return Tensor::scalar<T>(number_cast<T>(number));
}

Tensor scalar_tensor(DataType dtype, double number) {
  switch (dtype) {
    case DataType::kF32:
      return scalar_of<float>(number);
    case DataType::kF64:
      return scalar_of<double>(number);
    case DataType::kI8:
      return scalar_of<int8_t>(number);
    case DataType::kI16:
      return scalar_of<int16_t>(number);
    case DataType::kI32:
      return scalar_of<int32_t>(number);
    case DataType::kI64:
      return scalar_of<int64_t>(number);
    case DataType::kU8:
      return scalar_of<uint8_t>(number);
    case DataType::kU16:
      return scalar_of<uint16_t>(number);
    case DataType::kU32:
      return scalar_of<uint32_t>(number);
    case DataType::kU64:
      return scalar_of<uint64_t>(number);
    case DataType::kF16: {
      Tensor half(DataType::kF16, Shape{});
      const Half value(static_cast<float>(number));
      copy_bytes(half.bytes(), &value, sizeof value);
      return half;
    }
    case DataType::kBool:
      return Tensor::scalar<bool>(number != 0.0);
  }
  throw_error(ErrorKind::kInternal, "element type without scalars");
}

}  // namespace

ValueId NodeImport::scalar_like(ValueId value, double number) {
  return add_constant(scalar_tensor(type(value).dtype, number));
}

void NodeImport::output(size_t i, ValueId value) {
  if (!has_output(i)) return;
  const std::string& output_name = proto_.output(static_cast<int>(i));
  const Value& made = owner_.graph().value(value);
  // A value that an earlier node or the file named keeps that name.
  const bool named = made.kind != ValueKind::kComputed || owner_.find_operand(made.name) != nullptr;
  if (!named) owner_.graph().rename(value, output_name);
  owner_.set_operand(output_name, {value, {}, nullptr});
}

void NodeImport::output_nhwc(size_t i, ValueId value) {
  if (!has_output(i)) return;
  const std::string& output_name = proto_.output(static_cast<int>(i));
  const bool contract = owner_.is_graph_output(output_name);
  owner_.graph().rename(value, contract ? output_name + "_nhwc" : output_name);
  owner_.set_operand(output_name, {{}, value, nullptr});
}

void NodeImport::output_ints(size_t i, KnownInts ints) {
  owner_.set_operand(proto_.output(static_cast<int>(i)),
                     {{}, {}, std::make_shared<const KnownInts>(std::move(ints))});
}

void NodeImport::output_same(size_t i, size_t from) {
  if (has_output(i)) owner_.set_operand(proto_.output(static_cast<int>(i)), operand(from));
}

// Constants and one-element tensors can follow the others into NHWC without a transpose at run
// time.
bool NodeImport::can_be_nhwc(size_t i) const {
  if (prefers_nhwc(i)) return true;
  const Shape held = shape(i);
  if (held.rank() == 0) return true;
  if (held.is_static() && held.elements() == 1) return true;
  return is_weight(i) || (held.rank() == 4 && operand(i).nhwc.valid());
}

void NodeImport::output_built(const std::vector<size_t>& inputs,
                              const std::function<ValueId(const std::vector<ValueId>&)>& build) {
  bool any = false;
  bool all = true;
  for (const size_t i : inputs) {
    any = any || prefers_nhwc(i);
    all = all && can_be_nhwc(i) && rank(i) <= 4;
  }
  std::vector<ValueId> values;
  if (!any || !all) {
    for (const size_t i : inputs) values.push_back(input(i));
    output(0, build(values));
    return;
  }
  for (const size_t i : inputs) {
    if (rank(i) == 4) {
      values.push_back(input_nhwc(i));
      continue;
    }
    std::vector<int64_t> dims = shape(i).dims();
    if (dims.empty()) {
      values.push_back(input(i));
      continue;
    }
    dims.insert(dims.begin(), static_cast<size_t>(4 - rank(i)), 1);
    values.push_back(transpose(reshape(input(i), dims), kNchwToNhwc));
  }
  output_nhwc(0, build(values));
}

void NodeImport::output_elementwise(std::string_view op_name, const std::vector<size_t>& inputs,
                                    Attributes attributes) {
  output_built(inputs, [&](const std::vector<ValueId>& values) {
    return emit(op_name, values, attributes);
  });
}

}  // namespace mote::onnx
