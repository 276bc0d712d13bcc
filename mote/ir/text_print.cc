// The printing half of text.h.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include "mote/base/base64.h"
#include "mote/base/half.h"
#include "mote/base/number_text.h"
#include "mote/ir/text.h"
#include "mote/ir/text_lexer.h"

namespace mote {
namespace {

std::string bare_or_quoted(std::string_view name) {
  return is_bare_name(name) ? std::string(name) : quote(name);
}

template <class T>
T read_element(const Tensor& tensor, int64_t i) {
  T value{};
  std::memcpy(&value, tensor.bytes() + static_cast<size_t>(i) * sizeof(T), sizeof(T));
  return value;
}

std::string element_text(const Tensor& tensor, int64_t i) {
  switch (tensor.dtype()) {
    case DataType::kF32:
      return float_text(read_element<float>(tensor, i));
    case DataType::kF16:
      return float_text(static_cast<float>(read_element<Half>(tensor, i)));
    case DataType::kF64:
      return float_text(read_element<double>(tensor, i));
    case DataType::kI8:
      return fmt::format("{}", read_element<int8_t>(tensor, i));
    case DataType::kI16:
      return fmt::format("{}", read_element<int16_t>(tensor, i));
    case DataType::kI32:
      return fmt::format("{}", read_element<int32_t>(tensor, i));
    case DataType::kI64:
      return fmt::format("{}", read_element<int64_t>(tensor, i));
    case DataType::kU8:
      return fmt::format("{}", read_element<uint8_t>(tensor, i));
    case DataType::kU16:
      return fmt::format("{}", read_element<uint16_t>(tensor, i));
    case DataType::kU32:
      return fmt::format("{}", read_element<uint32_t>(tensor, i));
    case DataType::kU64:
      return fmt::format("{}", read_element<uint64_t>(tensor, i));
    case DataType::kBool:
      return fmt::format("{}", read_element<uint8_t>(tensor, i));
  }
  return {};
}

// Numbers as text lose the payload of a NaN, and the reader takes integers of 64 bits with a sign.
bool reads_back_as_numbers(const Tensor& tensor, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if (is_float(tensor.dtype()) && element_text(tensor, i).find("nan") != std::string::npos) {
      return false;
    }
    if (tensor.dtype() == DataType::kU64 && read_element<int64_t>(tensor, i) < 0) return false;
    if (tensor.dtype() == DataType::kBool && read_element<uint8_t>(tensor, i) > 1) return false;
  }
  return true;
}

bool all_alike(const Tensor& tensor) {
  const size_t step = size_bytes(tensor.dtype());
  return tensor.size_bytes() > 0 &&
         std::memcmp(tensor.bytes(), tensor.bytes() + step, tensor.size_bytes() - step) == 0;
}

// FNV-1a, 32 bits.
uint32_t checksum(const Tensor& tensor) {
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < tensor.size_bytes(); ++i) {
    hash = (hash ^ std::to_integer<uint32_t>(tensor.bytes()[i])) * 16777619u;
  }
  return hash;
}

std::string content_text(const Tensor& tensor, const PrintOptions& options) {
  const int64_t count = tensor.elements();
  if (count > 1 && all_alike(tensor) && reads_back_as_numbers(tensor, 1)) {
    return fmt::format("splat({})", element_text(tensor, 0));
  }
  if (count <= options.max_listed_elements && reads_back_as_numbers(tensor, count)) {
    std::string text = "[";
    for (int64_t i = 0; i < count; ++i) text += (i > 0 ? ", " : "") + element_text(tensor, i);
    return text + "]";
  }
  if (options.elide_large_constants) return fmt::format("elided(fnv {:08x})", checksum(tensor));
  return fmt::format("base64(\"{}\")", base64_encode({tensor.bytes(), tensor.size_bytes()}));
}

// The shortest text that reads back to the attribute's value.
std::string real_text(const Attributes& attributes, std::string_view field, double value) {
  const std::string brief = float_text(static_cast<float>(value));
  const bool exact = attributes.with(field, *parse_double(brief)) == attributes;
  return exact ? brief : float_text(value);
}

struct AttrPrinter {
  const Attributes& attributes;
  std::string_view field;

  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const { return real_text(attributes, field, value); }
  std::string operator()(const std::string& value) const {
    // A word that would read as something else is quoted.
    const bool plain = is_bare_name(value) && value != "true" && value != "false" &&
                       !parse_double(value) && value.find('-') == std::string::npos;
    return plain ? value : quote(value);
  }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::string text = "[";
    for (size_t i = 0; i < values.size(); ++i) text += (i > 0 ? ", " : "") + item(values[i]);
    return text + "]";
  }
  std::string item(int64_t value) const { return fmt::format("{}", value); }
  std::string item(const std::string& value) const { return quote(value); }
  std::string item(double value) const {
    const auto narrow = static_cast<float>(value);
    return static_cast<double>(narrow) == value ? float_text(narrow) : float_text(value);
  }
};

