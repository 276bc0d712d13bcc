// Inputs for runs whose results nobody reads, and for test vectors: seeded, the same everywhere.
#pragma once

#include <vector>

#include "mote/base/random.h"
#include "mote/exec/session.h"

namespace mote {

/// One tensor per input: floats from the standard normal distribution, bytes uniform. Wider
/// integers, which may be indices, are 0.
std::vector<Tensor> made_up_inputs(const Session& session, Rng& rng);

/// Copies `inputs` to where the session reads them.
void write_inputs(const Session& session, const std::vector<Tensor>& inputs);

}  // namespace mote
