#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <filesystem>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"
#include "mote/data/csv.h"
#include "mote/data/fingerprint.h"
#include "mote/data/npy.h"
#include "mote/data/source.h"

namespace mote::data {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> usual_patterns(SourceKind kind) {
  switch (kind) {
    case SourceKind::kImages:
      return {"*.jpg", "*.jpeg", "*.png"};
    case SourceKind::kAudio:
      return {"*.wav", "*.flac"};
    case SourceKind::kRaw:
    case SourceKind::kCifar:
      return {"*.bin"};
    case SourceKind::kNpy:
      return {"*.npy"};
    case SourceKind::kNpz:
      return {"*.npz"};
    case SourceKind::kIdx:
      return {"*-ubyte", "*-ubyte.gz"};
    case SourceKind::kCsv:
      return {"*.csv"};
  }
  throw_error(ErrorKind::kInternal, "unknown kind of source");
}

struct Entry {
  std::string file;
  std::optional<int64_t> label;
};

class FileSource final : public Source {
 public:
  FileSource(const SourceSpec& spec, std::vector<Entry> entries)
      : spec_(spec), entries_(std::move(entries)) {}

  int64_t size() const override { return static_cast<int64_t>(entries_.size()); }
  std::string id(int64_t index) const override { return entry(index).file; }
  std::optional<int64_t> label(int64_t index) const override { return entry(index).label; }

  Content content(int64_t index) const override {
    const MappedFile file(path(index));
    const std::string name = fmt::format("'{}'", path(index).string());
    if (spec_.kind == SourceKind::kImages) return decode_image(file.bytes(), name);
    if (spec_.kind == SourceKind::kAudio) return decode_audio(file.bytes(), name);
    std::vector<Tensor> tensors;
    tensors.push_back(spec_.kind == SourceKind::kNpy ? parse_npy(file.bytes(), name)
                                                     : raw_tensor(file.bytes(), name));
    return tensors;
  }

  uint64_t fingerprint(int64_t index) const override {
    return data::fingerprint(MappedFile(path(index)).bytes());
  }

  std::vector<std::string> unlisted() const override {
    std::vector<std::string> listed;
    for (const Entry& entry : entries_) listed.push_back(entry.file);
    std::sort(listed.begin(), listed.end());
    std::vector<std::string> rest;
    const std::vector<std::string> present = list_files(spec_);
    std::set_difference(present.begin(), present.end(), listed.begin(), listed.end(),
                        std::back_inserter(rest));
    return rest;
  }

 private:
  const Entry& entry(int64_t index) const { return entries_.at(static_cast<size_t>(index)); }
  fs::path path(int64_t index) const { return spec_.root / entry(index).file; }

  Tensor raw_tensor(std::span<const std::byte> bytes, const std::string& name) const {
    const int64_t expected = spec_.shape.elements() * static_cast<int64_t>(size_bytes(spec_.dtype));
    if (static_cast<int64_t>(bytes.size()) != expected) {
      throw_error(ErrorKind::kInvalidArgument,
                  "{} has {} bytes, but shape {} of {} needs {}; correct 'shape' or 'type'", name,
                  bytes.size(), to_string(spec_.shape), mote::name(spec_.dtype), expected);
    }
    return Tensor::copy_of(ConstTensorView(spec_.dtype, spec_.shape, bytes.data()));
  }

  SourceSpec spec_;
  std::vector<Entry> entries_;
};

std::vector<Entry> entries_from_csv(const DatasetSpec& spec) {
  const CsvTable table = read_csv(spec.source.root / spec.source.labels);
  const size_t file_column = table.column(spec.source.file_column, 0);
  const size_t label_column = table.column(spec.source.label_column, -1);
  std::vector<Entry> entries;
  for (const auto& row : table.rows) {
    const fs::path file(row[file_column]);
    const bool inside = !file.is_absolute() && *file.lexically_normal().begin() != "..";
    if (file.empty() || !inside) {
      throw_error(ErrorKind::kInvalidArgument,
                  "{} names '{}', which does not lie below the dataset's root", table.name,
                  row[file_column]);
    }
    entries.push_back({row[file_column], parse_label(row[label_column], spec)});
  }
  return entries;
}

std::vector<Entry> entries_from_folders(DatasetSpec& spec) {
  const std::vector<std::string> files = list_files(spec.source);
  const auto folder = [](const std::string& file) { return file.substr(0, file.find('/')); };
  for (const std::string& file : files) {
    if (file.find('/') == std::string::npos) {
      throw_error(ErrorKind::kInvalidArgument,
                  "'{}' lies directly in '{}', but labels are the names of folders; move it or set "
                  "'labels'",
                  file, spec.source.root.string());
    }
  }
  if (spec.classes.empty()) {
    for (const std::string& file : files) spec.classes.push_back(folder(file));
    spec.classes.erase(std::unique(spec.classes.begin(), spec.classes.end()), spec.classes.end());
    spec.class_count = static_cast<int64_t>(spec.classes.size());
  }
  std::vector<Entry> entries;
  for (const std::string& file : files) entries.push_back({file, parse_label(folder(file), spec)});
  return entries;
}

}  // namespace

int64_t parse_label(const std::string& text, const DatasetSpec& spec) {
  const auto found = std::find(spec.classes.begin(), spec.classes.end(), text);
  if (found != spec.classes.end()) return found - spec.classes.begin();
  if (const std::optional<int64_t> number = parse_int(text)) return *number;
  throw_error(ErrorKind::kInvalidArgument,
              "label '{}' of dataset '{}' is neither a number nor one of its {} classes; add it to "
              "'classes'",
              text, spec.name, spec.classes.size());
}

std::vector<std::string> list_files(const SourceSpec& spec) {
  std::error_code error;
  if (!fs::is_directory(spec.root, error)) {
    throw_error(ErrorKind::kIo, "the dataset's root '{}' is not a folder; correct 'root'",
                spec.root.string());
  }
  const auto patterns = spec.files.empty() ? usual_patterns(spec.kind) : spec.files;
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(spec.root)) {
    if (!entry.is_regular_file()) continue;
    std::string relative = entry.path().lexically_relative(spec.root).generic_string();
    // FNM_CASEFOLD for "IMG.JPG"; without FNM_PATHNAME a star crosses folders.
    const auto matches = [&](const std::string& pattern) {
      return fnmatch(pattern.c_str(), relative.c_str(), FNM_CASEFOLD) == 0;
    };
    if (std::any_of(patterns.begin(), patterns.end(), matches))
      files.push_back(std::move(relative));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::unique_ptr<Source> open_file_source(DatasetSpec& spec) {
  std::vector<Entry> entries;
  if (spec.source.labels == "folders") {
    entries = entries_from_folders(spec);
  } else if (spec.source.labels.empty() || spec.source.labels == "none") {
    for (std::string& file : list_files(spec.source)) entries.push_back({std::move(file), {}});
  } else {
    entries = entries_from_csv(spec);
  }
  return std::make_unique<FileSource>(spec.source, std::move(entries));
}

}  // namespace mote::data
