// The files `mote run` feeds to a model.
//
//   std::vector<Tensor> inputs = read_input_files({"cat.jpg"}, model_inputs, {{"scale", "1/255"}});
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/data/adapt.h"
#include "mote/data/dataset_spec.h"

namespace mote::data {

/// One file for each input of the model, in order: .npy, JPEG, PNG, WAV or FLAC, adapted to the
/// input; or a single `.bin` with the raw little-endian bytes of all inputs one behind the other;
/// or a single .npz with an array for each input (by name, else in order of name). `preprocess`
/// holds keys of [preprocess] (docs/reference/dataset.md) for pictures, sounds and float arrays.
/// Throws kIo or kInvalidArgument naming the file.
std::vector<Tensor> read_input_files(std::span<const std::filesystem::path> paths,
                                     std::span<const ModelInput> inputs,
                                     const std::map<std::string, std::string>& preprocess);
/// The same with the preprocessing of a dataset description (load_dataset_spec).
std::vector<Tensor> read_input_files_as(std::span<const std::filesystem::path> paths,
                                        std::span<const ModelInput> inputs,
                                        const PreprocessSpec& preprocess);

}  // namespace mote::data
