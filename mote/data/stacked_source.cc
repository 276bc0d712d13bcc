#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <variant>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"
#include "mote/data/csv.h"
#include "mote/data/fingerprint.h"
#include "mote/data/idx.h"
#include "mote/data/inflate.h"
#include "mote/data/npy.h"
#include "mote/data/npz.h"
#include "mote/data/source.h"

namespace mote::data {
namespace {

namespace fs = std::filesystem;

/// The content of a file: mapped, or decompressed when it was gzipped.
class Bytes {
 public:
  explicit Bytes(const fs::path& path) : store_(MappedFile(path)) {
    const auto raw = std::get<MappedFile>(store_).bytes();
    if (is_gzip(raw)) store_.emplace<std::vector<std::byte>>(gunzip(raw, path.string()));
  }
  std::span<const std::byte> get() const {
    const auto* mapped = std::get_if<MappedFile>(&store_);
    return mapped != nullptr ? mapped->bytes()
                             : std::span(std::get<std::vector<std::byte>>(store_));
  }
  /// After a sample: memory must not grow with the samples that were looked at.
  void forget() const {
    if (const auto* mapped = std::get_if<MappedFile>(&store_)) mapped->forget();
  }

 private:
  std::variant<MappedFile, std::vector<std::byte>> store_;
};

/// Records of equal type and shape, one behind the other.
struct Records {
  DataType dtype = DataType::kU8;
  Shape shape;
  int64_t count = 0;
  const std::byte* data = nullptr;
  /// Keeps `data` alive.
  std::shared_ptr<const void> owner;
  /// The file that holds them, if one does.
  const Bytes* file = nullptr;

  void forget() const {
    if (file != nullptr) file->forget();
  }
  size_t record_bytes() const { return static_cast<size_t>(shape.elements()) * size_bytes(dtype); }
  std::span<const std::byte> record(int64_t index) const {
    return {data + static_cast<size_t>(index) * record_bytes(), record_bytes()};
  }
};

Shape without_first(const Shape& shape, const std::string& name) {
  if (shape.rank() == 0) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} holds one number; its first axis must count samples", name);
  }
  return Shape(std::vector<int64_t>(shape.begin() + 1, shape.end()));
}

Records records_of(Tensor tensor, const std::string& name) {
  Records records;
  records.dtype = tensor.dtype();
  records.shape = without_first(tensor.shape(), name);
  records.count = tensor.shape()[0];
  auto owner = std::make_shared<const Tensor>(std::move(tensor));
  records.data = owner->bytes();
  records.owner = owner;
  return records;
}

Records map_npy(const fs::path& path) {
  const std::string name = fmt::format("'{}'", path.string());
  auto file = std::make_shared<const Bytes>(path);
  const NpyHeader header = parse_npy_header(file->get(), name);
  if (header.fortran_order) return records_of(parse_npy(file->get(), name), name);
  return {header.dtype,
          without_first(header.shape, name),
          header.shape[0],
          file->get().data() + header.data_offset,
          file,
          file.get()};
}

Records map_idx(const fs::path& path) {
  const std::string name = fmt::format("'{}'", path.string());
  auto file = std::make_shared<const Bytes>(path);
  const IdxHeader header = parse_idx_header(file->get(), name);
  if (header.shape.rank() == 0) throw_error(ErrorKind::kInvalidArgument, "{} has no samples", name);
  return {header.dtype,
          without_first(header.shape, name),
          header.shape[0],
          file->get().data() + header.data_offset,
          file,
          file.get()};
}

std::vector<int64_t> labels_of(const Records& records, const std::string& name) {
  if (records.shape.elements() != 1) {
    throw_error(ErrorKind::kInvalidArgument, "{}: a label is one number, not shape {}", name,
                to_string(records.shape));
  }
  return elements_as<int64_t>(ConstTensorView(records.dtype, {records.count}, records.data));
}

class StackedSource final : public Source {
 public:
  StackedSource(std::string name, std::vector<Records> arrays, std::vector<int64_t> labels,
                bool pictures)
      : name_(std::move(name)),
        arrays_(std::move(arrays)),
        labels_(std::move(labels)),
        pictures_(pictures) {
    for (const Records& array : arrays_) check_count(array.count, "another array");
    if (!labels_.empty()) check_count(static_cast<int64_t>(labels_.size()), "the labels");
  }

