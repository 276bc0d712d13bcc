#include "mote/compress/quantize/quantize_graph.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/compress/quantize/shared_records.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

// A bias may take a quarter of the accumulator; the scale of its weights grows until it does.
constexpr double kLargestBias = static_cast<double>(int64_t{1} << 29);

class GraphQuantizer {
 public:
  GraphQuantizer(const Graph& source, const ValueRanges& ranges,
                 const QuantizeGraphOptions& options)
      : source_(source), options_(options), records_(source, ranges, options) {}

  QuantizedGraph run() {
    result_.graph.set_name(source_.name());
    result_.graph.metadata = source_.metadata;
    result_.graph.description = source_.description;
    std::vector<ValueId> inputs;
    for (const ValueId id : source_.inputs()) inputs.push_back(add_input(id));
    for (const NodeId id : source_.topological_order()) {
      if (records_.plan(id).rule)
        emit_quantized(id);
      else
        emit_float(id);
    }
    std::vector<ValueId> outputs;
    for (const ValueId id : source_.outputs()) {
      outputs.push_back(wants_integer(id) ? integer_form(id) : real_form(id));
    }
    result_.graph.set_outputs(outputs);
    copy_signatures(inputs, outputs);
    result_.graph.remove_unused();
    verify(result_.graph);
    result_.float_nodes = records_.float_nodes();
    return std::move(result_);
  }

 private:
  DataType integer_type() const {
    return options_.scheme == QuantScheme::kInt16Activations ? DataType::kI16 : DataType::kI8;
  }
  const Value& source(ValueId id) const { return source_.value(id); }

  // Whether the graph output is an integer in the result.
  bool wants_integer(ValueId id) const {
    return options_.outputs == BoundaryType::kInteger && records_.has(id);
  }

  ValueId add_input(ValueId id) {
    const Value& value = source(id);
    TensorType type = value.type;
    const bool integer = options_.inputs == BoundaryType::kInteger && records_.has(id);
    if (integer) type = {integer_type(), value.type.shape, records_.of(id)};
    const ValueId input = result_.graph.add_input(value.name, type);
    (integer ? integers_ : reals_)[id.index] = input;
    return input;
  }

  // The name of a value in its native domain: its own, unless the outside knows the other form by
  // it.
  std::string native_name(ValueId id, bool integer) const {
    const std::string& name = source(id).name;
    if (!source_.is_output(id) || wants_integer(id) == integer) return name;
    return name + (integer ? "/quantized" : "/float");
  }
  std::string converted_name(ValueId id, bool integer) const {
    const std::string& name = source(id).name;
    if (source_.is_output(id) && wants_integer(id) == integer) return name;
    return name + (integer ? "/quantized" : "/float");
  }

  ValueId add_quantize(ValueId real, const Quantization& record, const std::string& name) {
    Graph::OutputHints hints{.names = {name}, .quantization = {record}};
    return result_.graph.add_node({.op = &op("quantize"),
                                   .name = name + "/quantize",
                                   .inputs = {real},
                                   .attributes = Attributes::of(TypeAttrs{integer_type()})},
                                  hints)[0];
  }

  ValueId integer_form(ValueId id) {
    const auto found = integers_.find(id.index);
    if (found != integers_.end()) return found->second;
    const ValueId made = add_quantize(real_form(id), records_.of(id), converted_name(id, true));
    integers_[id.index] = made;
    return made;
  }

  ValueId real_form(ValueId id) {
    const auto found = reals_.find(id.index);
    if (found != reals_.end()) return found->second;
    const Value& value = source(id);
    ValueId made;
    if (value.kind == ValueKind::kConstant) {
      made = result_.graph.add_constant(value.name, value.constant, value.type.quantization);
    } else if (value.kind == ValueKind::kState) {
      made = result_.graph.add_state(value.name, *value.constant, value.type.quantization);
    } else {
      const std::string name = converted_name(id, false);
      made = result_.graph.add_node({.op = &op("dequantize"),
                                     .name = name + "/dequantize",
                                     .inputs = {integers_.at(id.index)}},
                                    {.names = {name}})[0];
    }
    reals_[id.index] = made;
    return made;
  }

