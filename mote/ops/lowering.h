// From an operator's node to one kernel call, written once for the two who need it: `lower`
// (mote/lower picks the quickest kernel of the family) and `reference` (the family's reference
// kernel).
//
//   template <class Context>
//   std::optional<KernelRequest> request(const Context& context) {
//     return kernel_request("relu", {context.input_type(0).dtype}, mote_unary_call_params{...},
//     {0});
//   }
//   ... .reference = run_reference<Request>, .lower = lower_by<Request>
//
// A Context is an EvalContext or a LowerContext.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "mote/ir/op_def.h"

namespace mote::ops {

/// The family `stem`_`types`..., e.g. "requantize_i8_i16"; empty when there is no such family.
std::string_view family_of(std::string_view stem, std::span<const DataType> types);

/// `params` may point into `owned`, which moves with it (vectors keep their elements' address).
/// Nothing when the types have no family.
template <class Params, class... Owned>
std::optional<KernelRequest> kernel_request(std::string_view stem, std::vector<DataType> types,
                                            const Params& params, std::vector<int> inputs,
                                            Owned... owned) {
  const std::string_view family = family_of(stem, types);
  if (family.empty()) return std::nullopt;
  struct Holder {
    Params params;
    std::tuple<Owned...> owned;
  };
  auto holder = std::make_shared<Holder>(Holder{params, {std::move(owned)...}});
  return KernelRequest{family, {holder, &holder->params}, std::move(inputs)};
}

inline bool has_operand(const EvalContext& context, size_t i) { return context.has_input(i); }
inline bool has_operand(const LowerContext& context, size_t i) {
  return context.node->has_input(i);
}
/// `i`, or KernelRequest::kAbsent.
template <class Context>
int optional_operand(const Context& context, size_t i) {
  return has_operand(context, i) ? static_cast<int>(i) : KernelRequest::kAbsent;
}

/// Runs the reference kernel of the request; `no_kernel` without one.
void run_request(const EvalContext& context, const std::optional<KernelRequest>& request);

/// Facets of an operator whose `Request` is a functor: Request()(context).
template <class Request>
void run_reference(const EvalContext& context) {
  run_request(context, Request()(context));
}
template <class Request>
std::optional<KernelRequest> lower_by(const LowerContext& context) {
  return Request()(context);
}

}  // namespace mote::ops
