#include "mote/device/board.h"

#include <gtest/gtest.h>

namespace mote::device {
namespace {

TEST(Board, has_a_row_each) {
  for (const Board board : enum_values(Board{})) {
    EXPECT_EQ(info(board).board, board);
    EXPECT_FALSE(info(board).compiler().program.empty()) << name(board);
  }
}

}  // namespace
}  // namespace mote::device
