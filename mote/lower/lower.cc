#include "mote/lower/lower.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>

#include "mote/base/checked.h"
#include "mote/base/error.h"
#include "mote/lower/choose_kernel.h"
#include "mote/lower/plan_calls.h"
#include "mote/lower/spell_reals.h"
#include "mote/ops/real_numbers.h"

namespace mote {

std::string_view name(PlanKind kind) {
  switch (kind) {
    case PlanKind::kSpeed:
      return "speed";
    case PlanKind::kRam:
      return "ram";
  }
  return {};
}

namespace {

constexpr int64_t kSpeedAlignment = MOTE_KERNEL_ALIGNMENT;
// Scratch of portable kernels in a plan for RAM, and all of a device's: what the widest element and
// a vector of Helium ask for.
constexpr int64_t kElementAlignment = 16;

// Work of some microseconds on a machine of 2020; waking a thread costs about one.
constexpr int64_t kLargeMacs = 500'000;
constexpr int64_t kLargeBytes = 256 * 1024;

// What a plan for RAM gives on the host for kernels that are ten times as quick.
constexpr int64_t kHostSlackPercent = 3;

int64_t bytes_of(const TensorType& type) {
  return checked_mul(type.shape.elements(), static_cast<int64_t>(size_bytes(type.dtype)),
                     "bytes of a tensor");
}

int64_t aligned(int64_t bytes, int64_t alignment) {
  return (bytes + alignment - 1) / alignment * alignment;
}

// A call before the plan is made: what could run it.
struct Draft {
  Call call;
  std::vector<const mote_kernel*> usable;  // empty: the operator's reference
};

class Lowering {
 public:
  Lowering(const Graph& graph, const LowerOptions& options) : options_(options) {
    program_.graph = options.use_kernels ? spell_reals(graph, options.numerics) : graph;
    program_.numerics = options.numerics;
    program_.isa = static_cast<Isa>(mote_resolve_isa(static_cast<mote_isa>(options.isa)));
    const bool alone = options.plan == PlanKind::kRam || is_device(program_.isa);
    program_.callers = alone ? 1 : options.callers;
  }

  Program run() {
    check_isa();
    add_buffers();
    for (const NodeId id : program_.graph.topological_order()) drafts_.push_back(draft(id));
    place(plan_memory(plan_calls(), plan_options()));
    return std::move(program_);
  }

 private:
  void check_isa() const {
    const auto isa = static_cast<mote_isa>(program_.isa);
    if (mote_machine_has(isa) || options_.kernel_at != mote_kernel_at) return;
    throw_error(ErrorKind::kInvalidArgument, "this machine lacks {}; the best it has is {}",
                name(program_.isa), mote_isa_name(mote_resolve_isa(MOTE_ISA_AUTO)));
  }

  void add_buffers() {
    for (const ValueId id : program_.graph.values()) {
      const Value& value = program_.graph.value(id);
      Buffer buffer{.value = id, .size_bytes = bytes_of(value.type)};
      if (value.kind == ValueKind::kConstant) {
        buffer.place = Buffer::Place::kConstant;
        buffer.constant = shared(value);
        program_.graph.mutable_value(id).constant = buffer.constant;
      } else if (value.kind == ValueKind::kState) {
        buffer.place = Buffer::Place::kState;
        buffer.constant = value.constant;
        buffer.offset = program_.state_bytes;
        program_.state_bytes += aligned(
            buffer.size_bytes, is_device(program_.isa) ? kElementAlignment : kSpeedAlignment);
      }
      buffer_of_[id.index] = static_cast<int32_t>(program_.buffers.size());
      program_.buffers.push_back(std::move(buffer));
    }
    for (const ValueId id : program_.graph.inputs())
      program_.inputs.push_back(buffer_of_.at(id.index));
    for (const ValueId id : program_.graph.outputs())
      program_.outputs.push_back(buffer_of_.at(id.index));
  }

  // The constant of the program to share with that has the name and content of `value`'s.
  std::shared_ptr<const Tensor> shared(const Value& value) const {
    if (options_.shared_with == nullptr) return value.constant;
    for (const Buffer& buffer : options_.shared_with->buffers) {
      if (buffer.place != Buffer::Place::kConstant) continue;
      if (options_.shared_with->graph.value(buffer.value).name != value.name) continue;
      if (*buffer.constant == *value.constant) return buffer.constant;
    }
    return value.constant;
  }

  // The same bytes packed by the same kernel, of the program to share with or for another call of
  // this one: patches of one layer have its weights once.
  std::shared_ptr<const AlignedBuffer> shared(const mote_kernel& kernel,
                                              std::shared_ptr<const AlignedBuffer> packed) const {
    for (const Program* program : {options_.shared_with, &program_}) {
      if (program == nullptr) continue;
      for (const Call& call : program->calls) {
        if (call.kernel != &kernel || call.packed->size_bytes() != packed->size_bytes()) continue;
        if (std::memcmp(call.packed->data(), packed->data(), packed->size_bytes()) == 0) {
          return call.packed;
        }
      }
    }
    return packed;
  }

