// Writes the calls that golden networks make of the integer convolutions and fully connected layers
// to a file (mote/kernels/suite/stored_case.h): store_cases FILE
#include <fmt/format.h>

#include <cstdio>
#include <cstring>
#include <memory>

#include "mote/exec/prepare.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"
#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/suite/stored_case.h"
#include "tests/golden_models.h"
#include "tests/samples.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

using File = std::unique_ptr<FILE, int (*)(FILE*)>;

void write(const File& file, const void* bytes, int64_t count) {
  if (std::fwrite(bytes, 1, static_cast<size_t>(count), file.get()) == static_cast<size_t>(count)) {
    return;
  }
  throw_error(ErrorKind::kIo, "cannot write the cases");
}

// A params struct, its output stage and how many channels that has.
struct Params {
  int64_t bytes = 0;
  int64_t stage_offset = 0;
  int32_t channels = 0;
};

template <class Struct>
Params params_of(int32_t channels) {
  return {sizeof(Struct), offsetof(Struct, output), channels};
}

// Nothing for families that no other machine has rows of its own for.
std::optional<Params> params_of(const Call& call) {
  const std::string_view family = call.kernel->family;
  const void* params = call.params.get();
  if (family == "conv_2d_i8" || family == "conv_2d_i16") {
    const auto& p = *static_cast<const mote_conv_2d_params*>(params);
    return params_of<mote_conv_2d_params>(p.oc);
  }
  if (family == "depthwise_conv_2d_i8") {
    const auto& p = *static_cast<const mote_depthwise_conv_2d_params*>(params);
    return params_of<mote_depthwise_conv_2d_params>(p.ic * p.multiplier);
  }
  if (family == "fully_connected_i8") {
    const auto& p = *static_cast<const mote_fully_connected_params*>(params);
    return params_of<mote_fully_connected_params>(p.n);
  }
  return std::nullopt;
}

// Runs call `i` and writes it.
void store(const File& file, Session& session, size_t i, const std::string& network) {
  const Program& program = session.program();
  const Call& call = program.calls[i];
  const std::optional<Params> params = call.kernel == nullptr ? std::nullopt : params_of(call);
  if (!params) return session.run_call(i);
  const auto& stage = *reinterpret_cast<const mote_output_stage*>(
      static_cast<const std::byte*>(call.params.get()) + params->stage_offset);
  mote_stored_case head{};
  fmt::format_to_n(head.family, sizeof head.family - 1, "{}", call.kernel->family);
  fmt::format_to_n(head.text, sizeof head.text - 1, "{}, {}", network,
                   program.graph.node(call.node).name);
  head.params_bytes = params->bytes;
  head.stage_offset = params->stage_offset;
  head.multipliers = stage.per_channel != 0 ? params->channels : 1;
  head.channel_maxima = stage.channel_max != nullptr ? params->channels : 0;
  std::vector<Tensor> operands;
  for (size_t k = 0; k < call.inputs.size(); ++k) {
    if (call.inputs[k] == Call::kAbsent) continue;
    operands.push_back(Tensor::copy_of(session.buffer(static_cast<size_t>(call.inputs[k]))));
    head.input_bytes[k] = static_cast<int64_t>(operands.back().size_bytes());
  }
  session.run_call(i);
  operands.push_back(Tensor::copy_of(session.buffer(static_cast<size_t>(call.outputs[0]))));
  head.output_bytes[0] = static_cast<int64_t>(operands.back().size_bytes());
  write(file, &head, sizeof head);
  write(file, call.params.get(), head.params_bytes);
  write(file, stage.multipliers, head.multipliers * static_cast<int64_t>(sizeof(mote_multiplier)));
  write(file, stage.channel_max, head.channel_maxima * static_cast<int64_t>(sizeof(int32_t)));
  for (const Tensor& operand : operands) {
    write(file, std::as_const(operand).bytes(), static_cast<int64_t>(operand.size_bytes()));
  }
}

void store_network(const File& file, const std::string& network) {
  const Graph graph =
      bind_batch(load_model(*shared_data() / "golden" / network / "model.tflite"), 1);
  Session session(std::make_shared<const Program>(lower(graph, {.isa = Isa::kPortable})));
  Rng rng(7);
  const std::vector<Tensor> inputs = test::random_inputs(graph, rng);
  for (size_t i = 0; i < inputs.size(); ++i) {
    copy_bytes(session.input(i).bytes, inputs[i].bytes(), inputs[i].size_bytes());
  }
  for (size_t i = 0; i < session.program().calls.size(); ++i) store(file, session, i, network);
}

}  // namespace
}  // namespace mote

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::vector<std::string> networks = mote::test::golden_folders();
  if (networks.empty()) {
    fmt::print("skipped: {}\n", mote::kNoSharedData);
    return 0;
  }
  const mote::File file(std::fopen(argv[1], "wb"), std::fclose);
  if (file == nullptr) return 1;
  for (const std::string& network : networks) mote::store_network(file, network);
  return 0;
}
