#include "mote/data/check.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>

#include "mote/base/error.h"
#include "mote/base/parallel.h"
#include "mote/data/dataset.h"

namespace mote::data {
namespace {

constexpr size_t kExamples = 5;
/// Classes this many times rarer than the largest are worth a warning.
constexpr int64_t kImbalance = 10;

/// What one sample showed.
struct Look {
  std::string error;
  std::string type;
  double lowest = 0.0;
  double highest = 0.0;
  bool finite = true;
  uint64_t fingerprint = 0;
};

Look look_at(const Dataset& data, int64_t index) {
  Look look;
  try {
    look.fingerprint = data.fingerprint(index);
    const Prepared sample = data.prepared(index);
    look.lowest = INFINITY;
    look.highest = -INFINITY;
    for (const Tensor& tensor : sample.tensors) {
      look.type += fmt::format("{}{} {}", look.type.empty() ? "" : ", ", mote::name(tensor.dtype()),
                               to_string(tensor.shape()));
      for (double value : elements_as<double>(tensor)) {
        look.finite = look.finite && std::isfinite(value);
        look.lowest = std::min(look.lowest, value);
        look.highest = std::max(look.highest, value);
      }
    }
  } catch (const Error& error) {
    look.error = error.message();
  }
  return look;
}

class Findings {
 public:
  explicit Findings(std::vector<Finding>& findings) : findings_(findings) {}

  void add(Severity severity, const std::string& message, const std::string& example) {
    const auto found = std::find_if(findings_.begin(), findings_.end(),
                                    [&](const Finding& f) { return f.message == message; });
    if (found == findings_.end()) {
      findings_.push_back({severity, message, 1, {example}});
      return;
    }
    ++found->count;
    if (found->examples.size() < kExamples) found->examples.push_back(example);
  }

 private:
  std::vector<Finding>& findings_;
};

void check_labels(const Dataset& data, CheckReport& report, Findings& findings) {
  const DatasetSpec& spec = data.spec();
  int64_t classes = spec.class_count;
  for (int64_t i = 0; i < data.size(); ++i) report.labelled += data.label(i).has_value() ? 1 : 0;
  report.class_counts.assign(static_cast<size_t>(classes), 0);
  for (int64_t i = 0; i < data.size(); ++i) {
    const std::optional<int64_t> label = data.label(i);
    if (!label) {
      if (report.labelled > 0 || spec.task == Task::kClassification) {
        findings.add(Severity::kError, "samples without a label", data.id(i));
      }
    } else if (*label < 0 || (classes > 0 && *label >= classes)) {
      findings.add(
          Severity::kError,
          fmt::format("labels outside 0..{}; correct the labels or 'classes'", classes - 1),
          fmt::format("{} (label {})", data.id(i), *label));
    } else if (classes > 0) {
      ++report.class_counts[static_cast<size_t>(*label)];
    }
  }
}

void check_balance(const Dataset& data, CheckReport& report, Findings& findings) {
  if (report.labelled == 0 || report.class_counts.empty()) return;
  const int64_t most = *std::max_element(report.class_counts.begin(), report.class_counts.end());
  for (size_t c = 0; c < report.class_counts.size(); ++c) {
    const int64_t count = report.class_counts[c];
    const std::string name =
        c < data.spec().classes.size() ? data.spec().classes[c] : fmt::format("class {}", c);
    if (count == 0) findings.add(Severity::kWarning, "classes without samples", name);
    if (count > 0 && count * kImbalance < most) {
      findings.add(
          Severity::kWarning,
          fmt::format("classes over {} times rarer than the largest ({})", kImbalance, most),
          fmt::format("{} ({})", name, count));
    }
  }
}

void check_contents(const Dataset& data, const std::vector<Look>& looks, CheckReport& report,
                    Findings& findings) {
  std::map<uint64_t, int64_t> seen;
  for (int64_t i = 0; i < data.size(); ++i) {
    const Look& look = looks[static_cast<size_t>(i)];
    const std::string id = data.id(i);
    if (!look.error.empty()) {
      findings.add(Severity::kError, "samples that cannot be read",
                   fmt::format("{}: {}", id, look.error));
      continue;
    }
    if (report.sample_type.empty()) {
      report.sample_type = look.type;
      report.lowest = look.lowest;
      report.highest = look.highest;
    }
    report.lowest = std::min(report.lowest, look.lowest);
    report.highest = std::max(report.highest, look.highest);
    if (look.type != report.sample_type) {
      findings.add(Severity::kError,
                   fmt::format("samples that are not {} as the first; set resize and crop, or "
                               "duration_ms",
                               report.sample_type),
                   fmt::format("{} ({})", id, look.type));
    }
    if (!look.finite) findings.add(Severity::kError, "samples with values that are not finite", id);
    const auto [first, fresh] = seen.emplace(look.fingerprint, i);
    if (fresh) continue;
    const bool conflict = data.label(first->second) != data.label(i);
    findings.add(Severity::kWarning,
                 conflict ? "equal samples with different labels" : "equal samples",
                 fmt::format("{} = {}", id, data.id(first->second)));
  }
}

}  // namespace

bool CheckReport::usable() const {
  return std::none_of(findings.begin(), findings.end(),
                      [](const Finding& f) { return f.severity == Severity::kError; });
}

CheckReport check_dataset(const std::filesystem::path& path, const DatasetOptions& options,
                          const Observer& observer, int threads) {
  CheckReport report;
  report.name = path.string();
  Findings findings(report.findings);
  try {
    const Dataset data = Dataset::open(path, options);
    report.name = data.spec().name;
    report.splits = data.spec().split_names;
    report.samples = data.size();
    check_labels(data, report, findings);
    std::vector<Look> looks(static_cast<size_t>(data.size()));
    std::mutex mutex;
    int64_t done = 0;
    parallel_for(data.size(), threads, [&](int64_t i, int) {
      observer.check_cancelled();
      looks[static_cast<size_t>(i)] = look_at(data, i);
      const std::lock_guard lock(mutex);
      observer.report("reading samples", ++done, data.size());
    });
    check_contents(data, looks, report, findings);
    check_balance(data, report, findings);
    for (const std::string& file : data.unlisted()) {
      findings.add(Severity::kWarning, "files that the labels do not name", file);
    }
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kCancelled) throw;
    report.findings.push_back({Severity::kError, error.what(), 1, {}});
  }
  return report;
}

}  // namespace mote::data
