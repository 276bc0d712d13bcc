#include "mote/codegen/kernel_sources.h"

namespace mote::codegen {
namespace {

constexpr KernelSource kSources[] = {
#include "mote/codegen/kernel_sources.inc"
};

}  // namespace

std::span<const KernelSource> kernel_sources() { return kSources; }

}  // namespace mote::codegen
