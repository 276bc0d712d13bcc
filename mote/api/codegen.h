// A model as C for a microcontroller.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/codegen/codegen.h"
#include "mote/codegen/packages.h"
#include "mote/codegen/target.h"
#include "mote/exec/fit_memory.h"
#include "mote/measure/device_use.h"

namespace mote {

struct CodegenRequest {
  ModelRequest model;
  codegen::Target target = codegen::Target::kC99;
  PlanKind optimize = PlanKind::kSpeed;
  Numerics numerics = Numerics::kAuto;
  bool rewrite = true;           ///< the exact passes first, as `optimize` does
  std::filesystem::path output;  ///< a folder; made where it is missing
  std::string name;              ///< prefix of files and symbols; empty: the model's file name
  int64_t vectors = 2;           ///< of the self-test, on made-up inputs; 0: no self-test
  /// RAM of arena, states and stack; flash of weights, parameters and estimated code. Where RAM
  /// does not suffice, a first stage runs patch by patch.
  Budget budget = {};
  int64_t specialize_bytes = codegen::CodegenOptions{}.specialize_bytes;
  std::string version;                                 ///< of mote, for the header
  codegen::Package package = codegen::Package::kNone;  ///< of generate_code
};

struct CodegenResult {
  std::vector<std::filesystem::path> written;
  std::string name;
  std::string isa;
  DeviceUse use;
  std::optional<PatchReport> patches;
};

/// The program that the generated C is. Throws kInvalidArgument with the table of what takes the
/// space when it breaks the budget.
FittedProgram lower_for_target(const CodegenRequest& request);
/// `count` consecutive runs of `program` on made-up inputs.
std::vector<codegen::TestVector> make_vectors(std::shared_ptr<const Program> program,
                                              int64_t count);
/// The files, without writing them.
std::vector<codegen::GeneratedFile> generate_files(const CodegenRequest& request,
                                                   std::shared_ptr<const Program> program);

/// Throws what open_model, lower_for_target and codegen::generate throw; kIo when a file cannot be
/// written. Nothing is written before all is known to fit.
CodegenResult generate_code(const CodegenRequest& request);

}  // namespace mote