  int64_t size() const override { return arrays_.front().count; }
  std::string id(int64_t index) const override { return fmt::format("{}#{}", name_, index); }
  std::optional<int64_t> label(int64_t index) const override {
    if (labels_.empty()) return std::nullopt;
    return labels_.at(static_cast<size_t>(index));
  }
  Content content(int64_t index) const override {
    if (pictures_) return picture(index);
    std::vector<Tensor> tensors;
    for (const Records& array : arrays_) {
      const auto bytes = array.record(index);
      tensors.push_back(Tensor::copy_of(ConstTensorView(array.dtype, array.shape, bytes.data())));
      array.forget();
    }
    return tensors;
  }
  uint64_t fingerprint(int64_t index) const override {
    uint64_t hash = 0;
    for (const Records& array : arrays_) {
      hash = data::fingerprint(array.record(index), hash);
      array.forget();
    }
    return hash;
  }

 private:
  void check_count(int64_t count, const char* what) const {
    if (count == size()) return;
    throw_error(ErrorKind::kInvalidArgument, "'{}' holds {} samples, but {} hold {}", name_, size(),
                what, count);
  }

  /// IDX records [h, w] of u8.
  Image picture(int64_t index) const {
    const Records& array = arrays_.front();
    const auto bytes = array.record(index);
    const auto* pixels = reinterpret_cast<const uint8_t*>(bytes.data());
    Image image{array.shape[0], array.shape[1], 1, {pixels, pixels + bytes.size()}};
    array.forget();
    return image;
  }

  std::string name_;
  std::vector<Records> arrays_;
  std::vector<int64_t> labels_;
  bool pictures_;
};

/// CIFAR-10's binary version: a label byte, then the red, green and blue planes.
/// Source: Krizhevsky, "The CIFAR-10 dataset", binary version.
class CifarSource final : public Source {
 public:
  static constexpr int64_t kSide = 32;
  static constexpr size_t kPlane = static_cast<size_t>(kSide * kSide);
  static constexpr size_t kRecord = 1 + 3 * kPlane;

  explicit CifarSource(const SourceSpec& spec) {
    for (const std::string& name : list_files(spec)) {
      const fs::path path = spec.root / name;
      files_.push_back({name, std::make_unique<const Bytes>(path)});
      const size_t bytes = files_.back().bytes->get().size();
      if (bytes % kRecord != 0) {
        throw_error(ErrorKind::kInvalidArgument,
                    "'{}' has {} bytes, which is no multiple of the {} of a CIFAR record; copy it "
                    "again",
                    path.string(), bytes, kRecord);
      }
      count_ += static_cast<int64_t>(bytes / kRecord);
    }
  }

  int64_t size() const override { return count_; }
  std::string id(int64_t index) const override {
    const Place at = place(index);
    return fmt::format("{}#{}", files_[at.file].name, at.record);
  }
  std::optional<int64_t> label(int64_t index) const override {
    return std::to_integer<int64_t>(record(index)[0]);
  }
  Content content(int64_t index) const override {
    const auto planes = record(index).subspan(1);
    Image image{kSide, kSide, 3, std::vector<uint8_t>(3 * kPlane)};
    for (size_t i = 0; i < kPlane; ++i) {
      for (size_t c = 0; c < 3; ++c) {
        image.pixels[3 * i + c] = std::to_integer<uint8_t>(planes[c * kPlane + i]);
      }
    }
    forget(index);
    return image;
  }
  uint64_t fingerprint(int64_t index) const override {
    const uint64_t hash = data::fingerprint(record(index).subspan(1));
    forget(index);
    return hash;
  }

 private:
  struct File {
    std::string name;
    std::unique_ptr<const Bytes> bytes;
  };
  struct Place {
    size_t file = 0;
    size_t record = 0;
  };

  Place place(int64_t index) const {
    Place at{0, static_cast<size_t>(index)};
    while (at.record >= files_.at(at.file).bytes->get().size() / kRecord) {
      at.record -= files_[at.file].bytes->get().size() / kRecord;
      ++at.file;
    }
    return at;
  }
  std::span<const std::byte> record(int64_t index) const {
    const Place at = place(index);
    return files_[at.file].bytes->get().subspan(at.record * kRecord, kRecord);
  }
  void forget(int64_t index) const { files_[place(index).file].bytes->forget(); }

