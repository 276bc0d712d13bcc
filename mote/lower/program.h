// A network as a machine runs it: kernel calls in order, packed constants, and the place of every
// buffer in one arena. The host runtime calls it (mote/exec); code generation prints it.
//
//   const Program program = lower(graph);
//   program.arena_bytes;         // of one session
//   program.calls[0].kernel->name;
//
// A Program is not changed once made; any number of sessions share one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mote/ir/graph.h"
#include "mote/ir/op_def.h"
#include "mote/kernels/kernel.h"

namespace mote {

/// Where the content of a value is.
struct Buffer {
  enum class Place {
    kArena,     ///< `offset` into the arena
    kState,     ///< `offset` into the persistent segment; `constant` is its initial content
    kConstant,  ///< `constant`
  };
  Place place = Place::kArena;
  ValueId value;
  int64_t size_bytes = 0;
  int64_t offset = 0;
  std::shared_ptr<const Tensor> constant = nullptr;
};

/// A kernel that could have done a call, and why it does not.
struct RejectedKernel {
  std::string name;
  std::string reason;
};

struct Call {
  static constexpr int32_t kAbsent = -1;

  NodeId node;
  /// nullptr: no family has these types; the operator's reference runs instead, on the host only.
  const mote_kernel* kernel = nullptr;
  std::shared_ptr<const void> params = nullptr;  ///< the family's struct
  /// Buffers in the order of the family (without a kernel: of the node); kAbsent: none.
  std::vector<int32_t> inputs = {};
  std::vector<int32_t> outputs = {};
  /// What the kernel packed; shared with other programs of the same constants and kernel.
  std::shared_ptr<const AlignedBuffer> packed = nullptr;
  int64_t scratch_bytes = 0;   ///< of each concurrent caller
  int64_t scratch_offset = 0;  ///< into the arena; callers' scratch lies side by side
  int32_t units = 1;
  bool splits = false;  ///< large enough for several callers to share
  std::vector<RejectedKernel> rejected = {};
};

struct Program {
  Graph graph;  ///< with bound types; buffers and calls refer to it
  Numerics numerics = Numerics::kTflm;
  Isa isa = Isa::kPortable;  ///< resolved
  std::vector<Buffer> buffers;
  std::vector<Call> calls;
  std::vector<int32_t> inputs, outputs;  ///< buffers
  int32_t callers = 1;                   ///< how many threads the scratch is for
  int64_t arena_bytes = 0;
  int64_t state_bytes = 0;
  int64_t largest_live_bytes = 0;  ///< the most that values alive together take, without overlaps
  bool proven_optimal = false;     ///< no layout of this order and these kernels needs less
};

}  // namespace mote
