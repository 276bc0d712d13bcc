// Elementwise operators whose attributes or operands need a word: Mod, BitShift, Where, Selu, ...
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

void import_mod(NodeImport& node) {
  const bool of_dividend = node.integer("fmod", 0) != 0;
  if (!of_dividend && is_float(node.dtype(0))) node.fail("floats need fmod = 1");
  node.output_elementwise(of_dividend ? "mod" : "floor_mod", {0, 1});
}

void import_bit_shift(NodeImport& node) {
  const std::string direction = node.text("direction", "");
  if (direction != "LEFT" && direction != "RIGHT") {
    node.fail("direction is '{}', expected LEFT or RIGHT", direction);
  }
  node.output_elementwise(direction == "LEFT" ? "shift_left" : "shift_right", {0, 1});
}

void import_where(NodeImport& node) { node.output_elementwise("where", {0, 1, 2}); }

// Mean of any number of operands, broadcast.
void import_mean(NodeImport& node) {
  std::vector<size_t> operands;
  for (size_t i = 0; i < node.input_count(); ++i) operands.push_back(i);
  if (operands.empty()) node.fail("no inputs");
  node.output_built(operands, [&](const std::vector<ValueId>& values) {
    ValueId sum = values[0];
    for (size_t i = 1; i < values.size(); ++i) sum = node.emit("add", {sum, values[i]});
    if (values.size() == 1) return sum;
    return node.emit("div", {sum, node.scalar_like(sum, static_cast<double>(values.size()))});
  });
}

void import_selu(NodeImport& node) {
  const SeluAttrs defaults;
  node.output_elementwise("selu", {0},
                          Attributes::of(SeluAttrs{node.real("alpha", defaults.alpha),
                                                   node.real("gamma", defaults.gamma)}));
}

void import_hard_sigmoid(NodeImport& node) {
  const HardSigmoidAttrs defaults;
  node.output_elementwise("hard_sigmoid", {0},
                          Attributes::of(HardSigmoidAttrs{node.real("alpha", defaults.alpha),
                                                          node.real("beta", defaults.beta)}));
}

// Defaults: ONNX Shrink-9.
void import_shrink(NodeImport& node) {
  node.output_elementwise(
      "shrink", {0},
      Attributes::of(ShrinkAttrs{node.real("lambd", 0.5f), node.real("bias", 0.0f)}));
}

void import_is_inf(NodeImport& node) {
  node.output_elementwise("is_inf", {0},
                          Attributes::of(InfinityAttrs{node.integer("detect_positive", 1) != 0,
                                                       node.integer("detect_negative", 1) != 0}));
}

void import_gelu(NodeImport& node) {
  const std::string approximate = node.text("approximate", "none");
  if (approximate != "none" && approximate != "tanh") {
    node.fail("approximate is '{}', expected none or tanh", approximate);
  }
  node.output_elementwise("gelu", {0}, Attributes::of(GeluAttrs{approximate == "tanh"}));
}

using Names = std::vector<std::string>;

void export_where(NodeExport& node) { node.output_elementwise("Where", {0, 1, 2}); }

void export_mod(NodeExport& node) {
  node.output_elementwise("Mod", {0, 1}, {{"fmod", int64_t{1}}});
}

// Mod of integers has the sign of the divisor; of floats ONNX has only the other kind.
std::string floor_mod(NodeExport& node, const Names& x) {
  if (!is_float(node.output_type(0).dtype)) return node.emit("Mod", x);
  const std::string rest = node.emit("Mod", x, {{"fmod", int64_t{1}}});
  return node.emit("Mod", {node.emit("Add", {rest, x[1]}), x[1]}, {{"fmod", int64_t{1}}});
}

void export_floor_mod(NodeExport& node) {
  node.output_built({0, 1}, [&](const Names& x) { return floor_mod(node, x); });
}

void export_floor_div(NodeExport& node) {
  node.output_built({0, 1}, [&](const Names& x) {
    if (is_float(node.output_type(0).dtype)) return node.emit("Floor", {node.emit("Div", x)});
    return node.emit("Div", {node.emit("Sub", {x[0], floor_mod(node, x)}), x[1]});
  });
}

