#include "mote/ops/recurrent_cell.h"

#include <algorithm>
#include <cmath>

#include "mote/base/error.h"

namespace mote {
namespace {

struct ActivationRow {
  std::string_view name;
  double (*function)(double x, double alpha, double beta);
  ActivationDefaults defaults = {};
};

// Names, formulas and defaults: ONNX LSTM-14, "Activation functions".
const ActivationRow kActivations[] = {
    {"sigmoid", [](double x, double, double) { return 1.0 / (1.0 + std::exp(-x)); }},
    {"tanh", [](double x, double, double) { return std::tanh(x); }},
    {"relu", [](double x, double, double) { return std::max(x, 0.0); }},
    {"affine", [](double x, double a, double b) { return a * x + b; }, {1.0f, 0.0f}},
    {"leakyrelu", [](double x, double a, double) { return x >= 0 ? x : a * x; }, {0.01f, 0.0f}},
    {"thresholdedrelu", [](double x, double a, double) { return x >= a ? x : 0.0; }, {1.0f, 0.0f}},
    {"scaledtanh", [](double x, double a, double b) { return a * std::tanh(b * x); }, {1.0f, 1.0f}},
    {"hardsigmoid",
     [](double x, double a, double b) { return std::clamp(a * x + b, 0.0, 1.0); },
     {0.2f, 0.5f}},
    {"elu",
     [](double x, double a, double) { return x >= 0 ? x : a * std::expm1(x); },
     {1.0f, 0.0f}},
    {"softsign", [](double x, double, double) { return x / (1.0 + std::abs(x)); }},
    {"softplus", [](double x, double,
                    double) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }},
};

const ActivationRow* find_activation(std::string_view name) {
  const auto* found = std::find_if(std::begin(kActivations), std::end(kActivations),
                                   [&](const ActivationRow& row) { return row.name == name; });
  return found == std::end(kActivations) ? nullptr : found;
}

}  // namespace

bool is_recurrent_activation(std::string_view activation) {
  return find_activation(activation) != nullptr;
}

ActivationDefaults activation_defaults(std::string_view activation) {
  const ActivationRow* row = find_activation(activation);
  return row == nullptr ? ActivationDefaults{} : row->defaults;
}

std::vector<std::string> default_activations(std::string_view op, Direction direction) {
  std::vector<std::string> names = {"tanh"};
  if (op == "lstm") names = {"sigmoid", "tanh", "tanh"};
  if (op == "gru") names = {"sigmoid", "tanh"};
  if (direction == Direction::kBidirectional) {
    const std::vector<std::string> forward = names;
    names.insert(names.end(), forward.begin(), forward.end());
  }
  return names;
}

namespace ops {

int64_t gates_of(CellKind kind) {
  switch (kind) {
    case CellKind::kLstm:
      return 4;
    case CellKind::kGru:
      return 3;
    case CellKind::kRnn:
      return 1;
  }
  return 0;
}

size_t activations_of(CellKind kind) {
  switch (kind) {
    case CellKind::kLstm:
      return 3;
    case CellKind::kGru:
      return 2;
    case CellKind::kRnn:
      return 1;
  }
  return 0;
}

Cell::Cell(CellKind kind, const RecurrentAttrs& attrs, size_t which, CellParameters parameters)
    : kind_(kind), attrs_(attrs), p_(std::move(parameters)) {
  const size_t count = activations_of(kind);
  for (size_t i = which * count; i < (which + 1) * count; ++i) {
    const ActivationRow* row = find_activation(attrs.activations[i]);
    activations_.push_back(
        {row->function, static_cast<double>(attrs.alphas[i]), static_cast<double>(attrs.betas[i])});
  }
}

double Cell::activate(size_t which, double x) const {
  const Activation& activation = activations_[which];
  const auto clip = static_cast<double>(attrs_.clip);
  if (clip > 0.0) x = std::clamp(x, -clip, clip);
  return activation.function(x, activation.alpha, activation.beta);
}

namespace {

double dot(const std::vector<double>& matrix, int64_t row, std::span<const double> x) {
  const double* weights = matrix.data() + static_cast<size_t>(row) * x.size();
  double sum = 0.0;
  for (size_t i = 0; i < x.size(); ++i) sum += weights[i] * x[i];
  return sum;
}

}  // namespace

double Cell::from_input(int64_t row, std::span<const double> x) const {
  return dot(p_.w, row, x) + p_.w_bias[static_cast<size_t>(row)];
}

double Cell::from_hidden(int64_t row, std::span<const double> h) const {
  return dot(p_.r, row, h) + p_.r_bias[static_cast<size_t>(row)];
}

void Cell::step(std::span<const double> x, std::span<double> h, std::span<double> c) const {
  switch (kind_) {
    case CellKind::kLstm:
      return step_lstm(x, h, c);
    case CellKind::kGru:
      return step_gru(x, h);
    case CellKind::kRnn:
      return step_rnn(x, h);
  }
}

void Cell::step_lstm(std::span<const double> x, std::span<double> h, std::span<double> c) const {
  const auto hidden = static_cast<size_t>(p_.hidden);
  const auto gate = [&](int64_t which, size_t unit) {
    const int64_t row = which * p_.hidden + static_cast<int64_t>(unit);
    return from_input(row, x) + from_hidden(row, h);
  };
  std::vector<double> next_h(hidden);
  for (size_t u = 0; u < hidden; ++u) {
    const double input = activate(0, gate(0, u) + p_.peephole[u] * c[u]);
    const double forget = attrs_.input_forget
                              ? 1.0 - input
                              : activate(0, gate(2, u) + p_.peephole[2 * hidden + u] * c[u]);
    c[u] = forget * c[u] + input * activate(1, gate(3, u));
    const double output = activate(0, gate(1, u) + p_.peephole[hidden + u] * c[u]);
    next_h[u] = output * activate(2, c[u]);
  }
  std::copy(next_h.begin(), next_h.end(), h.begin());
}

void Cell::step_gru(std::span<const double> x, std::span<double> h) const {
  const auto hidden = static_cast<size_t>(p_.hidden);
  std::vector<double> update(hidden);
  std::vector<double> reset(hidden);
  std::vector<double> gated(hidden);
  for (size_t u = 0; u < hidden; ++u) {
    const auto row = static_cast<int64_t>(u);
    update[u] = activate(0, from_input(row, x) + from_hidden(row, h));
    reset[u] = activate(0, from_input(p_.hidden + row, x) + from_hidden(p_.hidden + row, h));
    gated[u] = reset[u] * h[u];
  }
  std::vector<double> next(hidden);
  for (size_t u = 0; u < hidden; ++u) {
    const int64_t row = 2 * p_.hidden + static_cast<int64_t>(u);
    const double recurrent =
        attrs_.linear_before_reset ? reset[u] * from_hidden(row, h) : from_hidden(row, gated);
    const double candidate = activate(1, from_input(row, x) + recurrent);
    next[u] = (1.0 - update[u]) * candidate + update[u] * h[u];
  }
  std::copy(next.begin(), next.end(), h.begin());
}

void Cell::step_rnn(std::span<const double> x, std::span<double> h) const {
  std::vector<double> next(static_cast<size_t>(p_.hidden));
  for (int64_t u = 0; u < p_.hidden; ++u) {
    next[static_cast<size_t>(u)] = activate(0, from_input(u, x) + from_hidden(u, h));
  }
  std::copy(next.begin(), next.end(), h.begin());
}

}  // namespace ops
}  // namespace mote
