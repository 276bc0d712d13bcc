// one_hot, trilu and reverse_sequence: elements placed or kept by position.
#include <algorithm>

#include "mote/ops/along_axis.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/index_attrs.h"
#include "mote/ops/indexing.h"
#include "mote/ops/op_table.h"

namespace mote::ops {
namespace {

void infer_one_hot(InferContext& context) {
  context.expect_inputs(2, 2);
  const auto& attrs = context.attrs<OneHotAttrs>();
  if (context.shape(1) != Shape{2}) {
    context.fail("the values are {}, expected [2]: off and on", to_string(context.shape(1)));
  }
  if (attrs.depth < 0) context.fail("a depth of {}", attrs.depth);
  std::vector<int64_t> dims = context.shape(0).dims();
  const int rank = static_cast<int>(dims.size()) + 1;
  dims.insert(dims.begin() + normalize_axis(attrs.axis, rank, "the axis"), attrs.depth);
  context.add_output(context.dtype(1), Shape(std::move(dims)));
}

// An index outside [-depth, depth) gives a row of off. Source: ONNX OneHot-11.
void reference_one_hot(const EvalContext& context) {
  const TensorView y = context.output(0);
  const auto& attrs = context.attrs<OneHotAttrs>();
  const int axis = normalize_axis(attrs.axis, y.shape.rank(), "the axis");
  const std::vector<double> indices = elements_as<double>(context.input(0));
  with_unit(y.dtype, [&]<class Unit>() {
    const Unit* values = units_of<Unit>(context.input(1));
    Unit* to = units_of<Unit>(y);
    size_t next = 0;
    for_each_line(y.shape, axis, [&](const Line& line) {
      const double index = indices[next++];
      const double hot = index < 0 ? index + static_cast<double>(attrs.depth) : index;
      for (int64_t i = 0; i < line.count; ++i) {
        to[line.start + i * line.step] = values[static_cast<double>(i) == hot ? 1 : 0];
      }
    });
  });
}

AxisMap axes_one_hot(const Graph& graph, const Node& node) {
  const Shape& indices = graph.value(node.inputs[0]).type.shape;
  const int axis = normalize_axis(node.attrs<OneHotAttrs>().axis, indices.rank() + 1, "the axis");
  AxisMap map{{{}, {AxisRole::blocked_by("the values of off and on")}}, {{}}};
  for (int i = 0; i < indices.rank(); ++i) {
    map.inputs[0].push_back(AxisRole::factor(i, indices[i]));
  }
  map.outputs[0] = map.inputs[0];
  map.outputs[0].insert(map.outputs[0].begin() + axis,
                        AxisRole::blocked_by("its positions are the indices"));
  return map;
}

std::optional<Graph> sample_one_hot(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng, 3);
  const OneHotAttrs attrs{.axis = rng.integer(0, shape.rank()), .depth = rng.integer(1, 5)};
  Tensor indices(DataType::kI32, shape);
  for (int32_t& index : indices.data<int32_t>()) {
    index = static_cast<int32_t>(rng.integer(-attrs.depth, attrs.depth));
  }
  const ValueId at = graph.add_constant("indices", std::move(indices));
  const ValueId values = graph.add_input("values", {DataType::kF32, {2}});
  graph.set_outputs(graph.add_node(
      {.op = &op("one_hot"), .inputs = {at, values}, .attributes = Attributes::of(attrs)}));
  return graph;
}

void infer_trilu(InferContext& context) {
  infer_same(context);
  if (context.shape(0).rank() < 2) {
    context.fail("{} has no matrices", to_string(context.shape(0)));
  }
}

void reference_trilu(const EvalContext& context) {
  const auto& attrs = context.attrs<TriluAttrs>();
  if (is_quantized(context)) context.no_kernel();
  const ConstTensorView x = context.input(0);
  const int rank = x.shape.rank();
  const int64_t columns = x.shape[rank - 1];
  const int64_t rows = x.shape[rank - 2];
  // Far diagonals keep all or nothing; limiting them keeps the sum below from overflowing.
  const int64_t diagonal = std::clamp(attrs.diagonal, -rows, columns);
  with_unit(x.dtype, [&]<class Unit>() {
    const Unit* from = units_of<Unit>(x);
    Unit* to = units_of<Unit>(context.output(0));
    const int64_t elements = x.elements();
    for (int64_t i = 0; i < elements; ++i) {
      const int64_t column = i % columns;
      const int64_t row = i / columns % rows;
      const bool kept = attrs.upper ? column >= row + diagonal : column <= row + diagonal;
      to[i] = kept ? from[i] : Unit{0};
    }
  });
}

AxisMap axes_trilu(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    axes.push_back(axis < x.rank() - 2 ? AxisRole::factor(axis, x[axis])
                                       : AxisRole::blocked_by("a triangle of it is kept"));
  }
  return {{axes}, {axes}};
}

std::optional<Graph> sample_trilu(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 3), rng.integer(1, 5), rng.integer(1, 5)};
  const TriluAttrs attrs{.upper = rng.integer(0, 1) == 0, .diagonal = rng.integer(-3, 3)};
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(
      graph.add_node({.op = &op("trilu"), .inputs = {x}, .attributes = Attributes::of(attrs)}));
  return graph;
}

struct SequenceAxes {
  int time;
  int batch;
};

SequenceAxes sequence_axes(const ReverseSequenceAttrs& attrs, const Shape& x) {
  const SequenceAxes axes{normalize_axis(attrs.time_axis, x.rank(), "the time axis"),
                          normalize_axis(attrs.batch_axis, x.rank(), "the batch axis")};
  if (axes.time == axes.batch) {
    throw_error(ErrorKind::kInvalidModel, "the time axis and the batch axis are both {}",
                axes.time);
  }
  return axes;
}

