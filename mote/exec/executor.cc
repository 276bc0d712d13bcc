#include "mote/exec/executor.h"

#include <algorithm>
#include <cstring>

#include "mote/base/checked.h"
#include "mote/base/error.h"

namespace mote {
namespace {

// Assigns computed values to buffers that are reused once their last reader ran.
class BufferPool {
 public:
  size_t acquire(size_t size_bytes) {
    // The smallest free buffer that is large enough, else grow the largest free one.
    size_t best = kNone;
    for (size_t i = 0; i < slots_.size(); ++i) {
      if (!slots_[i].free) continue;
      if (best == kNone) {
        best = i;
        continue;
      }
      const bool fits = slots_[i].size_bytes >= size_bytes;
      const bool best_fits = slots_[best].size_bytes >= size_bytes;
      const bool smaller = slots_[i].size_bytes < slots_[best].size_bytes;
      if (fits != best_fits ? fits : smaller == fits) best = i;
    }
    if (best == kNone) {
      best = slots_.size();
      slots_.push_back({});
    }
    slots_[best].size_bytes = std::max(slots_[best].size_bytes, size_bytes);
    slots_[best].free = false;
    return best;
  }
  void release(size_t slot) { slots_[slot].free = true; }
  std::vector<AlignedBuffer> allocate() const {
    std::vector<AlignedBuffer> buffers;
    for (const Slot& slot : slots_) buffers.emplace_back(slot.size_bytes);
    return buffers;
  }

 private:
  static constexpr size_t kNone = static_cast<size_t>(-1);
  struct Slot {
    size_t size_bytes = 0;
    bool free = true;
  };
  std::vector<Slot> slots_;
};

size_t bytes_of(const TensorType& type) {
  return static_cast<size_t>(checked_mul(
      type.shape.elements(), static_cast<int64_t>(size_bytes(type.dtype)), "bytes of a tensor"));
}

struct Step {
  NodeId id;
  EvalContext context;
  PreparedKernel kernel;
};

// The graph bound to one batch: types, buffers and kernels.
struct Plan {
  Graph graph;
  std::vector<AlignedBuffer> buffers;
  std::vector<std::byte*> address;  // by value index
  std::vector<Step> steps;
};

class Planner {
 public:
  Planner(Plan& plan, const ExecOptions& options) : plan_(plan), options_(options) {}

  void plan(const std::map<int32_t, Tensor>& states) {
    const std::vector<NodeId> order = plan_.graph.topological_order();
    assign_slots(order);
    plan_.buffers = pool_.allocate();
    plan_.address.assign(slot_of_.size(), nullptr);
    for (const ValueId id : plan_.graph.values()) set_address(id, states);
    for (const NodeId id : order) plan_.steps.push_back(make_step(id));
  }

 private:
  static constexpr size_t kNoSlot = static_cast<size_t>(-1);

  void assign_slots(const std::vector<NodeId>& order) {
    const std::vector<ValueId> values = plan_.graph.values();
    const size_t count = values.empty() ? 0 : static_cast<size_t>(values.back().index) + 1;
    slot_of_.assign(count, kNoSlot);
    std::vector<int> uses_left(count, 0);
    for (const NodeId id : order) {
      for (const ValueId input : plan_.graph.node(id).inputs) {
        if (input.valid()) ++uses_left[static_cast<size_t>(input.index)];
      }
    }
    for (const ValueId id : plan_.graph.inputs()) acquire(id);
    for (const NodeId id : order) {
      const Node& node = plan_.graph.node(id);
      for (const ValueId output : node.outputs) acquire(output);
      const auto release_if_dead = [&](ValueId value) {
        const auto index = static_cast<size_t>(value.index);
        if (uses_left[index] == 0 && slot_of_[index] != kNoSlot && !plan_.graph.is_output(value)) {
          pool_.release(slot_of_[index]);
        }
      };
      for (const ValueId input : node.inputs) {
        if (!input.valid()) continue;
        --uses_left[static_cast<size_t>(input.index)];
        if (uses_left[static_cast<size_t>(input.index)] == 0) release_if_dead(input);
      }
      for (const ValueId output : node.outputs) release_if_dead(output);
    }
  }

  void acquire(ValueId id) {
    slot_of_[static_cast<size_t>(id.index)] = pool_.acquire(bytes_of(plan_.graph.value(id).type));
  }

  void set_address(ValueId id, const std::map<int32_t, Tensor>& states) {
    const auto index = static_cast<size_t>(id.index);
    const Value& value = plan_.graph.value(id);
    if (value.kind == ValueKind::kState) {
      plan_.address[index] = const_cast<std::byte*>(states.at(id.index).bytes());
    } else if (value.kind == ValueKind::kConstant) {
      plan_.address[index] = const_cast<std::byte*>(value.constant->bytes());
    } else if (slot_of_[index] != kNoSlot) {
      plan_.address[index] = plan_.buffers[slot_of_[index]].data();
    }
  }

