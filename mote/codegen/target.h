// The processors that C is generated for.
#pragma once

#include <array>
#include <string_view>

#include "mote/ir/op_def.h"

namespace mote::codegen {

enum class Target {
  kC99,       ///< any C99 compiler, this machine's too
  kCortexM0,  ///< ARMv6-M
  kCortexM4,  ///< ARMv7E-M with the DSP extension, FPU of single precision
  kCortexM7,
  kCortexM33,  ///< ARMv8-M with the DSP extension
  kCortexM55,  ///< ARMv8.1-M with MVE
  kCortexM85,
  kRiscv32,  ///< rv32imc
};
constexpr std::array<Target, 8> enum_values(Target) {
  return {Target::kC99,       Target::kCortexM0,  Target::kCortexM4,  Target::kCortexM7,
          Target::kCortexM33, Target::kCortexM55, Target::kCortexM85, Target::kRiscv32};
}

struct TargetInfo {
  std::string_view name;      ///< "cortex_m4"
  Isa isa = Isa::kMcu;        ///< what its program is lowered for
  std::string_view compiler;  ///< empty: the C compiler of this machine
  std::string_view flags;     ///< that choose the processor
};
const TargetInfo& info(Target target);
inline std::string_view name(Target target) { return info(target).name; }

}  // namespace mote::codegen
