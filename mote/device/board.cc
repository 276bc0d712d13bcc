#include "mote/device/board.h"

#include <exception>

namespace mote::device {
namespace {

constexpr std::string_view kArmCompiler = "gcc-arm-none-eabi";
constexpr Tool kArmEmulator = {"qemu-system-arm", "qemu-system-arm"};
constexpr std::string_view kArmStart = "start_arm.c";

const std::vector<BoardInfo>& boards() {
  using codegen::Target;
  static const std::vector<BoardInfo> rows = {
      {Board::kM4,
       "Cortex-M4",
       "mps2-an386",
       Target::kCortexM4,
       kArmCompiler,
       kArmEmulator,
       {},
       {},
       kArmStart,
       true},
      {Board::kM7,
       "Cortex-M7",
       "mps2-an500",
       Target::kCortexM7,
       kArmCompiler,
       kArmEmulator,
       {},
       {},
       kArmStart,
       true},
      {Board::kM33,
       "Cortex-M33",
       "mps2-an505",
       Target::kCortexM33,
       kArmCompiler,
       kArmEmulator,
       {},
       {},
       kArmStart,
       true},
      {Board::kM55,
       "Cortex-M55",
       "mps3-an547",
       Target::kCortexM55,
       kArmCompiler,
       kArmEmulator,
       {},
       {},
       kArmStart,
       true},
      // The machine's RAM lies beyond what absolute addresses of the default code model reach.
      {Board::kRiscv,
       "RV32IMC",
       "virt",
       Target::kRiscv32,
       "gcc-riscv64-unknown-elf",
       {"qemu-system-riscv32", "qemu-system-misc"},
       {"-mcmodel=medany"},
       {"-bios", "none"},
       "start_riscv.c",
       false},
  };
  return rows;
}

}  // namespace

std::string_view name(Board board) {
  switch (board) {
    case Board::kM4:
      return "m4";
    case Board::kM7:
      return "m7";
    case Board::kM33:
      return "m33";
    case Board::kM55:
      return "m55";
    case Board::kRiscv:
      return "riscv";
  }
  return {};
}

const BoardInfo& info(Board board) {
  for (const BoardInfo& row : boards()) {
    if (row.board == board) return row;
  }
  std::terminate();  // every board has a row; board_test.cc checks it
}

}  // namespace mote::device
