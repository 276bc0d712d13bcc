#include "mote/ir/op_def.h"

#include "mote/kernels/kernel_table.h"

namespace mote {

std::string_view name(Numerics numerics) {
  switch (numerics) {
    case Numerics::kAuto:
      return "auto";
    case Numerics::kTflm:
      return "tflm";
    case Numerics::kLitert:
      return "litert";
    case Numerics::kOnnx:
      return "onnx";
  }
  return {};
}

std::string_view name(Isa isa) { return mote_isa_name(static_cast<mote_isa>(isa)); }

std::string_view name(SampleKind kind) {
  switch (kind) {
    case SampleKind::kF32:
      return "f32";
    case SampleKind::kI8:
      return "i8";
    case SampleKind::kI16:
      return "i16";
    case SampleKind::kU8:
      return "u8";
    case SampleKind::kHybrid:
      return "hybrid";
  }
  return {};
}

std::string describe(const Node& node) {
  return fmt::format("node '{}' ({})", node.name, node.op == nullptr ? "?" : node.op->name);
}

const TensorType& InferContext::input(size_t i) const {
  if (!has_input(i)) fail("input {} is missing", i);
  return graph_.value(node_.inputs[i]).type;
}

const Tensor* InferContext::constant(size_t i) const {
  if (!has_input(i)) return nullptr;
  const Value& value = graph_.value(node_.inputs[i]);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

const Tensor& InferContext::required_constant(size_t i, std::string_view what) const {
  const Tensor* tensor = constant(i);
  if (tensor == nullptr) {
    throw_error(ErrorKind::kUnsupported,
                "the {} (input {}) is computed at run time, but must be a constant; if it depends "
                "on an input's shape, fix that shape with --shape, or give it with --bind",
                what, i);
  }
  return *tensor;
}

void InferContext::fail_with(std::string message) const {
  throw Error(ErrorKind::kInvalidModel, std::move(message));
}

void InferContext::expect_rank(size_t i, int rank) const {
  if (shape(i).rank() != rank) {
    fail("input {} has shape {}, expected rank {}", i, to_string(shape(i)), rank);
  }
}

void InferContext::expect_inputs(size_t low, size_t high) const {
  if (input_count() < low || input_count() > high) {
    fail("{} inputs, expected {} to {}", input_count(), low, high);
  }
}

ConstTensorView EvalContext::input(size_t i) const {
  return {inputs[i].type->dtype, inputs[i].type->shape, inputs[i].bytes};
}

TensorView EvalContext::output(size_t i) const {
  return {outputs[i].type->dtype, outputs[i].type->shape, outputs[i].bytes};
}

TensorView EvalContext::state(size_t i) const {
  return {inputs[i].type->dtype, inputs[i].type->shape, inputs[i].bytes};
}

namespace {

const Quantization& record_of(const Node& node, const EvalContext::Operand& operand,
                              std::string_view what, size_t i) {
  if (operand.type == nullptr || !operand.type->quantization) {
    throw_error(ErrorKind::kInvalidModel, "{}: {} {} has no quantization", describe(node), what, i);
  }
  return *operand.type->quantization;
}

}  // namespace

const Quantization& EvalContext::input_quantization(size_t i) const {
  return record_of(*node, inputs[i], "input", i);
}

const Quantization& EvalContext::output_quantization(size_t i) const {
  return record_of(*node, outputs[i], "output", i);
}

void EvalContext::no_kernel() const {
  std::string types;
  for (const Operand& operand : inputs) {
    if (!types.empty()) types += ", ";
    types += operand.type == nullptr ? "absent" : name(operand.type->dtype);
  }
  throw_error(ErrorKind::kUnsupported, "{}: no kernel for inputs ({}) and output {}",
              describe(*node), types, name(outputs[0].type->dtype));
}

const TensorType& LowerContext::input_type(size_t i) const {
  return graph->value(node->inputs[i]).type;
}

const TensorType& LowerContext::output_type(size_t i) const {
  return graph->value(node->outputs[i]).type;
}

const Tensor* LowerContext::constant(size_t i) const {
  if (!node->has_input(i)) return nullptr;
  const Value& value = graph->value(node->inputs[i]);
  return value.kind == ValueKind::kConstant ? value.constant.get() : nullptr;
}

}  // namespace mote
