#include "mote/api/device_test.h"

#include "mote/api/codegen.h"
#include "mote/exec/made_up_inputs.h"
#include "mote/measure/samples.h"

namespace mote {
namespace {

constexpr uint64_t kSampleSeed = 2;  // others than the self-test's

std::vector<device::Sample> made_up_samples(std::shared_ptr<const Program> program, int64_t count) {
  const Session session(std::move(program));
  Rng rng(kSampleSeed);
  std::vector<device::Sample> samples;
  for (int64_t i = 0; i < count; ++i) samples.push_back(made_up_inputs(session, rng));
  return samples;
}

std::vector<device::Sample> samples_for(const DeviceTestRequest& request,
                                        const std::shared_ptr<const Program>& program) {
  if (request.data.path.empty()) return made_up_samples(program, request.samples);
  const data::Dataset dataset = open_data(request.data);
  const std::vector<data::ModelInput> inputs = declared_inputs(program->graph);
  std::vector<device::Sample> samples;
  for (int64_t i = 0; i < std::min(request.samples, dataset.size()); ++i) {
    samples.push_back(dataset.inputs(i, inputs));
  }
  return samples;
}

}  // namespace

device::DeviceReport device_test(const DeviceTestRequest& request, const Observer& observer) {
  const CodegenRequest code = {.model = request.model,
                               .target = device::info(request.device.board).target,
                               .optimize = request.optimize,
                               .numerics = request.numerics,
                               .rewrite = request.rewrite,
                               .name = "model",
                               .vectors = 1};
  const std::shared_ptr<const Program> program = lower_for_target(code).program;
  const device::ModelSources sources = {
      .name = code.name, .files = generate_files(code, program), .program = program};
  return device::test_on_device(sources, samples_for(request, program), request.device, observer);
}

}  // namespace mote
