// ONNX files of kinds that the conformance tests do not have: control flow, a free batch, external
// weights, three spatial axes; and what is refused, with its reason.
#include <gtest/gtest.h>

#include <filesystem>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/exec/executor.h"
#include "mote/formats/onnx/read.h"
#include "mote/formats/onnx/write.h"
#include "mote/ops/op_table.h"
#include "tests/onnx_builder.h"
#include "tests/onnx_peer.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using test::OnnxBody;
using test::OnnxModel;

std::vector<Tensor> run(const Graph& graph, const std::vector<Tensor>& inputs) {
  return Executor(graph, {.kernels = Kernels::kReference}).run(inputs);
}

Tensor floats(Shape shape, const std::vector<float>& values) {
  return Tensor::of(std::move(shape), values);
}

// What reading `bytes` is refused with.
std::string refusal(const std::vector<std::byte>& bytes, const fs::path& folder = {},
                    const LoadOptions& options = {}) {
  try {
    read_onnx(bytes, folder, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

int count(const Graph& graph, std::string_view op_name) {
  int found = 0;
  for (const NodeId id : graph.topological_order()) found += is_op(graph.node(id), op_name);
  return found;
}

// y = condition ? x + 1 : x * 2, or with `reduces` the sum of x in the second branch.
OnnxModel choice(bool reduces = false) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {3});
  auto& node = graph.node("If", {"condition"}, {"y"});
  OnnxBody yes = test::body(node, "then_branch");
  yes.number("one", 1.0f);
  yes.node("Add", {"x", "one"}, {"more"});
  yes.output("more");
  OnnxBody no = test::body(node, "else_branch");
  no.number("two", 2.0f);
  if (reduces) {
    no.node("ReduceSum", {"x"}, {"other"});
  } else {
    no.node("Mul", {"x", "two"}, {"other"});
  }
  no.output("other");
  graph.output("y");
  return model;
}

const Tensor kInput = floats({3}, {1.0f, 2.0f, 3.0f});

TEST(OnnxIf, constant_condition_leaves_the_branch_taken) {
  for (const bool condition : {true, false}) {
    OnnxModel model = choice();
    model.graph().constant("condition", Tensor::scalar<bool>(condition));
    const Graph graph = read_onnx(model.bytes());
    EXPECT_EQ(count(graph, "add"), condition ? 1 : 0);
    EXPECT_EQ(count(graph, "mul"), condition ? 0 : 1);
    EXPECT_EQ(run(graph, {kInput})[0], condition ? floats({3}, {2, 3, 4}) : floats({3}, {2, 4, 6}));
  }
}

TEST(OnnxIf, bound_condition_is_a_constant_one) {
  OnnxModel model = choice();
  model.graph().input("condition", DataType::kBool, {});
  const LoadOptions options{.binds = {{"condition", Tensor::scalar<bool>(false)}}};
  const Graph graph = read_onnx(model.bytes(), {}, options);
  EXPECT_EQ(graph.inputs().size(), 1u);
  EXPECT_EQ(run(graph, {kInput})[0], floats({3}, {2, 4, 6}));
}

TEST(OnnxIf, condition_of_run_time_chooses_between_results) {
  OnnxModel model = choice();
  model.graph().input("condition", DataType::kBool, {1});
  const Graph graph = read_onnx(model.bytes());
  const auto given = [](bool condition) {
    return Tensor::of(Shape{1}, std::span<const bool>(&condition, 1));
  };
  EXPECT_EQ(run(graph, {kInput, given(true)})[0], floats({3}, {2, 3, 4}));
  EXPECT_EQ(run(graph, {kInput, given(false)})[0], floats({3}, {2, 4, 6}));
}

TEST(OnnxIf, results_of_two_shapes_are_refused_by_name_and_reason) {
  OnnxModel model = choice(true);
  model.graph().input("condition", DataType::kBool, {});
  const std::string text = refusal(model.bytes());
  EXPECT_NE(text.find("node 'y_node' (If)"), std::string::npos) << text;
  EXPECT_NE(text.find("only branches whose results have one shape"), std::string::npos) << text;
}

// Adds x to itself each round, and stacks what there is after each.
OnnxModel doubling(bool condition_is_known) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {2});
  auto& node = graph.node("Loop", {"rounds", "", "x"}, {"last", "all"});
  OnnxBody body = test::body(node, "body");
  body.input("round", DataType::kI64, {});
  body.input("going", DataType::kBool, {});
  body.input("value", DataType::kF32, {2});
  if (condition_is_known) {
    body.node("Identity", {"going"}, {"goes_on"});
  } else {
    body.node("ReduceSum", {"value"}, {"sum"});
    test::set_int(body.graph().mutable_node()->at(0), "keepdims", 0);
    body.node("Cast", {"sum"}, {"goes_on"});
    test::set_int(body.graph().mutable_node()->at(1), "to", 9);  // TensorProto.BOOL
  }
  body.node("Add", {"value", "value"}, {"doubled"});
  body.node("Identity", {"doubled"}, {"seen"});
  for (const char* name : {"goes_on", "doubled", "seen"}) body.output(name);
  graph.output("last");
  graph.output("all");
  return model;
}