  Step make_step(NodeId id) {
    const Node& node = plan_.graph.node(id);
    Step step{id, {}, {}};
    step.context.node = &node;
    step.context.numerics = options_.numerics;
    const auto operand = [&](ValueId value) -> EvalContext::Operand {
      if (!value.valid()) return {};
      return {&plan_.graph.value(value).type, plan_.address[static_cast<size_t>(value.index)]};
    };
    for (const ValueId input : node.inputs) step.context.inputs.push_back(operand(input));
    for (const ValueId output : node.outputs) step.context.outputs.push_back(operand(output));
    if (options_.kernels == Kernels::kFast && node.op->prepare_fast != nullptr) {
      const PrepareContext prepare{&plan_.graph, &node, options_.numerics, options_.isa};
      step.kernel = with_context([&] { return describe(node); },
                                 [&] { return node.op->prepare_fast(prepare); });
    }
    if (!step.kernel) step.kernel = node.op->reference;
    return step;
  }

  Plan& plan_;
  const ExecOptions& options_;
  BufferPool pool_;
  std::vector<size_t> slot_of_;
};

}  // namespace

struct Executor::Impl {
  Graph graph;
  ExecOptions options;
  NodeHook hook;
  std::map<int32_t, Tensor> states;  // by value index
  std::unique_ptr<Plan> plan;
  int64_t planned_batch = 0;

  void check_inputs(std::span<const Tensor> inputs) const;
  int64_t batch_of(std::span<const Tensor> inputs) const;
  void bind(int64_t batch);
};

void Executor::Impl::check_inputs(std::span<const Tensor> inputs) const {
  if (inputs.size() != graph.inputs().size()) {
    throw_error(ErrorKind::kInvalidArgument, "the model takes {} inputs, {} were given",
                graph.inputs().size(), inputs.size());
  }
  const int64_t batch = batch_of(inputs);
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& value = graph.value(graph.inputs()[i]);
    if (inputs[i].dtype() != value.type.dtype ||
        inputs[i].shape() != value.type.shape.bind(batch)) {
      throw_error(ErrorKind::kInvalidArgument, "input '{}' takes {}, but {}{} was given",
                  value.name, to_string(value.type), mote::name(inputs[i].dtype()),
                  to_string(inputs[i].shape()));
    }
  }
}

int64_t Executor::Impl::batch_of(std::span<const Tensor> inputs) const {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Shape& shape = graph.value(graph.inputs()[i]).type.shape;
    if (!shape.is_static() && inputs[i].shape().rank() > 0) return inputs[i].shape()[0];
  }
  return 1;
}

void Executor::Impl::bind(int64_t batch) {
  if (plan != nullptr && planned_batch == batch) return;
  auto bound = std::make_unique<Plan>();
  bound->graph = graph;
  bool dynamic = false;
  for (const ValueId id : graph.inputs()) {
    Shape& shape = bound->graph.mutable_value(id).type.shape;
    dynamic = dynamic || !shape.is_static();
    shape = shape.bind(batch);
  }
  if (dynamic) bound->graph.infer_types();
  Planner(*bound, options).plan(states);
  plan = std::move(bound);
  planned_batch = batch;
}

Executor::Executor(const Graph& graph, const ExecOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->graph = graph;
  impl_->options = options;
  reset();
}

Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

void Executor::reset() {
  for (const ValueId id : impl_->graph.values()) {
    const Value& value = impl_->graph.value(id);
    if (value.kind != ValueKind::kState) continue;
    const auto [entry, is_new] = impl_->states.try_emplace(id.index, *value.constant);
    // The plan holds the address, so the content is replaced in place.
    if (!is_new)
      copy_bytes(entry->second.bytes(), value.constant->bytes(), value.constant->size_bytes());
  }
}

void Executor::set_hook(NodeHook hook) { impl_->hook = std::move(hook); }

const Graph& Executor::graph() const { return impl_->graph; }

std::vector<Tensor> Executor::run(std::span<const Tensor> inputs) {
  impl_->check_inputs(inputs);
  impl_->bind(impl_->batch_of(inputs));
  const Plan& plan = *impl_->plan;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const ValueId id = plan.graph.inputs()[i];
    copy_bytes(plan.address[static_cast<size_t>(id.index)], inputs[i].bytes(),
               inputs[i].size_bytes());
  }
  std::vector<ConstTensorView> views;
  for (const Step& step : plan.steps) {
    with_context([&] { return describe(*step.context.node); }, [&] { step.kernel(step.context); });
    if (!impl_->hook) continue;
    views.clear();
    for (size_t i = 0; i < step.context.outputs.size(); ++i)
      views.push_back(step.context.output(i));
    impl_->hook(step.id, *step.context.node, views);
  }
  std::vector<Tensor> outputs;
  for (const ValueId id : plan.graph.outputs()) {
    const TensorType& type = plan.graph.value(id).type;
    outputs.push_back(
        Tensor::copy_of({type.dtype, type.shape, plan.address[static_cast<size_t>(id.index)]}));
  }
  return outputs;
}

}  // namespace mote