  int32_t buffer_of(ValueId id) const {
    return id.valid() ? buffer_of_.at(id.index) : Call::kAbsent;
  }

  const void* constant_of(int32_t buffer) const {
    if (buffer == Call::kAbsent) return nullptr;
    const Buffer& found = program_.buffers[static_cast<size_t>(buffer)];
    return found.place == Buffer::Place::kConstant ? found.constant->bytes() : nullptr;
  }

  Draft draft(NodeId id) {
    const Node& node = program_.graph.node(id);
    Draft result;
    result.call.node = id;
    std::optional<KernelRequest> request;
    const bool on_reals = computes_on_reals(program_.graph, node, options_.numerics);
    if (options_.use_kernels && node.op->lower != nullptr && !on_reals) {
      const LowerContext context{&program_.graph, &node, options_.numerics};
      request =
          with_context([&] { return describe(node); }, [&] { return node.op->lower(context); });
    }
    if (request) {
      add_operands(node, *request, result.call);
      choose(*request, result);
      if (!result.usable.empty()) return result;
      result.call.inputs.clear();
      result.call.outputs.clear();
      result.call.params = nullptr;
    }
    for (const ValueId input : node.inputs) result.call.inputs.push_back(buffer_of(input));
    for (const ValueId output : node.outputs) result.call.outputs.push_back(buffer_of(output));
    return result;
  }

  void add_operands(const Node& node, const KernelRequest& request, Call& call) {
    for (const int i : request.inputs) {
      call.inputs.push_back(i == KernelRequest::kAbsent
                                ? Call::kAbsent
                                : buffer_of(node.inputs[static_cast<size_t>(i)]));
    }
    for (const int i : request.outputs) {
      call.outputs.push_back(buffer_of(node.outputs[static_cast<size_t>(i)]));
    }
  }

  std::vector<const void*> constants_of(const Call& call) const {
    std::vector<const void*> constants;
    for (const int32_t buffer : call.inputs) constants.push_back(constant_of(buffer));
    return constants;
  }

  void choose(const KernelRequest& request, Draft& draft) {
    const std::vector<const void*> constants = constants_of(draft.call);
    const auto present = std::make_unique<bool[]>(draft.call.inputs.size());
    for (size_t i = 0; i < draft.call.inputs.size(); ++i) {
      present[i] = draft.call.inputs[i] != Call::kAbsent;
    }
    KernelChoices choices = choose_kernel({request.family,
                                           request.params.get(),
                                           constants,
                                           {present.get(), draft.call.inputs.size()},
                                           static_cast<mote_isa>(program_.isa),
                                           options_.kernel_at});
    draft.call.params = request.params;
    draft.call.rejected = std::move(choices.rejected);
    draft.usable = std::move(choices.usable);
    // With threads in play the best kernel is taken; a plan for RAM may take any.
    if (options_.plan == PlanKind::kSpeed && draft.usable.size() > 1) draft.usable.resize(1);
  }

  // Threads that share a call run its units in any order.
  bool same_place_only() const {
    return options_.plan == PlanKind::kSpeed && !is_device(program_.isa);
  }

  // How far below input `k` the output must start.
  int64_t distance(const mote_kernel& kernel, const Call& call, size_t k) const {
    if (kernel.overlap == nullptr) return kApart;
    if (same_place_only() && kernel.overlap != mote_overlap_elementwise) return kApart;
    return kernel.overlap(call.params.get(), static_cast<int32_t>(k));
  }

  int64_t scratch_alignment(const mote_kernel& kernel) const {
    if (is_device(program_.isa)) return kElementAlignment;
    const bool plain = kernel.isa == MOTE_ISA_AUTO || kernel.isa == MOTE_ISA_PORTABLE;
    return plain && options_.plan == PlanKind::kRam ? kElementAlignment : kSpeedAlignment;
  }

  PlanKernel plan_kernel(const mote_kernel& kernel, const Call& call) const {
    PlanKernel result;
    const int64_t alignment = scratch_alignment(kernel);
    if (kernel.scratch_bytes != nullptr) {
      result.scratch_bytes =
          aligned(kernel.scratch_bytes(call.params.get()), alignment) * program_.callers;
      result.scratch_alignment = alignment;
    }
    for (size_t k = 0; k < call.inputs.size(); ++k)
      result.below.push_back(distance(kernel, call, k));
    result.same_place = same_place_only();
    return result;
  }

  int32_t in_arena(int32_t buffer) const {
    if (buffer == Call::kAbsent) return -1;
    return program_.buffers[static_cast<size_t>(buffer)].place == Buffer::Place::kArena ? buffer
                                                                                        : -1;
  }