TEST(OnnxLoop, known_rounds_are_unrolled) {
  OnnxModel model = doubling(true);
  model.graph().constant("rounds", Tensor::scalar<int64_t>(3));
  const Graph graph = read_onnx(model.bytes());
  const std::vector<Tensor> outputs = run(graph, {floats({2}, {1, 10})});
  EXPECT_EQ(outputs[0], floats({2}, {8, 80}));
  EXPECT_EQ(outputs[1], floats({3, 2}, {2, 20, 4, 40, 8, 80}));
}

TEST(OnnxLoop, rounds_that_depend_on_data_are_refused_by_name_and_reason) {
  OnnxModel model = doubling(true);
  model.graph().input("rounds", DataType::kI64, {});
  std::string text = refusal(model.bytes());
  EXPECT_NE(text.find("node 'last_node' (Loop): the number of rounds"), std::string::npos) << text;

  OnnxModel stops = doubling(false);
  stops.graph().constant("rounds", Tensor::scalar<int64_t>(3));
  text = refusal(stops.bytes());
  EXPECT_NE(text.find("(Loop): the condition is computed at run time"), std::string::npos) << text;

  OnnxModel endless = doubling(true);
  endless.graph().constant("rounds", Tensor::scalar<int64_t>(int64_t{1} << 60));
  text = refusal(endless.bytes());
  EXPECT_NE(text.find("(Loop): more than 256 rounds"), std::string::npos) << text;
}

OnnxModel dense(int64_t batch) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {batch, 2});
  graph.constant("w", floats({2, 3}, {1, 2, 3, 4, 5, 6}));
  graph.node("MatMul", {"x", "w"}, {"y"});
  graph.output("y");
  return model;
}

TEST(OnnxBatch, free_extent_is_read_written_and_run_at_any_size) {
  const Graph graph = read_onnx(dense(-1).bytes());
  EXPECT_EQ(graph.value(graph.inputs()[0]).type.shape, (Shape{kDynamic, 2}));
  const Graph again = read_onnx(write_onnx(graph));
  EXPECT_EQ(again.value(again.inputs()[0]).type.shape, (Shape{kDynamic, 2}));
  EXPECT_EQ(again.value(again.outputs()[0]).type.shape, (Shape{kDynamic, 3}));
  for (const Graph* each : {&graph, &again}) {
    EXPECT_EQ(run(*each, {floats({1, 2}, {1, 1})})[0], floats({1, 3}, {5, 7, 9}));
    EXPECT_EQ(run(*each, {floats({2, 2}, {1, 0, 0, 1})})[0], floats({2, 3}, {1, 2, 3, 4, 5, 6}));
  }
}

TEST(OnnxBatch, caller_fixes_a_free_extent_and_frees_a_fixed_one) {
  const LoadOptions fixed{.shapes = {{"x", Shape{4, 2}}}};
  const Graph graph = read_onnx(dense(-1).bytes(), {}, fixed);
  EXPECT_EQ(graph.value(graph.outputs()[0]).type.shape, (Shape{4, 3}));
  const LoadOptions free{.shapes = {{"x", Shape{kDynamic, 2}}}};
  const Graph other = read_onnx(dense(1).bytes(), {}, free);
  EXPECT_EQ(other.value(other.outputs()[0]).type.shape, (Shape{kDynamic, 3}));
}

TEST(OnnxBatch, other_free_extents_are_refused_with_the_remedy) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {1, -1});
  graph.node("Relu", {"x"}, {"y"});
  graph.output("y");
  const std::string text = refusal(model.bytes());
  EXPECT_NE(text.find("--shape x="), std::string::npos) << text;
}

// y = x + w, with w of two floats in another file.
std::vector<std::byte> with_external(const std::string& location, const std::string& offset = "0",
                                     const std::string& length = "8") {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {2});
  auto* w = graph.graph().add_initializer();
  w->set_name("w");
  w->set_data_type(1);
  w->add_dims(2);
  w->set_data_location(1);
  const auto entry = [&](const std::string& key, const std::string& value) {
    auto* added = w->add_external_data();
    added->set_key(key);
    added->set_value(value);
  };
  entry("location", location);
  entry("offset", offset);
  entry("length", length);
  graph.node("Add", {"x", "w"}, {"y"});
  graph.output("y");
  return model.bytes();
}

