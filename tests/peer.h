// Runs models that mote wrote in another runtime, through tests/peers/run_tflite.py.
//
//   PeerBatch batch;
//   batch.add("add_0", write_tflite(graph), inputs);
//   batch.run("tflm");
//   batch.outputs("add_0")  // raw bytes, or nothing and `refusal` says why
#pragma once

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/tensor.h"
#include "tests/test_environment.h"

namespace mote::test {

/// The raw bytes of tensors one after another.
inline std::string joined_bytes(std::span<const Tensor> tensors) {
  std::string bytes;
  for (const Tensor& tensor : tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.bytes()), tensor.size_bytes());
  }
  return bytes;
}

class PeerBatch {
 public:
  PeerBatch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mote_peer_XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw Error(ErrorKind::kIo, "no temporary folder");
    folder_ = pattern;
  }
  ~PeerBatch() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  PeerBatch(const PeerBatch&) = delete;
  PeerBatch& operator=(const PeerBatch&) = delete;

  void add(const std::string& name, std::span<const std::byte> model,
           std::span<const Tensor> inputs) {
    const std::string bytes = joined_bytes(inputs);
    write_file(path(name, ".tflite"), model);
    write_file(path(name, ".in"), std::string_view(bytes));
    ++size_;
  }

  size_t size() const { return size_; }

  /// `runtime` is "tflm" or "litert". True when the driver itself went well.
  ///
  /// The allocator fills fresh memory with a pattern (mallopt(3), M_PERTURB), so that a runtime
  /// that reads what it never wrote shows it in every run and on every machine.
  bool run(const std::string& runtime) const {
    const std::string command = fmt::format(
        "MALLOC_PERTURB_=${{MOTE_PEER_PERTURB:-165}} '{}' '{}/tests/peers/run_tflite.py' {} '{}'",
        peer_python()->string(), MOTE_SOURCE_DIR, runtime, folder_.string());
    return std::system(command.c_str()) == 0;
  }

  std::optional<std::string> outputs(const std::string& name) const {
    if (!std::filesystem::exists(path(name, ".out"))) return std::nullopt;
    return read_text_file(path(name, ".out"));
  }
  std::string refusal(const std::string& name) const {
    const auto file = path(name, ".err");
    return std::filesystem::exists(file) ? read_text_file(file) : "it gave no outputs";
  }

 private:
  std::filesystem::path path(const std::string& name, const char* ending) const {
    return folder_ / (name + ending);
  }

  std::filesystem::path folder_;
  size_t size_ = 0;
};

}  // namespace mote::test
