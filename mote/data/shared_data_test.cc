// The descriptions in examples/datasets against the sets themselves.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "mote/base/error.h"
#include "mote/data/dataset.h"
#include "mote/data/path_text.h"

#ifndef MOTE_SOURCE_DIR
#error "MOTE_SOURCE_DIR must name the repository's root"
#endif

namespace mote::data {
namespace {

bool shared_data_present() {
  try {
    return std::filesystem::is_directory(expand_path("${MOTE_DATA}", MOTE_SOURCE_DIR));
  } catch (const Error&) {
    return false;
  }
}

Dataset open(const std::string& file, const DatasetOptions& options = {}) {
  return Dataset::open(std::filesystem::path(MOTE_SOURCE_DIR) / "examples" / "datasets" / file,
                       options);
}

class SharedData : public testing::Test {
 protected:
  void SetUp() override {
    if (!shared_data_present()) GTEST_SKIP() << "set MOTE_DATA to the folder of shared data";
  }
};

TEST_F(SharedData, kws01_goes_byte_for_byte_into_the_int8_model) {
  const Dataset data = open("kws01.toml");
  ASSERT_EQ(data.size(), 1000);
  EXPECT_EQ(data.id(0), "tst_000000_Stop_7.bin");
  EXPECT_EQ(data.label(0), 7);
  const std::vector<ModelInput> int8 = {{.name = "input_1",
                                         .dtype = DataType::kI8,
                                         .shape = {1, 49, 10, 1},
                                         .scale = 0.5847029089927673,
                                         .zero_point = 83}};
  EXPECT_EQ(data.inputs(0, int8)[0], data.prepared(0).tensors[0].reshaped({1, 49, 10, 1}));
  const std::vector<ModelInput> flt = {{.name = "input_1", .shape = {1, 49, 10, 1}}};
  EXPECT_EQ(data.inputs(0, flt)[0].dtype(), DataType::kF32);
}

TEST_F(SharedData, vww01_serves_the_float_and_the_int8_model) {
  const Dataset data = open("vww01.toml");
  ASSERT_EQ(data.size(), 1000);
  const std::vector<ModelInput> flt = {{.name = "x", .shape = {1, 96, 96, 3}}};
  const std::vector<ModelInput> int8 = {{.name = "x",
                                         .dtype = DataType::kI8,
                                         .shape = {1, 96, 96, 3},
                                         .scale = 0.003921568859368563,
                                         .zero_point = -128}};
  const Tensor f = data.inputs(0, flt)[0];
  const Tensor q = data.inputs(0, int8)[0];
  for (size_t i = 0; i < f.data<float>().size(); ++i) {
    EXPECT_EQ(q.data<int8_t>()[i], std::lround(f.data<float>()[i] * 255.0f) - 128);
  }
}

TEST_F(SharedData, cifar10_has_1452_test_and_20000_training_pictures) {
  const Dataset data = open("cifar10.toml");
  EXPECT_EQ(data.size(), 1452);
  EXPECT_EQ(data.label(0), 3);
  const Dataset train = open("cifar10_meanstd.toml", {.split = "train"});
  EXPECT_EQ(train.size(), 20000);
  const auto values = elements_as<float>(train.prepared(0).tensors[0]);
  EXPECT_LT(*std::max_element(values.begin(), values.end()), 2.7f);
}

TEST_F(SharedData, mnist_is_complete) {
  const Dataset data = open("mnist.toml");
  EXPECT_EQ(data.size(), 10000);
  EXPECT_EQ(data.label(0), 7);
  EXPECT_EQ(data.prepared(0).tensors[0].shape(), Shape({28, 28, 1}));
}

TEST_F(SharedData, imagenet500_is_cropped_and_labelled) {
  const Dataset data = open("imagenet500.toml");
  ASSERT_EQ(data.size(), 500);
  EXPECT_EQ(data.spec().classes.size(), 1000u);
  EXPECT_EQ(data.label(0), 472);
  EXPECT_EQ(data.label_offset(1001), 1);
  const std::vector<ModelInput> nchw = {{.name = "x", .shape = {kDynamic, 3, 224, 224}}};
  EXPECT_EQ(data.inputs(0, nchw)[0].shape(), Shape({1, 3, 224, 224}));
  const Dataset test = open("imagenet500_meanstd.toml", {.split = "test"});
  EXPECT_EQ(test.size(), 436);
  EXPECT_EQ(test.id(0), data.id(64));
}

TEST_F(SharedData, speech_commands_splits_sum_to_2946_clips) {
  const Dataset data = open("speech_commands.toml");
  int64_t total = data.size();
  for (const char* split : {"train", "val"}) {
    total += open("speech_commands.toml", {.split = split}).size();
  }
  EXPECT_EQ(total, 2946);
  EXPECT_EQ(data.label(0), 0);
  EXPECT_EQ(data.prepared(0).tensors[0].shape(), Shape({49, 10}));
}

// The two sets share clips under different names. Equal features (one step apart at most, where a
// value lies between two steps) show that the front-end is the one EEMBC used.
TEST_F(SharedData, mfccs_of_clips_that_kws01_holds_too_are_the_same) {
  const Dataset clips = open("speech_commands.toml");
  const Dataset features = open("kws01.toml");
  const std::vector<ModelInput> int8 = {{.name = "input_1",
                                         .dtype = DataType::kI8,
                                         .shape = {1, 49, 10, 1},
                                         .scale = features.spec().source.scale,
                                         .zero_point = features.spec().source.zero_point}};
  std::vector<Tensor> known;
  for (int64_t i = 0; i < features.size(); ++i) known.push_back(features.inputs(i, int8)[0]);
  int found = 0;
  for (int64_t i = 0; i < clips.size(); ++i) {
    const Tensor mine = clips.inputs(i, int8)[0];
    const auto a = mine.data<int8_t>();
    found += std::any_of(known.begin(), known.end(), [&](const Tensor& other) {
      return std::equal(a.begin(), a.end(), other.data<int8_t>().begin(),
                        [](int8_t x, int8_t y) { return std::abs(x - y) <= 1; });
    });
  }
  EXPECT_EQ(found, 146);
}

TEST(KeywordSpotter, committed_features_are_sound_and_calibration_is_kept_apart) {
  const Dataset test = open("../keyword_spotter/test.toml");
  const Dataset calibration = open("../keyword_spotter/calibration.toml");
  EXPECT_EQ(test.size(), 400);
  EXPECT_EQ(calibration.size(), 100);
  const std::vector<ModelInput> input = {{.name = "features", .shape = {kDynamic, 1, 49, 10}}};
  EXPECT_EQ(test.inputs(0, input)[0].shape(), Shape({1, 1, 49, 10}));
  std::vector<uint64_t> all = test.fingerprints();
  const std::vector<uint64_t> other = calibration.fingerprints();
  all.insert(all.end(), other.begin(), other.end());
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 500u);
}

}  // namespace
}  // namespace mote::data
