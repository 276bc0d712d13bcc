// The few ONNX messages the trainer writes, encoded by hand so that it needs no protobuf beside
// libtorch's own. Source: onnx.proto (field numbers), opset 13.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace keyword_spotter {

struct Attribute {
  std::string name;
  std::vector<int64_t> ints;  // one value without `list` is an INT
  bool list = true;
};

/// Builds a graph of one input and one output whose nodes are chained by value names.
class OnnxGraph {
 public:
  void add_node(std::string_view op, const std::vector<std::string>& inputs,
                const std::string& output, const std::vector<Attribute>& attributes = {});
  /// Batch norm's epsilon and the like.
  void add_node_with_float(std::string_view op, const std::vector<std::string>& inputs,
                           const std::string& output, std::string_view name, float value);
  void add_weights(const std::string& name, const std::vector<int64_t>& dims,
                   const std::vector<float>& values);
  /// -1 among the dims is the batch, "N".
  void set_input(const std::string& name, const std::vector<int64_t>& dims);
  void set_output(const std::string& name, const std::vector<int64_t>& dims);

  /// The bytes of the .onnx file.
  std::string model() const;

 private:
  std::string nodes_;
  std::string initializers_;
  std::string inputs_;
  std::string outputs_;
};

}  // namespace keyword_spotter
