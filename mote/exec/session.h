// One running instance of a Program: its arena, its states, and the calls resolved to addresses.
//
//   Session session(program);
//   std::memcpy(session.input(0).bytes, pixels, session.input(0).size_bytes());
//   session.run();
//   session.output(0);
//
// Nothing is allocated after construction, except by calls without a kernel (operators that run by
// their reference). A session is used by one thread at a time; any number share a program.
#pragma once

#include <memory>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/base/worker_pool.h"
#include "mote/lower/program.h"

namespace mote {

class Session {
 public:
  /// `pool` may be absent; else it outlives the session, has at most program->callers workers, and
  /// serves one session at a time.
  explicit Session(std::shared_ptr<const Program> program, Workers* pool = nullptr);
  ~Session();
  Session(Session&&) noexcept;
  Session& operator=(Session&&) noexcept;

  const Program& program() const;

  /// The buffers of the program's inputs and outputs, valid as long as the session. Inputs must be
  /// written before every run: their memory may be used for other values.
  TensorView input(size_t i) const;
  ConstTensorView output(size_t i) const;
  /// The content of any buffer; of one in the arena only between the calls that it lives for.
  TensorView buffer(size_t i) const;

  /// All calls in order.
  void run();
  /// One call, for hooks and profiles; calls must run in order from 0.
  void run_call(size_t i);
  /// States go back to their initial content.
  void reset();
  /// Goes on from the states of `other`, whose program has the same states.
  void take_states(const Session& other);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mote
