#include "mote/ir/text.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mote/base/half.h"
#include "mote/ops/op_table.h"

namespace mote {
namespace {

constexpr std::string_view kTiny = R"(graph "tiny"
input %x: f32[N,4]
%y = relu(%x): f32[N,4]
output %y
)";

std::string error_of(std::string_view text) {
  try {
    parse_graph(text, find_op);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Text, prints_what_it_read) { EXPECT_EQ(print(parse_graph(kTiny, find_op)), kTiny); }

TEST(Text, infers_what_is_not_written) {
  EXPECT_EQ(print(parse_graph("graph \"tiny\" input %x:f32[N , 4] %y=relu(%x)output %y", find_op)),
            kTiny);
}

Graph graph_with_everything() {
  Graph graph("odd \"name\"\n\\");
  graph.description = "two\nlines";
  graph.metadata["a b"] = std::string("\0\xff\n", 3);
  const ValueId x = graph.add_input("in put:0", {DataType::kF32, {kDynamic, 2}});
  const ValueId q =
      graph.add_input("q", {DataType::kI8, {1, 3}, Quantization::per_tensor(0.1f, -3)});
  Node node{.op = &op("relu"), .name = "other name", .inputs = {x}};
  node.statistics =
      std::make_shared<ChannelStatistics>(ChannelStatistics{{0.1f, -1e-12f}, {1.0f, 1.0f / 3.0f}});
  const ValueId y = graph.add_node(std::move(node), {.names = {"y%\xc3\xa9"}})[0];
  const ValueId z = graph.add_node({.op = &op("relu6"), .inputs = {y}})[0];
  graph.add_constant("per_channel", Tensor(DataType::kI8, {2, 3}),
                     Quantization::per_channel({0.5f, 1e-9f}, 0));
  graph.add_state("state", Tensor(DataType::kI16, {3}), Quantization::per_tensor(0.5f, 0));
  graph.set_outputs({z, q});
  graph.signatures.push_back({"serving default", {{"a", x}}, {{"b", z}}});
  return graph;
}

TEST(Text, keeps_names_records_statistics_signatures_and_metadata) {
  const Graph graph = graph_with_everything();
  const std::string text = print(graph);
  const Graph again = parse_graph(text, find_op);
  EXPECT_EQ(print(again), text);
  EXPECT_EQ(again.name(), graph.name());
  EXPECT_EQ(again.metadata, graph.metadata);
  EXPECT_EQ(again.description, graph.description);
  const ValueId y = again.find_value("y%\xc3\xa9").value();
  const Node& node = again.node(again.value(y).producer);
  EXPECT_EQ(node.name, "other name");
  EXPECT_EQ(node.statistics->mean, (std::vector<float>{0.1f, -1e-12f}));
  EXPECT_EQ(again.value(again.find_value("per_channel").value()).type,
            graph.value(graph.find_value("per_channel").value()).type);
  EXPECT_EQ(again.signatures.at(0).outputs.at(0).second, again.outputs().at(0));
}

template <class T>
void expect_round_trip(const std::vector<T>& values) {
  for (const int listed : {0, 100}) {
    Graph graph;
    const ValueId x = graph.add_input("x", {DataType::kF32, {1}});
    graph.add_constant("c", Tensor::of<T>({static_cast<int64_t>(values.size())}, values));
    graph.set_outputs({x});
    const std::string text = print(graph, {.max_listed_elements = listed});
    const Graph again = parse_graph(text, find_op);
    EXPECT_EQ(*again.value(again.find_value("c").value()).constant,
              *graph.value(graph.find_value("c").value()).constant)
        << text;
  }
}

TEST(Text, keeps_every_bit_of_constants_of_every_type) {
  expect_round_trip<float>({0.1f, -0.0f, 1e-45f, 3.4e38f, INFINITY, -INFINITY});
  expect_round_trip<float>({-NAN, 1.0f});
  expect_round_trip<double>({0.1, 1e-320, -1.7e308});
  expect_round_trip<Half>({Half(0.1f), Half(65504.0f), Half(6e-8f)});
  expect_round_trip<int8_t>({-128, 127});
  expect_round_trip<int16_t>({-32768, 32767});
  expect_round_trip<int32_t>({INT32_MIN, INT32_MAX});
  expect_round_trip<int64_t>({INT64_MIN, INT64_MAX});
  expect_round_trip<uint8_t>({0, 255});
  expect_round_trip<uint16_t>({0, 65535});
  expect_round_trip<uint32_t>({0, UINT32_MAX});
  expect_round_trip<uint64_t>({0, UINT64_MAX});
  expect_round_trip<float>({});
  expect_round_trip<int8_t>({7, 7, 7, 7});
}

TEST(Text, keeps_shared_content_shared) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DataType::kF32, {1}});
  const auto content = std::make_shared<const Tensor>(DataType::kF32, Shape{3});
  graph.add_constant("a", content);
  graph.add_constant("b", content);
  graph.set_outputs({x});
  const Graph again = parse_graph(print(graph), find_op);
  EXPECT_EQ(again.value(again.find_value("a").value()).constant,
            again.value(again.find_value("b").value()).constant);
}

TEST(Text, elides_large_constants_when_asked) {
  Graph graph;
  const ValueId x = graph.add_input("x", {DataType::kF32, {1}});
  graph.add_constant("a", Tensor::of<int8_t>({2}, {1, 2}));
  graph.set_outputs({x});
  const std::string text = print(graph, {.max_listed_elements = 1, .elide_large_constants = true});
  EXPECT_NE(text.find("elided(fnv "), std::string::npos) << text;
}

TEST(Text, names_line_and_column_of_an_error) {
  EXPECT_EQ(error_of("input %x: f32[N,4]\n%y = nope(%x)"),
            "line 2, column 6: there is no operator 'nope'");
  EXPECT_EQ(error_of("input %x: f32[N,4]\n%y = relu(%z)"),
            "line 2, column 13: there is no value %z before this line");
  EXPECT_EQ(error_of("input %x: f32[4,N]"), "line 1, column 18: only the first extent may be N");
  EXPECT_EQ(error_of("const %x: i8[1] = [128]"), "line 1, column 23: 128 does not fit i8");
  EXPECT_EQ(error_of("input %x: f32[4]"), "line 1, column 17: the graph has no 'output'");
}

TEST(Text, refuses_a_written_type_that_inference_does_not_give) {
  EXPECT_EQ(error_of("input %x: f32[4]\n%y = relu(%x): f32[5]\noutput %y"),
            "line 2, column 1: 'y' is written as f32[5], but inference gives f32[4]");
}

TEST(Text, refuses_huge_constants) {
  EXPECT_EQ(
      error_of("const %c: f32[1000000,1000000] = splat(0)"),
      "line 1, column 34: a constant of 1000000000000 elements is larger than 268435456 bytes");
}

// Every prefix, and every single deleted character, is an error or a graph.
TEST(Text, survives_damaged_text) {
  const std::string text = print(graph_with_everything());
  for (size_t i = 0; i < text.size(); ++i) {
    error_of(text.substr(0, i));
    error_of(text.substr(0, i) + text.substr(i + 1));
  }
}

}  // namespace
}  // namespace mote
