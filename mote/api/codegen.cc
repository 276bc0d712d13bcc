#include "mote/api/codegen.h"

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/codegen/names.h"
#include "mote/exec/made_up_inputs.h"
#include "mote/exec/prepare.h"

namespace mote {
namespace {

constexpr uint64_t kVectorSeed = 1;

std::string name_for(const CodegenRequest& request) {
  return codegen::identifier(request.name.empty() ? request.model.path.stem().string()
                                                  : request.name);
}

// Estimates for any C99 compiler are those for the plainest processor.
DeviceTarget device_target(const DeviceCosts& costs, codegen::Target target) {
  return costs.target(target == codegen::Target::kC99 ? name(codegen::Target::kCortexM0)
                                                      : name(target));
}

DeviceUse use_of(const Program& program, codegen::Target target) {
  const DeviceCosts costs = DeviceCosts::built_in();
  return device_use(program, costs, device_target(costs, target));
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder)) {
    throw_error(ErrorKind::kIo, "'{}' cannot become a folder{}{}; choose another --output",
                folder.string(), error ? ": " : "", error ? error.message() : "");
  }
}

}  // namespace

FittedProgram lower_for_target(const CodegenRequest& request) {
  const PrepareOptions options = {
      .lower = {.numerics = numerics_for(request.numerics, request.model),
                .isa = info(request.target).isa,
                .plan = request.optimize,
                .plan_carefully = true},
      .rewrite = request.rewrite};
  FittedProgram fitted;
  if (request.budget.ram_bytes) {
    const DeviceCosts costs = DeviceCosts::built_in();
    const int64_t stack = device_target(costs, request.target).stack_bytes;
    fitted = prepare_within(open_model(request.model), options, *request.budget.ram_bytes - stack);
  } else {
    fitted.program = prepare_program(open_model(request.model), options);
    fitted.fits = true;
  }
  codegen::check_printable(*fitted.program);
  check_budget(use_of(*fitted.program, request.target), request.budget);
  return fitted;
}

std::vector<codegen::TestVector> make_vectors(std::shared_ptr<const Program> program,
                                              int64_t count) {
  Session session(std::move(program));
  Rng rng(kVectorSeed);
  std::vector<codegen::TestVector> vectors;
  for (int64_t i = 0; i < count; ++i) {
    codegen::TestVector vector{.inputs = made_up_inputs(session, rng)};
    write_inputs(session, vector.inputs);
    session.run();
    for (size_t k = 0; k < session.program().outputs.size(); ++k) {
      vector.outputs.push_back(Tensor::copy_of(session.output(k)));
    }
    vectors.push_back(std::move(vector));
  }
  return vectors;
}

std::vector<codegen::GeneratedFile> generate_files(const CodegenRequest& request,
                                                   std::shared_ptr<const Program> program) {
  codegen::CodegenOptions options{.name = name_for(request),
                                  .version = request.version,
                                  .source = request.model.path.filename().string(),
                                  .specialize_bytes = request.specialize_bytes};
  options.vectors = make_vectors(program, request.vectors);
  return codegen::generate(*program, options);
}

CodegenResult generate_code(const CodegenRequest& request) {
  const FittedProgram fitted = lower_for_target(request);
  const std::vector<codegen::GeneratedFile> files =
      codegen::packaged(generate_files(request, fitted.program),
                        {request.package, name_for(request), request.version});
  make_folder(request.output);
  CodegenResult result{.name = name_for(request),
                       .isa = std::string(name(fitted.program->isa)),
                       .use = use_of(*fitted.program, request.target),
                       .patches = fitted.patches};
  for (const codegen::GeneratedFile& file : files) {
    result.written.push_back(request.output / file.path);
    make_folder(result.written.back().parent_path());
    write_file(result.written.back(), file.text);
  }
  return result;
}

}  // namespace mote
