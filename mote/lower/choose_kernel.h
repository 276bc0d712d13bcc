// Which kernels of a family can do a call, the best first.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "mote/kernels/kernel_table.h"
#include "mote/lower/program.h"

namespace mote {

struct KernelChoices {
  /// Best first; the family's reference last. Empty only where a device needs printed kernels and
  /// the family has none.
  std::vector<const mote_kernel*> usable;
  std::vector<RejectedKernel> rejected;
};

/// `constants`: content of the inputs that are constant, nullptr for the others; in the order of
/// the family, as `present` says which inputs there are.
struct KernelQuery {
  std::string_view family;
  const void* params = nullptr;
  std::span<const void* const> constants;
  std::span<const bool> present;
  mote_isa isa = MOTE_ISA_PORTABLE;
  const mote_kernel* (*kernel_at)(int32_t index) = mote_kernel_at;
};
KernelChoices choose_kernel(const KernelQuery& query);

}  // namespace mote
