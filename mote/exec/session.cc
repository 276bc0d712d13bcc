#include "mote/exec/session.h"

#include "mote/base/error.h"
#include "mote/ops/real_numbers.h"

namespace mote {
namespace {

// A call without a kernel: the operator's reference on the same buffers.
struct HostCall {
  ReferenceKernel reference = nullptr;
  EvalContext context;
};

void run_host_call(const mote_kernel_args* args) {
  const auto& call = *static_cast<const HostCall*>(args->params);
  with_context([&] { return describe(*call.context.node); }, [&] { call.reference(call.context); });
}

// A call with everything resolved: running it touches nothing else of the program.
struct ReadyCall {
  void (*run)(const mote_kernel_args*) = nullptr;
  mote_kernel_args args{};
  int64_t scratch_bytes = 0;  // of each worker
  bool splits = false;
};

// One call shared among the workers of a pool.
struct SharedCall {
  const ReadyCall* call;
  int32_t workers;
};

void run_part(void* context, int worker) {
  const auto& [call, workers] = *static_cast<const SharedCall*>(context);
  mote_kernel_args args = call->args;
  const int64_t units = args.end;
  args.begin = static_cast<int32_t>(units * worker / workers);
  args.end = static_cast<int32_t>(units * (worker + 1) / workers);
  if (args.begin == args.end) return;
  if (args.scratch != nullptr) {
    args.scratch = static_cast<std::byte*>(args.scratch) + worker * call->scratch_bytes;
  }
  call->run(&args);
}

}  // namespace

struct Session::Impl {
  std::shared_ptr<const Program> program;
  Workers* pool = nullptr;
  AlignedBuffer arena;
  AlignedBuffer states;
  std::vector<ReadyCall> calls;
  std::vector<const void*> inputs;  // of all calls, one after another
  std::vector<void*> outputs;
  std::vector<std::unique_ptr<HostCall>> host_calls;

  std::byte* address(int32_t index) {
    if (index == Call::kAbsent) return nullptr;
    const Buffer& buffer = program->buffers[static_cast<size_t>(index)];
    switch (buffer.place) {
      case Buffer::Place::kArena:
        return arena.data() + buffer.offset;
      case Buffer::Place::kState:
        return states.data() + buffer.offset;
      case Buffer::Place::kConstant:
        // Kernels only read constants; one view type serves all places.
        return const_cast<std::byte*>(buffer.constant->bytes());
    }
    return nullptr;
  }

  EvalContext::Operand operand(int32_t index) {
    if (index == Call::kAbsent) return {};
    const ValueId value = program->buffers[static_cast<size_t>(index)].value;
    return {&program->graph.value(value).type, address(index)};
  }

  void run(const ReadyCall& call) {
    if (!call.splits) return call.run(&call.args);
    SharedCall shared{&call, pool->workers()};
    pool->run(&shared, run_part);
  }

  void resolve(const Call& call) {
    ReadyCall ready;
    if (call.kernel == nullptr) {
      auto host = std::make_unique<HostCall>();
      const Node& node = program->graph.node(call.node);
      host->reference = reference_kernel(program->graph, node, program->numerics);
      host->context.node = &node;
      host->context.numerics = program->numerics;
      for (const int32_t input : call.inputs) host->context.inputs.push_back(operand(input));
      for (const int32_t output : call.outputs) host->context.outputs.push_back(operand(output));
      ready.run = run_host_call;
      ready.args.params = host.get();
      host_calls.push_back(std::move(host));
    } else {
      ready.run = call.kernel->run;
      ready.args.params = call.params.get();
      ready.args.packed = call.packed == nullptr ? nullptr : call.packed->data();
      ready.args.scratch = call.scratch_bytes == 0 ? nullptr : arena.data() + call.scratch_offset;
      ready.args.end = call.units;
      ready.scratch_bytes = call.scratch_bytes;
      ready.splits = call.splits && pool != nullptr;
    }
    // The vectors have their final capacity: the addresses stay.
    ready.args.inputs = inputs.data() + inputs.size();
    ready.args.outputs = outputs.data() + outputs.size();
    for (const int32_t input : call.inputs) inputs.push_back(address(input));
    for (const int32_t output : call.outputs) outputs.push_back(address(output));
    calls.push_back(ready);
  }
};

Session::Session(std::shared_ptr<const Program> program, Workers* pool)
    : impl_(std::make_unique<Impl>()) {
  impl_->program = std::move(program);
  impl_->pool = pool;
  if (pool != nullptr && pool->workers() > impl_->program->callers) {
    throw_error(ErrorKind::kInvalidArgument, "a pool of {} workers; the program was made for {}",
                pool->workers(), impl_->program->callers);
  }
  const Program& all = *impl_->program;
  impl_->arena = AlignedBuffer(static_cast<size_t>(all.arena_bytes));
  impl_->states = AlignedBuffer(static_cast<size_t>(all.state_bytes));
  size_t input_count = 0;
  size_t output_count = 0;
  for (const Call& call : all.calls) {
    input_count += call.inputs.size();
    output_count += call.outputs.size();
  }
  impl_->inputs.reserve(input_count);
  impl_->outputs.reserve(output_count);
  for (const Call& call : all.calls) impl_->resolve(call);
  reset();
}

Session::~Session() = default;
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;

const Program& Session::program() const { return *impl_->program; }

TensorView Session::buffer(size_t i) const {
  const EvalContext::Operand found = impl_->operand(static_cast<int32_t>(i));
  return {found.type->dtype, found.type->shape, found.bytes};
}

TensorView Session::input(size_t i) const {
  return buffer(static_cast<size_t>(program().inputs[i]));
}

ConstTensorView Session::output(size_t i) const {
  const TensorView view = buffer(static_cast<size_t>(program().outputs[i]));
  return {view.dtype, view.shape, view.bytes};
}

void Session::run() {
  for (const ReadyCall& call : impl_->calls) impl_->run(call);
}

void Session::run_call(size_t i) { impl_->run(impl_->calls[i]); }

void Session::reset() {
  for (size_t i = 0; i < program().buffers.size(); ++i) {
    const Buffer& buffer = program().buffers[i];
    if (buffer.place != Buffer::Place::kState) continue;
    copy_bytes(impl_->address(static_cast<int32_t>(i)), buffer.constant->bytes(),
               buffer.constant->size_bytes());
  }
}

void Session::take_states(const Session& other) {
  copy_bytes(impl_->states.data(), other.impl_->states.data(), impl_->states.size_bytes());
}

}  // namespace mote
