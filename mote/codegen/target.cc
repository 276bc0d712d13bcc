#include "mote/codegen/target.h"

#include <cstddef>

namespace mote::codegen {
namespace {

constexpr std::string_view kArm = "arm-none-eabi-gcc";

// In the order of Target.
constexpr TargetInfo kTargets[] = {
    {"c99", Isa::kMcu, "", ""},
    {"cortex_m0", Isa::kMcu, kArm, "-mcpu=cortex-m0plus -mthumb"},
    {"cortex_m4", Isa::kMcuDsp, kArm, "-mcpu=cortex-m4 -mthumb -mfpu=fpv4-sp-d16 -mfloat-abi=hard"},
    {"cortex_m7", Isa::kMcuDsp, kArm, "-mcpu=cortex-m7 -mthumb -mfpu=fpv5-d16 -mfloat-abi=hard"},
    {"cortex_m33", Isa::kMcuDsp, kArm,
     "-mcpu=cortex-m33 -mthumb -mfpu=fpv5-sp-d16 -mfloat-abi=hard"},
    {"cortex_m55", Isa::kMcuMve, kArm, "-mcpu=cortex-m55 -mthumb -mfloat-abi=hard"},
    {"cortex_m85", Isa::kMcuMve, kArm,
     "-march=armv8.1-m.main+mve.fp+fp.dp -mthumb -mfloat-abi=hard"},
    {"riscv32", Isa::kMcu, "riscv64-unknown-elf-gcc", "-march=rv32imc -mabi=ilp32"},
};

}  // namespace

const TargetInfo& info(Target target) { return kTargets[static_cast<size_t>(target)]; }

}  // namespace mote::codegen
