#include "mote/data/input_file.h"

#include <gmock/gmock.h>

#include "mote/data/npy.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

TEST(InputFile, bin_holds_all_inputs_one_behind_the_other) {
  const TempFolder folder;
  const std::vector<std::filesystem::path> path = {
      folder.write_values<int8_t>("x.bin", {1, 2, 3, 0, 0, -128, 63})};
  const std::vector<ModelInput> inputs = {
      {.name = "a", .dtype = DataType::kI8, .shape = {kDynamic, 3}}, {.name = "b", .shape = {1}}};
  const std::vector<Tensor> tensors = read_input_files(path, inputs, {});
  EXPECT_THAT(tensors[0].data<int8_t>(), testing::ElementsAre(1, 2, 3));
  EXPECT_THAT(tensors[1].data<float>(), testing::ElementsAre(1.0f));
  EXPECT_THAT(error_of([&] { read_input_files(path, std::span(inputs).first(1), {}); }),
              testing::HasSubstr("has 7 bytes, but the model's 1 inputs take 3"));
}

TEST(InputFile, pictures_arrays_and_sounds_are_adapted) {
  const TempFolder folder;
  write_npy(folder.path() / "x.npy", Tensor::of({2}, std::vector<double>{0.5, 1.0}));
  const std::vector<std::filesystem::path> paths = {
      folder.write("x.png", png_of(counting_image(1, 2, 3))), folder.path() / "x.npy",
      folder.write("x.wav", wav_of({16384, -16384}, 16000))};
  const std::vector<ModelInput> inputs = {
      {.name = "image", .shape = {1, 3, 1, 2}},
      {.name = "array", .dtype = DataType::kU8, .shape = {1, 2}, .scale = 0.5, .zero_point = 10},
      {.name = "sound", .shape = {1, 2}}};
  const std::vector<Tensor> tensors = read_input_files(paths, inputs, {{"scale", "2"}});
  EXPECT_THAT(tensors[0].data<float>(), testing::ElementsAre(0, 6, 2, 8, 4, 10));
  EXPECT_THAT(tensors[1].data<uint8_t>(), testing::ElementsAre(12, 14));
  EXPECT_THAT(tensors[2].data<float>(), testing::ElementsAre(1.0f, -1.0f));
}

TEST(InputFile, other_files_are_refused_by_name) {
  const TempFolder folder;
  const std::vector<std::filesystem::path> paths = {folder.write("x.txt", "hello")};
  const std::vector<ModelInput> inputs = {{.name = "x", .shape = {1}}};
  EXPECT_THAT(error_of([&] { read_input_files(paths, inputs, {}); }), testing::HasSubstr("x.txt"));
}

}  // namespace
}  // namespace mote::data
