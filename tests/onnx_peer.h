// Runs ONNX models in ONNX Runtime, through tests/oracles/onnxruntime_run.py, and compares results.
//
//   const auto outputs = run_onnxruntime("net.onnx", inputs, 1);
//   if (!outputs) GTEST_SKIP() << kNoPeerPython;
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/tensor.h"
#include "mote/data/npy.h"
#include "tests/test_environment.h"

namespace mote::test {

class ScratchFolder {
 public:
  ScratchFolder() {
    static int made = 0;
    path_ =
        std::filesystem::temp_directory_path() / fmt::format("mote_onnx_{}_{}", ::getpid(), made++);
    std::filesystem::create_directories(path_);
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline constexpr int kSkipExit = 77;

/// Nothing when there is no Python with onnxruntime.
inline std::optional<std::vector<Tensor>> run_onnxruntime(const std::filesystem::path& model,
                                                          const std::vector<Tensor>& inputs,
                                                          size_t output_count,
                                                          const std::string& option = "") {
  const auto python = peer_python();
  if (!python) return std::nullopt;
  const ScratchFolder scratch;
  std::string command =
      fmt::format("'{}' '{}' {} '{}'", python->string(),
                  MOTE_SOURCE_DIR "/tests/oracles/onnxruntime_run.py", option, model.string());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const std::filesystem::path file = scratch.path() / fmt::format("in_{}.npy", i);
    data::write_npy(file, inputs[i]);
    command += fmt::format(" '{}'", file.string());
  }
  command += " --";
  std::vector<std::filesystem::path> files;
  for (size_t i = 0; i < output_count; ++i) {
    files.push_back(scratch.path() / fmt::format("out_{}.npy", i));
    command += fmt::format(" '{}'", files.back().string());
  }
  const int status = std::system((command + " >&2").c_str());
  if (!WIFEXITED(status) || WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == kSkipExit) {
    return std::nullopt;
  }
  if (WEXITSTATUS(status) != 0) {
    throw_error(ErrorKind::kInternal, "ONNX Runtime refuses '{}'", model.string());
  }
  std::vector<Tensor> outputs;
  for (const std::filesystem::path& file : files) outputs.push_back(data::read_npy(file));
  return outputs;
}

inline double relative_l2(const Tensor& actual, const Tensor& expected) {
  EXPECT_EQ(to_string(actual.shape()), to_string(expected.shape()));
  EXPECT_EQ(actual.dtype(), expected.dtype());
  const std::vector<double> a = elements_as<double>(actual);
  const std::vector<double> e = elements_as<double>(expected);
  double error = 0;
  double norm = 0;
  for (size_t i = 0; i < std::min(a.size(), e.size()); ++i) {
    error += (a[i] - e[i]) * (a[i] - e[i]);
    norm += e[i] * e[i];
  }
  return std::sqrt(error / std::max(norm, 1e-30));
}

/// The position of the largest; of equals the first.
inline size_t top1(const Tensor& scores) {
  const std::vector<double> values = elements_as<double>(scores);
  return static_cast<size_t>(std::max_element(values.begin(), values.end()) - values.begin());
}

/// Sample `i` of a tensor whose first axis counts samples.
inline Tensor row(const Tensor& all, size_t i) {
  Tensor one(all.dtype(), Shape(std::vector<int64_t>(all.shape().begin() + 1, all.shape().end())));
  copy_bytes(one.bytes(), all.bytes() + i * one.size_bytes(), one.size_bytes());
  return one;
}

/// Tensors of one type, one after another along a new first axis.
inline Tensor stacked(const std::vector<Tensor>& rows) {
  std::vector<int64_t> dims = rows.front().shape().dims();
  dims.insert(dims.begin(), static_cast<int64_t>(rows.size()));
  Tensor all(rows.front().dtype(), Shape(std::move(dims)));
  size_t at = 0;
  for (const Tensor& one : rows) {
    copy_bytes(all.bytes() + at, one.bytes(), one.size_bytes());
    at += one.size_bytes();
  }
  return all;
}

}  // namespace mote::test
