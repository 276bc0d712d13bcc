// What is wrong with a dataset: the work behind `mote data check`.
//
//   const CheckReport report = check_dataset("my_set/dataset.toml", {}, {});
//   for (const Finding& finding : report.findings) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mote/base/progress.h"
#include "mote/data/dataset_spec.h"

namespace mote::data {

enum class Severity { kError, kWarning };

/// One kind of trouble, with the samples it concerns.
struct Finding {
  Severity severity = Severity::kError;
  std::string message;
  int64_t count = 1;
  /// Ids of the first few.
  std::vector<std::string> examples;
};

struct CheckReport {
  std::string name;
  std::vector<std::string> splits;
  int64_t samples = 0;
  int64_t labelled = 0;
  /// Samples by label, for labels from 0 to the number of classes.
  std::vector<int64_t> class_counts;
  /// Shape and type of the first sample that could be read, such as "f32 [224,224,3]".
  std::string sample_type;
  double lowest = 0.0;
  double highest = 0.0;
  std::vector<Finding> findings;

  /// True when no finding is an error.
  bool usable() const;
};

/// Decodes every sample. Errors: unreadable samples, labels out of range or missing, shapes that
/// differ, values that are not finite. Warnings: equal samples (worse when their labels differ),
/// classes without samples or ten times rarer than others, files the labels do not name. A dataset
/// that cannot be opened gives a report with that one finding. Throws only kCancelled.
CheckReport check_dataset(const std::filesystem::path& path, const DatasetOptions& options,
                          const Observer& observer, int threads = 1);

}  // namespace mote::data
