// One step of the recurrent cells, on plain arrays.
#pragma once

#include <span>
#include <vector>

#include "mote/ops/recurrent_attrs.h"

namespace mote::ops {

enum class CellKind { kLstm, kGru, kRnn };
/// Gates per hidden unit: 4, 3, 1.
int64_t gates_of(CellKind kind);
/// Activations per direction: 3, 2, 1.
size_t activations_of(CellKind kind);

/// The parameters of one direction, in double.
struct CellParameters {
  int64_t inputs = 0;
  int64_t hidden = 0;
  std::vector<double> w;         // [g*h, in]
  std::vector<double> r;         // [g*h, h]
  std::vector<double> w_bias;    // [g*h]
  std::vector<double> r_bias;    // [g*h]
  std::vector<double> peephole;  // lstm: [3*h], iof
};

class Cell {
 public:
  /// `which` is the direction among those of `attrs`.
  Cell(CellKind kind, const RecurrentAttrs& attrs, size_t which, CellParameters parameters);

  /// Advances h (and c of an lstm) by the input x [in].
  void step(std::span<const double> x, std::span<double> h, std::span<double> c) const;

 private:
  using Function = double (*)(double x, double alpha, double beta);
  struct Activation {
    Function function;
    double alpha;
    double beta;
  };

  double activate(size_t which, double x) const;
  /// w * x + its bias of row `row`, and r * h + its bias.
  double from_input(int64_t row, std::span<const double> x) const;
  double from_hidden(int64_t row, std::span<const double> h) const;
  void step_lstm(std::span<const double> x, std::span<double> h, std::span<double> c) const;
  void step_gru(std::span<const double> x, std::span<double> h) const;
  void step_rnn(std::span<const double> x, std::span<double> h) const;

  CellKind kind_;
  const RecurrentAttrs& attrs_;
  CellParameters p_;
  std::vector<Activation> activations_;
};

}  // namespace mote::ops
