// What the translation of one of our nodes to TFLite works with.
//
//   void export_softmax(ExportContext& context) {
//     const auto& attrs = context.attrs<SoftmaxAttrs>();
//     if (!context.is_last_axis(attrs.axis)) context.refuse("axis {}, TFLite has only the last",
//     ...); context.emit(SOFTMAX, {context.input(0)}, context.outputs(),
//                  schema::CreateSoftmaxOptions(context.builder(), attrs.beta));
//   }
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/formats/common/conversion_report.h"
#include "mote/formats/tflite/model_view.h"
#include "mote/formats/tflite/types.h"
#include "mote/ir/graph.h"

namespace mote::tflite {

/// The index that stands for an operand that is not there.
inline constexpr int32_t kAbsent = -1;

/// A file in the making: buffers, operator codes, subgraphs.
class Exporter {
 public:
  /// `buffer_bytes`: about how much the constants take.
  Exporter(const Graph& source, size_t buffer_bytes);

  struct FileTensor {
    std::string name;
    schema::TensorType type = schema::TensorType::FLOAT32;
    Shape shape;  ///< may have a dynamic batch
    std::optional<Quantization> quantization;
    uint32_t buffer = 0;
    bool is_variable = false;
  };
  struct Subgraph {
    std::string name;
    std::vector<FileTensor> tensors;
    std::vector<int32_t> inputs;
    std::vector<int32_t> outputs;
    std::vector<flatbuffers::Offset<schema::Operator>> operators;
  };

  /// The tensor of a value in the main subgraph.
  int32_t tensor_of(ValueId id);
  int32_t add_tensor(Subgraph& subgraph, FileTensor tensor);
  /// Content that several tensors show is stored once.
  uint32_t add_buffer(std::shared_ptr<const Tensor> content);
  uint32_t add_buffer(std::string content);
  /// The index of an operator code; the entry keeps the highest version asked for. `custom` is the
  /// name of a CUSTOM one.
  uint32_t operator_code(schema::BuiltinOperator code, int version, std::string_view custom = {});
  /// The tensor of the handle to a state that nodes read and assign.
  int32_t handle_of(ValueId state);
  std::vector<std::byte> finish();

  const Graph& graph;
  flatbuffers::FlatBufferBuilder builder;
  Subgraph main;
  ConversionReport report;

 private:
  struct Buffer {
    std::shared_ptr<const Tensor> tensor;
    std::string bytes;
  };
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<schema::Buffer>>> write_buffers();
  flatbuffers::Offset<schema::Tensor> write_tensor(const FileTensor& tensor);
  flatbuffers::Offset<schema::SubGraph> write_subgraph(const Subgraph& subgraph);
  flatbuffers::Offset<schema::SignatureDef> write_signature(const Signature& signature);

  std::vector<Buffer> buffers_;
  std::map<const Tensor*, uint32_t> buffer_of_;
  struct Code {
    schema::BuiltinOperator code;
    int version;
    std::string custom;
  };
  std::vector<Code> codes_;
  std::map<ValueId, int32_t> tensor_of_;
  std::map<ValueId, int32_t> handles_;
  std::unique_ptr<Subgraph> initializer_;
};

class ExportContext {
 public:
  ExportContext(Exporter& exporter, const Node& node) : exporter_(exporter), node_(node) {}

  Exporter& exporter() { return exporter_; }
  flatbuffers::FlatBufferBuilder& builder() { return exporter_.builder; }
  const Node& node() const { return node_; }
  template <class Struct>
  const Struct& attrs() const {
    return node_.attrs<Struct>();
  }
  bool has_input(size_t i) const { return node_.has_input(i); }
  const TensorType& type(size_t i) const { return exporter_.graph.value(node_.inputs.at(i)).type; }
  const Shape& shape(size_t i) const { return type(i).shape; }
  const TensorType& output_type(size_t i = 0) const {
    return exporter_.graph.value(node_.outputs.at(i)).type;
  }
  /// nullptr when the operand is absent or computed.
  const Tensor* constant(size_t i) const;
  bool is_last_axis(int64_t axis) const { return axis == -1 || axis == shape(0).rank() - 1; }
  /// Float activations with integer weights.
  bool is_hybrid() const;

  /// Tensor indices. An absent operand is kAbsent.
  int32_t input(size_t i);
  std::vector<int32_t> inputs();
  std::vector<int32_t> outputs();
  /// A bias; one without a record gets scale(input) * scale(weight), which runtimes check.
  int32_t bias(size_t i, size_t x, size_t weight);
  /// The same; zeros where there is none. LiteRT's CONV_2D and TensorFlow Lite Micro's
  /// DEPTHWISE_CONV_2D and SVDF read a bias even where the file has none.
  int32_t bias_or_zeros(size_t i, size_t x, size_t weight);
  int32_t constant_ints(std::string_view suffix, const std::vector<int64_t>& values);
  int32_t constant_tensor(std::string_view suffix, Tensor content,
                          std::optional<Quantization> quantization = std::nullopt);
  int32_t temporary(std::string_view suffix, TensorType type);

  void emit(schema::BuiltinOperator code, const std::vector<int32_t>& inputs,
            const std::vector<int32_t>& outputs);
  template <class Options>
  void emit(schema::BuiltinOperator code, const std::vector<int32_t>& inputs,
            const std::vector<int32_t>& outputs, flatbuffers::Offset<Options> options) {
    emit_with({code, schema::BuiltinOptionsTraits<Options>::enum_value, options.Union(), {}},
              inputs, outputs);
  }
  /// A custom operator over all operands of the node.
  void emit_custom(std::string_view name, std::vector<uint8_t> options);
  struct Emission {
    schema::BuiltinOperator code;
    schema::BuiltinOptions options_type = schema::BuiltinOptions::NONE;
    flatbuffers::Offset<void> options = 0;
    std::vector<int32_t> intermediates = {};
    std::string_view custom = {};              ///< the name of a CUSTOM operator
    std::vector<uint8_t> custom_options = {};  ///< FlexBuffers
  };
  void emit_with(const Emission& emission, const std::vector<int32_t>& inputs,
                 const std::vector<int32_t>& outputs);

  template <class... Args>
  [[noreturn]] void refuse(fmt::format_string<Args...> format, Args&&... args) const {
    throw Error(ErrorKind::kUnsupported,
                "TFLite cannot express it: " + fmt::format(format, std::forward<Args>(args)...));
  }

 private:
  int version_of(const Emission& emission, const std::vector<int32_t>& inputs,
                 const std::vector<int32_t>& outputs);
  /// Scales of products of `x` and `weight`; nothing where one of them is a float.
  std::optional<Quantization> bias_record(size_t x, size_t weight) const;

  Exporter& exporter_;
  const Node& node_;
};

/// What a fresh variable tensor holds in the runtimes: zeros, or the zero point of 8-bit ones.
bool is_reset_content(const Tensor& content, const std::optional<Quantization>& quantization);

}  // namespace mote::tflite
