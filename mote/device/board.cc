#include "mote/device/board.h"

#include <exception>

namespace mote::device {
namespace {

constexpr Tool kArmCompiler = {"arm-none-eabi-gcc", "gcc-arm-none-eabi"};
constexpr Tool kArmEmulator = {"qemu-system-arm", "qemu-system-arm"};
constexpr Tool kRiscvCompiler = {"riscv64-unknown-elf-gcc", "gcc-riscv64-unknown-elf"};
constexpr Tool kRiscvEmulator = {"qemu-system-riscv32", "qemu-system-misc"};

// Flags as Arm's and GCC's manuals give them for these processors with the FPU they have on these
// machines; M55's FPU and vectors come with -mcpu.
const std::vector<BoardInfo>& boards() {
  static const std::vector<BoardInfo> rows = {
      {Board::kM4,
       "Cortex-M4",
       "mps2-an386",
       Isa::kMcuDsp,
       kArmCompiler,
       kArmEmulator,
       {"-mcpu=cortex-m4", "-mthumb", "-mfpu=fpv4-sp-d16", "-mfloat-abi=hard"},
       {},
       "start_arm.c",
       true},
      {Board::kM7,
       "Cortex-M7",
       "mps2-an500",
       Isa::kMcuDsp,
       kArmCompiler,
       kArmEmulator,
       {"-mcpu=cortex-m7", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"},
       {},
       "start_arm.c",
       true},
      {Board::kM33,
       "Cortex-M33",
       "mps2-an505",
       Isa::kMcuDsp,
       kArmCompiler,
       kArmEmulator,
       {"-mcpu=cortex-m33", "-mthumb", "-mfpu=fpv5-sp-d16", "-mfloat-abi=hard"},
       {},
       "start_arm.c",
       true},
      {Board::kM55,
       "Cortex-M55",
       "mps3-an547",
       Isa::kMcuMve,
       kArmCompiler,
       kArmEmulator,
       {"-mcpu=cortex-m55", "-mthumb", "-mfloat-abi=hard"},
       {},
       "start_arm.c",
       true},
      {Board::kRiscv,
       "RV32IMC",
       "virt",
       Isa::kMcu,
       kRiscvCompiler,
       kRiscvEmulator,
       {"-march=rv32imc", "-mabi=ilp32", "-mcmodel=medany"},
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
