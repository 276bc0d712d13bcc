// Files with damaged bytes give an error or a sample, never a crash.
#include <gtest/gtest.h>

#include "mote/base/random.h"
#include "mote/data/audio.h"
#include "mote/data/csv.h"
#include "mote/data/dataset.h"
#include "mote/data/idx.h"
#include "mote/data/image.h"
#include "mote/data/inflate.h"
#include "mote/data/npy.h"
#include "mote/data/npz.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

using Reader = std::function<void(const std::string&)>;

/// Replaces, removes, repeats or cuts bytes at drawn places.
std::string mutated(std::string file, Rng& rng) {
  const int64_t edits = rng.integer(1, 4);
  for (int64_t i = 0; i < edits && !file.empty(); ++i) {
    const auto at = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(file.size()) - 1));
    const auto count = static_cast<size_t>(rng.integer(1, 8));
    switch (rng.integer(0, 4)) {
      case 0:
        file[at] = static_cast<char>(rng.next());
        break;
      case 1:
        file.erase(at, count);
        break;
      case 2:
        file.insert(at, file.substr(at, count));
        break;
      case 3:
        file.resize(at);
        break;
      default:
        file.replace(at, 1, std::string(count, '\xff'));
        break;
    }
  }
  return file;
}

void expect_survives(const std::string& file, const Reader& read) {
  constexpr uint64_t kFiles = 400;
  for (uint64_t seed = 1; seed <= kFiles; ++seed) {
    SCOPED_TRACE(seed);
    Rng rng(seed);
    try {
      read(mutated(file, rng));
    } catch (const Error&) {
      // What the reader is meant to do.
    }
  }
}

TEST(Robustness, pictures) {
  const Reader read = [](const std::string& file) { decode_image(bytes_of(file), "'x'"); };
  expect_survives(png_of(counting_image(9, 7, 3)), read);
  expect_survives(jpeg_of(counting_image(19, 17, 3)), read);
}

TEST(Robustness, sounds) {
  const Reader read = [](const std::string& file) { decode_audio(bytes_of(file), "'x'"); };
  expect_survives(wav_of(std::vector<int16_t>(200, 77), 16000), read);
}

TEST(Robustness, arrays) {
  const auto npy = npy_bytes(Tensor(DataType::kI16, {3, 4}));
  expect_survives({reinterpret_cast<const char*>(npy.data()), npy.size()},
                  [](const std::string& file) { parse_npy(bytes_of(file), "'x'"); });
  const std::string idx(
      "\0\0\x08\x02\0\0\0\x02\0\0\0\x03"
      "abcdef",
      18);
  expect_survives(idx, [](const std::string& file) { parse_idx_header(bytes_of(file), "'x'"); });
}

TEST(Robustness, tables_and_descriptions) {
  expect_survives("file,label\n\"a\",1\nb,2\n",
                  [](const std::string& file) { parse_csv(file, "'x'"); });
  const TempFolder folder;
  folder.write("x.csv", "1,2,0\n3,4,1\n");
  expect_survives(
      "classes = ['a', 'b']\n[source]\nkind = 'csv'\nfiles = 'x.csv'\nskip = 1\n[splits.s]\n"
      "limit = 1\n[preprocess]\nscale = '1/255'\nmean = [0.5, 0.5]\nresize = [3, 4]\n",
      [&](const std::string& file) {
        folder.write("dataset.toml", file);
        Dataset::open(folder.path()).prepared(0);
      });
}

}  // namespace
}  // namespace mote::data
