// One import: the messages of the file on one side, the Graph that grows on the other.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "mote/formats/common/model_options.h"
#include "mote/formats/onnx/import.h"

namespace mote::onnxpb {
class GraphProto;
class ModelProto;
class NodeProto;
class TensorProto;
class ValueInfoProto;
}  // namespace mote::onnxpb

namespace mote::onnx {

/// Throws kUnsupported naming what it is instead.
void check_dense_tensor(const onnxpb::ValueInfoProto& info);

/// What of the file is not in its message.
struct RawData {
  /// raw_data of initializers that have none in the message.
  std::unordered_map<const onnxpb::TensorProto*, std::string_view> of = {};
  int64_t file_bytes = 0;
};

class GraphImport {
 public:
  /// `model` gives up its tensors' bytes as they are converted.
  GraphImport(onnxpb::ModelProto& model, const RawData& raw, const std::filesystem::path& folder,
              const LoadOptions& options);

  /// Imports everything; call once.
  Graph run();

  Graph& graph() { return graph_; }
  const std::filesystem::path& folder() const { return folder_; }
  int64_t opset_of(const std::string& domain) const;

  /// The operand of that name, converting an initializer on first use; nullptr when there is none.
  Operand* find_operand(const std::string& name);
  void set_operand(const std::string& name, Operand operand);
  /// `operand` in the file's layout, adding a transpose or a constant where it exists otherwise
  /// only.
  ValueId plain(Operand& operand);
  ValueId nhwc(Operand& operand);
  Shape shape_of(const Operand& operand) const;

  std::vector<ValueId> emit(Node node, std::vector<std::optional<Quantization>> quantization);
  /// `value` with its axes permuted; constants (also behind a dequantize) are permuted at once.
  ValueId transposed(ValueId value, const std::vector<int64_t>& permutation);
  ValueId reshaped(ValueId value, std::vector<int64_t> shape);

  bool is_graph_output(const std::string& name) const { return output_names_.contains(name); }

 private:
  struct Scope {
    std::unordered_map<std::string, Operand> operands;
    std::unordered_map<std::string, onnxpb::TensorProto*> initializers;
  };

  void read_opsets();
  void open_scope(onnxpb::GraphProto& graph);
  void add_inputs();
  void add_input(const onnxpb::ValueInfoProto& info);
  Shape input_shape(const onnxpb::ValueInfoProto& info);
  void import_nodes(onnxpb::GraphProto& graph);
  void import_node(onnxpb::NodeProto& node);
  void import_if(NodeImport& node, onnxpb::NodeProto& proto);
  void import_loop(NodeImport& node, onnxpb::NodeProto& proto);
  /// The nodes of a subgraph, which sees the names around it and its inputs as `inputs`; returns
  /// its outputs. Consumes the body's tensors.
  std::vector<Operand> inline_body(onnxpb::GraphProto& body, const std::vector<Operand>& inputs);
  bool import_known(NodeImport& node, const onnxpb::NodeProto& proto);
  void set_outputs();
  void keep_metadata();
  void restore_constant_names();
  void report_widened() const;
  static int64_t fold_budget(int64_t file_bytes);
  bool may_fold(const Node& node, const std::vector<ValueId>& outputs);
  std::vector<ValueId> fold(const std::vector<ValueId>& outputs);
  ValueId permuted_constant(ValueId value, const std::vector<int64_t>& permutation);

  onnxpb::ModelProto& model_;
  const RawData& raw_;
  const std::filesystem::path& folder_;
  const LoadOptions& options_;
  Graph graph_;
  std::vector<Scope> scopes_;
  std::map<std::string, int64_t> opsets_;
  std::unordered_map<std::string, int> output_names_;
  std::map<std::pair<ValueId, std::vector<int64_t>>, ValueId> permuted_constants_;
  std::string batch_name_;
  int64_t fold_budget_bytes_ = 0;
  int64_t nodes_left_ = 0;
  int64_t widened_halves_ = 0;  ///< f16 constants that became f32
};

}  // namespace mote::onnx
