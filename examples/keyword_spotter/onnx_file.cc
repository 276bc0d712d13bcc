#include "examples/keyword_spotter/onnx_file.h"

#include <cstring>

namespace keyword_spotter {
namespace {

constexpr int64_t kIrVersion = 7;
constexpr int64_t kOpset = 13;
constexpr int64_t kFloat = 1;  // TensorProto.DataType
constexpr int64_t kAttributeFloat = 1;
constexpr int64_t kAttributeInt = 2;
constexpr int64_t kAttributeInts = 7;

// Protobuf's wire format: a key is field * 8 + kind (0 varint, 2 bytes, 5 four bytes).
std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}

std::string number(uint64_t field, int64_t value) {
  return varint(field << 3) + varint(static_cast<uint64_t>(value));
}

std::string bytes(uint64_t field, std::string_view content) {
  return varint(field << 3 | 2) + varint(content.size()) + std::string(content);
}

std::string four_bytes(uint64_t field, float value) {
  char raw[4];
  std::memcpy(raw, &value, 4);
  return varint(field << 3 | 5) + std::string(raw, 4);
}

std::string value_info(const std::string& name, const std::vector<int64_t>& dims) {
  std::string shape;
  for (int64_t dim : dims) shape += bytes(1, dim < 0 ? bytes(2, "N") : number(1, dim));
  return bytes(1, name) + bytes(2, bytes(1, number(1, kFloat) + bytes(2, shape)));
}

std::string node(std::string_view op, const std::vector<std::string>& inputs,
                 const std::string& output) {
  std::string text;
  for (const std::string& input : inputs) text += bytes(1, input);
  return text + bytes(2, output) + bytes(3, output) + bytes(4, op);
}

}  // namespace

void OnnxGraph::add_node(std::string_view op, const std::vector<std::string>& inputs,
                         const std::string& output, const std::vector<Attribute>& attributes) {
  std::string text = node(op, inputs, output);
  for (const Attribute& attribute : attributes) {
    std::string body = bytes(1, attribute.name);
    for (int64_t value : attribute.ints) body += number(attribute.list ? 8 : 3, value);
    text += bytes(5, body + number(20, attribute.list ? kAttributeInts : kAttributeInt));
  }
  nodes_ += bytes(1, text);
}

void OnnxGraph::add_node_with_float(std::string_view op, const std::vector<std::string>& inputs,
                                    const std::string& output, std::string_view name, float value) {
  const std::string attribute = bytes(1, name) + four_bytes(2, value) + number(20, kAttributeFloat);
  nodes_ += bytes(1, node(op, inputs, output) + bytes(5, attribute));
}

void OnnxGraph::add_weights(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<float>& values) {
  std::string text;
  for (int64_t dim : dims) text += number(1, dim);
  const std::string_view raw(reinterpret_cast<const char*>(values.data()), values.size() * 4);
  initializers_ += bytes(5, text + number(2, kFloat) + bytes(8, name) + bytes(9, raw));
}

void OnnxGraph::set_input(const std::string& name, const std::vector<int64_t>& dims) {
  inputs_ = bytes(11, value_info(name, dims));
}

void OnnxGraph::set_output(const std::string& name, const std::vector<int64_t>& dims) {
  outputs_ = bytes(12, value_info(name, dims));
}

std::string OnnxGraph::model() const {
  const std::string graph =
      nodes_ + bytes(2, "keyword_spotter") + initializers_ + inputs_ + outputs_;
  return number(1, kIrVersion) + bytes(2, "mote keyword_spotter example") + bytes(7, graph) +
         bytes(8, bytes(1, "") + number(2, kOpset));
}

}  // namespace keyword_spotter
