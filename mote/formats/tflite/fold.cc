#include "mote/formats/tflite/import.h"
#include "mote/ops/evaluate.h"
#include "mote/ops/op_table.h"

namespace mote::tflite {
namespace {

/// What is folded here are shapes, axes and permutations, not weights.
constexpr int64_t kMaxFoldedElements = 4096;

/// Longer chains of shape arithmetic do not occur; the bound keeps the recursion short.
constexpr int kMaxDepth = 64;

/// Operators that move integers without calculating, so that a symbolic batch passes through.
bool only_moves_data(const Node& node) {
  for (const std::string_view op :
       {"reshape", "concat", "slice", "gather", "cast", "split", "transpose"}) {
    if (is_op(node, op)) return true;
  }
  return false;
}

bool holds_batch(const Tensor& tensor) {
  if (!is_integer(tensor.dtype())) return false;
  for (const int64_t element : elements_as<int64_t>(tensor)) {
    if (element == kDynamic) return true;
  }
  return false;
}

class Folder {
 public:
  explicit Folder(const Importer& importer) : importer_(importer) {}

  struct Content {
    Tensor tensor;
    bool symbolic = false;
  };

  std::optional<Content> evaluate(ValueId id, int depth) const {
    const Value& value = importer_.graph.value(id);
    if (value.kind == ValueKind::kConstant) {
      if (value.constant->elements() > kMaxFoldedElements) return std::nullopt;
      return Content{*value.constant, importer_.symbolic.contains(id)};
    }
    if (value.kind != ValueKind::kComputed || depth >= kMaxDepth) return std::nullopt;
    return evaluate_node(importer_.graph.node(value.producer), value.output_index, depth);
  }

 private:
  std::optional<Content> evaluate_node(const Node& node, int output, int depth) const {
    for (const ValueId result : node.outputs) {
      const Shape& shape = importer_.graph.value(result).type.shape;
      if (!shape.is_static() || shape.elements() > kMaxFoldedElements) return std::nullopt;
    }
    std::vector<Tensor> inputs;
    bool symbolic = false;
    for (const ValueId input : node.inputs) {
      if (!input.valid()) {
        inputs.emplace_back();
        continue;
      }
      std::optional<Content> content = evaluate(input, depth + 1);
      if (!content) return std::nullopt;
      symbolic |= content->symbolic;
      inputs.push_back(std::move(content->tensor));
    }
    if (symbolic && !only_moves_data(node)) return std::nullopt;
    Tensor result =
        std::move(evaluate_reference(importer_.graph, node, inputs)[static_cast<size_t>(output)]);
    symbolic = symbolic && holds_batch(result);
    return Content{std::move(result), symbolic};
  }

  const Importer& importer_;
};

}  // namespace

std::optional<Tensor> evaluate_constant(const Importer& importer, ValueId value, bool& symbolic) {
  std::optional<Folder::Content> content = Folder(importer).evaluate(value, 0);
  if (!content) return std::nullopt;
  symbolic = content->symbolic;
  return std::move(content->tensor);
}

}  // namespace mote::tflite
