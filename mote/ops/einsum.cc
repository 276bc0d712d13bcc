// einsum: sums of products named by letters. Source: ONNX Einsum-12; NumPy einsum.
#include "mote/ops/einsum.h"

#include <algorithm>
#include <map>

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

// Axes that "..." stands for are labelled by numbers from the right, others by their letter.
using Labels = std::vector<int>;
constexpr int kEllipsis = -1;
constexpr int kFirstHidden = 1000;

struct Equation {
  std::vector<Labels> inputs;
  Labels output;
};

[[noreturn]] void bad_equation(std::string_view equation, std::string_view why) {
  throw_error(ErrorKind::kInvalidModel, "equation '{}': {}", equation, why);
}

Labels parse_term(std::string_view equation, std::string_view term) {
  Labels labels;
  for (size_t i = 0; i < term.size(); ++i) {
    const char c = term[i];
    if (c == ' ') continue;
    if (c == '.') {
      if (term.substr(i, 3) != "...") bad_equation(equation, "a lone '.'");
      if (std::count(labels.begin(), labels.end(), kEllipsis) > 0) {
        bad_equation(equation, "two '...' in one operand");
      }
      labels.push_back(kEllipsis);
      i += 2;
    } else if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
      labels.push_back(c);
    } else {
      bad_equation(equation, "only letters, '...', ',' and '->' are allowed");
    }
  }
  return labels;
}

// "..." becomes as many hidden labels as the operand has axes left.
void expand_ellipsis(std::string_view equation, Labels& labels, int rank) {
  const auto at = std::find(labels.begin(), labels.end(), kEllipsis);
  const int named = static_cast<int>(labels.size()) - (at == labels.end() ? 0 : 1);
  const int hidden = rank - named;
  if (hidden < 0 || (at == labels.end() && hidden != 0)) {
    bad_equation(equation, "an operand's rank does not fit its labels");
  }
  if (at == labels.end()) return;
  Labels numbers;
  for (int i = hidden; i > 0; --i) numbers.push_back(kFirstHidden + i - 1);
  const auto place = labels.erase(at);
  labels.insert(place, numbers.begin(), numbers.end());
}

// Without "->": hidden axes, then the letters that occur once, in alphabetical order.
Labels implicit_output(const std::vector<Labels>& inputs) {
  std::map<int, int> uses;
  for (const Labels& labels : inputs) {
    for (const int label : labels) ++uses[label];
  }
  Labels output;
  for (auto entry = uses.rbegin(); entry != uses.rend(); ++entry) {
    if (entry->first >= kFirstHidden) output.push_back(entry->first);
  }
  for (const auto& [label, count] : uses) {
    if (label < kFirstHidden && count == 1) output.push_back(label);
  }
  return output;
}

Equation parse(const std::string& text, const std::vector<int>& ranks) {
  const std::string_view equation = text;
  const size_t arrow = equation.find("->");
  std::string_view left = equation.substr(0, arrow);
  Equation result;
  while (true) {
    const size_t comma = left.find(',');
    result.inputs.push_back(parse_term(equation, left.substr(0, comma)));
    if (comma == std::string_view::npos) break;
    left.remove_prefix(comma + 1);
  }
  if (result.inputs.size() != ranks.size()) bad_equation(equation, "another number of operands");
  int hidden = 0;
  for (size_t i = 0; i < ranks.size(); ++i) {
    const size_t before = result.inputs[i].size();
    const bool has_ellipsis =
        std::count(result.inputs[i].begin(), result.inputs[i].end(), kEllipsis) > 0;
    if (has_ellipsis) hidden = std::max(hidden, ranks[i] - static_cast<int>(before) + 1);
    expand_ellipsis(equation, result.inputs[i], ranks[i]);
  }
  if (arrow == std::string_view::npos) {
    result.output = implicit_output(result.inputs);
    return result;
  }
  result.output = parse_term(equation, equation.substr(arrow + 2));
  const bool shown = std::count(result.output.begin(), result.output.end(), kEllipsis) > 0;
  const int named = static_cast<int>(result.output.size()) - (shown ? 1 : 0);
  expand_ellipsis(equation, result.output, named + (shown ? hidden : 0));
  return result;
}

