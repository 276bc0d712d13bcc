// Which patterns of QuantizeLinear and DequantizeLinear become integer operators, and which stay
// float: every branch of mote/formats/onnx/fold_qdq.h.
#include <gtest/gtest.h>

#include <algorithm>

#include "mote/formats/onnx/read.h"
#include "mote/ops/op_table.h"
#include "tests/onnx_builder.h"

namespace mote {
namespace {

using test::OnnxBody;
using test::OnnxModel;

// Operators in order with the type of their result; data movement left out.
std::string steps(const Graph& graph) {
  std::string text;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (is_op(node, "transpose") || is_op(node, "reshape")) continue;
    if (!text.empty()) text += ' ';
    text += fmt::format("{}:{}", node.op->name, name(graph.value(node.outputs[0]).type.dtype));
  }
  return text;
}

// A network of quantized operators, by the names of its stored tensors.
class Qdq {
 public:
  Qdq() = default;

  OnnxBody graph() { return model_.graph(); }

  template <class T>
  void record(const std::string& name, const std::vector<float>& scales, std::vector<T> zeros) {
    const auto count = static_cast<int64_t>(scales.size());
    const Shape shape = count == 1 ? Shape{} : Shape{count};
    graph().constant(name + "_scale", Tensor::of(shape, scales));
    graph().constant(name + "_zero", Tensor::of(shape, zeros));
  }
  /// The real numbers behind `name`, as "<name>_real".
  std::string real(const std::string& name, int64_t axis = 0) {
    auto& node =
        graph().node("DequantizeLinear", {name, name + "_scale", name + "_zero"}, {name + "_real"});
    test::set_int(node, "axis", axis);
    return name + "_real";
  }
  /// `name` as the stored form of `from`.
  void stored(const std::string& from, const std::string& name) {
    graph().node("QuantizeLinear", {from, name + "_scale", name + "_zero"}, {name});
  }
  /// A quantized input [1,2,4,4] of scale 1/2, and its real numbers.
  template <class T>
  std::string input(T zero) {
    constexpr DataType dtype = data_type_of<T>;
    graph().input("x", dtype, {1, 2, 4, 4});
    record<T>("x", {0.5f}, {zero});
    return real("x");
  }
  template <class T>
  void output(const std::string& from, float scale, T zero) {
    record<T>("y", {scale}, {zero});
    stored(from, "y");
    graph().output("y");
  }
  Graph read(ConversionReport* report = nullptr) const {
    return read_onnx(model_.bytes(), {}, {.report = report});
  }

 private:
  // QuantizeLinear of 16-bit integers came with it.
  static constexpr int64_t kOpset = 21;

