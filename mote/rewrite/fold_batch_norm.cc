// fold_batch_norm: y = gamma * (x - mean) / sqrt(variance + epsilon) + beta as weights and bias of
// the layer before it; standing alone it becomes a multiplication and an addition.
//
// beta and |gamma| stay with the node as ChannelStatistics: they are mean and standard deviation of
// its result over the training set, which data-free methods need (Nagel et al. 2019, section 4.2;
// gamma may be negative, the deviation may not). Folded in double: exact up to one rounding of each
// weight.
#include <cmath>

#include "mote/base/error.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/layer.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

struct BatchNorm {
  ChannelAffine affine;
  std::shared_ptr<const ChannelStatistics> statistics;
  int axis = 0;
};

// Nothing when the operands are not f32 constants.
std::optional<BatchNorm> read_batch_norm(const Graph& graph, const Node& node) {
  if (!is_f32(graph, node.outputs[0])) return std::nullopt;
  std::vector<double> operands[4];  // gamma, beta, mean, variance
  for (size_t i = 0; i < 4; ++i) {
    const Tensor* tensor = constant_input(graph, node, i + 1);
    if (tensor == nullptr || tensor->dtype() != DataType::kF32) return std::nullopt;
    operands[i] = elements_as<double>(*tensor);
  }
  const auto& [gamma, beta, mean, variance] = operands;
  const auto& attrs = node.attrs<BatchNormAttrs>();
  const int rank = type_of(graph, node.outputs[0]).shape.rank();
  BatchNorm result;
  result.axis = normalize_axis(attrs.axis, rank, "the axis");
  ChannelStatistics statistics;
  for (size_t c = 0; c < gamma.size(); ++c) {
    const double scale = gamma[c] / std::sqrt(variance[c] + static_cast<double>(attrs.epsilon));
    if (!std::isfinite(scale)) {
      throw_error(ErrorKind::kInvalidModel,
                  "{}: channel {} has variance {} + epsilon {}, which must be positive",
                  describe(node), c, variance[c], attrs.epsilon);
    }
    result.affine.scale.push_back(scale);
    result.affine.shift.push_back(beta[c] - mean[c] * scale);
    statistics.mean.push_back(static_cast<float>(beta[c]));
    statistics.stddev.push_back(static_cast<float>(std::abs(gamma[c])));
  }
  result.statistics = std::make_shared<const ChannelStatistics>(std::move(statistics));
  return result;
}

// [c] along `axis` of a tensor of that rank, as a right-aligned operand.
Tensor broadcast_operand(const std::vector<double>& values, int axis, int rank) {
  std::vector<int64_t> dims(static_cast<size_t>(rank - axis), 1);
  dims[0] = static_cast<int64_t>(values.size());
  Tensor tensor(DataType::kF32, Shape(std::move(dims)));
  for (size_t i = 0; i < values.size(); ++i) {
    tensor.data<float>()[i] = static_cast<float>(values[i]);
  }
  return tensor;
}

void replace_by_mul_and_add(Graph& edited, const Node& node, const BatchNorm& norm) {
  const int rank = type_of(edited, node.outputs[0]).shape.rank();
  const ValueId scale = edited.add_constant(node.name + "/scale",
                                            broadcast_operand(norm.affine.scale, norm.axis, rank));
  const ValueId shift = edited.add_constant(node.name + "/shift",
                                            broadcast_operand(norm.affine.shift, norm.axis, rank));
  const ValueId scaled = edited.add_node(
      {.op = &op("mul"), .name = node.name + "/mul", .inputs = {node.inputs[0], scale}})[0];
  const ValueId shifted = edited.add_node({.op = &op("add"),
                                           .name = node.name,
                                           .inputs = {scaled, shift},
                                           .statistics = norm.statistics})[0];
  take_place(edited, node.outputs[0], shifted);
}

bool fold(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_op(graph.node(id), "batch_norm")) return false;
  const Node node = graph.node(id);
  const std::optional<BatchNorm> norm = read_batch_norm(graph, node);
  if (!norm) return false;
  const bool along_channels = norm->axis == type_of(graph, node.outputs[0]).shape.rank() - 1;
  const std::optional<FoldableLayer> layer =
      along_channels ? foldable_layer(rewriter, node.inputs[0]) : std::nullopt;
  return rewriter.apply([&](Graph& edited) {
    if (!layer) {
      replace_by_mul_and_add(edited, node, *norm);
      return;
    }
    fold_affine(edited, layer->id, norm->affine);
    edited.mutable_node(layer->id).statistics = norm->statistics;
    take_place(edited, node.outputs[0], node.inputs[0]);
  });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(fold); }

}  // namespace

PassDef define_fold_batch_norm() {
  return {"fold_batch_norm",
          "Folds a batch norm into the layer before it, keeping its beta and gamma as statistics; "
          "one that stands alone becomes mul and add",
          run};
}

}  // namespace mote::passes
