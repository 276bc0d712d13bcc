#include "mote/data/idx.h"

#include <vector>

#include "mote/base/error.h"
#include "mote/data/byte_reader.h"

namespace mote::data {

IdxHeader parse_idx_header(std::span<const std::byte> bytes, const std::string& name) {
  constexpr uint8_t kUnsignedByte = 0x08;
  constexpr uint8_t kSignedByte = 0x09;
  ByteReader reader(bytes, name);
  if (reader.big<uint16_t>("signature") != 0) {
    throw_error(ErrorKind::kInvalidArgument, "{} is not an IDX file (it must begin with two zeros)",
                name);
  }
  const auto type = reader.big<uint8_t>("element type");
  if (type != kUnsignedByte && type != kSignedByte) {
    throw_error(ErrorKind::kUnsupported,
                "{}: IDX element type {:#04x} is not read; allowed are 0x08 (u8) and 0x09 (i8)",
                name, type);
  }
  std::vector<int64_t> dims(reader.big<uint8_t>("rank"));
  for (int64_t& dim : dims) dim = reader.big<uint32_t>("extent");
  IdxHeader header;
  header.dtype = type == kUnsignedByte ? DataType::kU8 : DataType::kI8;
  header.shape = Shape(std::move(dims));
  header.data_offset = reader.position();
  reader.take(static_cast<size_t>(header.shape.elements()), "elements");
  return header;
}

}  // namespace mote::data