class OnnxExternal : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder() / "weights");
    const std::vector<float> content{9, 9, 10, 20};
    write_file(folder() / "weights" / "w.bin", std::as_bytes(std::span<const float>(content)));
    write_file(scratch_.path() / "secret.bin", std::as_bytes(std::span<const float>(content)));
  }
  fs::path folder() const { return scratch_.path() / "model"; }

  test::ScratchFolder scratch_;
};

TEST_F(OnnxExternal, weights_are_read_from_inside_the_folder) {
  const Graph graph = read_onnx(with_external("weights/w.bin", "8"), folder());
  EXPECT_EQ(run(graph, {floats({2}, {1, 2})})[0], floats({2}, {11, 22}));
}

TEST_F(OnnxExternal, weights_elsewhere_are_refused) {
  fs::create_symlink(scratch_.path() / "secret.bin", folder() / "link.bin");
  fs::create_directory_symlink(scratch_.path(), folder() / "up");
  const std::pair<std::string, std::string_view> cases[] = {
      {"../secret.bin", "leaves the folder"},
      {"weights/../../secret.bin", "leaves the folder"},
      {(scratch_.path() / "secret.bin").string(), "is an absolute path"},
      {"link.bin", "is a link out of the folder"},
      {"up/secret.bin", "is a link out of the folder"},
      {"weights", "is not a regular file"},
      {"", "has no location"},
      {"weights/none.bin", "cannot open external data"},
  };
  for (const auto& [location, why] : cases) {
    const std::string text = refusal(with_external(location), folder());
    EXPECT_NE(text.find(why), std::string::npos) << location << ": " << text;
    EXPECT_NE(text.find("tensor 'w'"), std::string::npos) << text;
  }
  const std::string text = refusal(with_external("weights/w.bin"));
  EXPECT_NE(text.find("a model that has no folder"), std::string::npos) << text;
}

TEST_F(OnnxExternal, offsets_and_lengths_are_checked) {
  const std::tuple<std::string, std::string, std::string_view> cases[] = {
      {"12", "8", "lie behind the end"}, {"9223372036854775807", "8", "external data"},
      {"-8", "8", "is not a size"},      {"x", "8", "is not a size"},
      {"0", "4", "needs 8 bytes"},
  };
  for (const auto& [offset, length, why] : cases) {
    const std::string text = refusal(with_external("weights/w.bin", offset, length), folder());
    EXPECT_NE(text.find(why), std::string::npos) << offset << ": " << text;
  }
}

std::vector<float> ramp(int64_t count, float step) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(step * static_cast<float>(i % 17 - 8));
  return values;
}

Tensor ramp_of(const Shape& shape, float step) {
  return floats(shape, ramp(shape.elements(), step));
}

// Reads, runs and compares with ONNX Runtime.
void expect_as_onnx_runtime(const OnnxModel& model, const std::vector<Tensor>& inputs) {
  const Graph graph = read_onnx(model.bytes());
  const std::vector<Tensor> own = run(graph, inputs);
  const test::ScratchFolder scratch;
  write_file(scratch.path() / "model.onnx", model.bytes());
  const auto theirs = test::run_onnxruntime(scratch.path() / "model.onnx", inputs, 1);
  if (!theirs) GTEST_SKIP() << kNoPeerPython;
  EXPECT_LE(test::relative_l2(own[0], (*theirs)[0]), 1e-5);
}

TEST(OnnxVolumes, convolution_with_padding_strides_dilations_and_groups) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {2, 4, 7, 6, 5});
  graph.constant("w", ramp_of({6, 2, 3, 2, 3}, 0.1f));
  graph.constant("b", ramp_of({6}, 1.0f));
  auto& node = graph.node("Conv", {"x", "w", "b"}, {"y"});
  test::set_ints(node, "strides", {2, 1, 2});
  test::set_ints(node, "dilations", {2, 1, 1});
  test::set_ints(node, "pads", {2, 1, 0, 1, 0, 1});
  test::set_int(node, "group", 2);
  graph.output("y");
  expect_as_onnx_runtime(model, {ramp_of({2, 4, 7, 6, 5}, 0.3f)});
}

TEST(OnnxVolumes, pools) {
  for (const char* op_type : {"MaxPool", "AveragePool"}) {
    for (const int64_t ceil_mode : {0, 1}) {
      for (const int64_t count_padding : {0, 1}) {
        const bool average = std::string_view(op_type) == "AveragePool";
        if (!average && count_padding != 0) continue;
        SCOPED_TRACE(fmt::format("{} ceil {} count {}", op_type, ceil_mode, count_padding));
        OnnxModel model;
        OnnxBody graph = model.graph();
        graph.input("x", DataType::kF32, {1, 3, 8, 7, 6});
        auto& node = graph.node(op_type, {"x"}, {"y"});
        test::set_ints(node, "kernel_shape", {3, 2, 3});
        test::set_ints(node, "strides", {2, 2, 2});
        test::set_ints(node, "pads", {1, 0, 1, 0, 1, 1});
        test::set_int(node, "ceil_mode", ceil_mode);
        if (average) test::set_int(node, "count_include_pad", count_padding);
        graph.output("y");
        expect_as_onnx_runtime(model, {ramp_of({1, 3, 8, 7, 6}, 0.3f)});
      }
    }
  }
}

