// The ONNX backend node tests: every model of Debian's libonnx-testdata is read, run and compared.
//
// MOTE_ONNX_TESTDATA overrides where the data lies. With MOTE_ONNX_PAGE=FILE the table of results
// is written there (docs/reference/onnx-conformance.md is made so).
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/half.h"
#include "mote/exec/executor.h"
#include "mote/formats/onnx/read.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

enum class Outcome { kPassed, kFailed, kUnsupported };

struct Result {
  std::string suite;
  std::string name;
  Outcome outcome = Outcome::kPassed;
  std::string detail;  // the reason, or what was bound
};

fs::path data_root() {
  const char* given = std::getenv("MOTE_ONNX_TESTDATA");
  return given != nullptr ? given : "/usr/share/libonnx-testdata/data";
}

// Training operators are not part of an inference toolkit.
bool is_training(const std::string& name) {
  static const std::set<std::string, std::less<>> prefixes = {
      "test_adagrad", "test_adam", "test_momentum", "test_nesterov_momentum", "test_gradient"};
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const std::string& prefix) { return name.starts_with(prefix); });
}

Tensor read_tensor(const fs::path& path) {
  return with_context([&] { return path.filename().string(); },
                      [&] { return read_onnx_tensor(MappedFile(path).bytes()); });
}

std::vector<Tensor> read_tensors(const fs::path& folder, const std::string& kind) {
  std::vector<Tensor> tensors;
  for (int i = 0;; ++i) {
    const fs::path path = folder / (kind + "_" + std::to_string(i) + ".pb");
    if (!fs::exists(path)) return tensors;
    tensors.push_back(read_tensor(path));
  }
}

// Tolerances of the ONNX backend test runner: rtol 1e-3, atol 1e-7.
constexpr double kRelative = 1e-3;
constexpr double kAbsolute = 1e-7;

std::string difference(const Tensor& actual, const Tensor& expected) {
  if (actual.dtype() != expected.dtype()) {
    return fmt::format("type {} instead of {}", name(actual.dtype()), name(expected.dtype()));
  }
  if (actual.shape() != expected.shape()) {
    return fmt::format("shape {} instead of {}", to_string(actual.shape()),
                       to_string(expected.shape()));
  }
  if (!is_float(actual.dtype())) {
    return actual == expected ? "" : "other integers";
  }
  const std::vector<double> a = elements_as<double>(actual);
  const std::vector<double> e = elements_as<double>(expected);
  for (size_t i = 0; i < a.size(); ++i) {
    const bool same = a[i] == e[i] || (std::isnan(a[i]) && std::isnan(e[i])) ||
                      std::abs(a[i] - e[i]) <= kAbsolute + kRelative * std::abs(e[i]);
    if (!same) return fmt::format("element {} is {} instead of {}", i, a[i], e[i]);
  }
  return "";
}

struct Case {
  fs::path folder;
  std::vector<std::string> input_names;
  std::vector<Tensor> inputs;
  std::vector<Tensor> expected;
};

// Runs the case with the inputs in `bound` as constants; throws mote::Error.
std::string run_case(const Case& test, const std::vector<size_t>& bound) {
  LoadOptions options;
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < test.inputs.size(); ++i) {
    if (std::find(bound.begin(), bound.end(), i) != bound.end()) {
      options.binds[test.input_names[i]] = test.inputs[i];
    } else {
      options.shapes[test.input_names[i]] = test.inputs[i].shape();
      inputs.push_back(test.inputs[i]);
    }
  }
  const Graph graph =
      read_onnx(MappedFile(test.folder / "model.onnx").bytes(), test.folder, options);
  Executor executor(graph, {.kernels = Kernels::kReference});
  const std::vector<Tensor> outputs = executor.run(inputs);
  if (outputs.size() != test.expected.size()) {
    return fmt::format("{} outputs instead of {}", outputs.size(), test.expected.size());
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string text = difference(outputs[i], test.expected[i]);
    if (!text.empty()) return fmt::format("output {}: {}", i, text);
  }
  return "";
}

// What to bind, tried in order: nothing; integer operands; all but the first; all.
std::vector<std::vector<size_t>> bindings_to_try(const Case& test) {
  std::vector<size_t> integers;
  std::vector<size_t> rest;
  std::vector<size_t> all;
  for (size_t i = 0; i < test.inputs.size(); ++i) {
    all.push_back(i);
    if (i > 0) rest.push_back(i);
    const DataType type = test.inputs[i].dtype();
    const bool shape_like = is_integer(type) || type == DataType::kBool;
    if (shape_like && (i > 0 || test.inputs.size() == 1)) integers.push_back(i);
  }
  std::vector<std::vector<size_t>> tries{{}};
  for (const auto& candidate : {integers, rest, all}) {
    if (std::find(tries.begin(), tries.end(), candidate) == tries.end()) tries.push_back(candidate);
  }
  return tries;
}

