#include "mote/device/on_device.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "mote/base/file.h"
#include "mote/device/counts.h"
#include "mote/device/emulator.h"
#include "mote/device/process.h"
#include "mote/exec/session.h"

namespace mote::device {
namespace {

namespace fs = std::filesystem;

using Bytes = std::vector<std::byte>;

void append(Bytes& bytes, const ConstTensorView& tensor) {
  bytes.insert(bytes.end(), tensor.bytes, tensor.bytes + tensor.size_bytes());
}

// All inputs, as the firmware reads them, and the outputs of the host.
struct Expectation {
  Bytes inputs, outputs;
};

Expectation run_on_host(const ModelSources& sources, std::span<const Sample> samples,
                        const Observer& observer) {
  Session session(sources.program);
  Expectation host;
  for (const Sample& sample : samples) {
    observer.check_cancelled();
    session.reset();
    for (size_t i = 0; i < sample.size(); ++i) {
      const TensorView input = session.input(i);
      if (sample[i].dtype() != input.dtype || sample[i].size_bytes() != input.size_bytes()) {
        throw_error(ErrorKind::kInvalidArgument, "input {} of a sample has not the model's type",
                    i);
      }
      std::copy_n(sample[i].bytes(), input.size_bytes(), input.bytes);
      append(host.inputs, sample[i].view());
    }
    session.run();
    for (size_t i = 0; i < sources.program->outputs.size(); ++i) {
      append(host.outputs, session.output(i));
    }
  }
  return host;
}

// What main.c writes to result.bin.
struct Found {
  uint32_t stack_bytes = 0;
  uint32_t selftest_mismatches = 0;
};

Found read_found(const fs::path& path) {
  const MappedFile file(path);
  Found found;
  if (file.bytes().size() != sizeof found) {
    throw_error(ErrorKind::kInternal, "the firmware wrote {} bytes of results, not {}",
                file.bytes().size(), sizeof found);
  }
  std::memcpy(&found, file.bytes().data(), sizeof found);
  return found;
}

int64_t mismatches(const fs::path& outputs, const Bytes& expected) {
  if (expected.empty()) return 0;
  const MappedFile file(outputs);
  if (file.bytes().size() != expected.size()) {
    throw_error(ErrorKind::kInternal, "the firmware wrote {} bytes of outputs, not {}",
                file.bytes().size(), expected.size());
  }
  int64_t count = 0;
  for (size_t i = 0; i < expected.size(); ++i) count += file.bytes()[i] != expected[i] ? 1 : 0;
  return count;
}

// Of one inference. A layer that has nothing to do is not called at all.
int64_t per_inference(const Counts& counts, const std::string& region, uint64_t inferences) {
  const auto found = counts.regions.find(region);
  if (found == counts.regions.end()) return 0;
  return static_cast<int64_t>(found->second.instructions / inferences);
}

void add_counts(const ModelSources& sources, const Counts& counts, DeviceReport& report) {
  const Program& program = *sources.program;
  const std::string invoke = sources.name + "_invoke";
  const auto found = counts.regions.find(invoke);
  const uint64_t inferences = found == counts.regions.end() ? 0 : found->second.calls;
  if (inferences == 0) {
    throw_error(ErrorKind::kInternal, "the firmware never ran '{}'", invoke);
  }
  report.overhead_instructions = per_inference(counts, invoke, inferences);
  report.instructions_per_inference = report.overhead_instructions;
  for (size_t i = 0; i < program.calls.size(); ++i) {
    const Call& call = program.calls[i];
    const Node& node = program.graph.node(call.node);
    LayerCount layer{.node = node.name,
                     .op = std::string(node.op->name),
                     .kernel = call.kernel == nullptr ? "" : call.kernel->name,
                     .instructions = per_inference(
                         counts, fmt::format("{}_layer_{}", sources.name, i), inferences)};
    report.instructions_per_inference += layer.instructions;
    report.layers.push_back(std::move(layer));
  }
}

// The firmware's stack as sections.ld has it; where the mark reached its end, more was wanted.
void check_stack(const ElfFile& firmware, uint32_t used) {
  const ElfSection* stack = firmware.section(".stack");
  if (stack != nullptr && used < stack->size_bytes * 15 / 16) return;
  throw_error(ErrorKind::kInternal, "the model overran the firmware's stack");
}

int64_t largest_scratch(const Program& program) {
  int64_t largest = 0;
  for (const Call& call : program.calls) largest = std::max(largest, call.scratch_bytes);
  return largest;
}

}  // namespace

DeviceReport test_on_device(const ModelSources& sources, std::span<const Sample> samples,
                            const DeviceOptions& options, const Observer& observer) {
  const BoardInfo& board = info(options.board);
  std::optional<WorkFolder> scratch;
  if (options.keep.empty()) {
    scratch.emplace();
  } else {
    fs::create_directories(options.keep);
  }
  const fs::path folder = scratch ? scratch->path() : options.keep;
  build_firmware(
      {.sources = sources, .board = board, .folder = folder, .optimization = options.optimization},
      observer);
  const ElfFile firmware = read_elf(MappedFile(folder / kFirmware).bytes());
  const Expectation host = run_on_host(sources, samples, observer);
  write_file(folder / "inputs.bin", std::span<const std::byte>(host.inputs));
  const Counts counts =
      parse_counts(emulate({.board = board,
                            .folder = folder,
                            .plugin = options.plugin,
                            .ranges = count_ranges(firmware, sources.name, board.thumb),
                            .limit_seconds = options.limit_seconds},
                           observer));
  const Found found = read_found(folder / "result.bin");
  check_stack(firmware, found.stack_bytes);
  const Footprint footprint = footprint_of(firmware, sources.name);
  DeviceReport report{.board = options.board,
                      .samples = static_cast<int64_t>(samples.size()),
                      .compared_bytes = static_cast<int64_t>(host.outputs.size()),
                      .mismatched_bytes = mismatches(folder / "outputs.bin", host.outputs) +
                                          found.selftest_mismatches,
                      .flash = footprint.flash,
                      .ram = footprint.ram,
                      .helpers = footprint.helpers};
  report.ram.scratch_bytes = largest_scratch(*sources.program);
  report.ram.stack_bytes = found.stack_bytes;
  add_counts(sources, counts, report);
  return report;
}

}  // namespace mote::device
