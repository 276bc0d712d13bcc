#include "mote/ir/attributes.h"

#include "mote/base/error.h"

namespace mote {
namespace attr_detail {

void throw_wrong_type(std::string_view field_name) {
  throw_error(ErrorKind::kInvalidModel, "attribute '{}' has a value of the wrong type or length",
              field_name);
}

void throw_unknown_field(std::string_view field_name) {
  throw_error(ErrorKind::kInvalidModel, "there is no attribute '{}'", field_name);
}

void throw_wrong_struct(const std::type_info& held, const std::type_info& wanted) {
  throw_error(ErrorKind::kInternal, "attributes are {}, accessed as {}", held.name(),
              wanted.name());
}

void throw_bad_enum(std::string_view field_name, std::string_view value) {
  throw_error(ErrorKind::kInvalidModel, "attribute '{}' cannot be '{}'", field_name, value);
}

int64_t to_int(const AttrValue& value, std::string_view field_name) {
  if (const auto* held = std::get_if<int64_t>(&value)) return *held;
  throw_wrong_type(field_name);
}

double to_double(const AttrValue& value, std::string_view field_name) {
  if (const auto* held = std::get_if<double>(&value)) return *held;
  return static_cast<double>(to_int(value, field_name));
}

std::vector<int64_t> to_ints(const AttrValue& value, std::string_view field_name) {
  if (const auto* held = std::get_if<std::vector<int64_t>>(&value)) return *held;
  // An empty list in the text form carries no element type.
  if (const auto* held = std::get_if<std::vector<double>>(&value); held && held->empty()) return {};
  throw_wrong_type(field_name);
}

std::vector<double> to_doubles(const AttrValue& value, std::string_view field_name) {
  if (const auto* held = std::get_if<std::vector<double>>(&value)) return *held;
  const std::vector<int64_t> ints = to_ints(value, field_name);
  return {ints.begin(), ints.end()};
}

}  // namespace attr_detail

bool Attributes::operator==(const Attributes& other) const {
  if (held_ == other.held_) return true;
  if (held_->type() != other.held_->type()) return false;
  const std::vector<NamedAttr> a = list();
  const std::vector<NamedAttr> b = other.list();
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i].value != b[i].value) return false;
  }
  return true;
}

}  // namespace mote
