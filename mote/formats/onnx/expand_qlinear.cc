#include "mote/formats/onnx/expand_qlinear.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "mote/base/error.h"
#include "mote/formats/onnx/onnx_subset.pb.h"

namespace mote::onnx {
namespace {

constexpr std::string_view kMicrosoft = "com.microsoft";

// Operands come as (tensor, scale, zero point), the result's scale and zero point behind or
// between. Sources: ONNX QLinearConv-10, QLinearMatMul-21; ONNX Runtime ContribOperators.md.
struct Row {
  std::string_view op_type;
  std::string_view domain;
  std::string_view float_op;
  std::vector<int> operands;  // index of the tensor; its scale and zero point follow
  int result;                 // index of the result's scale
  int bias = -1;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> table = {
      {"QLinearConv", "", "Conv", {0, 3}, 6, 8},
      {"QLinearMatMul", "", "MatMul", {0, 3}, 6},
      {"QLinearAdd", kMicrosoft, "Add", {0, 3}, 6},
      {"QLinearMul", kMicrosoft, "Mul", {0, 3}, 6},
      {"QLinearSigmoid", kMicrosoft, "Sigmoid", {0}, 3},
      {"QLinearLeakyRelu", kMicrosoft, "LeakyRelu", {0}, 3},
      {"QLinearAveragePool", kMicrosoft, "AveragePool", {0}, 3},
      {"QLinearGlobalAveragePool", kMicrosoft, "GlobalAveragePool", {0}, 3},
  };
  return table;
}

class Expansion {
 public:
  explicit Expansion(const onnxpb::NodeProto& node) : node_(node) {}

  std::vector<onnxpb::NodeProto> expand(const Row& row) {
    if (node_.output_size() != 1) {
      throw_error(ErrorKind::kInvalidModel, "{} outputs, expected 1", node_.output_size());
    }
    std::vector<std::string> operands;
    for (size_t i = 0; i < row.operands.size(); ++i) {
      const int at = row.operands[i];
      // Weights of a convolution have their scales along the first axis, a matrix along the last.
      const bool weights = i == 1 && row.float_op == "Conv";
      operands.push_back(dequantized(input(at), input(at + 1), input(at + 2), weights ? 0 : -1));
    }
    if (row.bias >= 0 && row.bias < node_.input_size() && !input(row.bias).empty()) {
      const std::string scale = add("Mul", {input(1), input(4)});
      operands.push_back(dequantized(input(row.bias), scale, "", 0));
    }
    const std::string real = add(row.float_op, operands);
    onnxpb::NodeProto& compute = nodes_.back();
    for (const auto& attribute : node_.attribute()) {
      const bool layout = attribute.name() == "channels_last";
      if (layout && attribute.i() != 0) {
        throw_error(ErrorKind::kUnsupported, "channels_last = 1 is not supported");
      }
      if (!layout) *compute.add_attribute() = attribute;
    }
    add("QuantizeLinear", {real, input(row.result), input(row.result + 1)});
    nodes_.back().set_output(0, node_.output(0));
    return std::move(nodes_);
  }

 private:
  std::string input(int i) const {
    if (i >= node_.input_size()) {
      throw_error(ErrorKind::kInvalidModel, "{} inputs, input {} is missing", node_.input_size(),
                  i);
    }
    return node_.input(i);
  }

  std::string add(std::string_view op_type, const std::vector<std::string>& inputs) {
    onnxpb::NodeProto& made = nodes_.emplace_back();
    made.set_op_type(std::string(op_type));
    made.set_name(node_.name());
    for (const std::string& name : inputs) made.add_input(name);
    // No name of a file has this byte.
    made.add_output(fmt::format("{}\x02{}", node_.output(0), nodes_.size()));
    return made.output(0);
  }

  std::string dequantized(const std::string& tensor, const std::string& scale,
                          const std::string& zero_point, int axis) {
    const std::string real = add("DequantizeLinear", {tensor, scale, zero_point});
    auto* attribute = nodes_.back().add_attribute();
    attribute->set_name("axis");
    attribute->set_i(axis);
    return real;
  }

  const onnxpb::NodeProto& node_;
  std::vector<onnxpb::NodeProto> nodes_;
};

}  // namespace

std::vector<onnxpb::NodeProto> expand_qlinear(const onnxpb::NodeProto& node) {
  const auto row = std::find_if(rows().begin(), rows().end(), [&](const Row& candidate) {
    return candidate.op_type == node.op_type() && candidate.domain == node.domain();
  });
  if (row == rows().end()) return {};
  return Expansion(node).expand(*row);
}

}  // namespace mote::onnx
