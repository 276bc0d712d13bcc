#include "mote/formats/onnx/tensor_proto.h"

#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <limits>

#include "mote/base/checked.h"
#include "mote/base/error.h"
#include "mote/base/half.h"
#include "mote/base/number_text.h"
#include "mote/formats/common/model_options.h"
#include "mote/formats/onnx/onnx_subset.pb.h"

namespace mote::onnx {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

// TensorProto.DataType and TensorProto.DataLocation of the ONNX IR specification.
constexpr int kBfloat16 = 16;
constexpr int kUint4 = 21;
constexpr int kInt4 = 22;
constexpr int kExternal = 1;

struct TypeRow {
  std::string_view onnx_name;
  std::optional<DataType> type;
};
constexpr std::array<TypeRow, 17> kTypes = {{{"UNDEFINED", std::nullopt},
                                             {"FLOAT", DataType::kF32},
                                             {"UINT8", DataType::kU8},
                                             {"INT8", DataType::kI8},
                                             {"UINT16", DataType::kU16},
                                             {"INT16", DataType::kI16},
                                             {"INT32", DataType::kI32},
                                             {"INT64", DataType::kI64},
                                             {"STRING", std::nullopt},
                                             {"BOOL", DataType::kBool},
                                             {"FLOAT16", DataType::kF16},
                                             {"DOUBLE", DataType::kF64},
                                             {"UINT32", DataType::kU32},
                                             {"UINT64", DataType::kU64},
                                             {"COMPLEX64", std::nullopt},
                                             {"COMPLEX128", std::nullopt},
                                             {"BFLOAT16", std::nullopt}}};

Shape shape_of(const onnxpb::TensorProto& proto) {
  std::vector<int64_t> dims(proto.dims().begin(), proto.dims().end());
  for (const int64_t dim : dims) {
    if (dim < 0) {
      throw_error(ErrorKind::kInvalidModel, "tensor '{}' has the extent {}", proto.name(), dim);
    }
  }
  return Shape(std::move(dims));
}

[[noreturn]] void throw_size(const onnxpb::TensorProto& proto, int64_t wanted, size_t found,
                             std::string_view unit) {
  throw_error(ErrorKind::kInvalidModel, "tensor '{}' needs {} {}, the file has {}", proto.name(),
              wanted, unit, found);
}

template <class T, class Field>
Tensor from_field(const onnxpb::TensorProto& proto, DataType type, const Field& field) {
  const Shape shape = shape_of(proto);
  if (static_cast<size_t>(shape.elements()) != static_cast<size_t>(field.size())) {
    throw_size(proto, shape.elements(), static_cast<size_t>(field.size()), "elements");
  }
  Tensor tensor(type, shape);
  T* to = reinterpret_cast<T*>(tensor.bytes());
  for (const auto value : field) *to++ = static_cast<T>(value);
  return tensor;
}

Tensor from_typed_fields(const onnxpb::TensorProto& proto, DataType type) {
  switch (type) {
    case DataType::kF32:
      return from_field<float>(proto, type, proto.float_data());
    case DataType::kF64:
      return from_field<double>(proto, type, proto.double_data());
    case DataType::kI64:
      return from_field<int64_t>(proto, type, proto.int64_data());
    case DataType::kU64:
      return from_field<uint64_t>(proto, type, proto.uint64_data());
    case DataType::kU32:
      return from_field<uint32_t>(proto, type, proto.uint64_data());
    case DataType::kI32:
      return from_field<int32_t>(proto, type, proto.int32_data());
    case DataType::kI16:
      return from_field<int16_t>(proto, type, proto.int32_data());
    case DataType::kU16:
    case DataType::kF16:
      return from_field<uint16_t>(proto, type, proto.int32_data());
    case DataType::kI8:
      return from_field<int8_t>(proto, type, proto.int32_data());
    case DataType::kU8:
      return from_field<uint8_t>(proto, type, proto.int32_data());
    case DataType::kBool:
      return from_field<bool>(proto, type, proto.int32_data());
  }
  throw_error(ErrorKind::kInternal, "element type without a field");
}

Tensor from_raw(const onnxpb::TensorProto& proto, DataType type, std::string_view raw,
                const std::shared_ptr<const void>& owner) {
  const Shape shape = shape_of(proto);
  const int64_t wanted =
      checked_mul(shape.elements(), static_cast<int64_t>(size_bytes(type)), "tensor");
  if (static_cast<size_t>(wanted) != raw.size()) throw_size(proto, wanted, raw.size(), "bytes");
  if (type != DataType::kBool) {
    return tensor_in_file({type, shape, reinterpret_cast<const std::byte*>(raw.data())}, owner);
  }
  // Any other bit pattern in a bool is undefined behaviour.
  Tensor tensor(type, shape);
  for (size_t i = 0; i < raw.size(); ++i) tensor.bytes()[i] = std::byte(raw[i] != 0);
  return tensor;
}

Tensor from_bfloat16(const onnxpb::TensorProto& proto, std::string_view raw) {
  const Shape shape = shape_of(proto);
  const auto count = static_cast<size_t>(shape.elements());
  const bool typed = raw.empty() && proto.int32_data_size() > 0;
  const size_t found = typed ? static_cast<size_t>(proto.int32_data_size()) : raw.size() / 2;
  if (count != found) throw_size(proto, shape.elements(), found, "elements");
  Tensor tensor(DataType::kF32, shape);
  for (size_t i = 0; i < count; ++i) {
    uint16_t bits = 0;
    if (typed) {
      bits = static_cast<uint16_t>(proto.int32_data(static_cast<int>(i)));
    } else {
      std::memcpy(&bits, raw.data() + 2 * i, 2);
    }
    tensor.data<float>()[i] = std::bit_cast<float>(static_cast<uint32_t>(bits) << 16);
  }
  return tensor;
}

// Two elements a byte, the first in the low half.
Tensor from_4_bits(const onnxpb::TensorProto& proto, std::string_view raw, bool is_signed) {
  const Shape shape = shape_of(proto);
  const auto count = static_cast<size_t>(shape.elements());
  const bool typed = raw.empty() && proto.int32_data_size() > 0;
  const size_t found = typed ? static_cast<size_t>(proto.int32_data_size()) : raw.size();
  if (count / 2 + count % 2 != found) throw_size(proto, shape.elements(), 2 * found, "elements");
  Tensor tensor(is_signed ? DataType::kI8 : DataType::kU8, shape);
  for (size_t i = 0; i < count; ++i) {
    const size_t at = i / 2;
    const auto byte =
        static_cast<uint8_t>(typed ? proto.int32_data(static_cast<int>(at)) : raw[at]);
    const int nibble = (byte >> (i % 2 * 4)) & 0xf;
    tensor.bytes()[i] = std::byte(is_signed && nibble >= 8 ? nibble - 16 : nibble);
  }
  return tensor;
}

struct ExternalPlace {
  std::filesystem::path location;
  int64_t offset = 0;
  std::optional<int64_t> length;
};

ExternalPlace external_place(const onnxpb::TensorProto& proto) {
  ExternalPlace place;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") place.location = entry.value();
    if (entry.key() != "offset" && entry.key() != "length") continue;
    const std::optional<int64_t> number = parse_int(entry.value());
    if (!number || *number < 0) {
      throw_error(ErrorKind::kInvalidModel, "tensor '{}': external {} '{}' is not a size",
                  proto.name(), entry.key(), entry.value());
    }
    if (entry.key() == "offset") place.offset = *number;
    if (entry.key() == "length") place.length = *number;
  }
  return place;
}

