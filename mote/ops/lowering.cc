#include "mote/ops/lowering.h"

#include <map>
#include <string>

#include "mote/base/data_type.h"
#include "mote/kernels/kernel_table.h"

namespace mote::ops {
namespace {

// The reference row of every family.
using Rows = std::map<std::string, const mote_kernel*, std::less<>>;
const Rows& references() {
  static const Rows kRows = [] {
    Rows rows;
    const mote_kernel* kernel = nullptr;
    for (int32_t i = 0; (kernel = mote_kernel_at(i)) != nullptr; ++i) {
      if (kernel->isa == MOTE_ISA_AUTO) rows.emplace(kernel->family, kernel);
    }
    return rows;
  }();
  return kRows;
}

}  // namespace

std::string_view family_of(std::string_view stem, std::span<const DataType> types) {
  std::string family(stem);
  for (const DataType dtype : types) {
    family += '_';
    family += name(dtype);
  }
  const auto found = references().find(family);
  return found == references().end() ? std::string_view() : found->second->family;
}

void run_request(const EvalContext& context, const std::optional<KernelRequest>& request) {
  if (!request) context.no_kernel();
  std::vector<const void*> inputs;
  for (const int i : request->inputs) {
    inputs.push_back(i < 0 ? nullptr : context.inputs[static_cast<size_t>(i)].bytes);
  }
  std::vector<void*> outputs;
  for (const int i : request->outputs) {
    outputs.push_back(context.outputs[static_cast<size_t>(i)].bytes);
  }
  mote_kernel_args args{};
  args.params = request->params.get();
  args.inputs = inputs.data();
  args.outputs = outputs.data();
  const mote_kernel& kernel = *references().find(request->family)->second;
  args.end = kernel.units == nullptr ? 1 : kernel.units(args.params);
  std::vector<std::byte> scratch;
  if (kernel.scratch_bytes != nullptr) {
    scratch.resize(static_cast<size_t>(kernel.scratch_bytes(args.params)));
    args.scratch = scratch.data();
  }
  kernel.run(&args);
}

}  // namespace mote::ops
