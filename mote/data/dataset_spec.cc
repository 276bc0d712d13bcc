#include "mote/data/dataset_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/path_text.h"
#include "mote/data/toml_reader.h"

namespace mote::data {
namespace {

namespace fs = std::filesystem;

template <class T, size_t N>
using Names = std::array<std::pair<std::string_view, T>, N>;

constexpr Names<Task, 4> kTasks = {{{"classification", Task::kClassification},
                                    {"anomaly", Task::kAnomaly},
                                    {"reconstruction", Task::kReconstruction},
                                    {"unlabelled", Task::kUnlabelled}}};
constexpr Names<SourceKind, 8> kKinds = {{{"images", SourceKind::kImages},
                                          {"audio", SourceKind::kAudio},
                                          {"raw", SourceKind::kRaw},
                                          {"npy", SourceKind::kNpy},
                                          {"npz", SourceKind::kNpz},
                                          {"idx", SourceKind::kIdx},
                                          {"cifar", SourceKind::kCifar},
                                          {"csv", SourceKind::kCsv}}};
constexpr Names<ColorOrder, 4> kColors = {{{"as-stored", ColorOrder::kAsStored},
                                           {"rgb", ColorOrder::kRgb},
                                           {"bgr", ColorOrder::kBgr},
                                           {"grey", ColorOrder::kGrey}}};
constexpr Names<ResizeMode, 3> kResizeModes = {{{"none", ResizeMode::kNone},
                                                {"shorter-side", ResizeMode::kShorterSide},
                                                {"exact", ResizeMode::kExact}}};
constexpr Names<Interpolation, 3> kInterpolations = {{{"nearest", Interpolation::kNearest},
                                                      {"bilinear", Interpolation::kBilinear},
                                                      {"bicubic", Interpolation::kBicubic}}};
constexpr Names<AudioFeatures, 5> kFeatures = {{{"waveform", AudioFeatures::kWaveform},
                                                {"mfcc", AudioFeatures::kMfcc},
                                                {"fixed-mfcc", AudioFeatures::kFixedMfcc},
                                                {"log-mel", AudioFeatures::kLogMel},
                                                {"micro-speech", AudioFeatures::kMicroSpeech}}};
constexpr Names<Layout, 2> kLayouts = {{{"nhwc", Layout::kNhwc}, {"nchw", Layout::kNchw}}};

constexpr int64_t kMaxSide = 1 << 15;
constexpr int64_t kMaxCount = int64_t{1} << 40;
constexpr int kMaxExtends = 8;

/// One number for both sides, or height and width.
std::pair<int64_t, int64_t> two_sides(TomlReader& reader, std::string_view key) {
  const std::vector<int64_t> sides = reader.integers(key, {1, kMaxSide});
  if (sides.empty()) return {0, 0};
  if (sides.size() > 2) reader.fail(key, "a longer list", "one side, or [height, width]");
  return {sides.front(), sides.back()};
}

void read_audio_keys(TomlReader& reader, PreprocessSpec& spec) {
  spec.features = reader.choice("features", spec.features, kFeatures);
  MelOptions& mel = spec.mel;
  if (spec.features == AudioFeatures::kMicroSpeech) {
    mel.low_hz = 125.0;
    mel.high_hz = 7500.0;
  }
  mel.sample_rate = reader.integer("sample_rate", mel.sample_rate, {1, 1000000});
  mel.window_ms = reader.number("window_ms", mel.window_ms);
  mel.stride_ms = reader.number("stride_ms", mel.stride_ms);
  mel.bands = reader.integer("bands", mel.bands, {1, 1024});
  mel.coefficients = reader.integer("coefficients", mel.coefficients, {1, 1024});
  mel.low_hz = reader.number("low_hz", mel.low_hz);
  mel.high_hz = reader.number("high_hz", mel.high_hz);
  mel.normalize_peak = reader.boolean("normalize_peak", mel.normalize_peak);
  spec.duration_ms = reader.number("duration_ms", spec.duration_ms);
  if (spec.duration_ms < 0.0 || spec.duration_ms > 600000.0) {
    reader.fail("duration_ms", fmt::format("{}", spec.duration_ms), "0..600000");
  }
}

PreprocessSpec parse_preprocess(const toml::table& table, const std::string& where,
                                SourceKind kind) {
  TomlReader reader(table, where);
  PreprocessSpec spec;
  spec.color = reader.choice(
      "color", kind == SourceKind::kImages ? ColorOrder::kRgb : ColorOrder::kAsStored, kColors);
  std::tie(spec.resize.height, spec.resize.width) = two_sides(reader, "resize");
  const ResizeMode fallback = spec.resize.height == 0                   ? ResizeMode::kNone
                              : spec.resize.height == spec.resize.width ? ResizeMode::kShorterSide
                                                                        : ResizeMode::kExact;
  spec.resize_mode = reader.choice("resize_mode", fallback, kResizeModes);
  if (spec.resize_mode != ResizeMode::kNone && spec.resize.height == 0) {
    reader.fail("resize", "missing", "one side, or [height, width]");
  }
  spec.resize.kind = reader.choice("interpolation", spec.resize.kind, kInterpolations);
  spec.resize.antialias = reader.boolean("antialias", spec.resize.antialias);
  std::tie(spec.crop_height, spec.crop_width) = two_sides(reader, "crop");
  read_audio_keys(reader, spec);
  spec.scale = reader.number("scale", spec.scale);
  spec.mean = reader.numbers("mean");
  spec.std = reader.numbers("std");
  if (std::count(spec.std.begin(), spec.std.end(), 0.0) > 0) {
    reader.fail("std", "0", "numbers other than 0");
  }
  spec.layout = reader.choice("layout", spec.layout, kLayouts);
  reader.finish();
  return spec;
}

SourceSpec parse_source(const toml::table& table, const std::string& where, const fs::path& base) {
  TomlReader reader(table, where);
  SourceSpec spec;
  if (!reader.has("kind"))
    reader.fail("kind", "missing", "images, audio, raw, npy, npz, idx, cifar, csv");
  spec.kind = reader.choice("kind", spec.kind, kKinds);
  spec.root = expand_path(reader.text("root", "."), base);
  spec.files = reader.texts("files");
  spec.labels = reader.text("labels");
  spec.file_column = reader.text("file_column");
  spec.label_column = reader.text("label_column");
  spec.stacked = reader.boolean("stacked", spec.kind == SourceKind::kNpz);
  spec.arrays = reader.texts("arrays");
  const std::string type = reader.text("type", "f32");
  const std::optional<DataType> dtype = data_type_from_name(type);
  if (!dtype) reader.fail("type", type, "f32, f16, f64, i8, i16, i32, i64, u8, u16, u32, u64");
  spec.dtype = *dtype;
  spec.shape = Shape(reader.integers("shape", {1, kMaxCount}));
  spec.scale = reader.number("scale", 0.0);
  if (spec.scale < 0.0) reader.fail("scale", "negative", "numbers above 0");
  const int64_t lowest = std::numeric_limits<int32_t>::min();
  const int64_t highest = std::numeric_limits<int32_t>::max();
  spec.zero_point = static_cast<int32_t>(reader.integer("zero_point", 0, {lowest, highest}));
  spec.skip = reader.integer("skip", 0, {0, kMaxCount});
  spec.limit = reader.integer("limit", -1, {0, kMaxCount});
  reader.finish();
  if (spec.kind == SourceKind::kRaw && spec.shape.rank() == 0) {
    reader.fail("shape", "missing", "the extents of one sample, such as [49, 10, 1]");
  }
  return spec;
}

toml::table table_at(const toml::table& root, std::string_view key) {
  const toml::table* table = root[key].as_table();
  return table == nullptr ? toml::table() : *table;
}

/// Reads a file and those it extends; paths inside are made absolute by where they were written.
toml::table read_extended(const fs::path& path, int depth) {
  toml::table own = read_toml(path.string());
  const fs::path base = path.parent_path();
  const auto resolve = [&](toml::table* table, std::string_view key) {
    if (table == nullptr) return;
    if (const auto text = (*table)[key].value<std::string>()) {
      table->insert_or_assign(key, expand_path(*text, base).string());
    }
  };
  resolve(own["source"].as_table(), "root");
  resolve(&own, "classes_file");
  if (toml::table* splits = own["splits"].as_table()) {
    for (auto& [key, split] : *splits) resolve(split.as_table(), "root");
  }
  const auto parent = own["extends"].value<std::string>();
  if (!parent) return own;
  if (depth == kMaxExtends) {
    throw_error(ErrorKind::kInvalidArgument, "'{}': more than {} files extend each other",
                path.string(), kMaxExtends);
  }
  toml::table merged = read_extended(expand_path(*parent, base), depth + 1);
  own.erase("extends");
  merge_toml(merged, own);
  return merged;
}

/// One class a line; a synset file's leading "n01440764 " is kept as part of the name.
std::vector<std::string> read_classes(const fs::path& path) {
  const std::string text = read_text_file(path);
  std::vector<std::string> classes;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.pop_back();
    if (!line.empty()) classes.push_back(std::move(line));
    at = end + 1;
  }
  return classes;
}

/// The [source] table with the chosen split's keys over it.
toml::table split_source(const toml::table& root, DatasetSpec& spec, const std::string& where,
                         const std::string& wanted) {
  toml::table source = table_at(root, "source");
  const toml::table splits = table_at(root, "splits");
  for (const auto& [key, node] : splits) spec.split_names.emplace_back(key.str());
  if (wanted.empty()) return source;
  const toml::table* split = splits[wanted].as_table();
  if (split == nullptr) {
    throw_error(
        ErrorKind::kInvalidArgument, "{}: no split '{}'; it has: {}", where, wanted,
        spec.split_names.empty() ? "none" : fmt::format("{}", fmt::join(spec.split_names, ", ")));
  }
  spec.split = wanted;
  merge_toml(source, *split);
  return source;
}

DatasetSpec parse_dataset(toml::table root, const fs::path& path, const DatasetOptions& options) {
  const std::string where = fmt::format("'{}'", path.string());
  TomlReader reader(root, where);
  DatasetSpec spec;
  spec.name = reader.text("name", path.stem().string());
  spec.task = reader.choice("task", Task::kClassification, kTasks);
  spec.classes = reader.texts("classes");
  if (const std::string file = reader.text("classes_file"); !file.empty()) {
    spec.classes = read_classes(file);
  }
  spec.class_count =
      reader.integer("class_count", static_cast<int64_t>(spec.classes.size()), {0, kMaxCount});
  if (reader.has("label_offset"))
    spec.label_offset = reader.integer("label_offset", 0, {-1000, 1000});
  if (options.label_offset) spec.label_offset = options.label_offset;
  const std::string split = reader.text("default_split");
  for (const char* table : {"source", "splits", "preprocess"}) {
    if (reader.has(table) && !root[table].is_table()) reader.fail(table, "a value", "a table");
  }
  reader.finish();

  const toml::table source =
      split_source(root, spec, where, options.split.empty() ? split : options.split);
  spec.source = parse_source(source, where + " [source]", path.parent_path());
  toml::table preprocess = table_at(root, "preprocess");
  for (const auto& [key, value] : options.preprocess) preprocess.insert_or_assign(key, value);
  spec.preprocess = parse_preprocess(preprocess, where + " [preprocess]", spec.source.kind);
  return spec;
}

bool has_ending(const fs::path& path, std::initializer_list<std::string_view> endings) {
  std::string ending = path.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(endings.begin(), endings.end(), ending) != endings.end();
}

/// Describes a folder without dataset.toml, or one .npy file, as if somebody had written it.
toml::table describe_plain(const fs::path& path) {
  if (!fs::is_directory(path)) {
    toml::table source{{"kind", "npy"},
                       {"root", fs::absolute(path.parent_path()).string()},
                       {"files", toml::array{path.filename().string()}},
                       {"stacked", true}};
    return toml::table{{"task", "unlabelled"}, {"source", source}};
  }
  std::map<std::string, int64_t> counts;
  bool nested = true;
  for (const auto& entry : fs::recursive_directory_iterator(path)) {
    if (!entry.is_regular_file()) continue;
    const fs::path& file = entry.path();
    std::string kind;
    if (has_ending(file, {".jpg", ".jpeg", ".png"})) kind = "images";
    if (has_ending(file, {".wav", ".flac"})) kind = "audio";
    if (has_ending(file, {".npy"})) kind = "npy";
    if (kind.empty()) continue;
    ++counts[kind];
    nested = nested && file.parent_path() != path;
  }
  if (counts.size() != 1) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}' holds {} of pictures, sounds and .npy files; a plain folder holds one kind, "
                "otherwise write a dataset.toml",
                path.string(), counts.empty() ? "none" : "several");
  }
  std::string labels = nested ? "folders" : "none";
  if (!nested && fs::exists(path / "labels.csv")) labels = "labels.csv";
  const toml::table source{
      {"kind", counts.begin()->first}, {"root", fs::absolute(path).string()}, {"labels", labels}};
  return toml::table{{"name", fs::absolute(path).lexically_normal().filename().string()},
                     {"task", labels == "none" ? "unlabelled" : "classification"},
                     {"source", source}};
}

