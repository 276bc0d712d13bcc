// batch_matmul: products of matrices with broadcast outer axes.
#include "mote/kernels/batch_matmul/batch_matmul.h"

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

// The matrix axes of an operand: rows, columns as multiplied.
struct Matrix {
  int64_t rows = 0;
  int64_t columns = 0;
};

Matrix matrix_of(const Shape& shape, bool transposed) {
  const int rank = shape.rank();
  const Matrix stored{shape[rank - 2], shape[rank - 1]};
  return transposed ? Matrix{stored.columns, stored.rows} : stored;
}

Shape outer_of(const Shape& shape) {
  return Shape(std::vector<int64_t>(shape.begin(), shape.end() - 2));
}

void infer(InferContext& context) {
  context.expect_inputs(2, 2);
  const auto& attrs = context.attrs<BatchMatmulAttrs>();
  const Shape& a = context.shape(0);
  const Shape& b = context.shape(1);
  if (a.rank() < 2 || b.rank() < 2) context.fail("operands must have at least two axes");
  expect_same_type(context, 0, 1);
  const Matrix left = matrix_of(a, attrs.transpose_a);
  const Matrix right = matrix_of(b, attrs.transpose_b);
  if (left.columns != right.rows) {
    context.fail("{} and {} cannot be multiplied", to_string(a), to_string(b));
  }
  Shape outer = broadcast(outer_of(a), outer_of(b));
  std::vector<int64_t> dims(outer.begin(), outer.end());
  dims.push_back(left.rows);
  dims.push_back(right.columns);
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

// Steps between matrices of an operand along the outer axes of y, in elements.
void outer_strides(const Shape& shape, const Shape& outer, int64_t* strides) {
  const Strides own = broadcast_strides(outer_of(shape), outer);
  const int64_t matrix = shape[shape.rank() - 1] * shape[shape.rank() - 2];
  for (size_t d = 0; d < own.size(); ++d) strides[d] = own[d] * matrix;
}

template <class Context>
mote_batch_matmul_params params(const Context& context) {
  const auto& attrs = context.template attrs<BatchMatmulAttrs>();
  const Shape& a = context.input_type(0).shape;
  const Shape& b = context.input_type(1).shape;
  const Shape outer = outer_of(context.output_type(0).shape);
  if (outer.rank() > MOTE_BATCH_MATMUL_MAX_RANK) {
    throw_error(ErrorKind::kUnsupported, "batch_matmul with {} outer axes", outer.rank());
  }
  const Matrix left = matrix_of(a, attrs.transpose_a);
  const Matrix right = matrix_of(b, attrs.transpose_b);
  mote_batch_matmul_params p{};
  p.m = as_i32(left.rows, "rows");
  p.n = as_i32(right.columns, "columns");
  p.k = as_i32(left.columns, "terms");
  p.batch_rank = outer.rank();
  for (int d = 0; d < outer.rank(); ++d) p.batch_shape[d] = as_i32(outer[d], "extent");
  outer_strides(a, outer, p.a_batch_strides);
  outer_strides(b, outer, p.b_batch_strides);
  p.a_row = attrs.transpose_a ? 1 : left.columns;
  p.a_column = attrs.transpose_a ? left.rows : 1;
  p.b_row = attrs.transpose_b ? 1 : right.columns;
  p.b_column = attrs.transpose_b ? right.rows : 1;
  return p;
}

struct Request {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    mote_batch_matmul_params p = params(context);
    const LayerTypes types{context.input_type(0), context.input_type(1), context.output_type(0)};
    if (types.x.dtype == DataType::kF32) {
      return kernel_request("batch_matmul", {DataType::kF32}, p, {0, 1});
    }
    if (!is_quantized(context)) return std::nullopt;
    p.a_zero_point = tensor_record(types.x).zero_point();
    p.b_zero_point = tensor_record(types.w).zero_point();
    OutputStage stage(types, Activation::kNone, ScaleProduct::kFloat);
    p.output = stage.kernel_stage();
    return kernel_request("batch_matmul", {types.x.dtype}, p, {0, 1}, std::move(stage));
  }
};

