#include "mote/base/tensor.h"

#include <gtest/gtest.h>

#include <array>

namespace mote {
namespace {

struct Owned {
  std::shared_ptr<std::array<int32_t, 3>> values =
      std::make_shared<std::array<int32_t, 3>>(std::array<int32_t, 3>{1, 2, 3});

  Tensor borrowed() const {
    return Tensor::borrowed(
        {DataType::kI32, {3}, reinterpret_cast<const std::byte*>(values->data())}, values);
  }
};

TEST(BorrowedTensor, shows_the_owners_bytes_and_keeps_them_alive) {
  Owned owned;
  const Tensor tensor = owned.borrowed();
  const Tensor copy = tensor;
  EXPECT_EQ(tensor.bytes(), reinterpret_cast<const std::byte*>(owned.values->data()));
  EXPECT_EQ(copy.bytes(), tensor.bytes());
  EXPECT_EQ(owned.values.use_count(), 3);
  owned.values.reset();
  EXPECT_EQ(copy, (Tensor::of<int32_t>({3}, std::vector<int32_t>{1, 2, 3})));
}

TEST(BorrowedTensor, becomes_its_own_before_it_is_written) {
  const Owned owned;
  Tensor tensor = owned.borrowed();
  const Tensor copy = tensor;
  tensor.data<int32_t>()[0] = 9;
  EXPECT_FALSE(tensor.is_borrowed());
  EXPECT_EQ(tensor, (Tensor::of<int32_t>({3}, std::vector<int32_t>{9, 2, 3})));
  EXPECT_EQ((*owned.values)[0], 1);
  EXPECT_TRUE(copy.is_borrowed());
  EXPECT_EQ(owned.values.use_count(), 2);
}

TEST(BorrowedTensor, can_be_moved_and_reshaped) {
  const Owned owned;
  Tensor tensor = owned.borrowed();
  Tensor moved = std::move(tensor);
  EXPECT_TRUE(moved.is_borrowed());
  EXPECT_EQ(moved.reshaped({1, 3}), (Tensor::of<int32_t>({1, 3}, std::vector<int32_t>{1, 2, 3})));
}

}  // namespace
}  // namespace mote
