// Typed attributes of operators.
//
// An operator declares a plain struct and lists its fields once; printing, parsing, comparing and
// generic access come from that list.
//
//   struct SoftmaxAttrs {
//     float beta = 1.0f;
//     int64_t axis = -1;
//     static constexpr auto fields() {
//       return std::tuple(field("beta", &SoftmaxAttrs::beta), field("axis", &SoftmaxAttrs::axis));
//     }
//   };
//   Attributes attributes = Attributes::of(SoftmaxAttrs{.axis = 1});
//   attributes.as<SoftmaxAttrs>().axis;  // 1
//
// Field types: bool, int64_t, float, double, std::string, std::vector of int64_t, float or string,
// std::array<int64_t, N>, and enums with `std::string_view name(E)` and an `enum_values(E)` list.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <typeinfo>
#include <utility>
#include <variant>
#include <vector>

namespace mote {

using AttrValue = std::variant<bool, int64_t, double, std::string, std::vector<int64_t>,
                               std::vector<double>, std::vector<std::string>>;

struct NamedAttr {
  std::string_view name;
  AttrValue value;
};

template <class Struct, class Member>
struct AttrField {
  std::string_view name;
  Member Struct::*member;
};

template <class Struct, class Member>
constexpr AttrField<Struct, Member> field(std::string_view name, Member Struct::*member) {
  return {name, member};
}

namespace attr_detail {

[[noreturn]] void throw_wrong_type(std::string_view field_name);
[[noreturn]] void throw_unknown_field(std::string_view field_name);
[[noreturn]] void throw_wrong_struct(const std::type_info& held, const std::type_info& wanted);
[[noreturn]] void throw_bad_enum(std::string_view field_name, std::string_view value);
int64_t to_int(const AttrValue& value, std::string_view field_name);
double to_double(const AttrValue& value, std::string_view field_name);
std::vector<int64_t> to_ints(const AttrValue& value, std::string_view field_name);
std::vector<double> to_doubles(const AttrValue& value, std::string_view field_name);

template <class T>
inline constexpr bool is_int_array = false;
template <size_t N>
inline constexpr bool is_int_array<std::array<int64_t, N>> = true;

template <class T>
AttrValue to_value(const T& member) {
  if constexpr (std::is_enum_v<T>) {
    return std::string(name(member));
  } else if constexpr (is_int_array<T>) {
    return std::vector<int64_t>(member.begin(), member.end());
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<double>(member);
  } else if constexpr (std::is_same_v<T, std::vector<float>>) {
    return std::vector<double>(member.begin(), member.end());
  } else {
    return member;
  }
}

template <class T>
T from_value(const AttrValue& value, std::string_view field_name) {
  if constexpr (std::is_enum_v<T>) {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr) throw_wrong_type(field_name);
    for (const T candidate : enum_values(T{})) {
      if (name(candidate) == *text) return candidate;
    }
    throw_bad_enum(field_name, *text);
  } else if constexpr (is_int_array<T>) {
    const std::vector<int64_t> ints = to_ints(value, field_name);
    T result{};
    if (ints.size() != result.size()) throw_wrong_type(field_name);
    std::copy(ints.begin(), ints.end(), result.begin());
    return result;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return to_int(value, field_name);
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(to_double(value, field_name));
  } else if constexpr (std::is_same_v<T, std::vector<int64_t>>) {
    return to_ints(value, field_name);
  } else if constexpr (std::is_same_v<T, std::vector<float>>) {
    const std::vector<double> doubles = to_doubles(value, field_name);
    return std::vector<float>(doubles.begin(), doubles.end());
  } else {
    const T* held = std::get_if<T>(&value);
    if (held == nullptr) throw_wrong_type(field_name);
    return *held;
  }
}

}  // namespace attr_detail

/// The attributes of an operator that has none.
struct NoAttrs {
  static constexpr auto fields() { return std::tuple<>(); }
};

class Attributes {
 public:
  Attributes() : Attributes(of(NoAttrs{})) {}

  template <class Struct>
  static Attributes of(Struct value) {
    return Attributes(std::make_shared<const Holder<Struct>>(std::move(value)));
  }

  /// Throws kInternal when another struct is held.
  template <class Struct>
  const Struct& as() const {
    const auto* holder = dynamic_cast<const Holder<Struct>*>(held_.get());
    if (holder == nullptr) attr_detail::throw_wrong_struct(held_->type(), typeid(Struct));
    return holder->value;
  }
  template <class Struct>
  bool holds() const {
    return dynamic_cast<const Holder<Struct>*>(held_.get()) != nullptr;
  }

  /// Every field in declaration order.
  std::vector<NamedAttr> list() const { return held_->list(); }
  /// A copy with one field changed. Throws kInvalidModel on an unknown name or a wrong type.
  Attributes with(std::string_view name, const AttrValue& value) const {
    return Attributes(held_->with(name, value));
  }
  bool operator==(const Attributes& other) const;

 private:
  struct Base {
    virtual ~Base() = default;
    virtual const std::type_info& type() const = 0;
    virtual std::vector<NamedAttr> list() const = 0;
    virtual std::shared_ptr<const Base> with(std::string_view, const AttrValue&) const = 0;
  };

  template <class Struct>
  struct Holder final : Base {
    explicit Holder(Struct v) : value(std::move(v)) {}
    const std::type_info& type() const override { return typeid(Struct); }
    std::vector<NamedAttr> list() const override {
      std::vector<NamedAttr> result;
      std::apply(
          [&](const auto&... f) {
            (result.push_back({f.name, attr_detail::to_value(value.*(f.member))}), ...);
          },
          Struct::fields());
      return result;
    }
    std::shared_ptr<const Base> with(std::string_view name, const AttrValue& v) const override {
      Struct copy = value;
      bool found = false;
      const auto assign = [&](const auto& f) {
        if (f.name != name) return;
        using Member = std::remove_reference_t<decltype(copy.*(f.member))>;
        copy.*(f.member) = attr_detail::from_value<Member>(v, name);
        found = true;
      };
      std::apply([&](const auto&... f) { (assign(f), ...); }, Struct::fields());
      if (!found) attr_detail::throw_unknown_field(name);
      return std::make_shared<const Holder>(std::move(copy));
    }
    Struct value;
  };

  explicit Attributes(std::shared_ptr<const Base> held) : held_(std::move(held)) {}

  std::shared_ptr<const Base> held_;
};

}  // namespace mote
