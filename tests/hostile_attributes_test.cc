// Attributes and shapes come from files: whatever they say, an operator computes or throws an
// Error.
#include <ctime>
#include <limits>

#include "tests/samples.h"

namespace mote {
namespace {

constexpr int kTrials = 150;
// Larger results are legal, but not run here.
constexpr int64_t kMostElements = 20000;
constexpr double kMostSeconds = 1.0;

// Of this process, so that a busy machine does not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

constexpr int64_t kExtremes[] = {std::numeric_limits<int64_t>::min(),
                                 std::numeric_limits<int64_t>::min() + 1,
                                 -1000000007,
                                 -3,
                                 -2,
                                 -1,
                                 0,
                                 1,
                                 2,
                                 3,
                                 5,
                                 65537,
                                 1000000007,
                                 std::numeric_limits<int64_t>::max() - 1,
                                 std::numeric_limits<int64_t>::max()};
constexpr double kExtremeReals[] = {0.0,
                                    -1.0,
                                    1e-30,
                                    1e30,
                                    0.5,
                                    3.0,
                                    std::numeric_limits<double>::infinity(),
                                    std::numeric_limits<double>::quiet_NaN()};

template <class T, size_t N>
T pick(Rng& rng, const T (&values)[N]) {
  return values[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(N) - 1))];
}

template <class T, size_t N>
void mutate_list(Rng& rng, std::vector<T>& list, const T (&values)[N]) {
  const int64_t what = rng.integer(0, 5);
  if (what == 0 && !list.empty()) {
    list.pop_back();
  } else if (what == 1) {
    list.push_back(pick(rng, values));
  } else if (!list.empty()) {
    list[static_cast<size_t>(rng.integer(0, int64_t(list.size()) - 1))] = pick(rng, values);
  }
}

struct Mutate {
  Rng& rng;
  void operator()(bool& value) const { value = !value; }
  void operator()(int64_t& value) const { value = pick(rng, kExtremes); }
  void operator()(double& value) const { value = pick(rng, kExtremeReals); }
  void operator()(std::string& value) const {
    if (!value.empty()) value[static_cast<size_t>(rng.integer(0, int64_t(value.size()) - 1))] = 'x';
  }
  void operator()(std::vector<int64_t>& list) const { mutate_list(rng, list, kExtremes); }
  void operator()(std::vector<double>& list) const { mutate_list(rng, list, kExtremeReals); }
  void operator()(std::vector<std::string>& list) const {
    if (!list.empty()) list.pop_back();
  }
};

// One attribute, or one extent of one input, becomes something else. Throws Error when the
// attribute does not take it.
void mutate(Graph& graph, Rng& rng) {
  Node& node = graph.mutable_node(graph.topological_order()[0]);
  std::vector<NamedAttr> attributes = node.attributes.list();
  if (!attributes.empty() && rng.integer(0, 2) > 0) {
    NamedAttr& attribute =
        attributes[static_cast<size_t>(rng.integer(0, int64_t(attributes.size()) - 1))];
    std::visit(Mutate{rng}, attribute.value);
    node.attributes = node.attributes.with(attribute.name, attribute.value);
    return;
  }
  if (graph.inputs().empty()) return;
  const auto which = static_cast<size_t>(rng.integer(0, int64_t(graph.inputs().size()) - 1));
  Shape& shape = graph.mutable_value(graph.inputs()[which]).type.shape;
  std::vector<int64_t> dims = shape.dims();
  const int64_t extents[] = {0, 1, 2, 7};
  mutate_list(rng, dims, extents);
  shape = Shape(std::move(dims));
}

int64_t elements_in(const Graph& graph) {
  int64_t total = 0;
  for (const ValueId id : graph.values()) {
    const int64_t elements = graph.value(id).type.shape.elements_per_sample();
    if (elements > kMostElements) return kMostElements + 1;
    total += elements;
  }
  return total;
}

class HostileAttributes : public testing::TestWithParam<const OpDef*> {};

TEST_P(HostileAttributes, give_a_result_or_an_error) {
  const OpDef& def = *GetParam();
  if (def.sample == nullptr) GTEST_SKIP() << "no sample facet";
  for (const SampleKind kind : enum_values(SampleKind{})) {
    for (int i = 0; i < kTrials; ++i) {
      SCOPED_TRACE(fmt::format("{} sample {} of {}", def.name, i, name(kind)));
      Rng rng(static_cast<uint64_t>(i));
      std::optional<Graph> graph = def.sample(rng, kind);
      if (!graph) break;
      const double start = cpu_seconds();
      try {
        for (int64_t count = rng.integer(1, 3); count > 0; --count) mutate(*graph, rng);
        graph->infer_types();
        verify(*graph);
        if (elements_in(*graph) > kMostElements) continue;
        const std::vector<Tensor> inputs = test::random_inputs(*graph, rng);
        test::run(*graph, inputs, Kernels::kReference);
        test::run(*graph, inputs, Kernels::kFast);
      } catch (const Error& error) {
        EXPECT_STRNE(error.what(), "");
      }
      EXPECT_LT(cpu_seconds() - start, kMostSeconds);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Ops, HostileAttributes, testing::ValuesIn(test::operators()),
                         test::case_name);

}  // namespace
}  // namespace mote