// The file inside `folder`, with every symbolic link resolved: a model may name nothing else.
std::filesystem::path external_path(const onnxpb::TensorProto& proto, const ExternalPlace& place,
                                    const std::filesystem::path& folder) {
  const auto refuse = [&](std::string_view why) {
    throw_error(ErrorKind::kInvalidModel,
                "tensor '{}': external data '{}' {}; only files inside "
                "the model's folder are read",
                proto.name(), place.location.string(), why);
  };
  if (folder.empty()) refuse("was found in a model that has no folder");
  if (place.location.empty()) refuse("has no location");
  if (place.location.is_absolute()) refuse("is an absolute path");
  for (const auto& part : place.location) {
    if (part == "..") refuse("leaves the folder");
  }
  std::error_code error;
  const auto root = std::filesystem::canonical(folder, error);
  const auto path = std::filesystem::canonical(folder / place.location, error);
  if (error) {
    throw_error(ErrorKind::kIo, "tensor '{}': cannot open external data '{}': {}", proto.name(),
                (folder / place.location).string(), error.message());
  }
  const auto [root_end, unused] = std::mismatch(root.begin(), root.end(), path.begin(), path.end());
  if (root_end != root.end()) refuse("is a link out of the folder");
  if (!std::filesystem::is_regular_file(path, error)) refuse("is not a regular file");
  return path;
}

