// Builds ONNX models for tests, field by field, as other tools write them.
//
//   OnnxModel model;
//   OnnxBody graph = model.graph();
//   graph.input("x", DataType::kF32, {-1, 3});
//   graph.node("Relu", {"x"}, {"y"});
//   graph.output("y");
//   const Graph network = read_onnx(model.bytes());
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/formats/onnx/tensor_proto.h"

namespace mote::test {

/// A graph in the making: the model's, or the body of an If or a Loop.
class OnnxBody {
 public:
  explicit OnnxBody(onnxpb::GraphProto& graph) : graph_(graph) {}

  /// An extent of -1 is the free extent "N".
  void input(const std::string& name, DataType dtype, const std::vector<int64_t>& dims) {
    auto* info = graph_.add_input();
    info->set_name(name);
    auto* type = info->mutable_type()->mutable_tensor_type();
    type->set_elem_type(static_cast<int>(onnx::onnx_code(dtype)));
    auto* shape = type->mutable_shape();
    for (const int64_t dim : dims) {
      auto* entry = shape->add_dim();
      if (dim < 0) {
        entry->set_dim_param("N");
      } else {
        entry->set_dim_value(dim);
      }
    }
  }
  void output(const std::string& name) {
    auto* info = graph_.add_output();
    info->set_name(name);
    info->mutable_type()->mutable_tensor_type()->set_elem_type(1);
  }
  void constant(const std::string& name, const Tensor& content) {
    onnx::tensor_to_proto(content, name, graph_.add_initializer());
  }
  void number(const std::string& name, float value) {
    constant(name, Tensor::scalar<float>(value));
  }
  onnxpb::NodeProto& node(const std::string& op_type, const std::vector<std::string>& inputs,
                          const std::vector<std::string>& outputs) {
    auto* node = graph_.add_node();
    node->set_op_type(op_type);
    node->set_name(outputs.front() + "_node");
    for (const std::string& input : inputs) node->add_input(input);
    for (const std::string& output : outputs) node->add_output(output);
    return *node;
  }
  onnxpb::GraphProto& graph() { return graph_; }

 private:
  onnxpb::GraphProto& graph_;
};

class OnnxModel {
 public:
  explicit OnnxModel(int64_t opset = 17) {
    model_.set_ir_version(8);
    model_.add_opset_import()->set_version(opset);
    model_.mutable_graph()->set_name("graph");
  }
  OnnxBody graph() { return OnnxBody(*model_.mutable_graph()); }
  std::vector<std::byte> bytes() const {
    const std::string text = model_.SerializeAsString();
    std::vector<std::byte> result(text.size());
    std::memcpy(result.data(), text.data(), text.size());
    return result;
  }

 private:
  onnxpb::ModelProto model_;
};

// AttributeProto.AttributeType of the ONNX IR specification.
enum class AttributeType { kInt = 2, kGraph = 5, kInts = 7 };

inline onnxpb::AttributeProto& attribute(onnxpb::NodeProto& node, const std::string& name,
                                         AttributeType type) {
  auto* added = node.add_attribute();
  added->set_name(name);
  added->set_type(static_cast<int>(type));
  return *added;
}
inline void set_int(onnxpb::NodeProto& node, const std::string& name, int64_t value) {
  attribute(node, name, AttributeType::kInt).set_i(value);
}
inline void set_ints(onnxpb::NodeProto& node, const std::string& name,
                     const std::vector<int64_t>& values) {
  auto& added = attribute(node, name, AttributeType::kInts);
  for (const int64_t value : values) added.add_ints(value);
}
inline OnnxBody body(onnxpb::NodeProto& node, const std::string& name) {
  return OnnxBody(*attribute(node, name, AttributeType::kGraph).mutable_g());
}

}  // namespace mote::test