AxisMap axes(const Graph& graph, const Node& node) {
  const auto& attrs = node.attrs<BatchMatmulAttrs>();
  const Shape& a = graph.value(node.inputs[0]).type.shape;
  const Shape& b = graph.value(node.inputs[1]).type.shape;
  const Shape& y = graph.value(node.outputs[0]).type.shape;
  // Ids: outer axes of y by their number, then m, n, k.
  const int rank = y.rank();
  const AxisRole m = AxisRole::factor(rank - 2, y[rank - 2]);
  const AxisRole n = AxisRole::factor(rank - 1, y[rank - 1]);
  const AxisRole k = AxisRole::factor(rank, matrix_of(a, attrs.transpose_a).columns);
  const auto outer = [&](const Shape& shape) {
    TensorAxes roles;
    for (int d = 0; d + 2 < shape.rank(); ++d) {
      const int axis = d + rank - shape.rank();
      const bool broadcast = shape[d] == 1 && y[axis] != 1;
      roles.push_back(broadcast ? AxisRole{} : AxisRole::factor(axis, shape[d]));
    }
    return roles;
  };
  AxisMap map{{outer(a), outer(b)}, {outer(y)}};
  const auto append = [](TensorAxes& roles, const AxisRole& first, const AxisRole& second) {
    roles.push_back(first);
    roles.push_back(second);
  };
  append(map.inputs[0], attrs.transpose_a ? k : m, attrs.transpose_a ? m : k);
  append(map.inputs[1], attrs.transpose_b ? n : k, attrs.transpose_b ? k : n);
  append(map.outputs[0], m, n);
  return map;
}

Cost cost(const Graph& graph, const Node& node) {
  const Shape a = graph.value(node.inputs[0]).type.shape;
  const Shape y = graph.value(node.outputs[0]).type.shape.bind(1);
  return {y.elements() * matrix_of(a, node.attrs<BatchMatmulAttrs>().transpose_a).columns};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid || kind == SampleKind::kU8) return std::nullopt;
  Graph graph;
  const BatchMatmulAttrs attrs{rng.integer(0, 1) == 0, rng.integer(0, 1) == 0};
  const int64_t m = rng.integer(1, 9);
  const int64_t n = rng.integer(1, 9);
  const int64_t k = rng.integer(1, 20);
  const int64_t outer = rng.integer(1, 3);
  Shape a{outer, attrs.transpose_a ? k : m, attrs.transpose_a ? m : k};
  Shape b{outer, attrs.transpose_b ? n : k, attrs.transpose_b ? k : n};
  if (rng.integer(0, 2) == 0) b[0] = 1;
  const ValueId left = sample_input(graph, rng, kind, a);
  const ValueId right = sample_input(graph, rng, kind, b);
  Graph::OutputHints hints = random_record(rng, kind);
  if (!hints.quantization.empty()) {
    const float steps = kind == SampleKind::kI16 ? 19000.0f : 74.0f;
    hints.quantization[0]->scales[0] = graph.value(left).type.quantization->scale() *
                                       graph.value(right).type.quantization->scale() * steps *
                                       static_cast<float>(k) * rng.uniform(0.2f, 2.0f);
  }
  graph.set_outputs(graph.add_node(
      {.op = &op("batch_matmul"), .inputs = {left, right}, .attributes = Attributes::of(attrs)},
      hints));
  return graph;
}

}  // namespace

void define_batch_matmul(OpSink& sink) {
  sink.add({.name = "batch_matmul",
            .summary = "y = a * b, matrix by matrix",
            .tflite_names = {"BATCH_MATMUL"},
            .onnx_names = {"MatMul"},
            .attributes = Attributes::of(BatchMatmulAttrs{}),
            .infer = infer,
            .reference = run_reference<Request>,
            .lower = lower_by<Request>,
            .axes = axes,
            .quant = own_scales,
            .cost = cost,
            .sample = sample});
}

}  // namespace mote::ops
