// What TFLite files may hold beside operators: content behind the flatbuffer, narrow weights, fused
// activations that are no clamps, shapes computed in the graph, open batches, variables.
#include <gtest/gtest.h>

#include <cmath>

#include "mote/exec/executor.h"
#include "mote/formats/tflite/model_view.h"
#include "mote/formats/tflite/tflite_model.h"
#include "mote/ir/text.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "tests/peer.h"

namespace mote {
namespace {

namespace schema = tflite_schema;
using flatbuffers::Offset;
using schema::ActivationFunctionType;
using schema::BuiltinOperator;
using schema::TensorType;

/// A file of one subgraph, written field by field.
class File {
 public:
  struct Options {
    schema::BuiltinOptions type;
    Offset<void> content;
  };
  flatbuffers::FlatBufferBuilder fbb;

  template <class T>
  uint32_t buffer(const std::vector<T>& content) {
    const auto* bytes = reinterpret_cast<const uint8_t*>(content.data());
    fbb.ForceVectorAlignment(content.size() * sizeof(T), 1, 16);
    const auto data = fbb.CreateVector(bytes, content.size() * sizeof(T));
    buffers_.push_back(schema::CreateBuffer(fbb, data));
    return static_cast<uint32_t>(buffers_.size());
  }
  uint32_t buffer_behind(uint64_t offset, uint64_t size) {
    buffers_.push_back(schema::CreateBuffer(fbb, 0, offset, size));
    return static_cast<uint32_t>(buffers_.size());
  }
  int32_t tensor(const std::string& name, TensorType type, std::vector<int32_t> shape,
                 uint32_t buffer = 0, std::vector<float> scales = {}) {
    Offset<schema::QuantizationParameters> record = 0;
    const std::vector<int64_t> zero_points(scales.size(), 0);
    if (!scales.empty()) {
      record =
          schema::CreateQuantizationParametersDirect(fbb, nullptr, nullptr, &scales, &zero_points);
    }
    std::vector<int32_t> signature = shape;
    if (!shape.empty() && shape[0] < 0) shape[0] = 1;
    tensors_.push_back(schema::CreateTensorDirect(fbb, &shape, type, buffer, name.c_str(), record,
                                                  false, 0, &signature));
    return static_cast<int32_t>(tensors_.size()) - 1;
  }
  template <class T>
  Options options(Offset<T> content) {
    return {schema::BuiltinOptionsTraits<T>::enum_value, content.Union()};
  }
  void op(BuiltinOperator code, const std::vector<int32_t>& inputs,
          const std::vector<int32_t>& outputs,
          Options options = {schema::BuiltinOptions::NONE, 0}) {
    codes_.push_back(schema::CreateOperatorCode(fbb, static_cast<int8_t>(code), 0, 1, code));
    operators_.push_back(schema::CreateOperatorDirect(fbb, static_cast<uint32_t>(codes_.size()) - 1,
                                                      &inputs, &outputs, options.type,
                                                      options.content));
  }
  void metadata(const std::string& name, uint32_t buffer) {
    metadata_.push_back(schema::CreateMetadataDirect(fbb, name.c_str(), buffer));
  }
  std::vector<std::byte> finish(const std::vector<int32_t>& inputs,
                                const std::vector<int32_t>& outputs) {
    buffers_.insert(buffers_.begin(), schema::CreateBuffer(fbb));
    const std::vector<Offset<schema::SubGraph>> subgraphs = {
        schema::CreateSubGraphDirect(fbb, &tensors_, &inputs, &outputs, &operators_)};
    schema::FinishModelBuffer(
        fbb, schema::CreateModelDirect(fbb, 3, &codes_, &subgraphs, nullptr, &buffers_, nullptr,
                                       metadata_.empty() ? nullptr : &metadata_));
    const auto* begin = reinterpret_cast<const std::byte*>(fbb.GetBufferPointer());
    return {begin, begin + fbb.GetSize()};
  }

