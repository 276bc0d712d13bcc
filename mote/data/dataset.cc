#include "mote/data/dataset.h"

#include <algorithm>

#include "mote/base/error.h"
#include "mote/data/source.h"

namespace mote::data {

struct Dataset::Shared {
  DatasetSpec spec;
  std::unique_ptr<Source> source;
  Preprocessor preprocessor;
};

namespace {

bool one_file_each(const SourceSpec& spec) {
  switch (spec.kind) {
    case SourceKind::kImages:
    case SourceKind::kAudio:
    case SourceKind::kRaw:
      return true;
    case SourceKind::kNpy:
      return !spec.stacked;
    case SourceKind::kNpz:
    case SourceKind::kIdx:
    case SourceKind::kCifar:
    case SourceKind::kCsv:
      return false;
  }
  throw_error(ErrorKind::kInternal, "unknown kind of source");
}

// What leaves no sample of `whole`: its folder, its split, or what the caller asked for.
std::string why_empty(const std::filesystem::path& path, const Dataset& whole,
                      const DatasetOptions& options) {
  const std::string subject = fmt::format("dataset '{}'", path.string());
  if (whole.size() == 0) {
    return fmt::format("{} has no samples; check root and files", subject);
  }
  const DatasetSpec& spec = whole.spec();
  const int64_t in_split = whole.view(spec.source.skip, spec.source.limit).size();
  if (in_split == 0) {
    return fmt::format("{}: split '{}' takes none of the {} samples (skip {}, limit {})", subject,
                       spec.split, whole.size(), spec.source.skip, spec.source.limit);
  }
  const std::string wanted =
      options.limit == 0 ? "none was asked for" : fmt::format("{} are left out", options.skip);
  return fmt::format("{} has {} samples{}, and {}", subject, in_split,
                     spec.split.empty() ? "" : fmt::format(" in split '{}'", spec.split), wanted);
}

}  // namespace

Dataset::Dataset(std::shared_ptr<const Shared> shared, int64_t first, int64_t count)
    : shared_(std::move(shared)), first_(first), count_(count) {}

Dataset Dataset::open(const std::filesystem::path& path, const DatasetOptions& options) {
  DatasetSpec spec = load_dataset_spec(path, options);
  std::unique_ptr<Source> source = with_context(
      [&] { return fmt::format("opening dataset '{}'", path.string()); },
      [&] {
        return one_file_each(spec.source) ? open_file_source(spec) : open_stacked_source(spec);
      });
  const ValueScale stored{spec.source.scale, spec.source.zero_point};
  Preprocessor preprocessor(spec.preprocess, stored);
  const int64_t size = source->size();
  const int64_t split_skip = spec.source.skip;
  const int64_t split_limit = spec.source.limit;
  const Dataset whole(std::make_shared<const Shared>(
                          Shared{std::move(spec), std::move(source), std::move(preprocessor)}),
                      0, size);
  Dataset chosen = whole.view(split_skip, split_limit).view(options.skip, options.limit);
  if (chosen.size() == 0) {
    throw_error(ErrorKind::kInvalidArgument, "{}", why_empty(path, whole, options));
  }
  return chosen;
}

int64_t Dataset::at(int64_t index) const {
  if (index < 0 || index >= count_) {
    throw_error(ErrorKind::kInvalidArgument, "sample {} of dataset '{}', which has {}", index,
                spec().name, count_);
  }
  return first_ + index;
}

const DatasetSpec& Dataset::spec() const { return shared_->spec; }

std::string Dataset::id(int64_t index) const { return shared_->source->id(at(index)); }

std::optional<int64_t> Dataset::label(int64_t index) const {
  return shared_->source->label(at(index));
}

uint64_t Dataset::fingerprint(int64_t index) const {
  return shared_->source->fingerprint(at(index));
}

std::vector<uint64_t> Dataset::fingerprints() const {
  std::vector<uint64_t> all;
  for (int64_t i = 0; i < count_; ++i) all.push_back(fingerprint(i));
  return all;
}

Prepared Dataset::prepared(int64_t index) const {
  const int64_t place = at(index);
  return with_context(
      [&] {
        return fmt::format("sample '{}' of dataset '{}'", shared_->source->id(place), spec().name);
      },
      [&] { return shared_->preprocessor(shared_->source->content(place)); });
}

std::vector<Tensor> Dataset::inputs(int64_t index, std::span<const ModelInput> inputs) const {
  const Prepared sample = prepared(index);
  if (sample.tensors.size() != inputs.size()) {
    throw_error(ErrorKind::kInvalidArgument,
                "dataset '{}' gives {} tensors for a sample, the model has {} inputs; use an .npz "
                "with one array for each",
                spec().name, sample.tensors.size(), inputs.size());
  }
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    tensors.push_back(adapt(sample.tensors[i], sample.integers, inputs[i]));
  }
  return tensors;
}

int64_t Dataset::label_offset(int64_t outputs) const {
  if (spec().label_offset) return *spec().label_offset;
  return spec().class_count > 0 && outputs == spec().class_count + 1 ? 1 : 0;
}

Dataset Dataset::view(int64_t skip, int64_t limit) const {
  const int64_t skipped = std::clamp<int64_t>(skip, 0, count_);
  const int64_t rest = count_ - skipped;
  return {shared_, first_ + skipped, limit < 0 ? rest : std::min(limit, rest)};
}

std::vector<std::string> Dataset::unlisted() const { return shared_->source->unlisted(); }

}  // namespace mote::data
