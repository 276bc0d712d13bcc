#include "mote/measure/device_use.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mote/base/error.h"
#include "mote/base/number_text.h"
#include "mote/kernels/kernel_table.h"
#include "mote/kernels/params_layout.h"
#include "mote/lower/check_program.h"

namespace mote {
namespace {

// Of 32-bit processors.
constexpr int64_t kPointerBytes = 4;
// mote_kernel_args: params, packed, inputs, outputs, scratch, begin and end; and a function of a
// few instructions that passes it.
constexpr int64_t kCallBytes = 7 * kPointerBytes + 16;
// Rows of each table in a message.
constexpr size_t kListed = 8;
// Some converters give layers names of a kilobyte; their ends tell them apart.
constexpr size_t kNameBytes = 60;

const mote_struct* layout_of(const mote_kernel& kernel) {
  const mote_kernel* row = nullptr;
  for (int32_t i = 0; (row = mote_kernel_at(i)) != nullptr; ++i) {
    if (std::string_view(row->family) == kernel.family && row->params_layout != nullptr) {
      return row->params_layout;
    }
  }
  return nullptr;
}

int64_t element_bytes(mote_field_type type) {
  switch (type) {
    case MOTE_FIELD_TYPE_I8:
    case MOTE_FIELD_TYPE_U8:
      return 1;
    case MOTE_FIELD_TYPE_I16:
    case MOTE_FIELD_TYPE_U16:
      return 2;
    case MOTE_FIELD_TYPE_I32:
    case MOTE_FIELD_TYPE_F32:
      return 4;
    case MOTE_FIELD_TYPE_I64:
      return 8;
    case MOTE_FIELD_TYPE_STRUCT:
      break;
  }
  throw_error(ErrorKind::kInternal, "a struct is no element");
}

// A struct of params as a 32-bit processor stores it, and the arrays it points to.
struct StoredParams {
  std::string object;
  std::vector<std::string> arrays;
};

class ParamsStore {
 public:
  explicit ParamsStore(const void* root) : root_(root) {}

  StoredParams store(const mote_struct& layout) {
    add_struct(layout, static_cast<const std::byte*>(root_), stored_.object);
    return std::move(stored_);
  }

 private:
  void add_struct(const mote_struct& layout, const std::byte* at, std::string& to) {
    for (const mote_field* field = layout.fields; field->name != nullptr; ++field) {
      if (field->pointed == nullptr) {
        add_elements(*field, at + field->offset, std::max<int64_t>(1, field->count), to);
        continue;
      }
      to.append(kPointerBytes, '\0');
      const std::byte* target = nullptr;
      copy_bytes(reinterpret_cast<std::byte*>(&target), at + field->offset, sizeof target);
      if (target == nullptr) continue;
      std::string array;
      add_elements(*field, target, field->pointed(root_), array);
      stored_.arrays.push_back(std::move(array));
    }
  }

  void add_elements(const mote_field& field, const std::byte* from, int64_t count,
                    std::string& to) {
    if (field.type == MOTE_FIELD_TYPE_STRUCT) {
      for (int64_t i = 0; i < count; ++i) add_struct(*field.of, from + i * field.of->size, to);
    } else {
      to.append(reinterpret_cast<const char*>(from),
                static_cast<size_t>(count * element_bytes(field.type)));
    }
  }

  const void* root_;
  StoredParams stored_;
};

bool is_zero(const Tensor& tensor) {
  return std::all_of(tensor.bytes(), tensor.bytes() + tensor.size_bytes(),
                     [](std::byte b) { return b == std::byte{0}; });
}

class Count {
 public:
  Count(const Program& program, const DeviceCosts& costs, const DeviceTarget& target)
      : program_(program), costs_(costs), target_(target) {}

  DeviceUse run() {
    DeviceUse use{.target = target_,
                  .arena_bytes = program_.arena_bytes,
                  .state_bytes = program_.state_bytes};
    const std::vector<int64_t> live = live_in_steps();
    for (size_t i = 0; i < program_.calls.size(); ++i) {
      use.calls.push_back(call_use(program_.calls[i]));
      use.calls.back().live_bytes = live[i];
      add(use.calls.back(), use.totals);
    }
    for (const Buffer& buffer : program_.buffers) {
      if (buffer.place == Buffer::Place::kState && !is_zero(*buffer.constant)) {
        use.initial_state_bytes += buffer.size_bytes;
      }
    }
    return use;
  }

