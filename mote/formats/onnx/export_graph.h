// One export: the Graph on one side, the messages of the model on the other.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/formats/onnx/export.h"

namespace mote::onnxpb {
class ModelProto;
class NodeProto;
class ValueInfoProto;
}  // namespace mote::onnxpb

namespace mote::onnx {

class GraphExport {
 public:
  GraphExport(const Graph& graph, const SaveOptions& options, onnxpb::ModelProto& model);
  void run();

  const Graph& graph() const { return graph_; }
  int64_t opset() const { return opset_; }

  /// The tensor that holds `value` so, converting it when it exists otherwise only.
  std::string tensor(ValueId value, Layout layout, Form form);
  bool has(ValueId value, Layout layout) const;
  void set(ValueId value, Layout layout, Form form, const std::string& tensor);
  /// Forgets the tensors of `value` and returns its stored, plain one.
  std::string take(ValueId value);
  std::string permuted(ValueId value, const std::vector<int64_t>& permutation);

  std::string initializer(const ConstTensorView& tensor, std::string_view hint);
  std::vector<std::string> emit(std::string_view op_type, const std::vector<std::string>& inputs,
                                const OnnxAttributes& attributes, size_t outputs);
  std::string quantize(const std::string& tensor, const TensorType& type);
  std::string dequantize(const std::string& tensor, const TensorType& type);
  const std::string& current_name() const { return current_name_; }

 private:
  struct Tensors {
    std::array<std::string, 4> names;  // by layout and form
    std::string& at(Layout layout, Form form) {
      return names[static_cast<size_t>(layout) * 2 + static_cast<size_t>(form)];
    }
  };

  void choose_opset();
  void add_inputs();
  void export_node(NodeId id);
  void add_outputs();
  void apply_names();
  void add_header();
  std::string unique(std::string name);
  std::string constant(ValueId value, const std::vector<int64_t>& permutation,
                       std::string_view hint);
  std::vector<std::string> quantization_operands(const Quantization& record, DataType dtype);
  /// A quantized constant as the real numbers it stands for; its channels are along the last axis.
  std::string real_constant(ValueId value);
  void report(ConversionReport& report) const;
  void describe(ValueId value, onnxpb::ValueInfoProto* info);

  const Graph& graph_;
  const SaveOptions& options_;
  onnxpb::ModelProto& model_;
  int64_t opset_;
  std::map<ValueId, Tensors> tensors_;
  std::set<std::string> used_names_;
  std::unordered_map<std::string, std::string> final_names_;  // of tensors made by nodes
  std::map<std::pair<ValueId, std::vector<int64_t>>, std::string> permuted_;
  std::map<std::string, std::string> shared_operands_;  // scales and zero points by content
  std::string current_name_;
  int next_tensor_ = 0;
  int64_t real_biases_ = 0;
};

}  // namespace mote::onnx
