#include "mote/data/input_file.h"

#include <algorithm>
#include <functional>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/audio.h"
#include "mote/data/dataset_spec.h"
#include "mote/data/image.h"
#include "mote/data/npy.h"
#include "mote/data/npz.h"
#include "mote/data/preprocess.h"

namespace mote::data {
namespace {

namespace fs = std::filesystem;
// The preprocessing for files of a kind.
using SpecOf = std::function<PreprocessSpec(SourceKind)>;

std::vector<Tensor> split_raw(const fs::path& path, std::span<const ModelInput> inputs) {
  const MappedFile file(path);
  std::vector<Tensor> tensors;
  size_t total = 0;
  for (const ModelInput& input : inputs) {
    tensors.emplace_back(input.dtype, input.shape.bind(1));
    total += tensors.back().size_bytes();
  }
  if (file.bytes().size() != total) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}' has {} bytes, but the model's {} inputs take {} (little-endian, in order)",
                path.string(), file.bytes().size(), inputs.size(), total);
  }
  const std::byte* from = file.bytes().data();
  for (Tensor& tensor : tensors) {
    copy_bytes(tensor.bytes(), from, tensor.size_bytes());
    from += tensor.size_bytes();
  }
  return tensors;
}

std::vector<Tensor> read_archive(const fs::path& path, std::span<const ModelInput> inputs) {
  const NpzFile archive(path);
  const std::vector<std::string> names = archive.names();
  if (names.size() != inputs.size()) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' has {} arrays, the model has {} inputs",
                path.string(), names.size(), inputs.size());
  }
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const bool by_name = std::find(names.begin(), names.end(), inputs[i].name) != names.end();
    tensors.push_back(adapt(archive.array(by_name ? inputs[i].name : names[i]), {}, inputs[i]));
  }
  return tensors;
}

Prepared prepare(SourceKind kind, Content content, const SpecOf& spec_of) {
  return Preprocessor(spec_of(kind), {})(std::move(content));
}

Prepared read_one(const fs::path& path, const SpecOf& spec_of) {
  const MappedFile file(path);
  const std::string name = fmt::format("'{}'", path.string());
  if (is_image(file.bytes())) {
    return prepare(SourceKind::kImages, decode_image(file.bytes(), name), spec_of);
  }
  if (is_audio(file.bytes())) {
    return prepare(SourceKind::kAudio, decode_audio(file.bytes(), name), spec_of);
  }
  if (path.extension() == ".npy") {
    std::vector<Tensor> tensors;
    tensors.push_back(parse_npy(file.bytes(), name));
    return prepare(SourceKind::kNpy, std::move(tensors), spec_of);
  }
  throw_error(
      ErrorKind::kInvalidArgument,
      "{} is not a file a model can be fed with; allowed: .npy, .npz, .bin, JPEG, PNG, WAV, "
      "FLAC",
      name);
}

std::vector<Tensor> read_files(std::span<const fs::path> paths, std::span<const ModelInput> inputs,
                               const SpecOf& spec_of) {
  if (paths.size() == 1 && paths[0].extension() == ".bin") return split_raw(paths[0], inputs);
  if (paths.size() == 1 && paths[0].extension() == ".npz") return read_archive(paths[0], inputs);
  if (paths.size() != inputs.size()) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} input files for {} inputs; give one for each, or one .bin or .npz for all",
                paths.size(), inputs.size());
  }
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < inputs.size(); ++i) {
    tensors.push_back(
        with_context([&] { return fmt::format("input file '{}'", paths[i].string()); },
                     [&] {
                       const Prepared prepared = read_one(paths[i], spec_of);
                       return adapt(prepared.tensors.front(), prepared.integers, inputs[i]);
                     }));
  }
  return tensors;
}

}  // namespace

std::vector<Tensor> read_input_files(std::span<const fs::path> paths,
                                     std::span<const ModelInput> inputs,
                                     const std::map<std::string, std::string>& preprocess) {
  return read_files(paths, inputs,
                    [&](SourceKind kind) { return preprocess_from_keys(kind, preprocess); });
}

std::vector<Tensor> read_input_files_as(std::span<const fs::path> paths,
                                        std::span<const ModelInput> inputs,
                                        const PreprocessSpec& preprocess) {
  return read_files(paths, inputs, [&](SourceKind) { return preprocess; });
}

}  // namespace mote::data
