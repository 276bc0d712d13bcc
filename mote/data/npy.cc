#include "mote/data/npy.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>

#include "mote/base/checked.h"
#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"
#include "mote/data/byte_reader.h"

namespace mote::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
/// The format asks for element data at a multiple of 64 bytes.
constexpr size_t kHeaderAlignment = 64;
constexpr int kMaxRank = 32;  // NumPy's NPY_MAXDIMS

struct TypeCode {
  std::string_view code;
  DataType dtype;
};
constexpr std::array<TypeCode, 12> kTypeCodes = {{{"<f4", DataType::kF32},
                                                  {"<f2", DataType::kF16},
                                                  {"<f8", DataType::kF64},
                                                  {"|i1", DataType::kI8},
                                                  {"<i2", DataType::kI16},
                                                  {"<i4", DataType::kI32},
                                                  {"<i8", DataType::kI64},
                                                  {"|u1", DataType::kU8},
                                                  {"<u2", DataType::kU16},
                                                  {"<u4", DataType::kU32},
                                                  {"<u8", DataType::kU64},
                                                  {"|b1", DataType::kBool}}};

[[noreturn]] void bad_header(const std::string& name, std::string_view why) {
  throw_error(ErrorKind::kInvalidArgument,
              "{}: the .npy header {}; write the file with numpy.save or write_npy", name, why);
}

/// The text behind `'key':` in the header's Python dictionary.
std::string_view value_of(std::string_view dictionary, std::string_view key,
                          const std::string& name) {
  const size_t at = dictionary.find(fmt::format("'{}':", key));
  if (at == std::string_view::npos) bad_header(name, fmt::format("has no '{}'", key));
  std::string_view value = dictionary.substr(at + key.size() + 3);
  const size_t first = value.find_first_not_of(' ');
  return first == std::string_view::npos ? std::string_view() : value.substr(first);
}

DataType parse_type(std::string_view value, const std::string& name) {
  const size_t end = value.size() > 1 ? value.find('\'', 1) : std::string_view::npos;
  if (value.empty() || value[0] != '\'' || end == std::string_view::npos) {
    throw_error(ErrorKind::kUnsupported,
                "{}: structured .npy arrays are not read; save plain numbers", name);
  }
  const std::string_view code = value.substr(1, end - 1);
  for (const TypeCode& row : kTypeCodes) {
    if (row.code == code) return row.dtype;
  }
  throw_error(ErrorKind::kUnsupported,
              "{}: element type '{}' is not read; convert with x.astype('float32') (little-endian "
              "numbers and bool are)",
              name, code);
}

Shape parse_shape(std::string_view value, const std::string& name) {
  const size_t end = value.find(')');
  if (value.empty() || value[0] != '(' || end == std::string_view::npos) {
    bad_header(name, "has no shape tuple");
  }
  std::vector<int64_t> dims;
  std::string_view rest = value.substr(1, end - 1);
  while (rest.find_first_not_of(" ,") != std::string_view::npos) {
    rest.remove_prefix(rest.find_first_not_of(" ,"));
    const size_t stop = std::min(rest.find_first_of(" ,"), rest.size());
    const std::optional<int64_t> dim = parse_int(rest.substr(0, stop));
    if (!dim || *dim < 0 || dims.size() == kMaxRank) bad_header(name, "has a malformed shape");
    dims.push_back(*dim);
    rest.remove_prefix(stop);
  }
  return Shape(std::move(dims));
}

void check_size(const NpyHeader& header, size_t file_bytes, const std::string& name) {
  const int64_t expected =
      checked_mul(header.shape.elements(), static_cast<int64_t>(size_bytes(header.dtype)),
                  "bytes of a .npy array");
  if (static_cast<uint64_t>(expected) > file_bytes - header.data_offset) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} is truncated: shape {} of {} needs {} bytes, the file has {}; copy it again",
                name, to_string(header.shape), mote::name(header.dtype), expected,
                file_bytes - header.data_offset);
  }
}