  void emit_float(NodeId id) {
    const Node& node = source_.node(id);
    Node copy = node;
    copy.outputs.clear();
    for (ValueId& input : copy.inputs) {
      if (input.valid()) input = real_form(input);
    }
    Graph::OutputHints hints;
    for (const ValueId output : node.outputs) {
      hints.names.push_back(native_name(output, false));
      hints.quantization.push_back(source(output).type.quantization);
    }
    const std::vector<ValueId> outputs = result_.graph.add_node(std::move(copy), hints);
    for (size_t i = 0; i < outputs.size(); ++i) reals_[node.outputs[i].index] = outputs[i];
    result_.node_of[id.index] = result_.graph.value(outputs.front()).producer;
  }

  void emit_quantized(NodeId id) {
    const Node& node = source_.node(id);
    const QuantRule& rule = *records_.plan(id).rule;
    Node copy = node;
    copy.outputs.clear();
    copy.statistics = nullptr;
    LayerScales scales;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i].valid()) copy.inputs[i] = operand(node, rule, i, scales);
    }
    Graph::OutputHints hints;
    const bool integer = rule.output != QuantRule::Output::kUntouched;
    for (const ValueId output : node.outputs) {
      hints.names.push_back(native_name(output, integer));
      hints.quantization.push_back(integer ? std::optional(records_.of(output)) : std::nullopt);
    }
    const std::vector<ValueId> outputs = result_.graph.add_node(std::move(copy), hints);
    for (size_t i = 0; i < outputs.size(); ++i) {
      (integer ? integers_ : reals_)[node.outputs[i].index] = outputs[i];
    }
    result_.node_of[id.index] = result_.graph.value(outputs.front()).producer;
  }

  // Filled by the input and weight of a layer, used by its bias.
  struct LayerScales {
    double input = 1.0;
    Quantization weights;
  };

  ValueId operand(const Node& node, const QuantRule& rule, size_t i, LayerScales& scales) {
    const ValueId id = node.inputs[i];
    switch (rule.inputs[i].role) {
      case QuantRule::Role::kActivation: {
        const ValueId made = activation(id, std::nullopt);
        if (i == 0) scales.input = static_cast<double>(record_of(made).scale());
        return made;
      }
      case QuantRule::Role::kShared:
        return activation(id, records_.of(node.outputs[0]));
      case QuantRule::Role::kWeight:
        return weight(node, rule, i, scales);
      case QuantRule::Role::kBias:
        return bias(id, scales);
      case QuantRule::Role::kUntouched:
      case QuantRule::Role::kState:
        return real_form(id);
    }
    return id;
  }

  const Quantization& record_of(ValueId made) const {
    return *result_.graph.value(made).type.quantization;
  }

  // `wanted`: the record a shared operand must have.
  ValueId activation(ValueId id, const std::optional<Quantization>& wanted) {
    if (source(id).kind == ValueKind::kConstant) return constant_activation(id, wanted);
    const ValueId made = integer_form(id);
    if (!wanted || record_of(made) == *wanted) return made;
    return add_quantize(real_form(id), *wanted, source(id).name + "/rescaled");
  }

  ValueId constant_activation(ValueId id, const std::optional<Quantization>& wanted) {
    const std::span<const float> data = source(id).constant->data<float>();
    RealRange range;
    for (const float v : data) range = {std::min(range.low, v), std::max(range.high, v)};
    const Quantization record = wanted ? *wanted : activation_record(range, integer_type());
    const IntegerRange integers = integer_range(integer_type());
    Tensor stored(integer_type(), source(id).type.shape);
    const auto store = [&]<class T>(std::span<T> to) {
      for (size_t e = 0; e < data.size(); ++e) {
        const double steps =
            std::round(static_cast<double>(data[e]) / static_cast<double>(record.scale())) +
            record.zero_point();
        to[e] = static_cast<T>(std::clamp(steps, static_cast<double>(integers.low),
                                          static_cast<double>(integers.high)));
      }
    };
    if (integer_type() == DataType::kI8)
      store(stored.data<int8_t>());
    else
      store(stored.data<int16_t>());
    return result_.graph.add_constant(source(id).name, std::move(stored), record);
  }

  ValueId weight(const Node& node, const QuantRule& rule, size_t i, LayerScales& scales) {
    const ValueId id = node.inputs[i];
    const int axis = options_.weights == WeightScales::kPerTensor ? Quantization::kPerTensor
                                                                  : rule.inputs[i].channel_axis;
    std::vector<double> smallest;
    for (size_t b = 0; b < rule.inputs.size(); ++b) {
      if (rule.inputs[b].role != QuantRule::Role::kBias || !node.has_input(b)) continue;
      for (const float v : source(node.inputs[b]).constant->data<float>()) {
        smallest.push_back(std::abs(static_cast<double>(v)) / (scales.input * kLargestBias));
      }
    }
    QuantizedWeights weights = quantize_weight_tensor(*source(id).constant, axis, smallest);
    scales.weights = weights.record;
    return result_.graph.add_constant(source(id).name, std::move(weights.values), weights.record);
  }

  ValueId bias(ValueId id, const LayerScales& scales) {
    const std::span<const float> data = source(id).constant->data<float>();
    Quantization record = scales.weights;
    for (float& s : record.scales) s = static_cast<float>(scales.input * static_cast<double>(s));
    if (!record.is_per_tensor()) record.axis = 0;
    const auto steps = [&](size_t c) {
      const double scale =
          scales.input *
          static_cast<double>(scales.weights.scales[c % scales.weights.scales.size()]);
      return std::round(static_cast<double>(data[c]) / scale);
    };
    if (options_.scheme == QuantScheme::kInt16Activations) {
      Tensor stored(DataType::kI64, source(id).type.shape);
      const auto to = stored.data<int64_t>();
      for (size_t c = 0; c < to.size(); ++c) to[c] = static_cast<int64_t>(steps(c));
      return result_.graph.add_constant(source(id).name, std::move(stored), record);
    }
    Tensor stored(DataType::kI32, source(id).type.shape);
    const auto to = stored.data<int32_t>();
    constexpr double kLow = std::numeric_limits<int32_t>::min();
    constexpr double kHigh = std::numeric_limits<int32_t>::max();
    for (size_t c = 0; c < to.size(); ++c)
      to[c] = static_cast<int32_t>(std::clamp(steps(c), kLow, kHigh));
    return result_.graph.add_constant(source(id).name, std::move(stored), record);
  }

  void copy_signatures(const std::vector<ValueId>& inputs, const std::vector<ValueId>& outputs) {
    const auto mapped = [](const std::vector<ValueId>& from, const std::vector<ValueId>& to,
                           ValueId id) {
      const auto found = std::find(from.begin(), from.end(), id);
      return found == from.end() ? ValueId{} : to[static_cast<size_t>(found - from.begin())];
    };
    for (Signature signature : source_.signatures) {
      for (auto& [key, id] : signature.inputs) id = mapped(source_.inputs(), inputs, id);
      for (auto& [key, id] : signature.outputs) id = mapped(source_.outputs(), outputs, id);
      result_.graph.signatures.push_back(std::move(signature));
    }
  }

  const Graph& source_;
  const QuantizeGraphOptions& options_;
  SharedRecords records_;
  QuantizedGraph result_;
  std::map<int32_t, ValueId> integers_;  // by source value index
  std::map<int32_t, ValueId> reals_;
};

}  // namespace

QuantizedGraph quantize_graph(const Graph& graph, const ValueRanges& ranges,
                              const QuantizeGraphOptions& options) {
  return GraphQuantizer(graph, ranges, options).run();
}

}  // namespace mote
