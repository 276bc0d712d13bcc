// What an operator's export handler sees: one node of the graph, and the model that grows.
//
//   void export_relu(NodeExport& node) { node.output_elementwise("Relu", {0}); }
//   sink.add_export({.op = "relu", .handler = export_relu});
//
// A value may exist as several tensors of the model: as stored (integers when it is quantized) or
// as real numbers behind a DequantizeLinear; laid out as in the graph ("plain") or, rank 4 taken as
// NHWC, as NCHW. A handler asks for what it needs; conversions are made once and shared. Handlers
// write float operators only: `output` adds the QuantizeLinear when the value is quantized.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mote/base/error.h"
#include "mote/formats/onnx/op_rows.h"
#include "mote/ir/graph.h"
#include "mote/ops/activation.h"

namespace mote::onnx {

struct OnnxAttribute {
  std::string name;
  std::variant<int64_t, float, std::string, std::vector<int64_t>, std::vector<float>, Tensor,
               std::vector<std::string>>
      value;
};
using OnnxAttributes = std::vector<OnnxAttribute>;

enum class Layout { kPlain, kNchw };
enum class Form { kStored, kReal };

class GraphExport;

class NodeExport {
 public:
  NodeExport(GraphExport& owner, const Node& node, const ExportRow& row)
      : owner_(owner), node_(node), row_(row) {}

  const Node& node() const { return node_; }
  const ExportRow& row() const { return row_; }
  template <class Struct>
  const Struct& attrs() const {
    return node_.attrs<Struct>();
  }
  int64_t opset() const;
  bool has_input(size_t i) const { return node_.has_input(i); }
  const TensorType& input_type(size_t i) const;
  const TensorType& output_type(size_t i) const;
  /// nullptr when input `i` is absent or computed.
  const Tensor* constant(size_t i) const;

  // Names of operands; "" for an absent one.
  std::string input(size_t i, Layout layout = Layout::kPlain, Form form = Form::kReal);
  /// Input `i`, plain, cast where it has another type.
  std::string input_as(size_t i, DataType dtype);
  std::string cast(const std::string& tensor, DataType dtype);
  /// True when input `i` exists as NCHW and not (yet) as plain.
  bool prefers_nchw(size_t i) const;
  /// A constant with its axes permuted, in real form: the integers move, their scales go along.
  std::string permuted_input(size_t i, const std::vector<int64_t>& permutation);

  // Building.
  std::string initializer(const Tensor& tensor, std::string_view hint);
  std::string ints(const std::vector<int64_t>& values, std::string_view hint);
  std::string emit(std::string_view op_type, const std::vector<std::string>& inputs,
                   const OnnxAttributes& attributes = {});
  std::vector<std::string> emit_all(std::string_view op_type,
                                    const std::vector<std::string>& inputs,
                                    const OnnxAttributes& attributes, size_t outputs);
  std::string reshape(const std::string& tensor, const Shape& shape);
  std::string transpose(const std::string& tensor, const std::vector<int64_t>& permutation);

  // Results.
  void output(size_t i, const std::string& tensor, Layout layout = Layout::kPlain,
              Form form = Form::kReal);
  /// The stored, plain tensor that output `i` was given; giving another replaces it.
  std::string held_output(size_t i);
  /// The clamp of a fused activation, then `output` 0.
  void output_activated(const std::string& tensor, Activation activation,
                        Layout layout = Layout::kPlain);
  /// Output 0 of an elementwise operator in the layout its inputs have already.
  void output_elementwise(std::string_view op_type, const std::vector<size_t>& inputs,
                          const OnnxAttributes& attributes = {},
                          Activation activation = Activation::kNone);
  /// Several elementwise steps: `build` gets the operands in one common layout.
  void output_built(const std::vector<size_t>& inputs,
                    const std::function<std::string(const std::vector<std::string>&)>& build);
  /// The layout for an operator over these inputs that is free to choose, as long as it maps its
  /// axes: constants and one-element operands follow the others.
  Layout common_layout(const std::vector<size_t>& inputs) const;
  /// An operand of such an operator; lower ranks get leading axes.
  std::string aligned_input(size_t i, Layout layout);

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kUnsupported, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  std::string activated(const std::string& tensor, Activation activation);

  GraphExport& owner_;
  const Node& node_;
  const ExportRow& row_;
};

/// Axis `axis` of a rank-4 NHWC tensor in NCHW: 0 -> 0, 1 -> 2, 2 -> 3, 3 -> 1.
int64_t nchw_axis(int64_t axis);
/// [n,h,w,c] -> [n,c,h,w], for per-axis lists.
template <class T>
std::vector<T> nchw_order(const std::vector<T>& v) {
  return {v[0], v[3], v[1], v[2]};
}

}  // namespace mote::onnx
