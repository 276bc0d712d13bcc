#include "mote/api/codegen.h"

#include <set>

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

// What the calls read from flash: packed constants, and others once each.
int64_t constant_bytes_of(const Program& program) {
  int64_t bytes = 0;
  std::set<int32_t> counted;
  for (const Call& call : program.calls) {
    const bool packs = call.kernel->pack != nullptr && call.kernel->packs_params == 0;
    if (call.packed != nullptr) bytes += static_cast<int64_t>(call.packed->size_bytes());
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      const int32_t input = call.inputs[i];
      if (input == Call::kAbsent || (packs && i > 0)) continue;
      const Buffer& buffer = program.buffers[static_cast<size_t>(input)];
      const bool constant = buffer.place == Buffer::Place::kConstant;
      if (constant && counted.insert(input).second) bytes += buffer.size_bytes;
    }
  }
  return bytes;
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

std::shared_ptr<const Program> lower_for_target(const CodegenRequest& request) {
  return prepare_program(open_model(request.model),
                         {.lower = {.numerics = numerics_for(request.numerics, request.model),
                                    .isa = info(request.target).isa,
                                    .plan = request.optimize,
                                    .plan_carefully = true},
                          .rewrite = request.rewrite});
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
  codegen::check_printable(*program);
  options.vectors = make_vectors(program, request.vectors);
  return codegen::generate(*program, options);
}

CodegenResult generate_code(const CodegenRequest& request) {
  const std::shared_ptr<const Program> program = lower_for_target(request);
  const std::vector<codegen::GeneratedFile> files = codegen::packaged(
      generate_files(request, program), {request.package, name_for(request), request.version});
  make_folder(request.output);
  CodegenResult result{.name = name_for(request),
                       .isa = std::string(name(program->isa)),
                       .layers = static_cast<int64_t>(program->calls.size()),
                       .arena_bytes = program->arena_bytes,
                       .state_bytes = program->state_bytes,
                       .constant_bytes = constant_bytes_of(*program)};
  for (const codegen::GeneratedFile& file : files) {
    result.written.push_back(request.output / file.path);
    make_folder(result.written.back().parent_path());
    write_file(result.written.back(), file.text);
  }
  return result;
}

}  // namespace mote
