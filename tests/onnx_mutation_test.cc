// Damaged ONNX files: an error or a graph, never a crash, each within a second.
//
// A mutant either has bytes of the file changed, removed or doubled, or is a valid message whose
// numbers (extents, enums, indices, varints) were replaced. The seed of a failing mutant is
// printed.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/random.h"
#include "mote/formats/onnx/read.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::byte>;

Bytes read_bytes(const fs::path& path) {
  const MappedFile file(path);
  return {file.bytes().begin(), file.bytes().end()};
}

std::vector<Bytes> seeds() {
  const char* given = std::getenv("MOTE_ONNX_TESTDATA");
  const fs::path root = given != nullptr ? given : "/usr/share/libonnx-testdata/data";
  std::vector<Bytes> files;
  for (const char* name :
       {"test_conv_with_strides_padding", "test_convtranspose_pads", "test_gemm_all_attributes",
        "test_maxpool_2d_ceil", "test_slice", "test_reshape_extended_dims", "test_qlinearconv",
        "test_resize_upsample_scales_linear", "test_lstm_with_peepholes",
        "test_split_equal_parts_1d", "test_constantofshape_float_ones", "test_batchnorm_example",
        "test_if", "test_pad", "test_celu_expanded", "test_softmax_axis_1_expanded"}) {
    const fs::path path = root / "node" / name / "model.onnx";
    if (fs::exists(path)) files.push_back(read_bytes(path));
  }
  return files;
}

void change_bytes(Rng& rng, Bytes& bytes) {
  const int64_t changes = rng.integer(1, 8);
  for (int64_t i = 0; i < changes && !bytes.empty(); ++i) {
    const auto at = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(bytes.size()) - 1));
    switch (rng.integer(0, 3)) {
      case 0:
        bytes[at] = static_cast<std::byte>(rng.integer(0, 255));
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at));
        break;
      default:
        bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), bytes[at]);
        break;
    }
  }
}

// Where a varint field of one byte lies (tag with wire type 0, then a byte below 128), its value
// becomes another: extents, axes, types and opsets change while the message stays well formed.
void change_numbers(Rng& rng, Bytes& bytes) {
  constexpr int64_t kValues[] = {0, 1, 2, 7, 64, 127};
  for (size_t i = 0; i + 1 < bytes.size(); ++i) {
    const auto tag = static_cast<uint8_t>(bytes[i]);
    const auto value = static_cast<uint8_t>(bytes[i + 1]);
    const bool varint = (tag & 7) == 0 && tag < 0x80 && tag > 7 && value < 0x80;
    if (varint && rng.integer(0, 15) == 0) {
      bytes[i + 1] = static_cast<std::byte>(kValues[rng.integer(0, 5)]);
    }
  }
}

TEST(OnnxMutants, end_in_an_error_or_a_graph_within_a_second) {
  const std::vector<Bytes> files = seeds();
  if (files.empty()) GTEST_SKIP() << "install libonnx-testdata";
  constexpr uint64_t kMutants = 10'000;
  int accepted = 0;
  for (uint64_t seed = 0; seed < kMutants; ++seed) {
    Rng rng(seed);
    Bytes bytes = files[seed % files.size()];
    rng.integer(0, 1) == 0 ? change_bytes(rng, bytes) : change_numbers(rng, bytes);
    const auto begin = std::chrono::steady_clock::now();
    try {
      read_onnx(bytes);
      ++accepted;
    } catch (const Error& error) {
      EXPECT_NE(error.kind(), ErrorKind::kInternal) << "seed " << seed << ": " << error.what();
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what();
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    EXPECT_LT(taken.count(), 1.0) << "seed " << seed;
  }
  EXPECT_GT(accepted, 0);
}

TEST(OnnxMutants, truncated_files_are_refused_or_read) {
  for (const Bytes& file : seeds()) {
    for (size_t size = 0; size < file.size(); ++size) {
      try {
        read_onnx(std::span(file).first(size));
      } catch (const Error& error) {
        EXPECT_NE(error.kind(), ErrorKind::kInternal) << error.what();
      }
    }
  }
}

}  // namespace
}  // namespace mote
