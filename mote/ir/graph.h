// The network as data: values, nodes that compute them, and the contract with the outside.
//
//   Graph graph("tiny");
//   const ValueId x = graph.add_input("x", {DataType::kF32, {kDynamic, 8}});
//   const ValueId y = graph.add_node({.op = &relu, .name = "relu", .inputs = {x}})[0];
//   graph.set_outputs({y});
//
// A Graph owns its nodes and values; everyone else holds NodeId and ValueId, which stay valid until
// that node or value is removed. Passes change a finished graph through GraphEdit (graph_edit.h);
// importers build one directly and call `verify`.
//
// Layout is NHWC, convolution weights OHWI; a model that came with another layout carries explicit
// transposes. The first extent of a shape may be the dynamic batch.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/ir/attributes.h"
#include "mote/ir/quantization.h"

namespace mote {

struct OpDef;

struct ValueId {
  int32_t index = -1;
  bool valid() const { return index >= 0; }
  auto operator<=>(const ValueId&) const = default;
};

struct NodeId {
  int32_t index = -1;
  bool valid() const { return index >= 0; }
  auto operator<=>(const NodeId&) const = default;
};

struct TensorType {
  DataType dtype = DataType::kF32;
  Shape shape;
  std::optional<Quantization> quantization = std::nullopt;

  bool operator==(const TensorType&) const = default;
};

/// "f32[N,8]", "i8[1,4]{0.5@-3}".
std::string to_string(const TensorType& type);

enum class ValueKind {
  kInput,     ///< given by the caller
  kConstant,  ///< `constant` holds it
  kState,  ///< kept between calls; `constant` holds the initial content; operators write in place
  kComputed,  ///< the output of a node
};

struct Value {
  ValueKind kind = ValueKind::kComputed;
  std::string name;  ///< unique in the graph
  TensorType type;
  std::shared_ptr<const Tensor> constant;
  NodeId producer;       ///< of a kComputed value
  int output_index = 0;  ///< which output of the producer
};

/// Mean and standard deviation of each output channel before the activation, as batch norm's beta
/// and |gamma| state them. Data-free methods need them after the batch norm is folded away.
/// Source: Nagel et al. 2019 (arXiv 1906.04721), section 4.2.
struct ChannelStatistics {
  std::vector<float> mean;
  std::vector<float> stddev;
  bool operator==(const ChannelStatistics&) const = default;
};

struct Node {
  const OpDef* op = nullptr;
  std::string name;
  std::vector<ValueId> inputs;  ///< an invalid id is an absent optional input
  Attributes attributes;
  std::shared_ptr<const ChannelStatistics> statistics = nullptr;
  std::vector<ValueId> outputs = {};  ///< filled by Graph::add_node

  template <class Struct>
  const Struct& attrs() const {
    return attributes.as<Struct>();
  }
  bool has_input(size_t i) const { return i < inputs.size() && inputs[i].valid(); }
};

/// A named entry point as TFLite stores it: the caller's names for inputs and outputs.
struct Signature {
  std::string key;
  std::vector<std::pair<std::string, ValueId>> inputs;
  std::vector<std::pair<std::string, ValueId>> outputs;
};

class Graph {
 public:
  Graph() = default;
  explicit Graph(std::string name) : name_(std::move(name)) {}

  // Building. Names are made unique by a suffix; an empty name gets one from the operator.
  ValueId add_input(std::string name, TensorType type);
  ValueId add_constant(std::string name, Tensor tensor,
                       std::optional<Quantization> quantization = std::nullopt);
  /// Shares the tensor instead of copying it.
  ValueId add_constant(std::string name, std::shared_ptr<const Tensor> tensor,
                       std::optional<Quantization> quantization = std::nullopt);
  ValueId add_state(std::string name, Tensor initial,
                    std::optional<Quantization> quantization = std::nullopt);
  /// Adds `node`, infers the types of its outputs and returns them. `output_names` names them;
  /// `output_quantization` gives the records of quantized outputs. Throws what inference throws,
  /// leaving the graph as it was.
  struct OutputHints {
    std::vector<std::string> names = {};
    std::vector<std::optional<Quantization>> quantization = {};
  };
  std::vector<ValueId> add_node(Node node, const OutputHints& hints);
  std::vector<ValueId> add_node(Node node) { return add_node(std::move(node), OutputHints{}); }
  void set_outputs(std::vector<ValueId> outputs) { outputs_ = std::move(outputs); }
  void set_inputs(std::vector<ValueId> inputs) { inputs_ = std::move(inputs); }

  // Looking.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  const std::vector<ValueId>& inputs() const { return inputs_; }
  const std::vector<ValueId>& outputs() const { return outputs_; }
  const Value& value(ValueId id) const;
  const Node& node(NodeId id) const;
  bool contains(ValueId id) const;
  bool contains(NodeId id) const;
  /// All live values, by id.
  std::vector<ValueId> values() const;
  /// All live nodes, producers before consumers; among those that are free, in order of creation.
  /// Writers of a state stay in order of creation. Throws kInvalidModel on a cycle.
  std::vector<NodeId> topological_order() const;
  /// Nodes that read each value, by value index, in order of creation; a node is listed once per
  /// use.
  std::vector<std::vector<NodeId>> consumers() const;
  std::optional<ValueId> find_value(std::string_view name) const;
  bool is_output(ValueId id) const;

  // Changing. Passes use GraphEdit, which re-infers and verifies.
  Node& mutable_node(NodeId id);
  Value& mutable_value(ValueId id);
  /// Another value that has the name gets a new one.
  void rename(ValueId id, std::string name);
  /// Every use of `from` by nodes and as graph output becomes `to`; a graph output keeps its name.
  void replace_uses(ValueId from, ValueId to);
  void swap_names(ValueId a, ValueId b);
  /// The outputs of a removed node must have no uses left (verify tells).
  void remove_node(NodeId id);
  /// Removes nodes no output or state depends on, then constants and states nobody reads.
  void remove_unused();
  /// Re-runs inference over all nodes, replacing shapes and element types; quantization records
  /// stay.
  void infer_types();

  std::vector<Signature> signatures;
  /// Opaque entries of the source file that must be handed on, by name.
  std::map<std::string, std::string> metadata;
  std::string description;

 private:
  ValueId add_value(Value value);
  std::string unique_name(std::string name) const;

  std::string name_;
  // A removed entry keeps its index: `live` false.
  struct NodeSlot {
    Node node;
    bool live = true;
  };
  struct ValueSlot {
    Value value;
    bool live = true;
  };
  std::vector<NodeSlot> nodes_;
  std::vector<ValueSlot> values_;
  std::map<std::string, ValueId, std::less<>> by_name_;
  std::vector<ValueId> inputs_;
  std::vector<ValueId> outputs_;
};

/// Throws kInvalidModel at the first rule that is broken: ids in range, names unique, every input
/// defined before use, types equal to what inference gives, quantization records fitting their
/// tensors, constants matching their types, operators' own checks.
void verify(const Graph& graph);

}  // namespace mote
