// NumPy's .npz archives: a zip file of .npy members, stored or deflated.
//
//   const NpzFile archive("samples.npz");
//   Tensor x = archive.array("x");
//
// Source: PKWARE APPNOTE 6.3, sections 4.3.7, 4.3.12, 4.3.16. No zip64, encryption or spanning.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/file.h"
#include "mote/base/tensor.h"

namespace mote::data {

class NpzFile {
 public:
  /// Reads the directory only. Throws kIo or kInvalidArgument.
  explicit NpzFile(const std::filesystem::path& path);

  /// Names of the arrays (without ".npy"), sorted.
  std::vector<std::string> names() const;
  /// Decompresses one array. Throws kInvalidArgument listing the names when there is no such array.
  Tensor array(std::string_view name) const;

 private:
  struct Member {
    uint16_t method = 0;
    size_t stored_bytes = 0;
    size_t size_bytes = 0;
    size_t local_header = 0;
  };

  void read_directory();

  std::string name_;
  MappedFile file_;
  std::map<std::string, Member, std::less<>> members_;
};

}  // namespace mote::data
