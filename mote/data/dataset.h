// A dataset: samples in a fixed order, decoded when asked for.
//
//   const Dataset data = Dataset::open("examples/datasets/vww01.toml", {.limit = 100});
//   for (int64_t i = 0; i < data.size(); ++i) {
//     std::vector<Tensor> inputs = data.inputs(i, model_inputs);
//     std::optional<int64_t> label = data.label(i);
//   }
//
// Memory does not grow with the number of samples (but for gzipped files, which are decompressed
// whole). Cheap to copy; every member may be called from several threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/data/adapt.h"
#include "mote/data/dataset_spec.h"
#include "mote/data/preprocess.h"

namespace mote::data {

class Source;

class Dataset {
 public:
  /// See load_dataset_spec for what `path` may be. Throws kIo or kInvalidArgument; also when no
  /// sample is left after split, skip and limit.
  static Dataset open(const std::filesystem::path& path, const DatasetOptions& options = {});

  const DatasetSpec& spec() const;
  int64_t size() const { return count_; }
  /// Names a sample for people: its file, or "file#record".
  std::string id(int64_t index) const;
  std::optional<int64_t> label(int64_t index) const;
  /// Hash of the stored content; equal samples in two datasets have equal fingerprints.
  uint64_t fingerprint(int64_t index) const;
  std::vector<uint64_t> fingerprints() const;

  /// The preprocessed sample, without a batch axis. Errors name the file.
  Prepared prepared(int64_t index) const;
  /// One tensor for each input, as `adapt` makes them. Throws kInvalidArgument when their number
  /// differs.
  std::vector<Tensor> inputs(int64_t index, std::span<const ModelInput> inputs) const;

  /// What to add to a label to find it among `outputs` outputs: the declared offset; otherwise 1
  /// when the model has exactly one class more than the dataset (ImageNet models whose class 0 is
  /// "background"), and 0 in every other case.
  int64_t label_offset(int64_t outputs) const;

  /// Samples [skip, skip + limit) of this one; limit -1 means all.
  Dataset view(int64_t skip, int64_t limit) const;
  /// Files of the kind that the labels do not name.
  std::vector<std::string> unlisted() const;

 private:
  struct Shared;
  Dataset(std::shared_ptr<const Shared> shared, int64_t first, int64_t count);
  int64_t at(int64_t index) const;

  std::shared_ptr<const Shared> shared_;
  int64_t first_ = 0;
  int64_t count_ = 0;
};

}  // namespace mote::data
