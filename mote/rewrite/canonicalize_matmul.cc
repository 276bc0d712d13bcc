// canonicalize_matmul: batch_matmul(x, constant) is fully_connected(x, its transpose). Exact.
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/match.h"
#include "mote/rewrite/pass.h"

namespace mote::passes {
namespace {

// [k,n] to [n,k].
Tensor transposed(const Tensor& matrix) {
  const int64_t k = matrix.shape()[0];
  const int64_t n = matrix.shape()[1];
  Tensor result(DataType::kF32, {n, k});
  const auto from = matrix.data<float>();
  const auto to = result.data<float>();
  for (int64_t i = 0; i < k; ++i) {
    for (int64_t j = 0; j < n; ++j) {
      to[static_cast<size_t>(j * k + i)] = from[static_cast<size_t>(i * n + j)];
    }
  }
  return result;
}

// Leading extents of 1 go, as long as x brings as many axes along.
std::optional<Tensor> as_matrix(const Tensor& tensor, int x_rank) {
  const Shape& shape = tensor.shape();
  if (shape.rank() < 2 || shape.rank() > x_rank) return std::nullopt;
  for (int axis = 0; axis < shape.rank() - 2; ++axis) {
    if (shape[axis] != 1) return std::nullopt;
  }
  return tensor.reshaped({shape[shape.rank() - 2], shape[shape.rank() - 1]});
}

bool canonicalize(Rewriter& rewriter, NodeId id) {
  const Graph& graph = rewriter.graph();
  if (!is_op(graph.node(id), "batch_matmul")) return false;
  const Node node = graph.node(id);
  const auto& attrs = node.attrs<BatchMatmulAttrs>();
  const Tensor* right = constant_input(graph, node, 1);
  const int rank = type_of(graph, node.inputs[0]).shape.rank();
  if (right == nullptr || right->dtype() != DataType::kF32 || attrs.transpose_a || rank < 2) {
    return false;
  }
  const std::optional<Tensor> matrix = as_matrix(*right, rank);
  if (!matrix) return false;
  return rewriter.apply([&](Graph& edited) {
    const ValueId weights = edited.add_constant(graph.value(node.inputs[1]).name,
                                                attrs.transpose_b ? *matrix : transposed(*matrix));
    const ValueId y =
        edited.add_node({.op = &op("fully_connected"),
                         .name = node.name,
                         .inputs = {node.inputs[0], weights},
                         .attributes = Attributes::of(FullyConnectedAttrs{.keep_dims = rank > 2}),
                         .statistics = node.statistics})[0];
    take_place(edited, node.outputs[0], y);
  });
}

void run(Rewriter& rewriter) { rewriter.for_each_node(canonicalize); }

}  // namespace

PassDef define_canonicalize_matmul() {
  return {"canonicalize_matmul",
          "Turns a matrix product with a constant into a fully connected layer", run};
}

}  // namespace mote::passes
