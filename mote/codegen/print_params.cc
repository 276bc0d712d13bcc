#include "mote/codegen/print_params.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

#include "mote/base/error.h"
#include "mote/codegen/names.h"
#include "mote/codegen/print_values.h"

namespace mote::codegen {
namespace {

DataType element_type(mote_field_type type) {
  switch (type) {
    case MOTE_FIELD_TYPE_I8:
      return DataType::kI8;
    case MOTE_FIELD_TYPE_U8:
      return DataType::kU8;
    case MOTE_FIELD_TYPE_I16:
      return DataType::kI16;
    case MOTE_FIELD_TYPE_U16:
      return DataType::kU16;
    case MOTE_FIELD_TYPE_I32:
      return DataType::kI32;
    case MOTE_FIELD_TYPE_I64:
      return DataType::kI64;
    case MOTE_FIELD_TYPE_F32:
      return DataType::kF32;
    case MOTE_FIELD_TYPE_STRUCT:
      break;
  }
  throw_error(ErrorKind::kInternal, "a struct is no element");
}

size_t element_bytes(const mote_field& field) {
  return field.type == MOTE_FIELD_TYPE_STRUCT ? static_cast<size_t>(field.of->size)
                                              : size_bytes(element_type(field.type));
}

class ParamsPrinter {
 public:
  ParamsPrinter(const void* root, const ParamsStyle& style) : root_(root), style_(style) {}

  // "{.rows = 1, .input = {.multiplier = 5}}", or "" when all is zero.
  std::string object(const mote_struct& layout, const std::byte* at, const std::string& name) {
    std::string members;
    for (const mote_field* field = layout.fields; field->name != nullptr; ++field) {
      const std::string value = member(*field, at + field->offset, name + "_" + field->name);
      if (value.empty()) continue;
      members += fmt::format("{}.{} = {}", members.empty() ? "" : ", ", field->name, value);
    }
    return members.empty() ? std::string() : "{" + members + "}";
  }

  std::string arrays() { return std::move(arrays_); }

 private:
  std::string member(const mote_field& field, const std::byte* at, const std::string& name) {
    if (field.pointed != nullptr) return pointer(field, at, name);
    if (field.count > 0) return list(field, at, name);
    return element(field, at, name);
  }

  std::string element(const mote_field& field, const std::byte* at, const std::string& name) {
    if (field.type == MOTE_FIELD_TYPE_STRUCT) return object(*field.of, at, name);
    const std::span<const std::byte> bytes(at, element_bytes(field));
    if (std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0}; })) return {};
    std::string text = print_elements(element_type(field.type), bytes);
    text = text.substr(text.find_first_not_of(' '));
    text.pop_back();  // the comma
    return text;
  }

  std::string list(const mote_field& field, const std::byte* at, const std::string& name) {
    std::string elements;
    bool any = false;
    for (int32_t i = 0; i < field.count; ++i) {
      const std::string text =
          element(field, at + static_cast<size_t>(i) * element_bytes(field), name);
      any |= !text.empty();
      const char* zero = field.type == MOTE_FIELD_TYPE_STRUCT ? "{0}" : "0";
      elements += fmt::format("{}{}", i == 0 ? "" : ", ", text.empty() ? zero : text);
    }
    return any ? "{" + elements + "}" : std::string();
  }

  std::string pointer(const mote_field& field, const std::byte* at, const std::string& name) {
    const std::byte* target = nullptr;
    std::memcpy(static_cast<void*>(&target), at, sizeof target);
    if (target == nullptr) return {};
    if (style_.reads && !style_.reads(field.name)) return {};
    const auto count = static_cast<size_t>(field.pointed(root_));
    const std::span<const std::byte> bytes(target, count * element_bytes(field));
    if (field.type != MOTE_FIELD_TYPE_STRUCT) {
      arrays_ += print_array({name, style_.attributes}, element_type(field.type), bytes);
      return name;
    }
    WrappedList elements;
    for (size_t i = 0; i < count; ++i) {
      const std::string text = positional(*field.of, target + i * element_bytes(field));
      elements.add(text);
    }
    arrays_ += fmt::format("static {}{}const {} {}[{}] = {{\n{}\n}};\n", style_.attributes,
                           style_.attributes.empty() ? "" : " ", field.of->name, name, count,
                           elements.text());
    return name;
  }

  // "{5, -3}": a small struct of numbers alone, as the elements of long arrays are.
  static std::string positional(const mote_struct& layout, const std::byte* at) {
    std::string members;
    for (const mote_field* field = layout.fields; field->name != nullptr; ++field) {
      std::string text =
          print_elements(element_type(field->type), {at + field->offset, element_bytes(*field)});
      text = text.substr(text.find_first_not_of(' '));
      text.pop_back();
      members += (members.empty() ? "" : ", ") + text;
    }
    return "{" + members + "}";
  }

  const void* root_;
  const ParamsStyle& style_;
  std::string arrays_;
};

}  // namespace

ParamsText print_params(const mote_struct& layout, const void* params, std::string_view name,
                        const ParamsStyle& style) {
  ParamsPrinter printer(params, style);
  std::string object =
      printer.object(layout, static_cast<const std::byte*>(params), std::string(name));
  if (object.empty()) object = "{0}";
  // One member a line reads better than a line of 300 columns.
  std::string lines;
  int depth = 0;
  if (object.starts_with("{.")) object.insert(1, "\n    ");
  for (size_t i = 0; i < object.size(); ++i) {
    if (object[i] == '{') ++depth;
    if (object[i] == '}') --depth;
    if (depth == 1 && object.compare(i, 3, ", .") == 0) {
      lines += ",\n    ";
      ++i;
      continue;
    }
    lines += object[i];
  }
  return {printer.arrays(), fmt::format("static const {} {} = {};\n", layout.name, name, lines)};
}

}  // namespace mote::codegen
