// If and Loop: their bodies become part of the graph around them.
#include "mote/formats/onnx/import_graph.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// A loop stands in the graph once for each round, with the tensors of its body.
constexpr int64_t kMaxRounds = 256;
constexpr int64_t kMaxUnrolledBytes = int64_t{64} << 20;

onnxpb::GraphProto& body_of(const NodeImport& node, onnxpb::NodeProto& proto,
                            std::string_view name) {
  for (auto& attribute : *proto.mutable_attribute()) {
    if (attribute.name() == name) return *attribute.mutable_g();
  }
  node.fail("it has no {}", name);
}

double single(const NodeImport& node, const Tensor& tensor, std::string_view what) {
  if (tensor.elements() != 1) node.fail("the {} has {} elements", what, tensor.elements());
  return elements_as<double>(tensor)[0];
}

// One value for each round, along a new first axis.
ValueId stack(NodeImport& node, std::vector<ValueId> rounds) {
  if (rounds.empty()) node.refuse("no round, so that a stacked output is empty");
  for (ValueId& round : rounds) {
    std::vector<int64_t> dims = node.type(round).shape.dims();
    dims.insert(dims.begin(), 1);
    round = node.reshape(round, std::move(dims));
  }
  if (rounds.size() == 1) return rounds[0];
  return node.emit("concat", std::move(rounds), Attributes::of(AxisAttrs{0}));
}

// The number of rounds and the condition at the start; nothing stands for "any number".
struct LoopStart {
  std::optional<double> rounds;
  bool goes_on = true;
};

LoopStart read_start(const NodeImport& node) {
  LoopStart start;
  if (node.has_input(0)) {
    constexpr std::string_view kRounds = "number of rounds";
    start.rounds = single(node, node.required_constant(0, kRounds), kRounds);
  }
  if (node.has_input(1)) {
    start.goes_on = single(node, node.required_constant(1, "condition"), "condition") != 0.0;
  }
  return start;
}

}  // namespace

std::vector<Operand> GraphImport::inline_body(onnxpb::GraphProto& body,
                                              const std::vector<Operand>& inputs) {
  open_scope(body);
  for (size_t i = 0; i < inputs.size(); ++i) {
    set_operand(body.input(static_cast<int>(i)).name(), inputs[i]);
  }
  import_nodes(body);
  std::vector<Operand> outputs;
  for (const auto& output : body.output()) {
    const Operand* operand = find_operand(output.name());
    if (operand == nullptr) {
      throw_error(ErrorKind::kInvalidModel, "subgraph output '{}' is not computed", output.name());
    }
    outputs.push_back(*operand);
  }
  scopes_.pop_back();
  return outputs;
}

// With a condition that is known, the branch taken stands in the node's place. Otherwise both do,
// and the condition chooses between their results: nothing in a branch acts on anything else.
void GraphImport::import_if(NodeImport& node, onnxpb::NodeProto& proto) {
  std::vector<Operand> results;
  if (const Tensor* known = node.constant(0)) {
    const bool taken = single(node, *known, "condition") != 0.0;
    results = inline_body(body_of(node, proto, taken ? "then_branch" : "else_branch"), {});
  } else {
    if (node.shape(0) != Shape{} && node.shape(0) != Shape{1}) {
      node.fail("the condition has shape {}", to_string(node.shape(0)));
    }
    const ValueId condition = node.reshape(node.input(0), {});
    results = inline_body(body_of(node, proto, "then_branch"), {});
    std::vector<Operand> others = inline_body(body_of(node, proto, "else_branch"), {});
    if (results.size() != others.size()) {
      node.fail("branches with {} and {} outputs", results.size(), others.size());
    }
    for (size_t i = 0; i < results.size(); ++i) {
      const ValueId a = plain(results[i]);
      const ValueId b = plain(others[i]);
      if (node.type(a) != node.type(b)) {
        node.refuse(
            "the condition is computed at run time, and output {} is {} or {}; only branches whose "
            "results have one shape are supported",
            i, to_string(node.type(a)), to_string(node.type(b)));
      }
      results[i] = Operand{node.emit("where", {condition, a, b}), {}, nullptr};
    }
  }
  if (proto.output_size() > static_cast<int>(results.size())) {
    node.fail("{} outputs of a branch that has {}", proto.output_size(), results.size());
  }
  for (int i = 0; i < proto.output_size(); ++i) {
    if (!proto.output(i).empty()) set_operand(proto.output(i), results[static_cast<size_t>(i)]);
  }
}

// A loop whose number of rounds is known stands in the graph once for each. Inputs: the number of
// rounds, the condition, the values that go from round to round; the body takes and gives the
// round's number, the condition and those values, and gives what is stacked over all rounds.
// Source: ONNX Loop-16.
void GraphImport::import_loop(NodeImport& node, onnxpb::NodeProto& proto) {
  const onnxpb::GraphProto body = body_of(node, proto, "body");
  const size_t carried_count = node.input_count() < 2 ? 0 : node.input_count() - 2;
  if (static_cast<size_t>(body.input_size()) != carried_count + 2 ||
      static_cast<size_t>(body.output_size()) < carried_count + 1 ||
      proto.output_size() > body.output_size() - 1) {
    node.fail("{} inputs and {} outputs; its body has {} and {}", node.input_count(),
              proto.output_size(), body.input_size(), body.output_size());
  }
  const LoopStart start = read_start(node);
  bool goes_on = start.goes_on;
  std::vector<Operand> carried;
  for (size_t i = 0; i < carried_count; ++i) {
    const Operand* operand = find_operand(proto.input(static_cast<int>(i + 2)));
    if (operand == nullptr) node.fail("input {} is not computed", i + 2);
    carried.push_back(*operand);
  }
  std::vector<std::vector<ValueId>> stacked(static_cast<size_t>(body.output_size()) -
                                            carried_count - 1);
  const auto body_bytes = static_cast<int64_t>(body.ByteSizeLong());
  const auto is_left = [&](int64_t round) {
    return goes_on && (!start.rounds || static_cast<double>(round) < *start.rounds);
  };
  for (int64_t round = 0; is_left(round); ++round) {
    if (round == kMaxRounds || round * body_bytes > kMaxUnrolledBytes || --nodes_left_ < 0) {
      node.refuse("more than {} rounds", round);
    }
    std::vector<Operand> inputs{
        Operand{node.add_constant(Tensor::scalar<int64_t>(round)), {}, nullptr},
        Operand{node.add_constant(Tensor::scalar<bool>(true)), {}, nullptr}};
    inputs.insert(inputs.end(), carried.begin(), carried.end());
    onnxpb::GraphProto copy = body;
    std::vector<Operand> outputs = inline_body(copy, inputs);
    const Tensor* condition = node.constant_of(plain(outputs[0]));
    if (condition == nullptr) {
      node.refuse(
          "the condition is computed at run time; only loops whose number of rounds is known are "
          "supported");
    }
    goes_on = single(node, *condition, "condition") != 0.0;
    for (size_t i = 0; i < carried_count; ++i) carried[i] = outputs[i + 1];
    for (size_t i = 0; i < stacked.size(); ++i) {
      stacked[i].push_back(plain(outputs[i + 1 + carried_count]));
    }
  }
  for (std::vector<ValueId>& parts : stacked) {
    carried.push_back(Operand{stack(node, std::move(parts)), {}, nullptr});
  }
  for (int i = 0; i < proto.output_size(); ++i) {
    if (!proto.output(i).empty()) set_operand(proto.output(i), carried[static_cast<size_t>(i)]);
  }
}

}  // namespace mote::onnx