void export_squared_difference(NodeExport& node) {
  node.output_built({0, 1}, [&](const Names& x) {
    const std::string difference = node.emit("Sub", x);
    return node.emit("Mul", {difference, difference});
  });
}

void export_not_equal(NodeExport& node) {
  node.output_built({0, 1},
                    [&](const Names& x) { return node.emit("Not", {node.emit("Equal", x)}); });
}

void export_square(NodeExport& node) { node.output_elementwise("Mul", {0, 0}); }

void export_rsqrt(NodeExport& node) {
  node.output_built(
      {0}, [&](const Names& x) { return node.emit("Reciprocal", {node.emit("Sqrt", x)}); });
}

void export_shift(NodeExport& node) {
  if (is_signed_integer(node.input_type(0).dtype))
    node.refuse("BitShift takes unsigned integers only");
  node.output_elementwise("BitShift", {0, 1}, {{"direction", std::string(node.row().op_type)}});
}

void export_selu(NodeExport& node) {
  const auto& attrs = node.attrs<SeluAttrs>();
  node.output_elementwise("Selu", {0}, {{"alpha", attrs.alpha}, {"gamma", attrs.gamma}});
}

void export_hard_sigmoid(NodeExport& node) {
  const auto& attrs = node.attrs<HardSigmoidAttrs>();
  node.output_elementwise("HardSigmoid", {0}, {{"alpha", attrs.alpha}, {"beta", attrs.beta}});
}

void export_shrink(NodeExport& node) {
  const auto& attrs = node.attrs<ShrinkAttrs>();
  node.output_elementwise("Shrink", {0}, {{"lambd", attrs.threshold}, {"bias", attrs.bias}});
}

void export_is_inf(NodeExport& node) {
  const auto& attrs = node.attrs<InfinityAttrs>();
  node.output_elementwise(
      "IsInf", {0},
      {{"detect_positive", int64_t{attrs.positive}}, {"detect_negative", int64_t{attrs.negative}}});
}

void export_gelu(NodeExport& node) {
  const bool approximate = node.attrs<GeluAttrs>().approximate;
  node.output_elementwise("Gelu", {0},
                          {{"approximate", std::string(approximate ? "tanh" : "none")}});
}

}  // namespace

void ops_functions(OnnxSink& sink) {
  sink.add_export({.op = "where", .handler = export_where});
  sink.add_export({.op = "mod", .handler = export_mod});
  sink.add_export({.op = "floor_mod", .handler = export_floor_mod});
  sink.add_export({.op = "floor_div", .handler = export_floor_div});
  sink.add_export({.op = "squared_difference", .handler = export_squared_difference});
  sink.add_export({.op = "not_equal", .handler = export_not_equal});
  sink.add_export({.op = "square", .handler = export_square});
  sink.add_export({.op = "rsqrt", .handler = export_rsqrt});
  sink.add_export({.op = "shift_left", .handler = export_shift, .op_type = "LEFT"});
  sink.add_export({.op = "shift_right", .handler = export_shift, .op_type = "RIGHT"});
  sink.add_export({.op = "selu", .handler = export_selu});
  sink.add_export({.op = "hard_sigmoid", .handler = export_hard_sigmoid});
  sink.add_export({.op = "shrink", .handler = export_shrink});
  sink.add_export({.op = "is_inf", .handler = export_is_inf});
  sink.add_export({.op = "gelu", .handler = export_gelu, .since = 20});
  sink.add_import({.op_type = "Mod", .handler = import_mod});
  sink.add_import({.op_type = "BitShift", .handler = import_bit_shift});
  sink.add_import({.op_type = "Where", .handler = import_where});
  sink.add_import({.op_type = "Mean", .handler = import_mean});
  sink.add_import({.op_type = "Selu", .handler = import_selu});
  sink.add_import({.op_type = "HardSigmoid", .handler = import_hard_sigmoid});
  sink.add_import({.op_type = "Shrink", .handler = import_shrink});
  sink.add_import({.op_type = "IsInf", .handler = import_is_inf});
  sink.add_import({.op_type = "Gelu", .handler = import_gelu});
}

}  // namespace mote::onnx