 private:
  // Bytes of the arena that hold something; overlaps count once.
  std::vector<int64_t> live_in_steps() const {
    const PlanCalls calls = plan_calls_of(program_);
    const MemoryPlan plan = plan_of(program_);
    const MemoryProblem problem = memory_problem(calls, plan.order, plan.kernels);
    std::vector<int64_t> offsets = plan.value_offsets;
    for (const int32_t call : plan.order) {
      offsets.push_back(plan.scratch_offsets[static_cast<size_t>(call)]);
    }
    std::vector<int64_t> live;
    for (int32_t step = 0; step < static_cast<int32_t>(plan.order.size()); ++step) {
      std::vector<std::pair<int64_t, int64_t>> spans;
      for (size_t b = 0; b < problem.buffers.size(); ++b) {
        const MemoryBuffer& buffer = problem.buffers[b];
        if (buffer.first_step > step || buffer.last_step < step) continue;
        spans.emplace_back(offsets[b], offsets[b] + buffer.size_bytes);
      }
      live.push_back(covered(std::move(spans)));
    }
    return live;
  }

  static int64_t covered(std::vector<std::pair<int64_t, int64_t>> spans) {
    std::sort(spans.begin(), spans.end());
    int64_t bytes = 0;
    int64_t end = 0;
    for (const auto& [from, to] : spans) {
      bytes += std::max<int64_t>(0, to - std::max(from, end));
      end = std::max(end, to);
    }
    return bytes;
  }

  CallUse call_use(const Call& call) {
    const Node& node = program_.graph.node(call.node);
    CallUse use{.node = node.name, .op = std::string(node.op->name)};
    if (call.kernel != nullptr) use.kernel = call.kernel->name;
    use.scratch_bytes = call.scratch_bytes;
    use.macs = node.op->cost == nullptr ? 0 : node.op->cost(program_.graph, node).macs;
    use.input_elements = elements(call.inputs);
    use.output_elements = elements(call.outputs);
    add_flash(call, use);
    const KernelCost& cost = costs_.kernel(target_, use.kernel);
    use.is_calibrated = cost.kernel == use.kernel;
    use.instructions = cost.per_call + cost.per_input * static_cast<double>(use.input_elements) +
                       cost.per_output * static_cast<double>(use.output_elements) +
                       cost.per_mac * static_cast<double>(use.macs);
    if (kernels_seen_.insert(use.kernel).second) use.code_bytes = cost.code_bytes;
    return use;
  }

  int64_t elements(const std::vector<int32_t>& buffers) const {
    int64_t total = 0;
    for (const int32_t index : buffers) {
      if (index == Call::kAbsent) continue;
      const Buffer& buffer = program_.buffers[static_cast<size_t>(index)];
      if (buffer.place == Buffer::Place::kConstant) continue;
      total += program_.graph.value(buffer.value).type.shape.elements();
    }
    return total;
  }

  void add_flash(const Call& call, CallUse& use) {
    const bool packs =
        call.kernel != nullptr && call.kernel->pack != nullptr && call.kernel->packs_params == 0;
    if (call.packed != nullptr && packed_seen_.insert(call.packed.get()).second) {
      use.weight_bytes += static_cast<int64_t>(call.packed->size_bytes());
    }
    for (size_t k = 0; k < call.inputs.size(); ++k) {
      if (call.inputs[k] == Call::kAbsent || (packs && k > 0)) continue;
      const Buffer& buffer = program_.buffers[static_cast<size_t>(call.inputs[k])];
      if (buffer.place != Buffer::Place::kConstant) continue;
      if (constants_seen_.insert(call.inputs[k]).second) use.weight_bytes += buffer.size_bytes;
    }
    const auto operands = static_cast<int64_t>(call.inputs.size() + call.outputs.size());
    use.param_bytes = kCallBytes + operands * kPointerBytes;
    const mote_struct* layout = call.kernel == nullptr ? nullptr : layout_of(*call.kernel);
    if (layout == nullptr || call.params == nullptr) return;
    use.param_bytes += new_param_bytes(*layout, call.params.get());
  }

  // Generated code has equal params, and equal arrays, once.
  int64_t new_param_bytes(const mote_struct& layout, const void* params) {
    StoredParams stored = ParamsStore(params).store(layout);
    std::string whole = layout.name + stored.object;
    for (const std::string& array : stored.arrays) whole += array;
    if (!params_seen_.insert(std::move(whole)).second) return 0;
    auto bytes = static_cast<int64_t>(stored.object.size());
    for (std::string& array : stored.arrays) {
      const auto size = static_cast<int64_t>(array.size());
      if (arrays_seen_.insert(std::move(array)).second) bytes += size;
    }
    return bytes;
  }

  static void add(const CallUse& call, CallUse& totals) {
    totals.weight_bytes += call.weight_bytes;
    totals.param_bytes += call.param_bytes;
    totals.code_bytes += call.code_bytes;
    totals.live_bytes = std::max(totals.live_bytes, call.live_bytes);
    totals.scratch_bytes = std::max(totals.scratch_bytes, call.scratch_bytes);
    totals.macs += call.macs;
    totals.input_elements += call.input_elements;
    totals.output_elements += call.output_elements;
    totals.instructions += call.instructions;
  }

