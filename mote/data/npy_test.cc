#include "mote/data/npy.h"

#include <gmock/gmock.h>

#include "mote/data/test_files.h"

namespace mote::data {
namespace {

std::string npy_text(const std::string& dictionary, const std::string& elements) {
  std::string header = dictionary + "\n";
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header +
         elements;
}

TEST(Npy, every_type_and_rank_comes_back) {
  const TempFolder folder;
  for (int type = 0; type <= static_cast<int>(DataType::kBool); ++type) {
    for (const Shape& shape : {Shape{}, Shape{3}, Shape{2, 3}, Shape{1, 0, 4}}) {
      Tensor tensor(static_cast<DataType>(type), shape);
      for (size_t i = 0; i < tensor.size_bytes(); ++i) {
        tensor.bytes()[i] = static_cast<std::byte>(tensor.dtype() == DataType::kBool ? i % 2 : i);
      }
      write_npy(folder.path() / "x.npy", tensor);
      EXPECT_EQ(read_npy(folder.path() / "x.npy"), tensor) << name(tensor.dtype());
    }
  }
}

TEST(Npy, elements_begin_at_a_multiple_of_64) {
  const auto bytes = npy_bytes(Tensor(DataType::kF32, {5}));
  EXPECT_EQ(parse_npy_header(bytes, "'x'").data_offset % 64, 0u);
}

TEST(Npy, column_major_files_are_turned) {
  const std::string file = npy_text("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }",
                                    "\x01\x04\x02\x05\x03\x06");
  const Tensor tensor = parse_npy(bytes_of(file), "'x'");
  EXPECT_THAT(tensor.data<uint8_t>(), testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(Npy, damaged_files_are_errors) {
  const auto message = [](const std::string& dictionary, const std::string& elements) {
    const std::string file = npy_text(dictionary, elements);
    return error_of([&] { parse_npy(bytes_of(file), "'x.npy'"); });
  };
  using testing::HasSubstr;
  EXPECT_THAT(message("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "abcd"),
              HasSubstr("needs 8 bytes, the file has 4"));
  EXPECT_THAT(message("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "abcd"),
              HasSubstr("'>f4'"));
  EXPECT_THAT(message("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "abcd"),
              HasSubstr("malformed shape"));
  EXPECT_THAT(
      message("{'descr': '<f8', 'fortran_order': False, 'shape': (4611686018427387904, 8), }", ""),
      HasSubstr("64 bits"));
  EXPECT_THAT(message("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", ""),
              HasSubstr("structured"));
  EXPECT_THAT(error_of([] { parse_npy(bytes_of("nothing"), "'x.npy'"); }), HasSubstr("not a .npy"));
}

}  // namespace
}  // namespace mote::data