std::map<int, int64_t> label_extents(const std::string& text, const Equation& equation,
                                     const std::vector<Shape>& shapes) {
  std::map<int, int64_t> extents;
  for (size_t i = 0; i < shapes.size(); ++i) {
    for (int axis = 0; axis < shapes[i].rank(); ++axis) {
      const int64_t extent = shapes[i][axis];
      const auto [entry, is_new] =
          extents.emplace(equation.inputs[i][static_cast<size_t>(axis)], extent);
      if (is_new || entry->second == extent || extent == 1) continue;
      if (entry->second != 1) bad_equation(text, "an axis has two extents");
      entry->second = extent;
    }
  }
  return extents;
}

std::vector<Shape> shapes_of(const Graph& graph, const Node& node) {
  std::vector<Shape> shapes;
  for (const ValueId input : node.inputs) shapes.push_back(graph.value(input).type.shape);
  return shapes;
}

std::vector<int> ranks_of(const std::vector<Shape>& shapes) {
  std::vector<int> ranks;
  for (const Shape& shape : shapes) ranks.push_back(shape.rank());
  return ranks;
}

void infer(InferContext& context) {
  context.expect_inputs(1, SIZE_MAX);
  std::vector<Shape> shapes;
  for (size_t i = 0; i < context.input_count(); ++i) {
    expect_same_type(context, 0, i);
    shapes.push_back(context.shape(i));
  }
  const std::string& text = context.attrs<EinsumAttrs>().equation;
  const Equation equation = parse(text, ranks_of(shapes));
  const std::map<int, int64_t> extents = label_extents(text, equation, shapes);
  std::vector<int64_t> dims;
  for (size_t i = 0; i < equation.output.size(); ++i) {
    const int label = equation.output[i];
    if (std::count(equation.output.begin(), equation.output.end(), label) > 1) {
      bad_equation(text, "a label is twice in the result");
    }
    const auto found = extents.find(label);
    if (found == extents.end()) bad_equation(text, "the result has a label that no operand has");
    dims.push_back(found->second);
  }
  context.add_output(context.dtype(0), Shape(std::move(dims)));
}

// Steps of an operand per label; a label that it has twice walks its diagonal.
Strides label_strides(const Labels& labels, const Shape& shape, const std::vector<int>& order) {
  const Strides dense = row_major_strides(shape);
  Strides strides(order.size(), 0);
  for (size_t axis = 0; axis < labels.size(); ++axis) {
    if (shape[static_cast<int>(axis)] == 1) continue;
    const auto at = std::find(order.begin(), order.end(), labels[axis]) - order.begin();
    strides[static_cast<size_t>(at)] += dense[axis];
  }
  return strides;
}

template <class T>
void run(const EvalContext& context, const StridedWalk& walk) {
  using Sum = std::conditional_t<std::is_floating_point_v<Compute<T>>, double, uint64_t>;
  const size_t operands = context.inputs.size();
  std::vector<const T*> from;
  for (size_t i = 0; i < operands; ++i) from.push_back(context.input(i).data<T>().data());
  const auto to = context.output(0).data<T>();
  std::vector<Sum> sums(to.size(), Sum{0});
  walk.rows([&](const int64_t* at, const int64_t* step, int64_t count) {
    for (int64_t i = 0; i < count; ++i) {
      Sum product = 1;
      for (size_t k = 0; k < operands; ++k) {
        product *= static_cast<Sum>(static_cast<Compute<T>>(from[k][at[k + 1] + i * step[k + 1]]));
      }
      sums[static_cast<size_t>(at[0] + i * step[0])] += product;
    }
  });
  for (size_t i = 0; i < to.size(); ++i) to[i] = static_cast<T>(static_cast<Compute<T>>(sums[i]));
}

