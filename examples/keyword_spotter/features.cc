// Turns one split of the synthesized clips into arrays of features.
//
//   features DATASET_TOML SPLIT OUTPUT_FOLDER
//
// Writes OUTPUT_FOLDER/<split>_x.npy, f16 [clips, 49, 10], and <split>_y.npy, u8 [clips]. Half
// precision is finer than an int8 step by a factor of 50 or more and halves the files.
#include <fmt/core.h>

#include <filesystem>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/half.h"
#include "mote/data/dataset.h"
#include "mote/data/npy.h"

namespace {

void write_features(const std::filesystem::path& description, const std::string& split,
                    const std::filesystem::path& folder) {
  const auto data = mote::data::Dataset::open(description, {.split = split});
  std::vector<mote::Half> features;
  std::vector<uint8_t> labels;
  mote::Shape shape;
  for (int64_t i = 0; i < data.size(); ++i) {
    const mote::Tensor sample = std::move(data.prepared(i).tensors.front());
    for (float value : sample.data<float>()) features.emplace_back(value);
    labels.push_back(static_cast<uint8_t>(data.label(i).value()));
    shape = {data.size(), sample.shape()[0], sample.shape()[1]};
  }
  std::filesystem::create_directories(folder);
  mote::data::write_npy(folder / (split + "_x.npy"), mote::Tensor::of(shape, features));
  mote::data::write_npy(folder / (split + "_y.npy"), mote::Tensor::of({data.size()}, labels));
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 4) {
      mote::throw_error(mote::ErrorKind::kInvalidArgument,
                        "usage: features DATASET_TOML SPLIT OUTPUT_FOLDER");
    }
    write_features(arguments[1], arguments[2], arguments[3]);
    return 0;
  } catch (const mote::Error& error) {
    fmt::print(stderr, "features: {}\n", error.what());
    return mote::info(error.kind()).exit_code;
  }
}