  const Program& program_;
  const DeviceCosts& costs_;
  const DeviceTarget& target_;
  std::set<std::string> kernels_seen_, params_seen_, arrays_seen_;
  std::set<const AlignedBuffer*> packed_seen_;
  std::set<int32_t> constants_seen_;
};

std::string shortened(const std::string& name) {
  if (name.size() <= kNameBytes) return name;
  size_t at = name.size() - kNameBytes;
  while (at < name.size() && (static_cast<unsigned char>(name[at]) & 0xC0) == 0x80) ++at;
  return "..." + name.substr(at);
}

// The calls that take most by `bytes`.
template <class Bytes>
std::string largest_text(const DeviceUse& use, Bytes bytes) {
  std::vector<const CallUse*> calls;
  for (const CallUse& call : use.calls) calls.push_back(&call);
  std::stable_sort(calls.begin(), calls.end(),
                   [&](const CallUse* a, const CallUse* b) { return bytes(*a) > bytes(*b); });
  std::string text;
  for (size_t i = 0; i < std::min(kListed, calls.size()); ++i) {
    text += fmt::format("  {:>10}  {} ({})\n", bytes(*calls[i]), shortened(calls[i]->node),
                        calls[i]->op);
  }
  if (calls.size() > kListed) {
    text += fmt::format("  and {} layers that take less\n", calls.size() - kListed);
  }
  return text;
}

std::string ram_text(const DeviceUse& use, int64_t limit) {
  return fmt::format(
             "RAM: {} bytes, {} more than the {} allowed: arena {}, states {}, stack {}\n"
             "bytes of the arena in use while a layer runs:\n",
             use.ram_bytes(), use.ram_bytes() - limit, limit, use.arena_bytes, use.state_bytes,
             use.target.stack_bytes) +
         largest_text(use, [](const CallUse& call) { return call.live_bytes; });
}

std::string flash_text(const DeviceUse& use, int64_t limit) {
  return fmt::format(
             "flash: {} bytes, {} more than the {} allowed: weights {}, parameters {}, initial "
             "states {}, code about {}\nbytes of weights and parameters of a layer:\n",
             use.flash_bytes(), use.flash_bytes() - limit, limit, use.totals.weight_bytes,
             use.totals.param_bytes, use.initial_state_bytes,
             use.totals.code_bytes + use.target.base_code_bytes) +
         largest_text(use,
                      [](const CallUse& call) { return call.weight_bytes + call.param_bytes; });
}

}  // namespace

int64_t DeviceUse::flash_bytes() const {
  return totals.weight_bytes + totals.param_bytes + totals.code_bytes + initial_state_bytes +
         target.base_code_bytes;
}

int64_t DeviceUse::ram_bytes() const { return arena_bytes + state_bytes + target.stack_bytes; }

double DeviceUse::cycles() const { return cycles_of(target, totals); }

double DeviceUse::milliseconds() const { return milliseconds_of(target, totals); }

double cycles_of(const DeviceTarget& target, const CallUse& call) {
  return call.instructions * target.cycles_per_instruction;
}

double milliseconds_of(const DeviceTarget& target, const CallUse& call) {
  constexpr double kPerMillisecond = 1e3;  // cycles, at one MHz
  return cycles_of(target, call) / (target.clock_mhz * kPerMillisecond);
}

DeviceUse device_use(const Program& program, const DeviceCosts& costs, const DeviceTarget& target) {
  return Count(program, costs, target).run();
}

std::string budget_violation(const DeviceUse& use, const Budget& budget) {
  std::string text;
  if (budget.ram_bytes && use.ram_bytes() > *budget.ram_bytes) {
    text += ram_text(use, *budget.ram_bytes);
  }
  if (budget.flash_bytes && use.flash_bytes() > *budget.flash_bytes) {
    text += flash_text(use, *budget.flash_bytes);
  }
  return text;
}

void check_budget(const DeviceUse& use, const Budget& budget) {
  const std::string text = budget_violation(use, budget);
  if (!text.empty()) {
    throw_error(ErrorKind::kInvalidArgument, "the model does not fit {}\n{}", use.target.name,
                text);
  }
}

int64_t parse_bytes(std::string_view text) {
  std::string_view digits = text;
  double unit = 1.0;
  if (!digits.empty() && (digits.back() == 'K' || digits.back() == 'k')) unit = 1024.0;
  if (!digits.empty() && (digits.back() == 'M' || digits.back() == 'm')) unit = 1024.0 * 1024.0;
  if (unit != 1.0) digits.remove_suffix(1);
  const std::optional<double> number = parse_double(digits);
  constexpr double kMost = 1e15;
  if (!number || !(*number > 0.0) || *number * unit > kMost) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}' is no amount of memory; write bytes, or 64K or 1.5M", text);
  }
  return static_cast<int64_t>(std::floor(*number * unit));
}

}  // namespace mote