TEST(OnnxVolumes, free_batch_is_refused_with_the_remedy) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kF32, {-1, 1, 4, 4, 4});
  test::set_ints(graph.node("MaxPool", {"x"}, {"y"}), "kernel_shape", {2, 2, 2});
  graph.output("y");
  const std::string text = refusal(model.bytes());
  EXPECT_NE(text.find("(MaxPool): three spatial axes with a dynamic batch; fix it with --shape"),
            std::string::npos)
      << text;
}

// Sums of 64 * 9 products of up to 255 * 255 do not fit into float32's exact range.
TEST(OnnxConvInteger, is_exact_where_one_float_sum_is_not) {
  const Shape shape{1, 64, 5, 5};
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("x", DataType::kU8, shape.dims());
  Tensor weights(DataType::kU8, {2, 64, 3, 3});
  for (size_t i = 0; i < weights.size_bytes(); ++i) {
    weights.data<uint8_t>()[i] = static_cast<uint8_t>(255 - i % 7);
  }
  graph.constant("w", weights);
  graph.constant("x_zero", Tensor::scalar<uint8_t>(1));
  graph.constant("w_zero", Tensor::of(Shape{2}, std::vector<uint8_t>{0, 3}));
  auto& node = graph.node("ConvInteger", {"x", "w", "x_zero", "w_zero"}, {"y"});
  test::set_ints(node, "pads", {1, 1, 1, 1});
  graph.output("y");
  Tensor x(DataType::kU8, shape);
  for (size_t i = 0; i < x.size_bytes(); ++i) {
    x.data<uint8_t>()[i] = static_cast<uint8_t>(255 - i % 5);
  }
  const std::vector<Tensor> own = run(read_onnx(model.bytes()), {x});
  ASSERT_EQ(own[0].dtype(), DataType::kI32);
  const auto at = [&](int64_t o, int64_t i, int64_t j) {
    int32_t sum = 0;
    for (int64_t c = 0; c < 64; ++c) {
      for (int64_t a = 0; a < 3; ++a) {
        for (int64_t b = 0; b < 3; ++b) {
          const int64_t row = i + a - 1;
          const int64_t col = j + b - 1;
          if (row < 0 || row >= 5 || col < 0 || col >= 5) continue;
          const int32_t left = x.data<uint8_t>()[static_cast<size_t>((c * 5 + row) * 5 + col)] - 1;
          const int32_t right =
              weights.data<uint8_t>()[static_cast<size_t>(((o * 64 + c) * 3 + a) * 3 + b)] -
              (o == 1 ? 3 : 0);
          sum += left * right;
        }
      }
    }
    return sum;
  };
  for (int64_t o = 0; o < 2; ++o) {
    for (int64_t i = 0; i < 5; ++i) {
      for (int64_t j = 0; j < 5; ++j) {
        EXPECT_EQ(own[0].data<int32_t>()[static_cast<size_t>((o * 5 + i) * 5 + j)], at(o, i, j));
      }
    }
  }
}

TEST(OnnxNonMaxSuppression, boxes_of_run_time_are_refused_by_name_and_reason) {
  OnnxModel model;
  OnnxBody graph = model.graph();
  graph.input("boxes", DataType::kF32, {1, 6, 4});
  graph.input("scores", DataType::kF32, {1, 1, 6});
  graph.constant("count", Tensor::scalar<int64_t>(3));
  graph.node("NonMaxSuppression", {"boxes", "scores", "count"}, {"y"});
  graph.output("y");
  const std::string text = refusal(model.bytes());
  EXPECT_NE(text.find("node 'y_node' (NonMaxSuppression): the boxes are computed at run time"),
            std::string::npos)
      << text;
}

TEST(OnnxMessages, have_the_published_numbers_and_types) {
  if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
  const std::string command =
      fmt::format("'{}' '{}/tests/peers/onnx_messages.py' '{}/mote/formats/onnx/onnx_subset.proto'",
                  peer_python()->string(), MOTE_SOURCE_DIR, MOTE_SOURCE_DIR);
  const int status = std::system(command.c_str());
  if (WEXITSTATUS(status) == test::kSkipExit) GTEST_SKIP() << kNoPeerPython;
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mote
