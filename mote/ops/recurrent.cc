// lstm, gru and rnn in ONNX's form. Source: ONNX LSTM-14, GRU-14, RNN-14.
#include <algorithm>

#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/recurrent_attrs.h"
#include "mote/ops/recurrent_cell.h"

namespace mote::ops {
namespace {

enum Operand : size_t { kX, kW, kR, kB, kLengths, kInitialH, kInitialC, kPeephole };

struct Sizes {
  int64_t steps, batch, inputs, hidden, directions;
};

Sizes sizes_of(const Shape& x, const Shape& r, Direction direction) {
  return {x[0], x[1], x[2], r[2], direction == Direction::kBidirectional ? 2 : 1};
}

size_t operands_of(CellKind kind) { return kind == CellKind::kLstm ? 8 : 6; }

void check_attributes(const InferContext& context, CellKind kind, int64_t directions) {
  const auto& attrs = context.attrs<RecurrentAttrs>();
  const size_t expected = activations_of(kind) * static_cast<size_t>(directions);
  if (attrs.activations.size() != expected || attrs.alphas.size() != expected ||
      attrs.betas.size() != expected) {
    context.fail("{} activations, {} alphas, {} betas, expected {} of each",
                 attrs.activations.size(), attrs.alphas.size(), attrs.betas.size(), expected);
  }
  for (const std::string& activation : attrs.activations) {
    if (!is_recurrent_activation(activation)) {
      context.fail("there is no activation '{}' in a recurrent cell", activation);
    }
  }
}

template <CellKind kKind>
void infer(InferContext& context) {
  context.expect_inputs(3, operands_of(kKind));
  for (const size_t i : {kX, kW, kR}) context.expect_rank(i, 3);
  const Sizes s =
      sizes_of(context.shape(kX), context.shape(kR), context.attrs<RecurrentAttrs>().direction);
  check_attributes(context, kKind, s.directions);
  const int64_t rows = gates_of(kKind) * s.hidden;
  const Shape state{s.directions, s.batch, s.hidden};
  const Shape expected[] = {context.shape(kX),
                            {s.directions, rows, s.inputs},
                            {s.directions, rows, s.hidden},
                            {s.directions, 2 * rows},
                            {s.batch},
                            state,
                            state,
                            {s.directions, 3 * s.hidden}};
  for (size_t i = 0; i < context.input_count(); ++i) {
    if (context.has_input(i) && context.shape(i) != expected[i]) {
      context.fail("input {} is {}, expected {}", i, to_string(context.shape(i)),
                   to_string(expected[i]));
    }
  }
  context.add_output(context.dtype(kX), {s.steps, s.directions, s.batch, s.hidden});
  context.add_output(context.dtype(kX), state);
  if (kKind == CellKind::kLstm) context.add_output(context.dtype(kX), state);
}

// Part `which` of `parts` of an operand, or zeros where it is absent.
std::vector<double> part_of(const EvalContext& context, size_t operand, int64_t which,
                            int64_t parts, int64_t count) {
  if (!context.has_input(operand)) return std::vector<double>(static_cast<size_t>(count), 0.0);
  const std::vector<double> all = elements_as<double>(context.input(operand));
  const auto size = static_cast<int64_t>(all.size()) / parts;
  return {all.begin() + which * size, all.begin() + (which + 1) * size};
}

CellParameters parameters_of(const EvalContext& context, CellKind kind, const Sizes& s, int64_t d) {
  const int64_t rows = gates_of(kind) * s.hidden;
  const std::vector<double> bias = part_of(context, kB, d, s.directions, 2 * rows);
  return {s.inputs,
          s.hidden,
          part_of(context, kW, d, s.directions, rows * s.inputs),
          part_of(context, kR, d, s.directions, rows * s.hidden),
          {bias.begin(), bias.begin() + rows},
          {bias.begin() + rows, bias.end()},
          part_of(context, kPeephole, d, s.directions, 3 * s.hidden)};
}

struct Results {
  std::vector<double> y, h, c;
};

// Runs one direction over the sequence of each batch entry; what lies past its length stays 0 in y.
void run_direction(const EvalContext& context, CellKind kind, const Sizes& s, int64_t d,
                   Results& results) {
  const auto& attrs = context.attrs<RecurrentAttrs>();
  const Cell cell(kind, attrs, static_cast<size_t>(d), parameters_of(context, kind, s, d));
  const bool backward = attrs.direction == Direction::kReverse || d == 1;
  const std::vector<double> x = elements_as<double>(context.input(kX));
  const int64_t state_size = s.batch * s.hidden;
  const std::vector<double> h0 = part_of(context, kInitialH, d, s.directions, state_size);
  const std::vector<double> c0 = part_of(context, kInitialC, d, s.directions, state_size);
  for (int64_t n = 0; n < s.batch; ++n) {
    int64_t length = s.steps;
    if (context.has_input(kLengths)) {
      length = elements_as<int64_t>(context.input(kLengths))[static_cast<size_t>(n)];
      if (length < 0 || length > s.steps) {
        throw_error(ErrorKind::kInvalidModel, "a sequence of {} steps, x has {}", length, s.steps);
      }
    }
    std::vector<double> h(h0.begin() + n * s.hidden, h0.begin() + (n + 1) * s.hidden);
    std::vector<double> c(c0.begin() + n * s.hidden, c0.begin() + (n + 1) * s.hidden);
    for (int64_t i = 0; i < length; ++i) {
      const int64_t t = backward ? length - 1 - i : i;
      const auto input = static_cast<size_t>((t * s.batch + n) * s.inputs);
      cell.step(std::span(x).subspan(input, static_cast<size_t>(s.inputs)), h, c);
      std::copy(h.begin(), h.end(),
                results.y.begin() + ((t * s.directions + d) * s.batch + n) * s.hidden);
    }
    const int64_t place = (d * s.batch + n) * s.hidden;
    std::copy(h.begin(), h.end(), results.h.begin() + place);
    std::copy(c.begin(), c.end(), results.c.begin() + place);
  }
}

void store(const TensorView& to, const std::vector<double>& values) {
  with_float(to.dtype, [&]<class T>() {
    const auto elements = to.data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      elements[i] = static_cast<T>(static_cast<Compute<T>>(values[i]));
    }
  });
}

template <CellKind kKind>
void reference(const EvalContext& context) {
  if (is_quantized(context) || !is_float(context.input_type(kX).dtype)) context.no_kernel();
  const Sizes s = sizes_of(context.input_type(kX).shape, context.input_type(kR).shape,
                           context.attrs<RecurrentAttrs>().direction);
  const auto state_size = static_cast<size_t>(s.directions * s.batch * s.hidden);
  Results results{std::vector<double>(static_cast<size_t>(s.steps) * state_size, 0.0),
                  std::vector<double>(state_size), std::vector<double>(state_size)};
  for (int64_t d = 0; d < s.directions; ++d) run_direction(context, kKind, s, d, results);
  store(context.output(0), results.y);
  store(context.output(1), results.h);
  if (kKind == CellKind::kLstm) store(context.output(2), results.c);
}

// Batch entries do not see each other; what is learned of inputs and hidden units is not mapped.
AxisMap axes(const Graph& graph, const Node& node) {
  AxisMap map = blocked_axes(graph, node, "the recurrent cell mixes it");
  const AxisRole batch = AxisRole::factor(0, graph.value(node.inputs[kX]).type.shape[1]);
  map.inputs[kX][1] = batch;
  if (node.has_input(kLengths)) map.inputs[kLengths][0] = batch;
  for (const size_t i : {kInitialH, kInitialC}) {
    if (node.has_input(i)) map.inputs[i][1] = batch;
  }
  map.outputs[0][2] = batch;
  for (size_t i = 1; i < map.outputs.size(); ++i) map.outputs[i][1] = batch;
  return map;
}

template <CellKind kKind>
Cost cost(const Graph& graph, const Node& node) {
  const Sizes s =
      sizes_of(graph.value(node.inputs[kX]).type.shape.bind(1),
               graph.value(node.inputs[kR]).type.shape, node.attrs<RecurrentAttrs>().direction);
  const int64_t per_step = gates_of(kKind) * s.hidden * (s.inputs + s.hidden);
  return {s.steps * s.directions * s.batch * per_step};
}

template <OpName kName, CellKind kKind>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  RecurrentAttrs attrs;
  attrs.direction = enum_values(Direction{})[static_cast<size_t>(rng.integer(0, 2))];
  attrs.activations = default_activations(kName.view(), attrs.direction);
  attrs.alphas.assign(attrs.activations.size(), 0.0f);
  attrs.betas = attrs.alphas;
  attrs.linear_before_reset = rng.integer(0, 1) == 0;
  const int64_t d = attrs.direction == Direction::kBidirectional ? 2 : 1;
  const int64_t n = rng.integer(1, 3);
  const int64_t in = rng.integer(1, 4);
  const int64_t h = rng.integer(1, 4);
  const int64_t rows = gates_of(kKind) * h;
  std::vector<ValueId> inputs;
  inputs.push_back(graph.add_input("x", {DataType::kF32, {rng.integer(1, 4), n, in}}));
  inputs.push_back(graph.add_input("w", {DataType::kF32, {d, rows, in}}));
  inputs.push_back(graph.add_input("r", {DataType::kF32, {d, rows, h}}));
  inputs.push_back(graph.add_input("b", {DataType::kF32, {d, 2 * rows}}));
  inputs.push_back({});
  inputs.push_back(graph.add_input("h", {DataType::kF32, {d, n, h}}));
  graph.set_outputs(graph.add_node({.op = &op(kName.view()),
                                    .inputs = std::move(inputs),
                                    .attributes = Attributes::of(std::move(attrs))}));
  return graph;
}

template <OpName kName, CellKind kKind>
void define(OpSink& sink, std::string_view summary, std::string_view onnx_name) {
  sink.add({.name = kName.view(),
            .summary = summary,
            .onnx_names = {onnx_name},
            .attributes = Attributes::of(RecurrentAttrs{}),
            .infer = infer<kKind>,
            .reference = reference<kKind>,
            .axes = axes,
            .cost = cost<kKind>,
            .sample = sample<kName, kKind>});
}

}  // namespace

void define_recurrent(OpSink& sink) {
  define<"lstm", CellKind::kLstm>(
      sink, "c = f * c + i * g(w x + r h + b), h = o * g(c), over the first axis of x", "LSTM");
  define<"gru", CellKind::kGru>(
      sink, "h = (1 - z) * g(w x + r (reset * h) + b) + z * h, over the first axis of x", "GRU");
  define<"rnn", CellKind::kRnn>(sink, "h = g(w x + r h + b), over the first axis of x", "RNN");
}

}  // namespace mote::ops
