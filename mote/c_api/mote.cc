#include "mote/c_api/mote.h"

#include <cstring>
#include <new>
#include <string>

#include "mote/base/error.h"
#include "mote/exec/prepare.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"

struct mote_model {
  std::shared_ptr<const mote::Program> program;
  // For other batches; constants are shared with the program.
  mote::Graph graph;
  mote::PrepareOptions options;
};

struct mote_session {
  std::unique_ptr<mote::Workers> workers;
  mote::Session session;
};

namespace mote {
namespace {

// A message that must be there when memory is not: written in place.
constexpr size_t kMessageBytes = 1024;
thread_local char message[kMessageBytes] = "";

mote_status fail(mote_status status, const char* text) {
  std::strncpy(message, text, kMessageBytes - 1);
  return status;
}

mote_status status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kInvalidModel:
      return MOTE_INVALID_MODEL;
    case ErrorKind::kUnsupported:
      return MOTE_UNSUPPORTED;
    case ErrorKind::kInvalidArgument:
      return MOTE_INVALID_ARGUMENT;
    case ErrorKind::kIo:
      return MOTE_IO;
    case ErrorKind::kCancelled:
    case ErrorKind::kInternal:
      return MOTE_INTERNAL;
  }
  return MOTE_INTERNAL;
}

// Runs `body`, whose exceptions become a status and a message.
template <class Body>
mote_status guarded(Body body) noexcept {
  try {
    body();
    return MOTE_OK;
  } catch (const Error& error) {
    return fail(status_of(error.kind()), error.what());
  } catch (const std::bad_alloc&) {
    return fail(MOTE_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception& error) {
    return fail(MOTE_INTERNAL, error.what());
  } catch (...) {
    return fail(MOTE_INTERNAL, "an unknown exception");
  }
}

// The caller's struct, whose later fields may be missing.
template <class Struct>
Struct completed(const Struct* given, const char* what) {
  Struct result{};
  if (given == nullptr) return result;
  if (given->struct_size < sizeof(size_t) || given->struct_size > 16 * sizeof(Struct)) {
    throw_error(ErrorKind::kInvalidArgument, "{}.struct_size is {}; set it to sizeof({})", what,
                given->struct_size, what);
  }
  std::memcpy(&result, given, std::min(given->struct_size, sizeof(Struct)));
  return result;
}

template <class Enum>
Enum choice(const char* text, Enum fallback, std::string_view what) {
  if (text == nullptr) return fallback;
  std::string allowed;
  for (const Enum value : enum_values(Enum{})) {
    if (name(value) == text) return value;
    allowed += (allowed.empty() ? "" : ", ") + std::string(name(value));
  }
  throw_error(ErrorKind::kInvalidArgument, "{} is '{}'; allowed are {}", what, text, allowed);
}

constexpr int32_t kMostThreads = 1024;

PrepareOptions prepare_options(const mote_model_options* given) {
  const auto from = completed(given, "mote_model_options");
  if (from.threads < 0 || from.threads > kMostThreads) {
    throw_error(ErrorKind::kInvalidArgument, "threads is {}; allowed are 0 to {}", from.threads,
                kMostThreads);
  }
  PrepareOptions options;
  options.batch = from.batch == 0 ? 1 : from.batch;
  options.rewrite = from.as_is == 0;
  options.lower.isa = choice(from.isa, Isa::kAuto, "isa");
  options.lower.plan = choice(from.plan, PlanKind::kSpeed, "plan");
  options.lower.numerics = choice(from.numerics, Numerics::kTflm, "numerics");
  options.lower.callers = std::max(1, from.threads);
  options.lower.plan_carefully = true;
  return options;
}

template <class Read>
mote_status make_model(const mote_model_options* options, mote_model** model, Read read) noexcept {
  if (model == nullptr) return fail(MOTE_INVALID_ARGUMENT, "model is NULL");
  *model = nullptr;
  return guarded([&] {
    const PrepareOptions prepare = prepare_options(options);
    Graph graph = read();
    auto program = prepare_program(graph, prepare);
    *model = new mote_model{std::move(program), std::move(graph), prepare};
  });
}

mote_model* with_batch(const mote_model& model, int64_t batch) {
  if (!has_open_batch(model.graph)) {
    throw_error(ErrorKind::kInvalidArgument, "the model's batch is fixed in its file");
  }
  PrepareOptions options = model.options;
  options.batch = batch;
  options.lower.shared_with = model.program.get();
  auto program = prepare_program(model.graph, options);
  options.lower.shared_with = nullptr;
  return new mote_model{std::move(program), model.graph, options};
}

// The caller's threads as ours.
class ForeignWorkers final : public Workers {
 public:
  explicit ForeignWorkers(const mote_threads& threads) : threads_(threads) {}
  int workers() const override { return threads_.workers; }
  void run(void* context, Function function) override {
    threads_.run(threads_.context, function, context);
  }

 private:
  mote_threads threads_;
};

std::unique_ptr<Workers> workers_for(const Program& program, const mote_threads* given) {
  if (given == nullptr) {
    if (program.callers == 1) return nullptr;
    return std::make_unique<WorkerPool>(program.callers);
  }
  const auto threads = completed(given, "mote_threads");
  if (threads.run == nullptr || threads.workers < 1 || threads.workers > program.callers) {
    throw_error(ErrorKind::kInvalidArgument,
                "mote_threads has {} workers; allowed are 1 to {}, the model's threads, and a run",
                threads.workers, program.callers);
  }
  return std::make_unique<ForeignWorkers>(threads);
}

mote_status tensor_info(const Program& program, const std::vector<int32_t>& buffers, size_t index,
                        mote_tensor_info* info) noexcept {
  return guarded([&] {
    if (info == nullptr) throw_error(ErrorKind::kInvalidArgument, "info is NULL");
    if (index >= buffers.size()) {
      throw_error(ErrorKind::kInvalidArgument, "tensor {} of {}", index, buffers.size());
    }
    const size_t struct_size = completed(info, "mote_tensor_info").struct_size;
    const Buffer& buffer = program.buffers[static_cast<size_t>(buffers[index])];
    const Value& value = program.graph.value(buffer.value);
    const Shape& shape = value.type.shape;
    if (shape.rank() > MOTE_RANK_MAX) {
      throw_error(ErrorKind::kUnsupported, "'{}' has {} axes, above {}", value.name, shape.rank(),
                  MOTE_RANK_MAX);
    }
    mote_tensor_info result{};
    result.struct_size = struct_size;
    result.name = value.name.c_str();
    result.type = static_cast<mote_type>(value.type.dtype);
    result.rank = shape.rank();
    for (int axis = 0; axis < shape.rank(); ++axis) result.shape[axis] = shape[axis];
    result.size_bytes = static_cast<size_t>(buffer.size_bytes);
    const auto& record = value.type.quantization;
    if (record && record->is_per_tensor()) {
      result.scale = record->scale();
      result.zero_point = record->zero_point();
    }
    std::memcpy(info, &result, std::min(struct_size, sizeof result));
  });
}

// mote_type lists the types in the order of DataType.
static_assert(static_cast<int>(DataType::kF32) == MOTE_F32);
static_assert(static_cast<int>(DataType::kI8) == MOTE_I8);
static_assert(static_cast<int>(DataType::kU8) == MOTE_U8);
static_assert(static_cast<int>(DataType::kBool) == MOTE_BOOL);

}  // namespace
}  // namespace mote