  std::vector<File> files_;
  int64_t count_ = 0;
};

/// Rows of numbers; the label column is left out of the features.
std::unique_ptr<Source> open_csv(const DatasetSpec& spec, const fs::path& path) {
  const CsvTable table = read_csv(path);
  const bool labelled = spec.source.labels != "none";
  const size_t label_column =
      labelled ? table.column(spec.source.label_column, -1) : std::string::npos;
  std::vector<float> values;
  std::vector<int64_t> labels;
  for (size_t row = 0; row < table.rows.size(); ++row) {
    for (size_t column = 0; column < table.rows[row].size(); ++column) {
      const std::string& cell = table.rows[row][column];
      if (column == label_column) {
        labels.push_back(parse_label(cell, spec));
        continue;
      }
      const std::optional<double> value = parse_double(cell);
      if (!value) {
        throw_error(ErrorKind::kInvalidArgument, "{}: row {} column {} is '{}', not a number",
                    table.name, row + 1, column + 1, cell);
      }
      values.push_back(static_cast<float>(*value));
    }
  }
  const auto rows = static_cast<int64_t>(table.rows.size());
  const int64_t width = rows == 0 ? 0 : static_cast<int64_t>(values.size()) / rows;
  std::vector<int64_t> dims =
      spec.source.shape.rank() > 0 ? spec.source.shape.dims() : std::vector<int64_t>{width};
  if (Shape(dims).elements() != width) {
    throw_error(ErrorKind::kInvalidArgument, "{}: a row has {} values, but 'shape' is {}",
                table.name, width, to_string(Shape(dims)));
  }
  dims.insert(dims.begin(), rows);
  Tensor tensor = Tensor::of(Shape(dims), values);
  return std::make_unique<StackedSource>(path.filename().string(),
                                         std::vector{records_of(std::move(tensor), table.name)},
                                         std::move(labels), false);
}

std::unique_ptr<Source> open_npz(const DatasetSpec& spec, const fs::path& path) {
  const NpzFile archive(path);
  const std::string& labels_name = spec.source.labels;
  const bool labelled = !labels_name.empty() && labels_name != "none";
  std::vector<std::string> names = spec.source.arrays;
  if (names.empty()) {
    names = archive.names();
    std::erase(names, labels_name);
  }
  std::vector<Records> arrays;
  for (const std::string& name : names) arrays.push_back(records_of(archive.array(name), name));
  if (arrays.empty()) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' holds no array of samples", path.string());
  }
  std::vector<int64_t> labels;
  if (labelled)
    labels = labels_of(records_of(archive.array(labels_name), labels_name), labels_name);
  return std::make_unique<StackedSource>(path.filename().string(), std::move(arrays),
                                         std::move(labels), false);
}

/// Labels of idx and stacked npy: a file of the same kind, or of the other.
std::vector<int64_t> read_labels(const SourceSpec& spec) {
  if (spec.labels.empty() || spec.labels == "none") return {};
  const fs::path path = spec.root / spec.labels;
  return labels_of(path.extension() == ".npy" ? map_npy(path) : map_idx(path), path.string());
}

fs::path only_file(const SourceSpec& spec) {
  std::vector<std::string> files = list_files(spec);
  std::erase(files, spec.labels);
  if (files.size() != 1) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}' holds {} files that match; name the one with the samples in 'files'",
                spec.root.string(), files.size());
  }
  return spec.root / files.front();
}

}  // namespace

std::unique_ptr<Source> open_stacked_source(const DatasetSpec& spec) {
  if (spec.source.kind == SourceKind::kCifar) return std::make_unique<CifarSource>(spec.source);
  const fs::path path = only_file(spec.source);
  if (spec.source.kind == SourceKind::kCsv) return open_csv(spec, path);
  if (spec.source.kind == SourceKind::kNpz) return open_npz(spec, path);
  Records records = spec.source.kind == SourceKind::kNpy ? map_npy(path) : map_idx(path);
  const bool pictures = spec.source.kind == SourceKind::kIdx && records.shape.rank() == 2 &&
                        records.dtype == DataType::kU8;
  return std::make_unique<StackedSource>(path.filename().string(), std::vector{std::move(records)},
                                         read_labels(spec.source), pictures);
}

}  // namespace mote::data
