// From an element type known at run time to a C++ type.
//
//   if (!with_number(type, [&]<class T>() { run<T>(context); })) context.no_kernel();
//
// Include in .cc files only: every use instantiates its body for each type.
#pragma once

#include <cstdint>
#include <type_traits>

#include "mote/base/data_type.h"
#include "mote/base/half.h"

namespace mote::ops {

/// The type arithmetic on T is done in: float for Half, else T.
template <class T>
using Compute = std::conditional_t<std::is_same_v<T, Half>, float, T>;

/// f16, f32, f64. False when `type` is none of them.
template <class Body>
bool with_float(DataType type, Body&& body) {
  switch (type) {
    case DataType::kF32:
      body.template operator()<float>();
      return true;
    case DataType::kF16:
      body.template operator()<Half>();
      return true;
    case DataType::kF64:
      body.template operator()<double>();
      return true;
    default:
      return false;
  }
}

/// Integers, signed and unsigned.
template <class Body>
bool with_integer(DataType type, Body&& body) {
  switch (type) {
    case DataType::kI8:
      body.template operator()<int8_t>();
      return true;
    case DataType::kI16:
      body.template operator()<int16_t>();
      return true;
    case DataType::kI32:
      body.template operator()<int32_t>();
      return true;
    case DataType::kI64:
      body.template operator()<int64_t>();
      return true;
    case DataType::kU8:
      body.template operator()<uint8_t>();
      return true;
    case DataType::kU16:
      body.template operator()<uint16_t>();
      return true;
    case DataType::kU32:
      body.template operator()<uint32_t>();
      return true;
    case DataType::kU64:
      body.template operator()<uint64_t>();
      return true;
    default:
      return false;
  }
}

/// Every type but bool.
template <class Body>
bool with_number(DataType type, Body&& body) {
  return with_float(type, body) || with_integer(type, body);
}

/// Every type.
template <class Body>
bool with_any(DataType type, Body&& body) {
  if (type == DataType::kBool) {
    body.template operator()<bool>();
    return true;
  }
  return with_number(type, body);
}

/// An unsigned type as wide as the element, for code that only moves it.
template <class Body>
void with_unit(DataType type, Body&& body) {
  switch (size_bytes(type)) {
    case 1:
      body.template operator()<uint8_t>();
      return;
    case 2:
      body.template operator()<uint16_t>();
      return;
    case 4:
      body.template operator()<uint32_t>();
      return;
    default:
      body.template operator()<uint64_t>();
      return;
  }
}

/// The elements of a view as units of `Unit` (see with_unit).
template <class Unit, class View>
auto* units_of(const View& view) {
  if constexpr (std::is_const_v<std::remove_pointer_t<decltype(view.bytes)>>) {
    return reinterpret_cast<const Unit*>(view.bytes);
  } else {
    return reinterpret_cast<Unit*>(view.bytes);
  }
}

}  // namespace mote::ops