using mote::fail;
using mote::guarded;

uint32_t mote_abi_version(void) { return MOTE_ABI_VERSION; }
const char* mote_version(void) { return MOTE_VERSION; }
const char* mote_last_error(void) { return mote::message; }

mote_status mote_model_load(const char* path, const mote_model_options* options,
                            mote_model** model) {
  return mote::make_model(options, model, [&] {
    if (path == nullptr) mote::throw_error(mote::ErrorKind::kInvalidArgument, "path is NULL");
    return mote::load_model(path);
  });
}

mote_status mote_model_from_memory(const void* bytes, size_t size_bytes,
                                   const mote_model_options* options, mote_model** model) {
  return mote::make_model(options, model, [&] {
    if (bytes == nullptr) mote::throw_error(mote::ErrorKind::kInvalidArgument, "bytes is NULL");
    return mote::read_model({static_cast<const std::byte*>(bytes), size_bytes});
  });
}

mote_status mote_model_with_batch(const mote_model* model, int64_t batch, mote_model** other) {
  if (other == nullptr) return fail(MOTE_INVALID_ARGUMENT, "other is NULL");
  *other = nullptr;
  if (model == nullptr) return fail(MOTE_INVALID_ARGUMENT, "model is NULL");
  return guarded([&] { *other = mote::with_batch(*model, batch); });
}

void mote_model_free(mote_model* model) { delete model; }

size_t mote_model_input_count(const mote_model* model) { return model->program->inputs.size(); }
size_t mote_model_output_count(const mote_model* model) { return model->program->outputs.size(); }

mote_status mote_model_input_info(const mote_model* model, size_t index, mote_tensor_info* info) {
  return mote::tensor_info(*model->program, model->program->inputs, index, info);
}

mote_status mote_model_output_info(const mote_model* model, size_t index, mote_tensor_info* info) {
  return mote::tensor_info(*model->program, model->program->outputs, index, info);
}

size_t mote_model_arena_bytes(const mote_model* model) {
  return static_cast<size_t>(model->program->arena_bytes);
}

size_t mote_model_state_bytes(const mote_model* model) {
  return static_cast<size_t>(model->program->state_bytes);
}

int32_t mote_model_allocates(const mote_model* model) {
  for (const mote::Call& call : model->program->calls) {
    if (call.kernel == nullptr) return 1;
  }
  return 0;
}

mote_status mote_session_create(const mote_model* model, const mote_threads* threads,
                                mote_session** session) {
  if (session == nullptr) return fail(MOTE_INVALID_ARGUMENT, "session is NULL");
  *session = nullptr;
  if (model == nullptr) return fail(MOTE_INVALID_ARGUMENT, "model is NULL");
  return guarded([&] {
    auto workers = mote::workers_for(*model->program, threads);
    mote::Session made(model->program, workers.get());
    *session = new mote_session{std::move(workers), std::move(made)};
  });
}

void mote_session_free(mote_session* session) { delete session; }

void* mote_session_input(mote_session* session, size_t index) {
  if (index >= session->session.program().inputs.size()) return nullptr;
  return session->session.input(index).bytes;
}

const void* mote_session_output(const mote_session* session, size_t index) {
  if (index >= session->session.program().outputs.size()) return nullptr;
  return session->session.output(index).bytes;
}

mote_status mote_session_run(mote_session* session) {
  return guarded([&] { session->session.run(); });
}

void mote_session_reset(mote_session* session) { session->session.reset(); }
