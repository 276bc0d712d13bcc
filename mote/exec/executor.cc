#include "mote/exec/executor.h"

#include "mote/base/error.h"
#include "mote/exec/session.h"
#include "mote/lower/lower.h"

namespace mote {

struct Executor::Impl {
  Graph graph;
  ExecOptions options;
  NodeHook hook;
  std::unique_ptr<Session> session;
  int64_t bound_batch = 0;

  void check_inputs(std::span<const Tensor> inputs) const;
  int64_t batch_of(std::span<const Tensor> inputs) const;
  void bind(int64_t batch);
  void run_with_hook();
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
  if (session != nullptr && bound_batch == batch) return;
  Graph bound = graph;
  bool dynamic = false;
  for (const ValueId id : graph.inputs()) {
    Shape& shape = bound.mutable_value(id).type.shape;
    dynamic = dynamic || !shape.is_static();
    shape = shape.bind(batch);
  }
  if (dynamic) bound.infer_types();
  auto next = std::make_unique<Session>(std::make_shared<const Program>(
      lower(bound, {.numerics = options.numerics,
                    .isa = options.isa,
                    .use_kernels = options.kernels == Kernels::kFast})));
  if (session != nullptr) next->take_states(*session);
  session = std::move(next);
  bound_batch = batch;
}

Executor::Executor(const Graph& graph, const ExecOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->graph = graph;
  impl_->options = options;
}

Executor::~Executor() = default;
Executor::Executor(Executor&&) noexcept = default;
Executor& Executor::operator=(Executor&&) noexcept = default;

void Executor::reset() {
  if (impl_->session != nullptr) impl_->session->reset();
}

void Executor::set_hook(NodeHook hook) { impl_->hook = std::move(hook); }

const Graph& Executor::graph() const { return impl_->graph; }

std::vector<Tensor> Executor::run(std::span<const Tensor> inputs) {
  impl_->check_inputs(inputs);
  impl_->bind(impl_->batch_of(inputs));
  Session& session = *impl_->session;
  for (size_t i = 0; i < inputs.size(); ++i) {
    copy_bytes(session.input(i).bytes, inputs[i].bytes(), inputs[i].size_bytes());
  }
  if (impl_->hook) {
    impl_->run_with_hook();
  } else {
    session.run();
  }
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session.program().outputs.size(); ++i) {
    outputs.push_back(Tensor::copy_of(session.output(i)));
  }
  return outputs;
}

void Executor::Impl::run_with_hook() {
  const Program& program = session->program();
  std::vector<ConstTensorView> views;
  for (size_t i = 0; i < program.calls.size(); ++i) {
    session->run_call(i);
    const Node& node = program.graph.node(program.calls[i].node);
    views.clear();
    for (const int32_t output : program.calls[i].outputs) {
      const TensorView view = session->buffer(static_cast<size_t>(output));
      views.push_back({view.dtype, view.shape, view.bytes});
    }
    hook(program.calls[i].node, node, views);
  }
}

}  // namespace mote
