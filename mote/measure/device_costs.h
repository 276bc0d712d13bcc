// The table of what kernels cost on microcontrollers: how `mote inspect --target` estimates
// instructions, cycles and code without a device.
//
//   DeviceCosts costs = DeviceCosts::built_in();
//   costs.merge(DeviceCosts::read("my_board.toml"));
//   const DeviceTarget& target = costs.target("cortex-m4");
//   costs.kernel(target, "conv_2d_i8_mcu_dsp");
//
// docs/reference/device-costs.md describes the format; device_costs.toml is the built-in table and
// says where its numbers are from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "mote/ir/op_def.h"

namespace mote {

/// A processor. Cycles are instructions * cycles_per_instruction.
struct DeviceTarget {
  std::string name;  ///< "cortex-m4"
  Isa isa = Isa::kMcu;
  double clock_mhz = 0.0;
  double cycles_per_instruction = 1.0;
  int64_t base_code_bytes = 0;  ///< the model's interface and memcpy: code beside the kernels
  int64_t stack_bytes = 0;      ///< what calls of kernels need at most
};

/// instructions = per_call + per_input * inputs + per_output * outputs + per_mac * macs, of one
/// call; inputs and outputs are elements of the values it reads and writes, constants left out.
struct KernelCost {
  std::string kernel;   ///< name of the row of the kernel table; "*": all others
  Isa isa = Isa::kMcu;  ///< of the target
  double per_call = 0.0;
  double per_input = 0.0;
  double per_output = 0.0;
  double per_mac = 0.0;
  int64_t code_bytes = 0;  ///< of the kernel's functions, once per program
};

class DeviceCosts {
 public:
  static DeviceCosts built_in();
  /// Throws kIo, and kInvalidArgument naming the table, the key and what is allowed.
  static DeviceCosts read(const std::filesystem::path& path);
  static DeviceCosts parse(std::string_view text, const std::string& where);

  /// Targets and kernels of `other` take the place of those of the same name, or are added.
  void merge(const DeviceCosts& other);

  const std::vector<DeviceTarget>& targets() const { return targets_; }
  const std::vector<KernelCost>& kernels() const { return kernels_; }
  /// '_' and '-' are one. Throws kInvalidArgument listing the names.
  const DeviceTarget& target(std::string_view name) const;
  /// The kernel's row for the target's instruction set, else the row "*" of that set. Throws
  /// kInvalidArgument when there is neither.
  const KernelCost& kernel(const DeviceTarget& target, std::string_view name) const;

 private:
  std::vector<DeviceTarget> targets_;
  std::vector<KernelCost> kernels_;
};

}  // namespace mote
