// What a dataset.toml says, checked and with paths resolved. The keys are described in
// docs/reference/dataset.md.
//
//   DatasetSpec spec = load_dataset_spec("examples/datasets/vww01.toml", {});
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mote/base/data_type.h"
#include "mote/base/shape.h"
#include "mote/data/image.h"
#include "mote/data/mel.h"
#include "mote/data/resize.h"

namespace mote::data {

enum class Task { kClassification, kAnomaly, kReconstruction, kUnlabelled };
std::string_view name(Task task);

enum class SourceKind { kImages, kAudio, kRaw, kNpy, kNpz, kIdx, kCifar, kCsv };
std::string_view name(SourceKind kind);

/// Where the samples and labels are.
struct SourceSpec {
  SourceKind kind = SourceKind::kImages;
  std::filesystem::path root;
  /// Names or patterns (* and ?) relative to `root`; empty means all files of the kind.
  std::vector<std::string> files;
  /// A label file relative to `root`, "folders", or "none"; empty means what the kind brings along.
  std::string labels;
  std::string file_column;
  std::string label_column;
  /// Samples are the rows (first axis) of one .npy file instead of one file each.
  bool stacked = false;
  /// npz: the array of each model input.
  std::vector<std::string> arrays;
  /// raw and csv: element type and shape of a sample, which those files do not carry.
  DataType dtype = DataType::kF32;
  Shape shape;
  /// What integer elements mean: (q - zero_point) * scale. 0 means nothing is known.
  double scale = 0.0;
  int32_t zero_point = 0;
  int64_t skip = 0;
  /// -1 means all.
  int64_t limit = -1;
};

enum class AudioFeatures { kWaveform, kMfcc, kFixedMfcc, kLogMel, kMicroSpeech };
enum class ResizeMode { kNone, kShorterSide, kExact };
enum class Layout { kNhwc, kNchw };

/// From a decoded sample to the tensor a float network is given.
struct PreprocessSpec {
  ColorOrder color = ColorOrder::kAsStored;
  ResizeMode resize_mode = ResizeMode::kNone;
  ResizeOptions resize;
  /// 0 means no crop.
  int64_t crop_height = 0;
  int64_t crop_width = 0;

  AudioFeatures features = AudioFeatures::kWaveform;
  MelOptions mel;
  /// Clips are cut or padded with zeros at the end to this length; 0 keeps their own.
  double duration_ms = 0.0;

  /// y = (x * scale - mean) / std, with one mean and std or one for each channel (last axis).
  double scale = 1.0;
  std::vector<double> mean;
  std::vector<double> std;
  Layout layout = Layout::kNhwc;

  /// True when values pass unchanged.
  bool identity() const { return scale == 1.0 && mean.empty() && std.empty(); }
};

struct DatasetSpec {
  std::string name;
  Task task = Task::kUnlabelled;
  /// May be empty; otherwise one name for each class.
  std::vector<std::string> classes;
  /// 0 when not known.
  int64_t class_count = 0;
  /// Added to a label to give the model's output index; absent means chosen by the model's size.
  std::optional<int64_t> label_offset;
  SourceSpec source;
  PreprocessSpec preprocess;
  std::string split;
  std::vector<std::string> split_names;
};

/// What the command line changes.
struct DatasetOptions {
  /// Name of a split; empty takes `default_split`, or the whole source.
  std::string split;
  /// Counted after the split.
  int64_t skip = 0;
  /// -1 means all.
  int64_t limit = -1;
  /// Keys of [preprocess] and their values as text: {"scale", "1/255"}, {"mean", "0.5,0.5,0.5"}.
  std::map<std::string, std::string> preprocess;
  std::optional<int64_t> label_offset;
};

/// `path` is a dataset.toml, a folder with one, a plain folder of .npy, picture or sound files, or
/// one .npy file whose first axis counts the samples. Throws kIo, or kInvalidArgument naming the
/// file, the key, the value found and the values allowed.
DatasetSpec load_dataset_spec(const std::filesystem::path& path, const DatasetOptions& options);

/// The preprocessing that `keys` (as in DatasetOptions) describe for samples of `kind`.
PreprocessSpec preprocess_from_keys(SourceKind kind,
                                    const std::map<std::string, std::string>& keys);

}  // namespace mote::data