template <class T, size_t N>
std::string_view name_of(T value, const Names<T, N>& names) {
  for (const auto& [text, entry] : names) {
    if (entry == value) return text;
  }
  throw_error(ErrorKind::kInternal, "an enumerator without a name");
}

}  // namespace

std::string_view name(Task task) { return name_of(task, kTasks); }
std::string_view name(SourceKind kind) { return name_of(kind, kKinds); }

PreprocessSpec preprocess_from_keys(SourceKind kind,
                                    const std::map<std::string, std::string>& keys) {
  toml::table table;
  for (const auto& [key, value] : keys) table.insert_or_assign(key, value);
  return parse_preprocess(table, "preprocessing options", kind);
}

DatasetSpec load_dataset_spec(const fs::path& path, const DatasetOptions& options) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    throw_error(ErrorKind::kIo, "'{}' does not exist; give a dataset.toml or a folder",
                path.string());
  }
  const fs::path description = fs::is_directory(path, ignored) ? path / "dataset.toml" : path;
  if (has_ending(description, {".toml"}) && fs::exists(description, ignored)) {
    return parse_dataset(read_extended(description, 0), description, options);
  }
  if (fs::is_directory(path, ignored) || has_ending(path, {".npy"})) {
    return parse_dataset(describe_plain(path), path, options);
  }
  throw_error(ErrorKind::kInvalidArgument,
              "'{}' is not a dataset; give a dataset.toml, a folder or a .npy file", path.string());
}

}  // namespace mote::data
