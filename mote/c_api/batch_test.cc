// Another batch of a model that is prepared.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mote/c_api/test_models.h"

namespace mote {
namespace {

using namespace test;

constexpr int64_t kBatch = 3;

Tensor inputs_of_batch() {
  Rng rng(5);
  return ops::sample_tensor(rng, DataType::kI8, {kBatch, 24, 24, 32});
}

ModelOwner with_batch(const mote_model* model, int64_t batch) {
  mote_model* other = nullptr;
  EXPECT_EQ(mote_model_with_batch(model, batch, &other), MOTE_OK) << mote_last_error();
  return ModelOwner(other);
}

Tensor image(const Tensor& images, int64_t index) {
  Tensor one(images.dtype(), {1, 24, 24, 32});
  std::memcpy(one.bytes(), images.bytes() + static_cast<size_t>(index) * one.size_bytes(),
              one.size_bytes());
  return one;
}

TEST(CApiBatch, gives_what_its_samples_give_one_by_one) {
  const ModelOwner model = load(write_tflite(small_network(kDynamic)));
  const ModelOwner batched = with_batch(model.get(), kBatch);
  mote_tensor_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(mote_model_output_info(batched.get(), 0, &info), MOTE_OK);
  EXPECT_EQ(info.shape[0], kBatch);
  const Tensor inputs = inputs_of_batch();
  const Tensor outputs = run(open(batched.get()).get(), inputs);
  const SessionOwner single = open(model.get());
  for (int64_t i = 0; i < kBatch; ++i) {
    EXPECT_EQ(image(outputs, i), run(single.get(), image(inputs, i))) << "sample " << i;
  }
}

TEST(CApiBatch, outlives_the_model_it_was_made_of) {
  ModelOwner model = load(write_tflite(small_network(kDynamic)));
  const ModelOwner batched = with_batch(model.get(), kBatch);
  const ModelOwner back = with_batch(batched.get(), 1);
  model.reset();
  const Tensor inputs = inputs_of_batch();
  const Tensor outputs = run(open(batched.get()).get(), inputs);
  EXPECT_EQ(run(open(back.get()).get(), image(inputs, 2)), image(outputs, 2));
}

TEST(CApiBatch, is_refused_where_the_file_fixes_it_or_it_is_none) {
  mote_model* other = nullptr;
  EXPECT_EQ(mote_model_with_batch(load(small_file()).get(), 2, &other), MOTE_INVALID_ARGUMENT);
  EXPECT_THAT(mote_last_error(), testing::HasSubstr("fixed"));
  const ModelOwner open_batch = load(write_tflite(small_network(kDynamic)));
  EXPECT_EQ(mote_model_with_batch(open_batch.get(), 0, &other), MOTE_INVALID_ARGUMENT);
  EXPECT_EQ(mote_model_with_batch(nullptr, 1, &other), MOTE_INVALID_ARGUMENT);
  EXPECT_EQ(other, nullptr);
}

}  // namespace
}  // namespace mote
