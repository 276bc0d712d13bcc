#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/formats/onnx/export_graph.h"
#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ir/op_def.h"

namespace mote::onnx {

int64_t NodeExport::opset() const { return owner_.opset(); }

const TensorType& NodeExport::input_type(size_t i) const {
  return owner_.graph().value(node_.inputs.at(i)).type;
}

const TensorType& NodeExport::output_type(size_t i) const {
  return owner_.graph().value(node_.outputs.at(i)).type;
}

const Tensor* NodeExport::constant(size_t i) const {
  if (!has_input(i)) return nullptr;
  const Value& value = owner_.graph().value(node_.inputs[i]);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

std::string NodeExport::input(size_t i, Layout layout, Form form) {
  return has_input(i) ? owner_.tensor(node_.inputs[i], layout, form) : std::string();
}

std::string NodeExport::cast(const std::string& tensor, DataType dtype) {
  return emit("Cast", {tensor}, {{"to", int64_t{onnx_code(dtype)}}});
}

std::string NodeExport::input_as(size_t i, DataType dtype) {
  return input_type(i).dtype == dtype ? input(i) : cast(input(i), dtype);
}

bool NodeExport::prefers_nchw(size_t i) const {
  return has_input(i) && owner_.has(node_.inputs[i], Layout::kNchw) &&
         !owner_.has(node_.inputs[i], Layout::kPlain);
}

std::string NodeExport::permuted_input(size_t i, const std::vector<int64_t>& permutation) {
  if (constant(i) != nullptr) return owner_.permuted(node_.inputs[i], permutation);
  return transpose(input(i), permutation);
}

std::string NodeExport::initializer(const Tensor& tensor, std::string_view hint) {
  return owner_.initializer(tensor, fmt::format("{}_{}", owner_.current_name(), hint));
}

std::string NodeExport::ints(const std::vector<int64_t>& values, std::string_view hint) {
  return initializer(Tensor::of(Shape{static_cast<int64_t>(values.size())}, values), hint);
}

std::string NodeExport::emit(std::string_view op_type, const std::vector<std::string>& inputs,
                             const OnnxAttributes& attributes) {
  return owner_.emit(op_type, inputs, attributes, 1)[0];
}

std::vector<std::string> NodeExport::emit_all(std::string_view op_type,
                                              const std::vector<std::string>& inputs,
                                              const OnnxAttributes& attributes, size_t outputs) {
  return owner_.emit(op_type, inputs, attributes, outputs);
}

std::string NodeExport::reshape(const std::string& tensor, const Shape& shape) {
  OnnxAttributes attributes;
  const auto& dims = shape.dims();
  // 0 would mean "as in the input".
  if (std::find(dims.begin(), dims.end(), 0) != dims.end())
    attributes.push_back({"allowzero", int64_t{1}});
  return emit("Reshape", {tensor, ints(dims, "shape")}, attributes);
}

std::string NodeExport::transpose(const std::string& tensor,
                                  const std::vector<int64_t>& permutation) {
  return emit("Transpose", {tensor}, {{"perm", permutation}});
}

void NodeExport::output(size_t i, const std::string& tensor, Layout layout, Form form) {
  const ValueId value = node_.outputs.at(i);
  TensorType type = output_type(i);
  if (form == Form::kStored || !type.quantization) {
    owner_.set(value, layout, Form::kStored, tensor);
    return;
  }
  if (layout == Layout::kNchw && !type.quantization->is_per_tensor()) {
    type.quantization->axis = static_cast<int>(nchw_axis(type.quantization->axis));
  }
  owner_.set(value, layout, Form::kStored, owner_.quantize(tensor, type));
}

std::string NodeExport::held_output(size_t i) { return owner_.take(node_.outputs.at(i)); }

std::string NodeExport::activated(const std::string& tensor, Activation activation) {
  switch (activation) {
    case Activation::kNone:
      return tensor;
    case Activation::kRelu:
      return emit("Relu", {tensor});
    case Activation::kReluN1To1:
    case Activation::kRelu6: {
      const ClampRange range = clamp_range(activation);
      const std::string low = initializer(Tensor::scalar<float>(range.low), "min");
      const std::string high = initializer(Tensor::scalar<float>(range.high), "max");
      return emit("Clip", {tensor, low, high});
    }
  }
  return tensor;
}

namespace {

// True when the integers of `type` cannot stand for numbers outside the clamp anyway.
bool implied(const TensorType& type, Activation activation) {
  const Quantization& record = *type.quantization;
  const IntegerRange range = integer_range(type.dtype);
  const ClampRange clamp = clamp_range(activation);
  const auto real = [&](int64_t q) {
    return static_cast<double>(record.scale()) * static_cast<double>(q - record.zero_point());
  };
  // The nearest integer to a bound is as far as the clamp reaches.
  const double half = 0.5 * static_cast<double>(record.scale());
  return real(range.low) > static_cast<double>(clamp.low) - half &&
         real(range.high) < static_cast<double>(clamp.high) + half;
}

}  // namespace

void NodeExport::output_activated(const std::string& tensor, Activation activation, Layout layout) {
  const TensorType& type = output_type(0);
  // No runtime computes 16-bit activations in integers, so that there is no pattern to keep.
  if (!type.quantization || size_bytes(type.dtype) > 1) {
    return output(0, activated(tensor, activation), layout);
  }
  if (activation == Activation::kNone || implied(type, activation))
    return output(0, tensor, layout);
  // Quantized first, so that runtimes still find the integer pattern; the clamp follows on its
  // result.
  const std::string stored = owner_.quantize(tensor, type);
  output(0, activated(owner_.dequantize(stored, type), activation), layout);
}

Layout NodeExport::common_layout(const std::vector<size_t>& inputs) const {
  bool any = false;
  for (const size_t i : inputs) {
    const TensorType& type = input_type(i);
    any = any || prefers_nchw(i);
    const bool flexible = constant(i) != nullptr || type.shape.rank() == 4 ||
                          (type.shape.is_static() && type.shape.elements() == 1);
    if (!flexible || type.shape.rank() > 4) return Layout::kPlain;
  }
  return any ? Layout::kNchw : Layout::kPlain;
}

std::string NodeExport::aligned_input(size_t i, Layout layout) {
  const Shape& shape = input_type(i).shape;
  if (layout == Layout::kPlain || shape.rank() == 4) return input(i, layout);
  if (shape.rank() == 0 || shape.elements() == 1) return input(i);
  if (constant(i) != nullptr) return owner_.permuted(node_.inputs[i], kNhwcToNchw);
  // The last axis is the channel: [c] becomes [c,1,1], [w,c] becomes [c,1,w].
  std::vector<int64_t> dims(shape.begin(), shape.end());
  dims.insert(dims.begin(), static_cast<size_t>(4 - shape.rank()), 1);
  return transpose(reshape(input(i), Shape(dims)), kNhwcToNchw);
}

void NodeExport::output_elementwise(std::string_view op_type, const std::vector<size_t>& inputs,
                                    const OnnxAttributes& attributes, Activation activation) {
  const Layout layout = common_layout(inputs);
  std::vector<std::string> names;
  for (const size_t i : inputs) names.push_back(aligned_input(i, layout));
  output_activated(emit(op_type, names, attributes), activation, layout);
}

void NodeExport::output_built(
    const std::vector<size_t>& inputs,
    const std::function<std::string(const std::vector<std::string>&)>& build) {
  const Layout layout = common_layout(inputs);
  std::vector<std::string> names;
  for (const size_t i : inputs) names.push_back(aligned_input(i, layout));
  output(0, build(names), layout);
}

}  // namespace mote::onnx
