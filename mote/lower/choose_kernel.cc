#include "mote/lower/choose_kernel.h"

#include <fmt/core.h>

#include <algorithm>

namespace mote {
namespace {

// Why `kernel` cannot do the call; empty when it can.
std::string objection(const mote_kernel& kernel, const KernelQuery& query) {
  if (kernel.isa != MOTE_ISA_AUTO && !mote_isa_includes(query.isa, kernel.isa)) {
    return fmt::format("needs {}", mote_isa_name(kernel.isa));
  }
  if (is_device(static_cast<Isa>(query.isa)) && kernel.source == nullptr) return "is not printed";
  if (kernel.pack != nullptr && kernel.packs_params == 0) {
    for (size_t i = 1; i < query.constants.size(); ++i) {
      if (query.present[i] && query.constants[i] == nullptr)
        return "packs its weights, which must be constant";
    }
  }
  if (kernel.refuses == nullptr) return {};
  const char* reason = kernel.refuses(query.params, query.constants.data());
  return reason == nullptr ? std::string() : reason;
}

// On a device, a kernel for a lesser processor, the reference above all, takes many times the
// instructions to save a few bytes: only those of the best instruction set stay.
void drop_lesser(KernelChoices& choices) {
  if (choices.usable.empty()) return;
  const mote_kernel& best = *choices.usable.front();
  if (!is_device(static_cast<Isa>(best.isa))) return;
  std::erase_if(choices.usable, [&](const mote_kernel* kernel) {
    if (kernel->isa == best.isa) return false;
    choices.rejected.push_back({kernel->name, fmt::format("{} is for this processor", best.name)});
    return true;
  });
}

}  // namespace

KernelChoices choose_kernel(const KernelQuery& query) {
  KernelChoices choices;
  const mote_kernel* kernel = nullptr;
  for (int32_t i = 0; (kernel = query.kernel_at(i)) != nullptr; ++i) {
    if (query.family != kernel->family) continue;
    std::string reason = objection(*kernel, query);
    if (reason.empty()) {
      choices.usable.push_back(kernel);
    } else {
      choices.rejected.push_back({kernel->name, std::move(reason)});
    }
  }
  // Higher instruction sets first; of one set the later in the table.
  std::reverse(choices.usable.begin(), choices.usable.end());
  std::stable_sort(choices.usable.begin(), choices.usable.end(),
                   [](const mote_kernel* a, const mote_kernel* b) { return a->isa > b->isa; });
  if (is_device(static_cast<Isa>(query.isa))) drop_lesser(choices);
  return choices;
}

}  // namespace mote
