// What an operator's import handler sees: one node of the file, and the graph that grows.
//
//   void import_relu(NodeImport& node) { node.output_elementwise("relu", {0}); }
//   void ops_relu(OnnxSink& sink) { sink.add_import({.op_type = "Relu", .handler = import_relu}); }
//
// Every operand may exist in two layouts: as the file lays it out ("plain"), and, for rank 4 taken
// as NCHW, as NHWC. A handler asks for the one it needs and says which one it gives; the transposes
// between appear only where both are needed. A node whose operands are all constant is evaluated at
// once, so handlers never fold anything themselves.
//
// Handlers throw through `refuse` (legal, but not supported) and `fail` (against the
// specification); the node's name and operator are added by the caller.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/error.h"
#include "mote/formats/onnx/known_ints.h"
#include "mote/formats/onnx/op_rows.h"
#include "mote/ir/graph.h"

namespace mote::onnxpb {
class AttributeProto;
class NodeProto;
}  // namespace mote::onnxpb

namespace mote::onnx {

/// One named tensor of the file during import. At least one member is set.
struct Operand {
  ValueId plain;
  ValueId nhwc;
  std::shared_ptr<const KnownInts> ints;
};

class GraphImport;

class NodeImport : public KnownAttributes {
 public:
  NodeImport(GraphImport& owner, const onnxpb::NodeProto& proto, const ImportRow& row);

  // The node.
  std::string_view op_type() const;
  const ImportRow& row() const { return row_; }
  /// Version of the operator set that the node's domain is imported with.
  int64_t opset() const override;
  size_t input_count() const;
  size_t output_count() const;
  bool has_input(size_t i) const;
  bool has_output(size_t i) const;

  // Attributes; `otherwise` when absent.
  bool has_attribute(std::string_view name) const;
  int64_t integer(std::string_view name, int64_t otherwise) const override;
  std::vector<int64_t> integers(std::string_view name) const override;
  float real(std::string_view name, float otherwise) const;
  std::vector<float> reals(std::string_view name) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::optional<Tensor> tensor(std::string_view name) const;

  // Operands.
  /// Input `i` as the file lays it out; throws kInvalidModel when it is absent.
  ValueId input(size_t i);
  /// Input `i`, rank 4 in NCHW, as NHWC.
  ValueId input_nhwc(size_t i);
  /// True when input `i` exists as NHWC and not (yet) otherwise: the cheaper layout to go on in.
  bool prefers_nhwc(size_t i) const;
  /// Of input `i` as the file lays it out.
  Shape shape(size_t i) const;
  DataType dtype(size_t i) const;
  int rank(size_t i) const { return shape(i).rank(); }
  /// The content when constant, else nullptr.
  const Tensor* constant(size_t i) const;
  /// Constant, or constant integers behind a DequantizeLinear.
  bool is_weight(size_t i) const;
  /// Throws kUnsupported naming `what` and the remedy when it is not constant.
  const Tensor& required_constant(size_t i, std::string_view what) const;
  std::vector<int64_t> required_ints(size_t i, std::string_view what) const;
  /// Like required_ints, but entries that depend on the batch are nothing.
  std::vector<std::optional<int64_t>> known_entries(size_t i, std::string_view what) const;
  /// Attribute `name` (older opsets) or the constant input `i` (newer ones); nothing when both are
  /// absent.
  std::optional<std::vector<int64_t>> ints_from(size_t i, std::string_view name) const;

  // Building. The type of any value made so far:
  const TensorType& type(ValueId id) const;
  /// Its content when constant, else nullptr.
  const Tensor* constant_of(ValueId id) const;
  /// Adds a node, or a constant when every input is constant and the result is of bounded size.
  ValueId emit(std::string_view op, std::vector<ValueId> inputs, Attributes attributes = {},
               std::optional<Quantization> quantization = std::nullopt);
  std::vector<ValueId> emit_all(std::string_view op, std::vector<ValueId> inputs,
                                Attributes attributes = {},
                                std::vector<std::optional<Quantization>> quantization = {});
  ValueId add_constant(Tensor tensor, std::optional<Quantization> quantization = std::nullopt);
  /// `value`, whose integers stand for real numbers as `record` says.
  ValueId with_record(ValueId value, const Quantization& record);
  ValueId scalar_like(ValueId value, double number);
  ValueId transpose(ValueId value, std::vector<int64_t> permutation);
  ValueId reshape(ValueId value, std::vector<int64_t> shape);

  // Results.
  void output(size_t i, ValueId value);
  void output_nhwc(size_t i, ValueId value);
  void output_ints(size_t i, KnownInts ints);
  /// Output `i` is input `from` itself.
  void output_same(size_t i, size_t from);
  /// Output 0 = elementwise `op` on these inputs, in the layout they already have.
  void output_elementwise(std::string_view op, const std::vector<size_t>& inputs,
                          Attributes attributes = {});
  /// Several elementwise steps: `build` gets the operands in one common layout.
  void output_built(const std::vector<size_t>& inputs,
                    const std::function<ValueId(const std::vector<ValueId>&)>& build);

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kUnsupported, fmt::format(format, std::forward<Args>(args)...));
  }
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kInvalidModel, fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  const onnxpb::AttributeProto* find_attribute(std::string_view name, int type) const;
  const Operand& operand(size_t i) const;
  Operand& operand(size_t i);
  bool can_be_nhwc(size_t i) const;

  GraphImport& owner_;
  const onnxpb::NodeProto& proto_;
  const ImportRow& row_;
};

/// Axis `axis` of a rank-4 NCHW tensor in NHWC: 0 -> 0, 1 -> 3, 2 -> 1, 3 -> 2.
int64_t nhwc_axis(int64_t axis);
/// [n,c,h,w] -> [n,h,w,c], for per-axis lists (pads, slices, repeats).
template <class T>
std::vector<T> nhwc_order(const std::vector<T>& v) {
  return {v[0], v[2], v[3], v[1]};
}
inline const std::vector<int64_t> kNchwToNhwc{0, 2, 3, 1};
inline const std::vector<int64_t> kNhwcToNchw{0, 3, 1, 2};

/// `tensor` with its axes permuted: axis i of the result is axis permutation[i].
Tensor permuted(const ConstTensorView& tensor, const std::vector<int64_t>& permutation);

}  // namespace mote::onnx
