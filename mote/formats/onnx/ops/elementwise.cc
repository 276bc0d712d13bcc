// Operators that work on each element alone: activations, arithmetic with broadcasting, clamps.
#include <cmath>
#include <limits>

#include "mote/formats/onnx/export.h"
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

void export_unary(NodeExport& node) { node.output_elementwise(node.row().op_type, {0}); }

void export_binary(NodeExport& node) { node.output_elementwise(node.row().op_type, {0, 1}); }

void export_arithmetic(NodeExport& node) {
  node.output_elementwise(node.row().op_type, {0, 1}, {}, node.attrs<BinaryAttrs>().activation);
}

void export_alpha(NodeExport& node) {
  node.output_elementwise(node.row().op_type, {0}, {{"alpha", node.attrs<AlphaAttrs>().alpha}});
}

template <Activation kActivation>
void export_clamp(NodeExport& node) {
  const Layout layout = node.common_layout({0});
  node.output_activated(node.input(0, layout), kActivation, layout);
}

}  // namespace

void ops_elementwise(OnnxSink& sink) {
  const auto add = [&](std::string_view op_type, std::string_view op, ImportHandler handler) {
    sink.add_import({.op_type = op_type, .handler = handler, .op = op});
  };
  // Operators that are the same on both sides, with their number of operands and the first opset.
  struct Same {
    std::string_view op_type, op;
    int operands;
    int64_t since = 1;
  };
  constexpr Same kSame[] = {
      {"Sigmoid", "logistic", 1},
      {"Tanh", "tanh", 1},
      {"HardSwish", "hard_swish", 1, 14},
      {"Exp", "exp", 1},
      {"Log", "log", 1},
      {"Sqrt", "sqrt", 1},
      {"Abs", "abs", 1},
      {"Neg", "neg", 1},
      {"Sign", "sign", 1},
      {"Reciprocal", "reciprocal", 1},
      {"Floor", "floor", 1},
      {"Ceil", "ceil", 1},
      {"Round", "round", 1},
      {"Erf", "erf", 1},
      {"Sin", "sin", 1},
      {"Cos", "cos", 1},
      {"Tan", "tan", 1},
      {"Asin", "asin", 1},
      {"Acos", "acos", 1},
      {"Atan", "atan", 1},
      {"Sinh", "sinh", 1},
      {"Cosh", "cosh", 1},
      {"Asinh", "asinh", 1},
      {"Acosh", "acosh", 1},
      {"Atanh", "atanh", 1},
      {"Softplus", "softplus", 1},
      {"Softsign", "softsign", 1},
      {"Mish", "mish", 1, 18},
      {"IsNaN", "is_nan", 1},
      {"BitwiseNot", "bitwise_not", 1, 18},
      {"Not", "logical_not", 1},
      {"PRelu", "prelu", 2},
      {"Equal", "equal", 2},
      {"Less", "less", 2},
      {"LessOrEqual", "less_equal", 2},
      {"Greater", "greater", 2},
      {"GreaterOrEqual", "greater_equal", 2},
      {"And", "logical_and", 2},
      {"Or", "logical_or", 2},
      {"Xor", "logical_xor", 2},
      {"BitwiseAnd", "bitwise_and", 2, 18},
      {"BitwiseOr", "bitwise_or", 2, 18},
      {"BitwiseXor", "bitwise_xor", 2, 18},
  };
  for (const Same& same : kSame) {
    const bool unary = same.operands == 1;
    add(same.op_type, same.op, unary ? import_unary : import_binary);
    sink.add_export({.op = same.op,
                     .handler = unary ? export_unary : export_binary,
                     .op_type = same.op_type,
                     .since = same.since});
  }
  add("Relu", "relu", import_unary);
  add("Add", "add", import_binary);
  add("Sub", "sub", import_binary);
  add("Mul", "mul", import_binary);
  add("Div", "div", import_binary);
  add("Pow", "pow", import_pow);
  add("Min", "minimum", import_variadic);
  add("Max", "maximum", import_variadic);
  add("Sum", "add", import_variadic);
  add("LeakyRelu", "leaky_relu", import_leaky_relu);
  add("Elu", "elu", import_alpha_one);
  add("Celu", "celu", import_alpha_one);
  add("ThresholdedRelu", "thresholded_relu", import_alpha_one);
  add("Clip", {}, import_clip);
  const auto add_export = [&](std::string_view op, std::string_view op_type,
                              ExportHandler handler) {
    sink.add_export({.op = op, .handler = handler, .op_type = op_type});
  };
  add_export("relu6", {}, export_clamp<Activation::kRelu6>);
  add_export("relu_n1_to_1", {}, export_clamp<Activation::kReluN1To1>);
  add_export("relu", {}, export_clamp<Activation::kRelu>);
  add_export("add", "Add", export_arithmetic);
  add_export("sub", "Sub", export_arithmetic);
  add_export("mul", "Mul", export_arithmetic);
  add_export("div", "Div", export_arithmetic);
  add_export("pow", "Pow", export_binary);
  add_export("minimum", "Min", export_binary);
  add_export("maximum", "Max", export_binary);
  add_export("leaky_relu", "LeakyRelu", export_alpha);
  add_export("elu", "Elu", export_alpha);
  add_export("celu", "Celu", export_alpha);
  add_export("thresholded_relu", "ThresholdedRelu", export_alpha);
}

}  // namespace mote::onnx