  OnnxModel model_{kOpset};
};

// What varies about a convolution of three channels.
struct Layer {
  std::vector<float> weight_scales{0.1f, 0.2f, 0.3f};
  int8_t weight_zero = 0;
  float bias_factor = 1.0f;  // of the bias's scale
  bool float_bias = false;
  std::string activation;  // an operator behind it
};

template <class T>
Qdq layer(const Layer& what, T zero) {
  Qdq net;
  const std::string x = net.input<T>(zero);
  const size_t scales = what.weight_scales.size();
  net.graph().constant("w", Tensor(DataType::kI8, {3, 2, 1, 1}));
  net.record<int8_t>("w", what.weight_scales, std::vector<int8_t>(scales, what.weight_zero));
  std::string bias = "b";
  if (what.float_bias) {
    net.graph().constant("b", Tensor(DataType::kF32, {3}));
  } else {
    net.graph().constant("b", Tensor(DataType::kI32, {3}));
    std::vector<float> bias_scales;
    for (const float s : what.weight_scales) bias_scales.push_back(s * 0.5f * what.bias_factor);
    net.record<int32_t>("b", bias_scales, std::vector<int32_t>(scales, 0));
    bias = net.real("b");
  }
  net.graph().node("Conv", {x, net.real("w"), bias}, {"sum"});
  std::string result = "sum";
  if (!what.activation.empty()) {
    net.graph().node(what.activation, {"sum"}, {"clamped"});
    result = "clamped";
  }
  net.output<T>(result, 0.25f, zero);
  return net;
}

constexpr std::string_view kFloatLayer = "dequantize:f32 conv_2d:f32 quantize:i8";

TEST(FoldQdq, layer_with_weights_per_channel_or_per_tensor) {
  EXPECT_EQ(steps(layer<int8_t>({}, 3).read()), "conv_2d:i8");
  EXPECT_EQ(steps(layer<int8_t>({.weight_scales = {0.1f}}, 3).read()), "conv_2d:i8");
}

TEST(FoldQdq, activation_becomes_a_part_of_its_layer) {
  const Graph graph = layer<int8_t>({.activation = "Relu"}, 3).read();
  EXPECT_EQ(steps(graph), "conv_2d:i8");
  EXPECT_EQ(steps(layer<int8_t>({.activation = "Sigmoid"}, 3).read()),
            "dequantize:f32 conv_2d:f32 logistic:f32 quantize:i8");
}

TEST(FoldQdq, float_bias_is_rounded_and_reported) {
  ConversionReport report;
  EXPECT_EQ(steps(layer<int8_t>({.float_bias = true}, 3).read(&report)), "conv_2d:i8");
  EXPECT_TRUE(std::any_of(report.changes.begin(), report.changes.end(), [](const auto& change) {
    return change.change.find("the float bias is rounded") != std::string::npos;
  }));
}

TEST(FoldQdq, bias_at_another_scale_stays_float) {
  EXPECT_EQ(steps(layer<int8_t>({.bias_factor = 1.000001f}, 3).read()), "conv_2d:i8");
  EXPECT_EQ(steps(layer<int8_t>({.bias_factor = 1.01f}, 3).read()), kFloatLayer);
}

TEST(FoldQdq, weights_with_a_zero_point_stay_float) {
  EXPECT_EQ(steps(layer<int8_t>({.weight_zero = 1}, 3).read()), kFloatLayer);
}

TEST(FoldQdq, sixteen_bit_activations_get_a_wide_bias) {
  const Graph graph = layer<int16_t>({}, 0).read();
  EXPECT_EQ(steps(graph), "conv_2d:i16");
  const Node& node = graph.node(graph.value(graph.outputs()[0]).producer);
  const NodeId conv = is_op(node, "conv_2d") ? graph.value(graph.outputs()[0]).producer
                                             : graph.value(node.inputs[0]).producer;
  EXPECT_EQ(graph.value(graph.node(conv).inputs[2]).type.dtype, DataType::kI64);
}

// Signed ones inside; the contract of inputs and outputs stays.
TEST(FoldQdq, unsigned_activations_become_signed_inside) {
  ConversionReport report;
  const Graph graph = layer<uint8_t>({}, 131).read(&report);
  EXPECT_EQ(steps(graph), "dequantize:f32 quantize:i8 conv_2d:i8 dequantize:f32 quantize:u8");
  const Node& node = graph.node(graph.topological_order()[1]);
  EXPECT_EQ(graph.value(node.outputs[0]).type.quantization->zero_point(), 3);
  EXPECT_TRUE(std::any_of(report.changes.begin(), report.changes.end(), [](const auto& change) {
    return change.change.find("zero points moved by 128") != std::string::npos;
  }));
}

TEST(FoldQdq, unsigned_weights_become_signed) {
  Qdq net;
  const std::string x = net.input<int8_t>(3);
  Tensor weights(DataType::kU8, {3, 2, 1, 1});
  std::ranges::fill(weights.data<uint8_t>(), uint8_t{130});
  net.graph().constant("w", weights);
  net.record<uint8_t>("w", {0.1f}, {128});
  net.graph().node("Conv", {x, net.real("w")}, {"sum"});
  net.output<int8_t>("sum", 0.25f, 0);
  const Graph graph = net.read();
  EXPECT_EQ(steps(graph), "conv_2d:i8");
}

TEST(FoldQdq, result_that_is_read_as_real_numbers_too_stays_float) {
  Qdq net = layer<int8_t>({}, 3);
  net.graph().output("sum");
  EXPECT_EQ(steps(net.read()), kFloatLayer);
  Qdq two = layer<int8_t>({}, 3);
  two.graph().node("Relu", {"sum"}, {"z"});
  two.graph().output("z");
  EXPECT_EQ(steps(two.read()), "dequantize:f32 conv_2d:f32 quantize:i8 relu:f32");
}

TEST(FoldQdq, result_that_is_never_quantized_stays_float) {
  Qdq net;
  net.graph().node("Sigmoid", {net.input<int8_t>(3)}, {"y"});
  net.graph().output("y");
  EXPECT_EQ(steps(net.read()), "dequantize:f32 logistic:f32");
}

TEST(FoldQdq, weights_of_run_time_stay_float) {
  Qdq net;
  const std::string x = net.input<int8_t>(3);
  net.graph().input("w", DataType::kI8, {3, 2, 1, 1});
  net.record<int8_t>("w", {0.1f}, {0});
  net.graph().node("Conv", {x, net.real("w")}, {"sum"});
  net.output<int8_t>("sum", 0.25f, 0);
  EXPECT_EQ(steps(net.read()), "dequantize:f32 dequantize:f32 conv_2d:f32 quantize:i8");
}

// An average keeps its operand's scale, a softmax has one of its own: a rescaling follows.
TEST(FoldQdq, operators_with_a_scale_of_their_own_are_rescaled_behind) {
  for (const float scale : {0.5f, 0.25f}) {
    Qdq net;
    auto& node = net.graph().node("MaxPool", {net.input<int8_t>(3)}, {"most"});
    test::set_ints(node, "kernel_shape", {2, 2});
    net.output<int8_t>("most", scale, 3);
    EXPECT_EQ(steps(net.read()), scale == 0.5f ? "max_pool_2d:i8" : "max_pool_2d:i8 quantize:i8");
  }
  Qdq net;
  net.graph().node("Softmax", {net.input<int8_t>(3)}, {"share"});
  net.output<int8_t>("share", 0.01f, 0);
  EXPECT_EQ(steps(net.read()), "softmax:i8 quantize:i8");
}

// The operands of a Concat share the result's scale: those that do not are rescaled in front.
TEST(FoldQdq, operands_that_must_share_a_scale_are_rescaled_in_front) {
  Qdq net;
  const std::string x = net.input<int8_t>(3);
  net.graph().input("z", DataType::kI8, {1, 2, 4, 4});
  net.record<int8_t>("z", {0.25f}, {3});
  auto& node = net.graph().node("Concat", {x, net.real("z")}, {"both"});
  test::set_int(node, "axis", 1);
  net.output<int8_t>("both", 0.5f, 3);
  EXPECT_EQ(steps(net.read()), "quantize:i8 concat:i8");
}

TEST(FoldQdq, elementwise_operands_keep_their_scales) {
  Qdq net;
  const std::string x = net.input<int8_t>(3);
  net.graph().input("z", DataType::kI8, {1, 2, 4, 4});
  net.record<int8_t>("z", {0.25f}, {-1});
  net.graph().node("Add", {x, net.real("z")}, {"sum"});
  net.output<int8_t>("sum", 0.125f, 7);
  EXPECT_EQ(steps(net.read()), "add:i8");
}

TEST(FoldQdq, movement_between_layers_moves_integers) {
  Qdq net;
  net.graph().node("Flatten", {net.input<int8_t>(3)}, {"flat"});
  net.graph().node("Sigmoid", {"flat"}, {"s"});
  net.output<int8_t>("s", 1.0f / 256.0f, -128);
  const Graph graph = net.read();
  EXPECT_EQ(steps(graph), "logistic:i8");
  for (const NodeId id : graph.topological_order()) {
    EXPECT_EQ(graph.value(graph.node(id).outputs[0]).type.dtype, DataType::kI8);
  }
}

TEST(FoldQdq, quantizing_what_was_just_dequantized_is_nothing_or_a_rescaling) {
  for (const float scale : {0.5f, 0.25f}) {
    Qdq net;
    const std::string x = net.input<int8_t>(3);
    net.graph().node("Add", {x, x}, {"s"});
    net.record<int8_t>("s8", {scale}, {0});
    net.stored("s", "s8");
    net.output<int8_t>(net.real("s8"), 0.5f, 0);
    EXPECT_EQ(steps(net.read()), scale == 0.5f ? "add:i8" : "add:i8 quantize:i8");
  }
}

// Weights that no integer operator takes are float numbers after all.
TEST(FoldQdq, constants_of_float_operators_are_evaluated) {
  Qdq net;
  net.graph().input("x", DataType::kF32, {1, 2, 4, 4});
  Tensor weights(DataType::kI8, {3, 2, 1, 1});
  std::ranges::fill(weights.data<int8_t>(), int8_t{10});
  net.graph().constant("w", weights);
  net.record<int8_t>("w", {0.5f}, {0});
  net.graph().node("Conv", {"x", net.real("w")}, {"y"});
  net.graph().output("y");
  const Graph graph = net.read();
  EXPECT_EQ(steps(graph), "conv_2d:f32");
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    if (!is_op(node, "conv_2d")) continue;
    EXPECT_EQ(graph.value(node.inputs[1]).constant->data<float>()[0], 5.0f);
  }
}

TEST(FoldQdq, activations_with_a_scale_for_each_channel_stay_float) {
  Qdq net;
  net.graph().input("x", DataType::kI8, {1, 2, 4, 4});
  net.record<int8_t>("x", {0.5f, 0.25f}, {0, 0});
  net.graph().node("Sigmoid", {net.real("x", 1)}, {"s"});
  net.output<int8_t>("s", 0.5f, 0);
  EXPECT_EQ(steps(net.read()), "dequantize:f32 logistic:f32 quantize:i8");
}

}  // namespace
}  // namespace mote
