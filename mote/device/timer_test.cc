// The plugin's count beside a clock of the machine itself: with `-icount shift=10` every
// instruction takes 1024 ns of virtual time, and the CMSDK timer of the M4 board counts 25 MHz, so
// that it resolves single instructions.
#include <gtest/gtest.h>

#include "mote/base/embedded.h"
#include "mote/base/file.h"
#include "mote/device/counts.h"
#include "mote/device/emulator.h"
#include "mote/device/on_device.h"
#include "mote/device/process.h"

namespace mote::device {
namespace {

// CMSDK APB timer 0 (Arm DDI 0479, section 4.4) counts down from its reload value.
constexpr std::string_view kMain = R"(
#include <stdint.h>
#include "host.h"
#define TIMER_CONTROL (*(volatile uint32_t*)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t*)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t*)0x40000008u)
__attribute__((noinline)) uint32_t two_layer_0(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += i & 1 ? i * 3 : i;
    __asm__ volatile("" : "+r"(sum));
  }
  return sum;
}
__attribute__((noinline)) uint32_t ticks_of(uint32_t n) {
  const uint32_t before = TIMER_VALUE;
  two_layer_0(n);
  return before - TIMER_VALUE;
}
int main(void) {
  TIMER_RELOAD = 0xFFFFFFFFu;
  TIMER_VALUE = 0xFFFFFFFFu;
  TIMER_CONTROL = 1;
  const uint32_t found[2] = {ticks_of(1000), ticks_of(21000)};
  const int file = host_open("result.bin", HOST_WRITE);
  return host_write(file, found, sizeof found) ? 0 : 1;
}
)";

TEST(Timer, agrees_with_the_plugin) {
  const BoardInfo& board = info(Board::kM4);
  for (const Tool& tool : {board.compiler(), board.emulator}) {
    if (!has_program(tool.program)) GTEST_SKIP() << "install " << tool.package;
  }
  const WorkFolder folder;
  build_firmware({.sources = {.name = "two",
                              .files = {{"two.h", ""}, {"two.c", "int two_unused;\n"}},
                              .program = std::make_shared<const Program>()},
                  .board = board,
                  .folder = folder.path(),
                  .main = kMain});
  const ElfFile firmware = read_elf(MappedFile(folder.path() / kFirmware).bytes());
  const Counts counts = parse_counts(emulate({.board = board,
                                              .folder = folder.path(),
                                              .plugin = MOTE_COUNT_PLUGIN,
                                              .ranges = count_ranges(firmware, "two", true),
                                              .arguments = {"-icount", "shift=10"}}));
  const MappedFile result(folder.path() / "result.bin");
  ASSERT_EQ(result.bytes().size(), 8);
  uint32_t ticks[2];
  std::memcpy(ticks, result.bytes().data(), sizeof ticks);
  // 20,000 more turns of the loop are 20,000 times its instructions, whatever surrounds it.
  const double nanoseconds = 40.0 * (ticks[1] - ticks[0]);
  const double per_turn = nanoseconds / 1024.0 / 20'000.0;
  const Count& counted = counts.functions.at("two_layer_0");
  EXPECT_EQ(counted.calls, 2);
  EXPECT_NEAR(static_cast<double>(counted.instructions), per_turn * 22'000.0, 40.0);
}

}  // namespace
}  // namespace mote::device