 private:
  std::vector<Offset<schema::Buffer>> buffers_;
  std::vector<Offset<schema::Tensor>> tensors_;
  std::vector<Offset<schema::OperatorCode>> codes_;
  std::vector<Offset<schema::Operator>> operators_;
  std::vector<Offset<schema::Metadata>> metadata_;
};

std::vector<float> run(const Graph& graph, const Tensor& x) {
  return elements_as<float>(Executor(graph).run(std::vector<Tensor>{x})[0]);
}

Tensor row(const std::vector<float>& values) { return Tensor::of({std::ssize(values)}, values); }

File::Options add_options(File& file, ActivationFunctionType fused = ActivationFunctionType::NONE) {
  return file.options(schema::CreateAddOptions(file.fbb, fused));
}

ErrorKind kind_of_error(const std::vector<std::byte>& file, std::string* message = nullptr) {
  try {
    read_tflite(file);
  } catch (const Error& error) {
    if (message != nullptr) *message = error.what();
    return error.kind();
  }
  ADD_FAILURE() << "it was read";
  return ErrorKind::kInternal;
}

/// y = x + w [2], with w stored at `offset`.
std::vector<std::byte> file_with_content_at(uint64_t offset) {
  File file;
  const uint32_t buffer = file.buffer_behind(offset, 2 * sizeof(float));
  const int32_t x = file.tensor("x", TensorType::FLOAT32, {2});
  const int32_t w = file.tensor("w", TensorType::FLOAT32, {2}, buffer);
  const int32_t y = file.tensor("y", TensorType::FLOAT32, {2});
  file.op(BuiltinOperator::ADD, {x, w}, {y}, add_options(file));
  return file.finish({x}, {y});
}

TEST(TfliteBuffers, behind_the_flatbuffer_are_read) {
  const uint64_t end = file_with_content_at(2).size();
  std::vector<std::byte> file = file_with_content_at(end);
  ASSERT_EQ(file.size(), end);
  EXPECT_EQ(kind_of_error(file), ErrorKind::kInvalidModel) << "nothing lies there yet";
  const float content[] = {10.0f, 20.0f};
  const auto* bytes = reinterpret_cast<const std::byte*>(content);
  file.insert(file.end(), bytes, bytes + sizeof content);
  EXPECT_EQ(run(read_tflite(file), row({1.0f, 2.0f})), (std::vector<float>{11.0f, 22.0f}));
}

/// y = x + DEQUANTIZE(w [3]).
std::vector<std::byte> file_with_narrow_weights(TensorType type,
                                                const std::vector<uint8_t>& content,
                                                const std::vector<float>& scales) {
  File file;
  const int32_t x = file.tensor("x", TensorType::FLOAT32, {3});
  const int32_t w = file.tensor("w", type, {3}, file.buffer(content), scales);
  const int32_t wide = file.tensor("wide", TensorType::FLOAT32, {3});
  const int32_t y = file.tensor("y", TensorType::FLOAT32, {3});
  file.op(BuiltinOperator::DEQUANTIZE, {w}, {wide});
  file.op(BuiltinOperator::ADD, {x, wide}, {y}, add_options(file));
  return file.finish({x}, {y});
}

TEST(TfliteWeights, of_4_bits_are_kept_as_8_and_reported) {
  // 1, -2, 7: the lower index in the low half.
  ConversionReport report;
  const Graph graph = read_tflite(file_with_narrow_weights(TensorType::INT4, {0xE1, 0x07}, {0.5f}),
                                  {.report = &report});
  EXPECT_EQ(run(graph, row({0, 0, 0})), (std::vector<float>{0.5f, -1.0f, 3.5f}));
  ASSERT_EQ(report.changes.size(), 1u);
  EXPECT_EQ(report.changes[0].subject, "tensor 'w'");
  EXPECT_EQ(report.changes[0].change, "4-bit weights are kept as 8-bit ones");
}

TEST(TfliteWeights, of_float16_are_widened_where_they_are_used) {
  // 1.5, -2, 0.25 as IEEE halves.
  const Graph graph = read_tflite(
      file_with_narrow_weights(TensorType::FLOAT16, {0x00, 0x3E, 0x00, 0xC0, 0x00, 0x34}, {}));
  EXPECT_EQ(run(graph, row({0, 0, 0})), (std::vector<float>{1.5f, -2.0f, 0.25f}));
  const Graph again = read_tflite(write_tflite(graph));
  EXPECT_EQ(run(again, row({1, 1, 1})), (std::vector<float>{2.5f, -1.0f, 1.25f}));
  const std::optional<ValueId> w = again.find_value("w");
  ASSERT_TRUE(w.has_value());
  EXPECT_EQ(again.value(*w).type.dtype, DataType::kF16) << "they stay narrow in the file";
}

/// y = fused(x + 1).
std::vector<std::byte> file_with_fused(ActivationFunctionType fused, TensorType type) {
  File file;
  const bool integer = type == TensorType::INT8;
  const std::vector<float> scales = integer ? std::vector<float>{1.0f} : std::vector<float>{};
  const uint32_t one =
      integer ? file.buffer(std::vector<int8_t>{1, 1}) : file.buffer(std::vector<float>{1, 1});
  const int32_t x = file.tensor("x", type, {2}, 0, scales);
  const int32_t w = file.tensor("w", type, {2}, one, scales);
  const int32_t y = file.tensor("y", type, {2}, 0, scales);
  file.op(BuiltinOperator::ADD, {x, w}, {y}, add_options(file, fused));
  return file.finish({x}, {y});
}

TEST(TfliteFused, tanh_and_sign_bit_become_nodes) {
  const auto tanh = read_tflite(file_with_fused(ActivationFunctionType::TANH, TensorType::FLOAT32));
  EXPECT_EQ(run(tanh, row({-3.0f, 0.5f})), (std::vector<float>{std::tanh(-2.0f), std::tanh(1.5f)}));
  const auto sign =
      read_tflite(file_with_fused(ActivationFunctionType::SIGN_BIT, TensorType::FLOAT32));
  EXPECT_EQ(run(sign, row({-3.0f, 0.5f})), (std::vector<float>{1.0f, 0.0f}));
}

TEST(TfliteFused, tanh_on_integers_is_refused) {
  std::string message;
  EXPECT_EQ(
      kind_of_error(file_with_fused(ActivationFunctionType::TANH, TensorType::INT8), &message),
      ErrorKind::kUnsupported);
  EXPECT_NE(message.find("fused TANH on integers"), std::string::npos) << message;
}

/// y = RESHAPE(x [N,2,3], PACK(SHAPE(x)[0], 6)).
std::vector<std::byte> file_with_computed_shape() {
  File file;
  const auto ints = [&](const char* name, const std::vector<int32_t>& values,
                        const std::vector<int32_t>& shape) {
    return file.tensor(name, TensorType::INT32, shape, file.buffer(values));
  };
  const int32_t x = file.tensor("x", TensorType::FLOAT32, {-1, 2, 3});
  const int32_t shape = file.tensor("shape", TensorType::INT32, {3});
  const int32_t batch = file.tensor("batch", TensorType::INT32, {});
  const int32_t packed = file.tensor("packed", TensorType::INT32, {2});
  const int32_t y = file.tensor("y", TensorType::FLOAT32, {-1, 6});
  const int32_t zero = ints("zero", {0}, {1});
  const int32_t one = ints("one", {1}, {1});
  const int32_t six = ints("six", {6}, {});
  file.op(BuiltinOperator::SHAPE, {x}, {shape},
          file.options(schema::CreateShapeOptions(file.fbb, TensorType::INT32)));
  file.op(BuiltinOperator::STRIDED_SLICE, {shape, zero, one, one}, {batch},
          file.options(schema::CreateStridedSliceOptions(file.fbb, 0, 0, 0, 0, 1)));
  file.op(BuiltinOperator::PACK, {batch, six}, {packed},
          file.options(schema::CreatePackOptions(file.fbb, 2, 0)));
  file.op(BuiltinOperator::RESHAPE, {x, packed}, {y},
          file.options(schema::CreateReshapeOptions(file.fbb)));
  return file.finish({x}, {y});
}

TEST(TfliteBatch, stays_open_through_a_shape_that_the_graph_computes) {
  ConversionReport report;
  const Graph graph = read_tflite(file_with_computed_shape(), {.report = &report});
  EXPECT_EQ(graph.value(graph.outputs()[0]).type.shape, (Shape{kDynamic, 6}));
  EXPECT_TRUE(report.changes.empty());
  const Tensor x(DataType::kF32, {4, 2, 3});
  EXPECT_EQ(Executor(graph).run(std::vector<Tensor>{x})[0].shape(), (Shape{4, 6}));
}

TEST(TfliteBatch, open_is_written_and_read_again) {
  Graph graph("open");
  const ValueId x = graph.add_input("x", {DataType::kF32, {kDynamic, 3}});
  graph.set_outputs(graph.add_node({.op = &op("tanh"), .name = "t", .inputs = {x}}));
  const std::vector<std::byte> file = write_tflite(graph);
  EXPECT_EQ(print(read_tflite(file)), print(graph));
  const Graph fixed = read_tflite(file, {.shapes = {{"x", Shape{5, 3}}}});
  EXPECT_EQ(fixed.value(fixed.outputs()[0]).type.shape, (Shape{5, 3}));
}

TEST(TfliteReport, says_why_a_batch_was_fixed_and_what_was_dropped) {
  File file;
  const uint32_t plan = file.buffer(std::vector<int32_t>{1, 0, 2, -1, -1});
  const int32_t x = file.tensor("x", TensorType::FLOAT32, {-1, 3});
  const int32_t to =
      file.tensor("to", TensorType::INT32, {1}, file.buffer(std::vector<int32_t>{3}));
  const int32_t y = file.tensor("y", TensorType::FLOAT32, {3});
  file.op(BuiltinOperator::RESHAPE, {x, to}, {y},
          file.options(schema::CreateReshapeOptions(file.fbb)));
  file.metadata("OfflineMemoryAllocation", plan);
  ConversionReport report;
  const Graph graph = read_tflite(file.finish({x}, {y}), {.report = &report});
  EXPECT_EQ(graph.value(graph.inputs()[0]).type.shape, (Shape{1, 3}));
  ASSERT_EQ(report.changes.size(), 2u);
  EXPECT_EQ(report.changes[0].subject, "metadata 'OfflineMemoryAllocation'");
  EXPECT_EQ(report.changes[1].subject, "batch");
  EXPECT_NE(report.changes[1].change.find("which fixes the batch"), std::string::npos)
      << report.changes[1].change;
}

/// y = s + x; s = y. The state starts at 10, 20.
Graph accumulator() {
  Graph graph("accumulator");
  const ValueId x = graph.add_input("x", {DataType::kF32, {2}});
  const ValueId s = graph.add_state("s", row({10, 20}));
  const ValueId read =
      graph.add_node({.op = &op("read_variable"), .name = "read", .inputs = {s}})[0];
  const std::vector<ValueId> y = graph.add_node({.op = &op("add"),
                                                 .name = "y",
                                                 .inputs = {read, x},
                                                 .attributes = Attributes::of(BinaryAttrs{})});
  graph.add_node({.op = &op("assign_variable"), .name = "assign", .inputs = {s, y[0]}});
  graph.set_outputs(y);
  verify(graph);
  return graph;
}

TEST(TfliteVariables, keep_their_content_between_calls_until_reset) {
  const Graph graph = read_tflite(write_tflite(accumulator()));
  Executor executor(graph);
  const std::vector<Tensor> x = {row({1, 2})};
  EXPECT_EQ(executor.run(x)[0], row({11, 22}));
  EXPECT_EQ(executor.run(x)[0], row({12, 24}));
  executor.reset();
  EXPECT_EQ(executor.run(x)[0], row({11, 22}));
}

TEST(TfliteVariables, start_with_their_content_in_the_runtimes) {
  if (!peer_python()) GTEST_SKIP() << kNoPeerPython;
  for (const char* runtime : {"tflm", "litert"}) {
    test::PeerBatch batch;
    const std::vector<Tensor> x = {row({1, 2})};
    batch.add("accumulator", write_tflite(accumulator()), x);
    ASSERT_TRUE(batch.run(runtime));
    ASSERT_TRUE(batch.outputs("accumulator")) << runtime << ": " << batch.refusal("accumulator");
    EXPECT_EQ(*batch.outputs("accumulator"), test::joined_bytes(std::vector{row({11, 22})}));
  }
}

}  // namespace
}  // namespace mote
