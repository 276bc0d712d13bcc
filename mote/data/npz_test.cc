#include "mote/data/npz.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include "mote/data/inflate.h"
#include "mote/data/npy.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

std::string number(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(i < 8 ? value >> (8 * i) : 0);
  return text;
}

std::string deflated(const std::string& text, int window_bits) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string result(text.size() + 1000, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(result.data());
  stream.avail_out = static_cast<uInt>(result.size());
  deflate(&stream, Z_FINISH);
  result.resize(stream.total_out);
  deflateEnd(&stream);
  return result;
}

struct Member {
  std::string name;
  Tensor tensor;
  bool deflate = false;
};

std::string zip_of(const std::vector<Member>& members, size_t claimed_extra = 0) {
  std::string file;
  std::string directory;
  for (const Member& member : members) {
    const auto npy = npy_bytes(member.tensor);
    const std::string plain(reinterpret_cast<const char*>(npy.data()), npy.size());
    const std::string stored = member.deflate ? deflated(plain, -15) : plain;
    const std::string name = member.name + ".npy";
    const std::string shared = number(20, 2) + number(0, 2) + number(member.deflate ? 8 : 0, 2) +
                               number(0, 8) + number(stored.size(), 4) +
                               number(plain.size() + claimed_extra, 4) + number(name.size(), 2) +
                               number(0, 2);
    directory += number(0x02014b50, 4) + number(20, 2) + shared + number(0, 10) +
                 number(file.size(), 4) + name;
    file += number(0x04034b50, 4) + shared + name + stored;
  }
  return file + directory + number(0x06054b50, 4) + number(0, 4) + number(members.size(), 2) +
         number(members.size(), 2) + number(directory.size(), 4) + number(file.size(), 4) +
         number(0, 2);
}

TEST(Npz, stored_and_deflated_arrays_are_read) {
  const TempFolder folder;
  const Tensor x = Tensor::of({2, 2}, std::vector<float>{1, 2, 3, 4});
  const Tensor y = Tensor::of({2}, std::vector<int64_t>{7, 8});
  const NpzFile archive(folder.write("a.npz", zip_of({{"x", x, false}, {"y", y, true}})));
  EXPECT_THAT(archive.names(), testing::ElementsAre("x", "y"));
  EXPECT_EQ(archive.array("x"), x);
  EXPECT_EQ(archive.array("y"), y);
  EXPECT_THAT(error_of([&] { archive.array("z"); }), testing::HasSubstr("it has 'x' 'y'"));
}

TEST(Npz, cut_or_lying_archives_are_errors) {
  const TempFolder folder;
  const Tensor x = Tensor::of({50}, std::vector<int32_t>(50, 3));
  const std::string whole = zip_of({{"x", x, true}});
  for (size_t size = 0; size < whole.size(); size += 5) {
    const auto path = folder.write("cut.npz", whole.substr(0, size));
    EXPECT_THROW(NpzFile(path).array("x"), Error) << size;
  }
  for (size_t extra : {size_t{1}, size_t{100}, size_t{1} << 31}) {
    const auto path = folder.write("lie.npz", zip_of({{"x", x, true}}, extra));
    EXPECT_THROW(NpzFile(path).array("x"), Error) << extra;
  }
}

TEST(Inflate, gzip_members_are_joined_and_damage_is_an_error) {
  const std::string file = deflated("hello ", 31) + deflated("world", 31);
  const auto bytes = gunzip(bytes_of(file), "'a.gz'");
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size()), "hello world");
  for (size_t size = 0; size < 20; ++size) {
    EXPECT_THROW(gunzip(bytes_of(file.substr(0, size)), "'a.gz'"), Error) << size;
  }
  const std::string large = deflated(std::string(1 << 20, 'x'), 31);
  EXPECT_THROW(gunzip(bytes_of(large), "'a.gz'", 1000), Error);
  EXPECT_EQ(gunzip(bytes_of(large), "'a.gz'", 1 << 20).size(), size_t{1} << 20);
}

}  // namespace
}  // namespace mote::data