  PlanCalls plan_calls() const {
    PlanCalls result;
    for (const Buffer& buffer : program_.buffers) {
      PlanValue value;
      if (buffer.place == Buffer::Place::kArena) {
        value.size_bytes = buffer.size_bytes;
        value.alignment =
            options_.plan == PlanKind::kSpeed
                ? (is_device(program_.isa) ? kElementAlignment : kSpeedAlignment)
                : static_cast<int64_t>(size_bytes(program_.graph.value(buffer.value).type.dtype));
        value.is_output = program_.graph.is_output(buffer.value);
      }
      // Constants and states take no room, but a call may name them.
      value.is_input = program_.graph.value(buffer.value).kind == ValueKind::kInput;
      result.values.push_back(value);
    }
    for (const Draft& draft : drafts_) {
      PlanCall call;
      for (const int32_t buffer : draft.call.inputs) {
        call.inputs.push_back(in_arena(buffer));
        if (buffer != Call::kAbsent &&
            program_.buffers[static_cast<size_t>(buffer)].place == Buffer::Place::kState) {
          call.states.push_back(buffer);
        }
      }
      for (const int32_t buffer : draft.call.outputs) call.outputs.push_back(buffer);
      for (const mote_kernel* kernel : draft.usable)
        call.kernels.push_back(plan_kernel(*kernel, draft.call));
      if (draft.usable.empty()) call.kernels.emplace_back();
      result.calls.push_back(std::move(call));
    }
    return result;
  }

  PlanOptions plan_options() const {
    PlanOptions options;
    options.reorder = options_.plan == PlanKind::kRam;
    if (options_.plan == PlanKind::kRam && !is_device(program_.isa)) {
      options.slack_percent = kHostSlackPercent;
    }
    if (!options_.plan_carefully) options.layout = {.max_nodes = 0, .improvements = 0};
    return options;
  }

  void place(const MemoryPlan& plan) {
    for (size_t i = 0; i < program_.buffers.size(); ++i) {
      if (program_.buffers[i].place == Buffer::Place::kArena) {
        program_.buffers[i].offset = plan.value_offsets[i];
      }
    }
    for (const int32_t index : plan.order) {
      Draft& draft = drafts_[static_cast<size_t>(index)];
      draft.call.scratch_offset = plan.scratch_offsets[static_cast<size_t>(index)];
      if (!draft.usable.empty()) {
        const auto chosen = static_cast<size_t>(plan.kernels[static_cast<size_t>(index)]);
        set_kernel(draft, chosen);
      }
      program_.calls.push_back(std::move(draft.call));
    }
    program_.arena_bytes = plan.arena_bytes;
    program_.largest_live_bytes = plan.largest_live_bytes;
    program_.proven_optimal = plan.proven_optimal;
  }

  // Whether sharing the call among threads gains more than waking them costs.
  bool is_large(const Call& call) const {
    const Node& node = program_.graph.node(call.node);
    const TensorType& y = program_.graph.value(node.outputs[0]).type;
    const int64_t batch = y.shape.rank() > 0 ? y.shape[0] : 1;
    const int64_t macs =
        node.op->cost == nullptr ? 0 : node.op->cost(program_.graph, node).macs * batch;
    return macs >= kLargeMacs || bytes_of(y) >= kLargeBytes;
  }

  void set_kernel(Draft& draft, size_t chosen) const {
    const mote_kernel& kernel = *draft.usable[chosen];
    Call& call = draft.call;
    call.kernel = &kernel;
    for (size_t i = 0; i < chosen; ++i) {
      call.rejected.push_back({draft.usable[i]->name, "would need a larger arena"});
    }
    for (size_t i = chosen + 1; i < draft.usable.size(); ++i) {
      call.rejected.push_back({draft.usable[i]->name, fmt::format("{} is quicker", kernel.name)});
    }
    const int64_t alignment = scratch_alignment(kernel);
    if (kernel.scratch_bytes != nullptr) {
      call.scratch_bytes = aligned(kernel.scratch_bytes(call.params.get()), alignment);
    }
    if (kernel.units != nullptr) call.units = kernel.units(call.params.get());
    call.splits = program_.callers > 1 && call.units > 1 && is_large(call);
    if (kernel.pack == nullptr) return;
    const std::vector<const void*> constants = constants_of(call);
    auto packed = std::make_shared<AlignedBuffer>(
        static_cast<size_t>(kernel.packed_bytes(call.params.get())));
    kernel.pack(call.params.get(), constants.data(), packed->data());
    call.packed = shared(kernel, std::move(packed));
  }

  const LowerOptions& options_;
  Program program_;
  std::map<int32_t, int32_t> buffer_of_;  // by value index
  std::vector<Draft> drafts_;
};

}  // namespace

Program lower(const Graph& graph, const LowerOptions& options) {
  return Lowering(graph, options).run();
}

}  // namespace mote