/// Copies column-major elements to row-major order.
Tensor from_fortran_order(const NpyHeader& header, std::span<const std::byte> elements) {
  Tensor tensor(header.dtype, header.shape);
  const size_t width = size_bytes(header.dtype);
  const int rank = header.shape.rank();
  std::vector<int64_t> index(static_cast<size_t>(rank), 0);
  for (int64_t to = 0; to < tensor.elements(); ++to) {
    int64_t from = 0;
    for (int axis = rank - 1; axis >= 0; --axis) {
      from = from * header.shape[axis] + index[static_cast<size_t>(axis)];
    }
    std::memcpy(tensor.bytes() + static_cast<size_t>(to) * width,
                elements.data() + static_cast<size_t>(from) * width, width);
    for (int axis = rank - 1; axis >= 0 && ++index[static_cast<size_t>(axis)] == header.shape[axis];
         --axis) {
      index[static_cast<size_t>(axis)] = 0;
    }
  }
  return tensor;
}

}  // namespace

NpyHeader parse_npy_header(std::span<const std::byte> bytes, const std::string& name) {
  ByteReader reader(bytes, name);
  if (bytes.size() < kMagic.size() ||
      std::memcmp(bytes.data(), kMagic.data(), kMagic.size()) != 0) {
    throw_error(ErrorKind::kInvalidArgument, "{} is not a .npy file (its first bytes differ)",
                name);
  }
  reader.take(kMagic.size(), "signature");
  const auto major = reader.little<uint8_t>("version");
  reader.little<uint8_t>("version");
  if (major < 1 || major > 3) bad_header(name, fmt::format("has the unknown version {}", major));
  const size_t length = major == 1 ? reader.little<uint16_t>("header length")
                                   : reader.little<uint32_t>("header length");
  const auto text = reader.take(length, "header");
  const std::string_view dictionary(reinterpret_cast<const char*>(text.data()), text.size());

  NpyHeader header;
  header.dtype = parse_type(value_of(dictionary, "descr", name), name);
  header.fortran_order = value_of(dictionary, "fortran_order", name).substr(0, 4) == "True";
  header.shape = parse_shape(value_of(dictionary, "shape", name), name);
  header.data_offset = reader.position();
  check_size(header, bytes.size(), name);
  return header;
}

Tensor parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  const NpyHeader header = parse_npy_header(bytes, name);
  const auto elements = bytes.subspan(header.data_offset);
  if (header.fortran_order) return from_fortran_order(header, elements);
  return Tensor::copy_of(ConstTensorView(header.dtype, header.shape, elements.data()));
}

Tensor read_npy(const std::filesystem::path& path) {
  const MappedFile file(path);
  return parse_npy(file.bytes(), fmt::format("'{}'", path.string()));
}

std::vector<std::byte> npy_bytes(const ConstTensorView& tensor) {
  const auto row = std::find_if(kTypeCodes.begin(), kTypeCodes.end(),
                                [&](const TypeCode& code) { return code.dtype == tensor.dtype; });
  std::string dims;
  for (int64_t dim : tensor.shape) dims += fmt::format("{}, ", dim);
  if (tensor.shape.rank() > 1) dims.resize(dims.size() - 2);
  if (tensor.shape.rank() == 1) dims.pop_back();
  std::string header =
      fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}), }}", row->code, dims);
  const size_t prefix = kMagic.size() + 4;
  const size_t total =
      (prefix + header.size() + kHeaderAlignment) / kHeaderAlignment * kHeaderAlignment;
  header.resize(total - prefix - 1, ' ');
  header += '\n';

  std::string head(kMagic);
  head += {'\x01', '\x00', static_cast<char>(header.size() & 0xff),
           static_cast<char>(header.size() >> 8)};
  head += header;
  std::vector<std::byte> bytes(head.size() + tensor.size_bytes());
  std::memcpy(bytes.data(), head.data(), head.size());
  copy_bytes(bytes.data() + head.size(), tensor.bytes, tensor.size_bytes());
  return bytes;
}

void write_npy(const std::filesystem::path& path, const ConstTensorView& tensor) {
  write_file(path, npy_bytes(tensor));
}

}  // namespace mote::data