std::string attributes_text(const Node& node) {
  const std::vector<NamedAttr> defaults = node.op->attributes.list();
  std::string text;
  size_t i = 0;
  for (const NamedAttr& attribute : node.attributes.list()) {
    const bool is_default = i < defaults.size() && defaults[i].value == attribute.value;
    ++i;
    if (is_default) continue;
    text += text.empty() ? "{" : ", ";
    text += fmt::format("{} = {}", attribute.name,
                        std::visit(AttrPrinter{node.attributes, attribute.name}, attribute.value));
  }
  return text.empty() ? text : " " + text + "}";
}

std::string floats_text(const std::vector<float>& values) {
  std::string text = "[";
  for (size_t i = 0; i < values.size(); ++i) text += (i > 0 ? ", " : "") + float_text(values[i]);
  return text + "]";
}

class Printer {
 public:
  Printer(const Graph& graph, const PrintOptions& options) : graph_(graph), options_(options) {}

  std::string print() {
    text_ = fmt::format("graph {}\n", quote(graph_.name()));
    if (!graph_.description.empty()) {
      text_ += fmt::format("description {}\n", quote(graph_.description));
    }
    for (const auto& [key, value] : graph_.metadata) {
      text_ += fmt::format("metadata {} = {}\n", quote(key), quote(value));
    }
    for (const ValueId id : graph_.inputs()) {
      text_ += fmt::format("input {}: {}\n", name_of(id), to_string(graph_.value(id).type));
    }
    for (const ValueId id : graph_.values()) print_content(id);
    for (const NodeId id : graph_.topological_order()) print_node(graph_.node(id));
    text_ += fmt::format("output {}\n", list(graph_.outputs()));
    for (const Signature& signature : graph_.signatures) print_signature(signature);
    return std::move(text_);
  }

 private:
  std::string name_of(ValueId id) const {
    return id.valid() ? "%" + bare_or_quoted(graph_.value(id).name) : "_";
  }

  std::string list(const std::vector<ValueId>& ids) const {
    std::string text;
    for (const ValueId id : ids) text += (text.empty() ? "" : ", ") + name_of(id);
    return text;
  }

  void print_content(ValueId id) {
    const Value& value = graph_.value(id);
    if (value.constant == nullptr) return;
    const auto [first, is_new] = first_with_.try_emplace(value.constant.get(), id);
    text_ += fmt::format("{} {}: {} = {}\n", value.kind == ValueKind::kState ? "state" : "const",
                         name_of(id), to_string(value.type),
                         is_new ? content_text(*value.constant, options_)
                                : fmt::format("same({})", name_of(first->second)));
  }

  void print_node(const Node& node) {
    if (!node.outputs.empty()) text_ += list(node.outputs) + " = ";
    text_ += fmt::format("{}({})", node.op->name, list(node.inputs));
    if (node.outputs.empty() || graph_.value(node.outputs[0]).name != node.name) {
      text_ += " @" + bare_or_quoted(node.name);
    }
    text_ += attributes_text(node);
    std::string types;
    for (const ValueId id : node.outputs) {
      types += (types.empty() ? ": " : ", ") + to_string(graph_.value(id).type);
    }
    text_ += types;
    if (node.statistics != nullptr) {
      text_ += fmt::format(" statistics({}, {})", floats_text(node.statistics->mean),
                           floats_text(node.statistics->stddev));
    }
    text_ += '\n';
  }

  void print_signature(const Signature& signature) {
    const auto named = [&](const std::vector<std::pair<std::string, ValueId>>& entries) {
      std::string text;
      for (const auto& [key, id] : entries) {
        text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", quote(key), name_of(id));
      }
      return text;
    };
    text_ += fmt::format("signature {} inputs({}) outputs({})\n", quote(signature.key),
                         named(signature.inputs), named(signature.outputs));
  }

  const Graph& graph_;
  const PrintOptions& options_;
  std::string text_;
  std::map<const Tensor*, ValueId> first_with_;
};

}  // namespace

std::string print(const Graph& graph, const PrintOptions& options) {
  return Printer(graph, options).print();
}

}  // namespace mote
