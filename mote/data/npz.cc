#include "mote/data/npz.h"

#include <algorithm>

#include "mote/base/error.h"
#include "mote/data/byte_reader.h"
#include "mote/data/inflate.h"
#include "mote/data/npy.h"

namespace mote::data {
namespace {

constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr uint32_t kDirectorySignature = 0x02014b50;
constexpr uint32_t kEndSignature = 0x06054b50;
constexpr size_t kEndBytes = 22;  // end record without its comment
constexpr size_t kMaxCommentBytes = 65535;
constexpr uint16_t kStored = 0;
constexpr uint16_t kDeflated = 8;

/// Where the end record begins; it is followed by a comment of unknown length.
size_t find_end_record(std::span<const std::byte> bytes, const std::string& name) {
  const size_t window = std::min(bytes.size(), kEndBytes + kMaxCommentBytes);
  for (size_t back = kEndBytes; back <= window; ++back) {
    const size_t at = bytes.size() - back;
    if (ByteReader(bytes.subspan(at), name).little<uint32_t>("signature") == kEndSignature) {
      return at;
    }
  }
  throw_error(ErrorKind::kInvalidArgument, "{} is not a zip archive, or it is truncated", name);
}

}  // namespace

NpzFile::NpzFile(const std::filesystem::path& path)
    : name_(fmt::format("'{}'", path.string())), file_(path) {
  read_directory();
}

void NpzFile::read_directory() {
  ByteReader reader(file_.bytes(), name_);
  reader.seek(find_end_record(file_.bytes(), name_) + 10, "directory size");
  const auto count = reader.little<uint16_t>("member count");
  reader.little<uint32_t>("directory bytes");
  reader.seek(reader.little<uint32_t>("directory offset"), "directory");
  for (int i = 0; i < count; ++i) {
    if (reader.little<uint32_t>("directory entry") != kDirectorySignature) {
      throw_error(ErrorKind::kInvalidArgument, "{}: damaged zip directory (zip64 is not read)",
                  name_);
    }
    Member member;
    reader.take(6, "directory entry");
    member.method = reader.little<uint16_t>("method");
    reader.take(8, "directory entry");
    member.stored_bytes = reader.little<uint32_t>("stored size");
    member.size_bytes = reader.little<uint32_t>("size");
    const auto name_bytes = reader.little<uint16_t>("name length");
    const auto extra_bytes = reader.little<uint16_t>("extra length");
    const auto comment_bytes = reader.little<uint16_t>("comment length");
    reader.take(8, "directory entry");
    member.local_header = reader.little<uint32_t>("offset");
    const auto text = reader.take(name_bytes, "member name");
    std::string member_name(reinterpret_cast<const char*>(text.data()), text.size());
    reader.take(size_t{extra_bytes} + comment_bytes, "directory entry");
    if (member_name.ends_with(".npy")) member_name.resize(member_name.size() - 4);
    members_.emplace(std::move(member_name), member);
  }
}

std::vector<std::string> NpzFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, member] : members_) names.push_back(name);
  return names;
}

Tensor NpzFile::array(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) {
    std::string known;
    for (const auto& [other, member] : members_) known += fmt::format(" '{}'", other);
    throw_error(ErrorKind::kInvalidArgument, "{} has no array '{}'; it has{}", name_, name, known);
  }
  const Member& member = found->second;
  const std::string full_name = fmt::format("{} array '{}'", name_, name);
  ByteReader reader(file_.bytes(), full_name);
  reader.seek(member.local_header, "member");
  if (reader.little<uint32_t>("member signature") != kLocalSignature) {
    throw_error(ErrorKind::kInvalidArgument, "{}: damaged zip member", full_name);
  }
  reader.take(22, "member header");
  const auto name_bytes = reader.little<uint16_t>("name length");
  const auto extra_bytes = reader.little<uint16_t>("extra length");
  reader.take(size_t{name_bytes} + extra_bytes, "member header");
  const auto stored = reader.take(member.stored_bytes, "member");
  if (member.method == kStored) return parse_npy(stored, full_name);
  if (member.method != kDeflated) {
    throw_error(ErrorKind::kUnsupported, "{}: zip method {} is not read; use numpy.savez",
                full_name, member.method);
  }
  return parse_npy(inflate_raw(stored, member.size_bytes, full_name), full_name);
}

}  // namespace mote::data