void reference(const EvalContext& context) {
  if (is_quantized(context)) context.no_kernel();
  std::vector<Shape> shapes;
  for (const auto& operand : context.inputs) shapes.push_back(operand.type->shape);
  const std::string& text = context.attrs<EinsumAttrs>().equation;
  const Equation equation = parse(text, ranks_of(shapes));
  std::vector<int> order = equation.output;
  std::vector<int64_t> extents;
  const std::map<int, int64_t> by_label = label_extents(text, equation, shapes);
  for (const auto& [label, extent] : by_label) {
    if (std::count(order.begin(), order.end(), label) == 0) order.push_back(label);
  }
  for (const int label : order) extents.push_back(by_label.at(label));
  std::vector<Strides> strides = {label_strides(equation.output, context.output(0).shape, order)};
  for (size_t i = 0; i < shapes.size(); ++i) {
    strides.push_back(label_strides(equation.inputs[i], shapes[i], order));
  }
  const StridedWalk walk(std::move(extents), std::move(strides));
  const bool known =
      with_number(context.output_type(0).dtype, [&]<class T>() { run<T>(context, walk); });
  if (!known) context.no_kernel();
}

// A label is a factor; one that an operand has twice stands for a diagonal and is one all the same.
AxisMap axes(const Graph& graph, const Node& node) {
  const std::vector<Shape> shapes = shapes_of(graph, node);
  const std::string& text = node.attrs<EinsumAttrs>().equation;
  const Equation equation = parse(text, ranks_of(shapes));
  const std::map<int, int64_t> extents = label_extents(text, equation, shapes);
  const auto roles = [&](const Labels& labels, const Shape& shape) {
    TensorAxes result;
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      const int64_t extent = shape[static_cast<int>(axis)];
      const bool repeated = extent == 1 && extents.at(labels[axis]) != 1;
      result.push_back(repeated ? AxisRole{} : AxisRole::factor(labels[axis], extent));
    }
    return result;
  };
  AxisMap map;
  for (size_t i = 0; i < shapes.size(); ++i) {
    map.inputs.push_back(roles(equation.inputs[i], shapes[i]));
  }
  map.outputs.push_back(roles(equation.output, graph.value(node.outputs[0]).type.shape));
  return map;
}

// One product per combination of labels, when there are two operands.
Cost cost(const Graph& graph, const Node& node) {
  std::vector<Shape> shapes = shapes_of(graph, node);
  if (shapes.size() < 2) return {};
  for (Shape& shape : shapes) shape = shape.bind(1);
  const std::string& text = node.attrs<EinsumAttrs>().equation;
  int64_t macs = 1;
  for (const auto& [label, extent] : label_extents(text, parse(text, ranks_of(shapes)), shapes)) {
    macs = checked_mul(macs, extent, "MACs of an einsum");
  }
  return {macs};
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  struct Case {
    std::string_view equation;
    std::vector<std::string_view> operands;
  };
  static const Case kCases[] = {{"ij,jk->ik", {"ij", "jk"}},
                                {"...ij,...kj", {"zij", "zkj"}},
                                {"bhid,bhjd->bhij", {"bhid", "bhjd"}},
                                {"ii->i", {"ii"}},
                                {"ij->", {"ij"}}};
  const Case& pick = kCases[rng.integer(0, 4)];
  std::map<char, int64_t> extents;
  Graph graph;
  std::vector<ValueId> inputs;
  for (const std::string_view operand : pick.operands) {
    std::vector<int64_t> dims;
    for (const char label : operand) {
      dims.push_back(extents.try_emplace(label, rng.integer(1, 5)).first->second);
    }
    inputs.push_back(sample_input(graph, rng, kind, Shape(std::move(dims))));
  }
  graph.set_outputs(
      graph.add_node({.op = &op("einsum"),
                      .inputs = std::move(inputs),
                      .attributes = Attributes::of(EinsumAttrs{std::string(pick.equation)})}));
  return graph;
}

}  // namespace

void define_einsum(OpSink& sink) {
  sink.add(
      {.name = "einsum",
       .summary = "The sum over all labels that the result lacks of the product of the operands",
       .onnx_names = {"Einsum", "MatMulInteger"},
       .attributes = Attributes::of(EinsumAttrs{}),
       .infer = infer,
       .reference = reference,
       .axes = axes,
       .cost = cost,
       .sample = sample});
}

}  // namespace mote::ops
