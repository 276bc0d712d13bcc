// Where samples come from: numbered records with an id and perhaps a label, decoded when asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/data/audio.h"
#include "mote/data/dataset_spec.h"
#include "mote/data/image.h"

namespace mote::data {

/// What a record decodes to, before preprocessing. Tensors: one for each input of the model.
using Content = std::variant<std::vector<Tensor>, Image, Audio>;

/// Const members may be called from several threads.
class Source {
 public:
  virtual ~Source() = default;
  virtual int64_t size() const = 0;
  /// A file name, or "file#record".
  virtual std::string id(int64_t index) const = 0;
  virtual std::optional<int64_t> label(int64_t index) const = 0;
  virtual Content content(int64_t index) const = 0;
  /// Hash of the record's stored bytes, without its label.
  virtual uint64_t fingerprint(int64_t index) const = 0;
  /// Files of the kind that lie in the folder but are no samples, because the labels do not name
  /// them.
  virtual std::vector<std::string> unlisted() const { return {}; }
};

/// One file for each sample: images, audio, raw, and npy that is not stacked. Fills `spec.classes`
/// from folder names when labels are folders and no classes are given.
std::unique_ptr<Source> open_file_source(DatasetSpec& spec);

/// Many samples in a file: idx, cifar, csv, npz, stacked npy. Uncompressed files are mapped, not
/// read.
std::unique_ptr<Source> open_stacked_source(const DatasetSpec& spec);

/// The class a label's text names: a number, or one of `spec.classes`. Throws kInvalidArgument.
int64_t parse_label(const std::string& text, const DatasetSpec& spec);

/// Files below the root that match `spec.files`, or the kind's usual endings when empty; relative,
/// with '/', sorted.
std::vector<std::string> list_files(const SourceSpec& spec);

}  // namespace mote::data
