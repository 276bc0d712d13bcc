// The boards that firmware is tested on: what QEMU emulates, what compiles for it.
//
//   const BoardInfo& board = info(Board::kM4);
//   board.machine;   // "mps2-an386"
#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "mote/codegen/target.h"

namespace mote::device {

enum class Board { kM4, kM7, kM33, kM55, kRiscv };
std::string_view name(Board board);
constexpr std::array<Board, 5> enum_values(Board) {
  return {Board::kM4, Board::kM7, Board::kM33, Board::kM55, Board::kRiscv};
}

/// A program and the Debian package that it comes in.
struct Tool {
  std::string_view program;
  std::string_view package;
};

struct BoardInfo {
  Board board;
  std::string_view processor;  ///< "Cortex-M4"
  std::string_view machine;    ///< of QEMU
  codegen::Target target;      ///< its compiler and the flags that choose it
  std::string_view compiler_package;
  Tool emulator;
  std::vector<std::string_view> compiler_flags;  ///< beside the target's
  std::vector<std::string_view> emulator_flags;
  /// Of mote/device/firmware: from reset to main; the memory map is in `name(board)`.ld.
  std::string_view start_source;
  bool thumb;  ///< bit 0 of a function's address is a mark, no address

  Tool compiler() const { return {codegen::info(target).compiler, compiler_package}; }
};
const BoardInfo& info(Board board);

}  // namespace mote::device
