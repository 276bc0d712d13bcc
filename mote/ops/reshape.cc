// reshape: the same elements in row-major order under another shape.
#include <algorithm>
#include <cstring>

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"

namespace mote::ops {
namespace {

constexpr std::string_view kNoCommonFactors = "reshape cuts across it";

int64_t product_without(const std::vector<int64_t>& dims, size_t left_out) {
  int64_t product = 1;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (i != left_out) product = checked_mul(product, dims[i], "elements of a reshape");
  }
  return product;
}

void check_extents(const InferContext& context, const std::vector<int64_t>& wanted) {
  for (const int64_t dim : wanted) {
    if (dim < -1) context.fail("extent {} in the new shape, expected -1 or more", dim);
  }
  if (std::count(wanted.begin(), wanted.end(), -1) > 1) {
    context.fail("the new shape {} has more than one -1", to_string(Shape(wanted)));
  }
}

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  std::vector<int64_t> wanted = context.attrs<ShapeAttrs>().shape;
  check_extents(context, wanted);
  const Shape& from = context.shape(0);
  const auto open =
      static_cast<size_t>(std::find(wanted.begin(), wanted.end(), -1) - wanted.begin());
  if (!from.is_static()) {
    if (open != 0 && open != wanted.size()) {
      throw_error(ErrorKind::kUnsupported,
                  "{} to {}: with a dynamic batch only the first extent can be -1; fix the batch "
                  "with --shape",
                  to_string(from), to_string(Shape(wanted)));
    }
    context.add_output(context.dtype(0), Shape(std::move(wanted)));
    return;
  }
  const int64_t elements = from.elements();
  const int64_t known = product_without(wanted, open);
  if (open < wanted.size()) wanted[open] = known == 0 ? 0 : elements / known;
  const Shape to(std::move(wanted));
  if (to.elements() != elements) {
    context.fail("{} has {} elements, the new shape {} has {}", to_string(from), elements,
                 to_string(to), to.elements());
  }
  context.add_output(context.dtype(0), to);
}

void reference(const EvalContext& context) {
  copy_bytes(context.outputs[0].bytes, context.inputs[0].bytes, context.output(0).size_bytes());
}

// Axes [low, high) of one side of a reshape.
struct AxisRun {
  const Shape& shape;
  int low;
  int high;
};

// The products of the extents from each axis of the run to its end.
void add_suffix_products(const AxisRun& run, std::vector<int64_t>& cuts) {
  int64_t product = 1;
  cuts.push_back(1);
  for (int axis = run.high - 1; axis >= run.low; --axis) cuts.push_back(product *= run.shape[axis]);
}

// Gives the axes of a run the factors between consecutive cuts.
void set_factors(const AxisRun& run, const std::vector<int64_t>& cuts, int first_id,
                 TensorAxes& axes) {
  int64_t product = 1;
  size_t cut = 0;
  for (int axis = run.high - 1; axis >= run.low; --axis) {
    product *= run.shape[axis];
    std::vector<AxisFactor> factors;
    for (; cuts[cut] < product; ++cut) {
      factors.insert(factors.begin(),
                     {first_id + static_cast<int>(cut), cuts[cut + 1] / cuts[cut]});
    }
    if (!factors.empty()) axes[static_cast<size_t>(axis)] = {{{0, std::move(factors)}}, {}};
  }
}

// Two runs with as many elements: the common refinement of their extents, where there is one.
void map_runs(const AxisRun& from, const AxisRun& to, int& next_id, AxisMap& map) {
  std::vector<int64_t> cuts;
  add_suffix_products(from, cuts);
  add_suffix_products(to, cuts);
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  for (size_t i = 0; i + 1 < cuts.size(); ++i) {
    if (cuts[i + 1] % cuts[i] == 0) continue;
    for (int axis = from.low; axis < from.high; ++axis) {
      map.inputs[0][static_cast<size_t>(axis)] = AxisRole::blocked_by(kNoCommonFactors);
    }
    for (int axis = to.low; axis < to.high; ++axis) {
      map.outputs[0][static_cast<size_t>(axis)] = AxisRole::blocked_by(kNoCommonFactors);
    }
    return;
  }
  set_factors(from, cuts, next_id, map.inputs[0]);
  set_factors(to, cuts, next_id, map.outputs[0]);
  next_id += static_cast<int>(cuts.size());
}

AxisMap axes(const Graph& graph, const Node& node) {
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  const Shape& to = graph.value(node.outputs[0]).type.shape;
  const bool dynamic = !from.is_static() && !to.is_static();
  const bool empty = from.is_static() && from.elements() == 0;
  if (empty || from.is_static() != to.is_static() ||
      (dynamic && from.elements_per_sample() != to.elements_per_sample())) {
    return blocked_axes(graph, node, kNoCommonFactors);
  }
  AxisMap map{{TensorAxes(from.dims().size())}, {TensorAxes(to.dims().size())}};
  int next_id = 0;
  int i = 0;
  int j = 0;
  if (dynamic) {
    map.inputs[0][0] = map.outputs[0][0] = AxisRole::factor(next_id++, kDynamic);
    i = j = 1;
  }
  // Cut both shapes at every place where as many elements lie before it.
  while (i < from.rank() && j < to.rank()) {
    AxisRun run_from{from, i, i + 1};
    AxisRun run_to{to, j, j + 1};
    int64_t a = from[i];
    int64_t b = to[j];
    while (a != b) {
      if (a < b) {
        a *= from[run_from.high++];
      } else {
        b *= to[run_to.high++];
      }
    }
    map_runs(run_from, run_to, next_id, map);
    i = run_from.high;
    j = run_to.high;
  }
  return map;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape{rng.integer(1, 3), 2 * rng.integer(1, 3), 3 * rng.integer(1, 3), 4};
  const std::vector<std::vector<int64_t>> targets = {{-1},
                                                     {shape[0], -1},
                                                     {shape[0] * shape[1], shape[2], 4},
                                                     {shape[0], shape[1] / 2, 2, shape[2] / 3, 12},
                                                     {shape[0], shape[1], 2, 2, shape[2], 1}};
  const ValueId x = sample_input(graph, rng, kind, shape);
  const auto pick = static_cast<size_t>(rng.integer(0, int64_t(targets.size()) - 1));
  graph.set_outputs(graph.add_node({.op = &op("reshape"),
                                    .inputs = {x},
                                    .attributes = Attributes::of(ShapeAttrs{targets[pick]})},
                                   record_of(graph, x)));
  return graph;
}

}  // namespace

void define_reshape(OpSink& sink) {
  sink.add(
      {.name = "reshape",
       .summary = "The elements of x in row-major order under `shape`; one -1 takes what is left",
       .tflite_names = {"RESHAPE", "SQUEEZE", "EXPAND_DIMS"},
       .onnx_names = {"Reshape", "Flatten", "Squeeze", "Unsqueeze"},
       .attributes = Attributes::of(ShapeAttrs{}),
       .infer = infer,
       .reference = reference,
       .lower = copy_request,
       .axes = axes,
       .quant = shared_scale,
       .cost = no_macs,
       .sample = sample});
}

}  // namespace mote::ops
