// Options and texts that bench and explain share.
#pragma once

#include "apps/cli/json_values.h"
#include "apps/cli/option.h"
#include "mote/api/bench.h"

namespace mote::cli {

/// The operand that names the model, and `--isa`, `--plan`, `--numerics`, `--threads`.
OptionGroup program_group(ProgramRequest* request);

Json to_json(const ExplainResult& result);
/// What the arena takes, in a line.
std::string arena_text(const ExplainResult& result);

}  // namespace mote::cli
