// Operators that work on each element alone: activations, arithmetic with broadcasting, clamps.
#include <cmath>
#include <limits>

#include "mote/formats/onnx/import.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

void import_unary(NodeImport& node) { node.output_elementwise(node.row().op, {0}); }

void import_binary(NodeImport& node) {
  if (node.has_attribute("axis") || node.integer("broadcast", 0) != 0) {
    node.refuse("the broadcasting of opset 6 (attributes axis, broadcast) is not supported");
  }
  node.output_elementwise(node.row().op, {0, 1});
}

// The result has the type of the base, whatever the exponent is.
void import_pow(NodeImport& node) {
  const DataType base = node.dtype(0);
  if (base == node.dtype(1)) return import_binary(node);
  const DataType common = is_float(base) ? base : DataType::kF64;
  const auto as = [&](ValueId value, DataType type) {
    return node.type(value).dtype == type
               ? value
               : node.emit("cast", {value}, Attributes::of(TypeAttrs{type}));
  };
  node.output_built({0, 1}, [&](const std::vector<ValueId>& x) {
    return as(node.emit("pow", {as(x[0], common), as(x[1], common)}), base);
  });
}

// Min, Max, Sum with any number of operands.
void import_variadic(NodeImport& node) {
  std::vector<size_t> operands;
  for (size_t i = 0; i < node.input_count(); ++i) operands.push_back(i);
  if (operands.empty()) node.fail("no inputs");
  if (operands.size() == 1) return node.output(0, node.input(0));
  node.output_built(operands, [&](const std::vector<ValueId>& values) {
    ValueId result = values[0];
    for (size_t i = 1; i < values.size(); ++i)
      result = node.emit(node.row().op, {result, values[i]});
    return result;
  });
}

void import_alpha(NodeImport& node, float otherwise) {
  AlphaAttrs attrs;
  attrs.alpha = node.real("alpha", otherwise);
  node.output_elementwise(node.row().op, {0}, Attributes::of(attrs));
}
// Defaults: ONNX LeakyRelu-16; Elu-6, Celu-12, ThresholdedRelu-10.
void import_leaky_relu(NodeImport& node) { import_alpha(node, 0.01f); }
void import_alpha_one(NodeImport& node) { import_alpha(node, 1.0f); }

double bound(const NodeImport& node, size_t i, std::string_view name, double otherwise) {
  if (node.opset() < 11) return node.real(name, static_cast<float>(otherwise));
  if (!node.has_input(i)) return otherwise;
  const Tensor& tensor = node.required_constant(i, name);
  if (tensor.elements() != 1) node.fail("{} has shape {}", name, to_string(tensor.shape()));
  return elements_as<double>(tensor)[0];
}

ValueId clamp(NodeImport& node, ValueId x, double low, double high) {
  const bool f32 = node.type(x).dtype == DataType::kF32;
  if (f32 && low == 0.0 && high == 6.0) return node.emit("relu6", {x});
  if (f32 && low == -1.0 && high == 1.0) return node.emit("relu_n1_to_1", {x});
  if (f32 && low == 0.0) {
    x = node.emit("relu", {x});
  } else if (low > -std::numeric_limits<float>::max()) {
    x = node.emit("maximum", {x, node.scalar_like(x, low)});
  }
  if (high < std::numeric_limits<float>::max()) {
    x = node.emit("minimum", {x, node.scalar_like(x, high)});
  }
  return x;
}

void import_clip(NodeImport& node) {
  const auto computed = [&](size_t i) { return node.has_input(i) && node.constant(i) == nullptr; };
  if (node.opset() >= 11 && (computed(1) || computed(2))) {
    ValueId x = node.input(0);
    if (node.has_input(1)) x = node.emit("maximum", {x, node.input(1)});
    if (node.has_input(2)) x = node.emit("minimum", {x, node.input(2)});
    return node.output(0, x);
  }
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const double low = bound(node, 1, "min", -kInfinity);
  const double high = bound(node, 2, "max", kInfinity);
  if (std::isnan(low) || std::isnan(high)) node.fail("a bound is not a number");
  node.output_built({0},
                    [&](const std::vector<ValueId>& x) { return clamp(node, x[0], low, high); });
}

}  // namespace

void ops_elementwise(OnnxSink& sink) {
  const auto add = [&](std::string_view op_type, std::string_view op, ImportHandler handler) {
    sink.add_import({.op_type = op_type, .handler = handler, .op = op});
  };
  add("Relu", "relu", import_unary);
  add("Sigmoid", "logistic", import_unary);
  add("Tanh", "tanh", import_unary);
  add("HardSwish", "hard_swish", import_unary);
  add("Exp", "exp", import_unary);
  add("Log", "log", import_unary);
  add("Sqrt", "sqrt", import_unary);
  add("Abs", "abs", import_unary);
  add("Neg", "neg", import_unary);
  add("Sign", "sign", import_unary);
  add("Reciprocal", "reciprocal", import_unary);
  add("Floor", "floor", import_unary);
  add("Ceil", "ceil", import_unary);
  add("Round", "round", import_unary);
  add("Erf", "erf", import_unary);
  add("Sin", "sin", import_unary);
  add("Cos", "cos", import_unary);
  add("Tan", "tan", import_unary);
  add("Asin", "asin", import_unary);
  add("Acos", "acos", import_unary);
  add("Atan", "atan", import_unary);
  add("Sinh", "sinh", import_unary);
  add("Cosh", "cosh", import_unary);
  add("Asinh", "asinh", import_unary);
  add("Acosh", "acosh", import_unary);
  add("Atanh", "atanh", import_unary);
  add("Softplus", "softplus", import_unary);
  add("Softsign", "softsign", import_unary);
  add("Mish", "mish", import_unary);
  add("IsNaN", "is_nan", import_unary);
  add("BitwiseNot", "bitwise_not", import_unary);
  add("Not", "logical_not", import_unary);
  add("Add", "add", import_binary);
  add("Sub", "sub", import_binary);
  add("Mul", "mul", import_binary);
  add("Div", "div", import_binary);
  add("Pow", "pow", import_pow);
  add("PRelu", "prelu", import_binary);
  add("Equal", "equal", import_binary);
  add("Less", "less", import_binary);
  add("LessOrEqual", "less_equal", import_binary);
  add("Greater", "greater", import_binary);
  add("GreaterOrEqual", "greater_equal", import_binary);
  add("And", "logical_and", import_binary);
  add("Or", "logical_or", import_binary);
  add("Xor", "logical_xor", import_binary);
  add("BitwiseAnd", "bitwise_and", import_binary);
  add("BitwiseOr", "bitwise_or", import_binary);
  add("BitwiseXor", "bitwise_xor", import_binary);
  add("Min", "minimum", import_variadic);
  add("Max", "maximum", import_variadic);
  add("Sum", "add", import_variadic);
  add("LeakyRelu", "leaky_relu", import_leaky_relu);
  add("Elu", "elu", import_alpha_one);
  add("Celu", "celu", import_alpha_one);
  add("ThresholdedRelu", "thresholded_relu", import_alpha_one);
  add("Clip", {}, import_clip);
}

}  // namespace mote::onnx
