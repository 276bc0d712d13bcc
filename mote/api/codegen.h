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
#include "mote/lower/lower.h"

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
  int64_t specialize_bytes = codegen::CodegenOptions{}.specialize_bytes;
  std::string version;                                 ///< of mote, for the header
  codegen::Package package = codegen::Package::kNone;  ///< of generate_code
};

struct CodegenResult {
  std::vector<std::filesystem::path> written;
  std::string name;
  std::string isa;
  int64_t layers = 0;
  int64_t arena_bytes = 0;
  int64_t state_bytes = 0;
  int64_t constant_bytes = 0;  ///< weights and packed weights in flash
};

/// The program that the generated C is.
std::shared_ptr<const Program> lower_for_target(const CodegenRequest& request);
/// `count` consecutive runs of `program` on made-up inputs.
std::vector<codegen::TestVector> make_vectors(std::shared_ptr<const Program> program,
                                              int64_t count);
/// The files, without writing them.
std::vector<codegen::GeneratedFile> generate_files(const CodegenRequest& request,
                                                   std::shared_ptr<const Program> program);

/// Throws what open_model, lower and codegen::generate throw; kIo when a file cannot be written.
CodegenResult generate_code(const CodegenRequest& request);

}  // namespace mote