std::string read_external(const onnxpb::TensorProto& proto, DataType type,
                          const std::filesystem::path& folder) {
  const ExternalPlace place = external_place(proto);
  const std::filesystem::path path = external_path(proto, place, folder);
  const auto file_size = static_cast<int64_t>(std::filesystem::file_size(path));
  const int64_t wanted =
      checked_mul(shape_of(proto).elements(), static_cast<int64_t>(size_bytes(type)), "tensor");
  if (place.length && *place.length != wanted) {
    throw_size(proto, wanted, static_cast<size_t>(*place.length), "bytes");
  }
  if (checked_add(place.offset, wanted, "external data") > file_size) {
    throw_error(ErrorKind::kInvalidModel,
                "tensor '{}': bytes {} to {} lie behind the end of '{}' "
                "({} bytes)",
                proto.name(), place.offset, place.offset + wanted, path.string(), file_size);
  }
  std::string bytes(static_cast<size_t>(wanted), '\0');
  std::ifstream file(path, std::ios::binary);
  file.seekg(place.offset);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file) {
    throw_error(ErrorKind::kIo, "cannot read {} bytes of '{}'", wanted, path.string());
  }
  return bytes;
}

}  // namespace

std::optional<DataType> data_type_from_onnx(int64_t code) {
  if (code < 0 || code >= static_cast<int64_t>(kTypes.size())) return std::nullopt;
  return kTypes[static_cast<size_t>(code)].type;
}

std::string_view onnx_type_name(int64_t code) {
  if (code == kUint4) return "UINT4";
  if (code == kInt4) return "INT4";
  if (code < 0 || code >= static_cast<int64_t>(kTypes.size())) return "a type unknown to mote";
  return kTypes[static_cast<size_t>(code)].onnx_name;
}

int32_t onnx_code(DataType type) {
  for (size_t code = 0; code < kTypes.size(); ++code) {
    if (kTypes[code].type == type) return static_cast<int32_t>(code);
  }
  throw_error(ErrorKind::kInternal, "{} has no ONNX type", name(type));
}

Tensor tensor_from_proto(const onnxpb::TensorProto& proto, const std::filesystem::path& folder,
                         std::string_view detached, const std::shared_ptr<const void>& owner) {
  const std::string_view raw = detached.empty() ? std::string_view(proto.raw_data()) : detached;
  const int code = proto.data_type();
  const bool external = proto.data_location() == kExternal;
  if (code == kBfloat16 && !external) return from_bfloat16(proto, raw);
  if ((code == kInt4 || code == kUint4) && !external) {
    return from_4_bits(proto, raw, code == kInt4);
  }
  const std::optional<DataType> type = data_type_from_onnx(code);
  if (!type) {
    throw_error(ErrorKind::kUnsupported, "tensor '{}' has the element type {} ({})", proto.name(),
                code, onnx_type_name(code));
  }
  if (external) return from_raw(proto, *type, read_external(proto, *type, folder), nullptr);
  if (proto.has_raw_data() || !raw.empty()) {
    return from_raw(proto, *type, raw, detached.empty() ? nullptr : owner);
  }
  return from_typed_fields(proto, *type);
}

void tensor_to_proto(const ConstTensorView& tensor, std::string_view name,
                     onnxpb::TensorProto* proto) {
  for (const int64_t dim : tensor.shape.dims()) proto->add_dims(dim);
  proto->set_data_type(onnx_code(tensor.dtype));
  proto->set_name(std::string(name));
  proto->set_raw_data(tensor.bytes, tensor.size_bytes());
}

}  // namespace mote::onnx
