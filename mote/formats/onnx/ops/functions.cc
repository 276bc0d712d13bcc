// Elementwise operators whose attributes or operands need a word: Mod, BitShift, Where, Selu, ...
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

}  // namespace

void ops_functions(OnnxSink& sink) {
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