std::string names_of(const Case& test, const std::vector<size_t>& bound) {
  std::string text;
  for (const size_t i : bound) text += (text.empty() ? "bound: " : ", ") + test.input_names[i];
  return text;
}

Result judge(const std::string& suite, const fs::path& folder) {
  Result result{suite, folder.filename().string(), Outcome::kPassed, ""};
  try {
    Case test{folder, {}, {}, {}};
    test.input_names = onnx_input_names(MappedFile(folder / "model.onnx").bytes());
    test.inputs = read_tensors(folder / "test_data_set_0", "input");
    test.expected = read_tensors(folder / "test_data_set_0", "output");
    if (test.inputs.size() > test.input_names.size()) {
      return {suite, result.name, Outcome::kUnsupported, "more test inputs than model inputs"};
    }
    std::optional<Error> first_error;
    for (const std::vector<size_t>& bound : bindings_to_try(test)) {
      try {
        result.detail = run_case(test, bound);
        if (result.detail.empty()) {
          result.detail = names_of(test, bound);
        } else {
          result.outcome = Outcome::kFailed;
        }
        return result;
      } catch (const Error& error) {
        if (!first_error || error.kind() != ErrorKind::kUnsupported) first_error = error;
        if (error.kind() != ErrorKind::kUnsupported) break;
      }
    }
    throw *first_error;
  } catch (const Error& error) {
    result.outcome =
        error.kind() == ErrorKind::kUnsupported ? Outcome::kUnsupported : Outcome::kFailed;
    result.detail = error.what();
  }
  return result;
}

std::vector<Result> run_all() {
  std::vector<std::pair<std::string, fs::path>> cases;
  for (const std::string suite : {"node", "simple", "pytorch-operator", "pytorch-converted"}) {
    if (!fs::exists(data_root() / suite)) continue;
    for (const auto& entry : fs::directory_iterator(data_root() / suite)) {
      if (is_training(entry.path().filename().string())) continue;
      if (fs::exists(entry.path() / "model.onnx")) cases.emplace_back(suite, entry.path());
    }
  }
  std::sort(cases.begin(), cases.end());
  std::vector<Result> results;
  for (const auto& [suite, folder] : cases) results.push_back(judge(suite, folder));
  return results;
}

std::string table_text(std::string text) {
  for (char& c : text) {
    if (c == '|' || c == '\n') c = '/';
  }
  return text;
}

std::string page(const std::vector<Result>& results) {
  std::map<Outcome, int> counts;
  for (const Result& result : results) ++counts[result.outcome];
  std::string text = fmt::format(
      "# ONNX conformance\n\nGenerated by `onnx_node_test` from the ONNX backend tests of Debian's "
      "`libonnx-testdata`, training operators left out, each with the reference kernels. "
      "Tolerances "
      "are those of ONNX's own runner (rtol 1e-3, atol 1e-7). Inputs listed as bound were given as "
      "constants (`--bind`), because they determine a shape or an attribute.\n\n"
      "{} tests: {} passed ({:.1f} %), {} failed, {} unsupported.\n",
      results.size(), counts[Outcome::kPassed],
      100.0 * counts[Outcome::kPassed] / static_cast<double>(results.size()),
      counts[Outcome::kFailed], counts[Outcome::kUnsupported]);
  const std::pair<Outcome, std::string_view> sections[] = {{Outcome::kFailed, "Failed"},
                                                           {Outcome::kUnsupported, "Unsupported"},
                                                           {Outcome::kPassed, "Passed"}};
  for (const auto& [outcome, title] : sections) {
    text += fmt::format("\n## {}\n\n| suite | test | note |\n|---|---|---|\n", title);
    for (const Result& result : results) {
      if (result.outcome != outcome) continue;
      text +=
          fmt::format("| {} | {} | {} |\n", result.suite, result.name, table_text(result.detail));
    }
  }
  return text;
}

TEST(OnnxNodeTests, supported_operators_pass) {
  if (!fs::exists(data_root())) GTEST_SKIP() << "install libonnx-testdata";
  const std::vector<Result> results = run_all();
  ASSERT_FALSE(results.empty());
  if (const char* file = std::getenv("MOTE_ONNX_PAGE")) write_file(file, page(results));
  const auto passed = std::count_if(results.begin(), results.end(), [](const Result& result) {
    EXPECT_NE(result.outcome, Outcome::kFailed) << result.name << ": " << result.detail;
    return result.outcome == Outcome::kPassed;
  });
  // The share that the project promises.
  constexpr double kPromised = 0.7;
  EXPECT_GE(static_cast<double>(passed), kPromised * static_cast<double>(results.size()));
}

}  // namespace
}  // namespace mote
