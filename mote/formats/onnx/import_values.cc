// How the graph grows during an import: layouts of operands, permuted constants, evaluation of
// nodes whose inputs are constant.
#include <numeric>

#include "mote/formats/onnx/import_graph.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// What folding may allocate in all, beside a multiple of the file's own size: a file of a few bytes
// can ask for a tensor of any size (ConstantOfShape).
constexpr int64_t kFoldBudgetBytes = int64_t{64} << 20;
constexpr int64_t kFoldBudgetPerFileByte = 8;
// Work that one folded node may take: about a tenth of a second of obvious code.
constexpr int64_t kMaxFoldMacs = 50'000'000;

std::vector<int64_t> inverse(const std::vector<int64_t>& permutation) {
  std::vector<int64_t> result(permutation.size());
  for (size_t i = 0; i < permutation.size(); ++i) {
    result[static_cast<size_t>(permutation[i])] = static_cast<int64_t>(i);
  }
  return result;
}

Shape permuted_shape(const Shape& shape, const std::vector<int64_t>& permutation) {
  std::vector<int64_t> dims;
  for (const int64_t axis : permutation) dims.push_back(shape[static_cast<int>(axis)]);
  return Shape(std::move(dims));
}

// True when the order of the axes longer than 1 stays: then the bytes do too.
bool moves_only_units(const Shape& shape, const std::vector<int64_t>& permutation) {
  int64_t last = -1;
  for (const int64_t axis : permutation) {
    if (shape[static_cast<int>(axis)] == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

}  // namespace

Tensor permuted(const ConstTensorView& tensor, const std::vector<int64_t>& permutation) {
  const Shape shape = permuted_shape(tensor.shape, permutation);
  Tensor result(tensor.dtype, shape);
  const std::vector<int64_t> strides = row_major_strides(tensor.shape);
  const size_t width = size_bytes(tensor.dtype);
  const int64_t count = result.elements();
  std::vector<int64_t> at(permutation.size(), 0);
  int64_t from = 0;
  for (int64_t i = 0; i < count; ++i) {
    copy_bytes(result.bytes() + static_cast<size_t>(i) * width,
               tensor.bytes + static_cast<size_t>(from) * width, width);
    for (int axis = shape.rank() - 1; axis >= 0; --axis) {
      const auto a = static_cast<size_t>(axis);
      const int64_t stride = strides[static_cast<size_t>(permutation[a])];
      from += stride;
      if (++at[a] < shape[axis]) break;
      from -= stride * shape[axis];
      at[a] = 0;
    }
  }
  return result;
}

int64_t GraphImport::fold_budget(int64_t file_bytes) {
  return kFoldBudgetBytes + kFoldBudgetPerFileByte * file_bytes;
}

Shape GraphImport::shape_of(const Operand& operand) const {
  if (operand.plain.valid()) return graph_.value(operand.plain).type.shape;
  if (operand.nhwc.valid()) {
    return permuted_shape(graph_.value(operand.nhwc).type.shape, kNhwcToNchw);
  }
  return operand.ints->shape;
}

ValueId GraphImport::plain(Operand& operand) {
  if (operand.plain.valid()) return operand.plain;
  if (operand.nhwc.valid()) {
    operand.plain = transposed(operand.nhwc, kNhwcToNchw);
    return operand.plain;
  }
  if (!operand.ints->all_known()) {
    throw_error(ErrorKind::kUnsupported,
                "a number that depends on the batch size is used as data; "
                "fix the batch with --shape");
  }
  operand.plain = graph_.add_constant("shape", operand.ints->tensor());
  return operand.plain;
}

ValueId GraphImport::nhwc(Operand& operand) {
  if (!operand.nhwc.valid()) operand.nhwc = transposed(plain(operand), kNchwToNhwc);
  return operand.nhwc;
}

ValueId GraphImport::permuted_constant(ValueId value, const std::vector<int64_t>& permutation) {
  const auto [entry, is_new] = permuted_constants_.try_emplace({value, permutation});
  if (!is_new) return entry->second;
  const Value& source = graph_.value(value);
  std::optional<Quantization> record = source.type.quantization;
  if (record && !record->is_per_tensor()) {
    record->axis = static_cast<int>(inverse(permutation)[static_cast<size_t>(record->axis)]);
  }
  const std::string name = source.name + "_permuted";
  Tensor tensor = permuted(*source.constant, permutation);
  entry->second = graph_.add_constant(name, std::move(tensor), std::move(record));
  return entry->second;
}

ValueId GraphImport::transposed(ValueId value, const std::vector<int64_t>& permutation) {
  const Value& source = graph_.value(value);
  if (static_cast<size_t>(source.type.shape.rank()) != permutation.size()) {
    throw_error(ErrorKind::kInvalidModel, "a tensor of rank {} is expected, '{}' is {}",
                permutation.size(), source.name, to_string(source.type));
  }
  std::vector<int64_t> identity(permutation.size());
  std::iota(identity.begin(), identity.end(), 0);
  if (permutation == identity) return value;
  if (source.kind == ValueKind::kConstant) return permuted_constant(value, permutation);
  if (source.kind == ValueKind::kComputed) {
    const Node& producer = graph_.node(source.producer);
    const ValueId inner = producer.inputs.empty() ? ValueId{} : producer.inputs[0];
    if (is_op(producer, "dequantize") && graph_.value(inner).kind == ValueKind::kConstant) {
      Node again{.op = producer.op, .name = producer.name};
      again.inputs = {permuted_constant(inner, permutation)};
      return graph_.add_node(std::move(again))[0];
    }
  }
  if (moves_only_units(source.type.shape, permutation)) {
    return reshaped(value, permuted_shape(source.type.shape, permutation).dims());
  }
  Node node{.op = &op("transpose"), .name = source.name + "_transposed", .inputs = {value}};
  node.attributes = Attributes::of(TransposeAttrs{permutation});
  return emit(std::move(node), {source.type.quantization})[0];
}

ValueId GraphImport::reshaped(ValueId value, std::vector<int64_t> shape) {
  const Value& source = graph_.value(value);
  if (source.type.shape.dims() == shape) return value;
  if (source.kind == ValueKind::kComputed && Shape(shape).is_static()) {
    const Node& producer = graph_.node(source.producer);
    if (is_op(producer, "dequantize")) {
      const Value inner = graph_.value(producer.inputs[0]);
      if (inner.kind == ValueKind::kConstant && inner.type.quantization->is_per_tensor()) {
        Node again{.op = producer.op, .name = producer.name};
        again.inputs = {graph_.add_constant(inner.name, inner.constant->reshaped(Shape(shape)),
                                            inner.type.quantization)};
        return graph_.add_node(std::move(again))[0];
      }
    }
  }
  Node node{.op = &op("reshape"), .name = source.name + "_reshaped", .inputs = {value}};
  node.attributes = Attributes::of(ShapeAttrs{std::move(shape)});
  return emit(std::move(node), {source.type.quantization})[0];
}

bool GraphImport::may_fold(const Node& node, const std::vector<ValueId>& outputs) {
  // Quantized weights keep their integers until it is clear who uses them.
  if (is_op(node, "dequantize")) return false;
  for (const ValueId input : node.inputs) {
    if (input.valid() && graph_.value(input).kind != ValueKind::kConstant) return false;
  }
  if (node.op->cost != nullptr && node.op->cost(graph_, node).macs > kMaxFoldMacs) return false;
  int64_t bytes = 0;
  for (const ValueId output : outputs) {
    const TensorType& type = graph_.value(output).type;
    const int64_t count = type.shape.elements();
    if (count > fold_budget_bytes_) return false;
    bytes += count * static_cast<int64_t>(size_bytes(type.dtype));
  }
  if (bytes > fold_budget_bytes_) return false;
  fold_budget_bytes_ -= bytes;
  return true;
}

std::vector<ValueId> GraphImport::fold(const std::vector<ValueId>& outputs) {
  const NodeId id = graph_.value(outputs[0]).producer;
  const Node& node = graph_.node(id);
  std::vector<Tensor> inputs;
  for (const ValueId input : node.inputs) {
    inputs.push_back(input.valid() ? *graph_.value(input).constant : Tensor());
  }
  std::vector<Tensor> results = evaluate_reference(graph_, node, inputs);
  const bool half = is_op(node, "cast") && inputs[0].dtype() == DataType::kF16;
  widened_halves_ += half && results[0].dtype() == DataType::kF32;
  std::vector<std::pair<std::string, std::optional<Quantization>>> kept;
  for (const ValueId output : outputs) {
    kept.emplace_back(graph_.value(output).name, graph_.value(output).type.quantization);
  }
  graph_.remove_node(id);
  std::vector<ValueId> constants;
  for (size_t i = 0; i < results.size(); ++i) {
    constants.push_back(
        graph_.add_constant(kept[i].first, std::move(results[i]), std::move(kept[i].second)));
  }
  return constants;
}

std::vector<ValueId> GraphImport::emit(Node node,
                                       std::vector<std::optional<Quantization>> quantization) {
  Graph::OutputHints hints;
  hints.quantization = std::move(quantization);
  const std::vector<ValueId> outputs = graph_.add_node(std::move(node), hints);
  const NodeId id = graph_.value(outputs[0]).producer;
  return may_fold(graph_.node(id), outputs) ? fold(outputs) : outputs;
}

}  // namespace mote::onnx