void infer_reverse_sequence(InferContext& context) {
  context.expect_inputs(2, 2);
  expect_indices(context, 1);
  const Shape& x = context.shape(0);
  const SequenceAxes axes = sequence_axes(context.attrs<ReverseSequenceAttrs>(), x);
  if (context.shape(1) != Shape{x[axes.batch]}) {
    context.fail("lengths {} for x {}, expected one per batch", to_string(context.shape(1)),
                 to_string(x));
  }
  context.add_output(context.dtype(0), x);
}

void reference_reverse_sequence(const EvalContext& context) {
  const ConstTensorView x = context.input(0);
  const SequenceAxes axes = sequence_axes(context.attrs<ReverseSequenceAttrs>(), x.shape);
  const std::vector<int64_t> lengths = elements_as<int64_t>(context.input(1));
  const int64_t limit = x.shape[axes.time];
  for (const int64_t length : lengths) {
    if (length < 0 || length > limit) {
      throw_error(ErrorKind::kInvalidModel, "a length of {}, the time axis has {}", length, limit);
    }
  }
  const int64_t batch_step = row_major_strides(x.shape)[static_cast<size_t>(axes.batch)];
  const int64_t batches = x.shape[axes.batch];
  with_unit(x.dtype, [&]<class Unit>() {
    const Unit* from = units_of<Unit>(x);
    Unit* to = units_of<Unit>(context.output(0));
    for_each_line(x.shape, axes.time, [&](const Line& line) {
      const int64_t length = lengths[static_cast<size_t>(line.start / batch_step % batches)];
      for (int64_t i = 0; i < line.count; ++i) {
        const int64_t source = i < length ? length - 1 - i : i;
        to[line.start + i * line.step] = from[line.start + source * line.step];
      }
    });
  });
}

AxisMap axes_reverse_sequence(const Graph& graph, const Node& node) {
  const Shape& x = graph.value(node.inputs[0]).type.shape;
  const SequenceAxes at = sequence_axes(node.attrs<ReverseSequenceAttrs>(), x);
  TensorAxes axes;
  for (int axis = 0; axis < x.rank(); ++axis) {
    axes.push_back(axis == at.time ? AxisRole::blocked_by("it is reversed in part")
                                   : AxisRole::factor(axis, x[axis]));
  }
  return {{axes, {axes[static_cast<size_t>(at.batch)]}}, {axes}};
}

std::optional<Attributes> permute_reverse_sequence(const Graph&, const Node& node,
                                                   std::span<const int> permutation) {
  ReverseSequenceAttrs attrs = node.attrs<ReverseSequenceAttrs>();
  const int rank = static_cast<int>(permutation.size());
  attrs.time_axis =
      permuted_axis(normalize_axis(attrs.time_axis, rank, "the time axis"), permutation);
  attrs.batch_axis =
      permuted_axis(normalize_axis(attrs.batch_axis, rank, "the batch axis"), permutation);
  return Attributes::of(attrs);
}

std::optional<QuantRule> quant_reverse_sequence(const Graph& graph, const Node& node) {
  std::optional<QuantRule> rule = shared_scale(graph, node);
  rule->inputs[1].role = QuantRule::Role::kUntouched;
  return rule;
}

std::optional<Graph> sample_reverse_sequence(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 4), rng.integer(1, 4), rng.integer(1, 3)};
  const bool batch_first = rng.integer(0, 1) == 0;
  const ReverseSequenceAttrs attrs{.time_axis = batch_first ? 1 : 0,
                                   .batch_axis = batch_first ? 0 : 1};
  Tensor lengths(DataType::kI64, {shape[batch_first ? 0 : 1]});
  for (int64_t& length : lengths.data<int64_t>()) {
    length = rng.integer(0, shape[batch_first ? 1 : 0]);
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  const ValueId counts = graph.add_constant("lengths", std::move(lengths));
  graph.set_outputs(graph.add_node(
      {.op = &op("reverse_sequence"), .inputs = {x, counts}, .attributes = Attributes::of(attrs)},
      record_of(graph, x)));
  return graph;
}

}  // namespace

void define_one_hot(OpSink& sink) {
  sink.add({.name = "one_hot",
            .summary = "values[1] at each index along a new axis of `depth`, else values[0]",
            .tflite_names = {"ONE_HOT"},
            .onnx_names = {"OneHot"},
            .attributes = Attributes::of(OneHotAttrs{}),
            .infer = infer_one_hot,
            .reference = reference_one_hot,
            .axes = axes_one_hot,
            .quant = untouched,
            .cost = no_macs,
            .sample = sample_one_hot});
  sink.add({.name = "trilu",
            .summary = "The upper or lower triangle of each matrix of x, else 0",
            .onnx_names = {"Trilu"},
            .attributes = Attributes::of(TriluAttrs{}),
            .infer = infer_trilu,
            .reference = reference_trilu,
            .axes = axes_trilu,
            .cost = no_macs,
            .sample = sample_trilu});
  sink.add({.name = "reverse_sequence",
            .summary = "The first lengths[b] elements along the time axis of batch b, reversed",
            .tflite_names = {"REVERSE_SEQUENCE"},
            .onnx_names = {"ReverseSequence"},
            .attributes = Attributes::of(ReverseSequenceAttrs{}),
            .infer = infer_reverse_sequence,
            .reference = reference_reverse_sequence,
            .axes = axes_reverse_sequence,
            .permute = permute_reverse_sequence,
            .quant = quant_reverse_sequence,
            .cost = no_macs,
            .sample = sample_reverse_sequence});
}

}  // namespace mote::ops
