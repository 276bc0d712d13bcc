// Arithmetic of two broadcast operands.
#include <algorithm>
#include <cmath>
#include <limits>

#include "mote/base/error.h"
#include "mote/ops/define.h"
#include "mote/ops/elementwise.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/quantized_elementwise.h"

namespace mote::ops {
namespace {

// Integers wrap around: arithmetic is done in uint64, where that is defined.
template <class T>
uint64_t bits(T value) {
  return static_cast<uint64_t>(value);
}

template <class T>
void expect_divisor(T b) {
  if (b == 0) throw_error(ErrorKind::kInvalidModel, "an integer is divided by zero");
}

// The lowest integer divided by -1 has no quotient of its type; it wraps to itself.
template <class T>
T quotient(T a, T b) {
  expect_divisor(b);
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return static_cast<T>(0 - bits(a));
  }
  return static_cast<T>(a / b);
}

template <class T>
T remainder(T a, T b) {
  expect_divisor(b);
  if constexpr (std::is_signed_v<T>) {
    if (b == -1) return 0;
  }
  return static_cast<T>(a % b);
}

struct Add {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kAdd;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a + b;
    else
      return static_cast<T>(bits(a) + bits(b));
  }
};

struct Sub {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kSub;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a - b;
    else
      return static_cast<T>(bits(a) - bits(b));
  }
};

struct Mul {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kMul;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a * b;
    else
      return static_cast<T>(bits(a) * bits(b));
  }
};

struct Div {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kDiv;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return a / b;
    else
      return quotient(a, b);
  }
};

struct FloorDiv {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::floor(a / b);
    } else {
      const T towards_zero = quotient(a, b);
      return remainder(a, b) != 0 && (a < 0) != (b < 0) ? static_cast<T>(towards_zero - 1)
                                                        : towards_zero;
    }
  }
};

// The remainder with the sign of the dividend (C).
struct Mod {
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>)
      return std::fmod(a, b);
    else
      return remainder(a, b);
  }
};

// The remainder with the sign of the divisor (Python).
struct FloorMod {
  template <class T>
  static T apply(T a, T b) {
    const T rest = Mod::apply(a, b);
    return rest != 0 && (rest < 0) != (b < 0) ? static_cast<T>(rest + b) : rest;
  }
};

// NaN wins, as in NumPy and ONNX.
struct Minimum {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kMinimum;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(b)) return b;
    }
    return b < a ? b : a;
  }
};

struct Maximum {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kMaximum;
  template <class T>
  static T apply(T a, T b) {
    if constexpr (std::is_floating_point_v<T>) {
      if (std::isnan(b)) return b;
    }
    return b > a ? b : a;
  }
};

struct SquaredDifference {
  static constexpr QuantizedBinary kQuantized = QuantizedBinary::kSquaredDifference;
  template <class T>
  static T apply(T a, T b) {
    const T difference = Sub::apply(a, b);
    return Mul::apply(difference, difference);
  }
};

// Integers by repeated squaring, wrapping; to a negative power 0 except for 1 and -1.
struct Pow {
  template <class T>
  static T apply(T base, T exponent) {
    if constexpr (std::is_floating_point_v<T>) {
      return std::pow(base, exponent);
    } else {
      if (exponent < 0) {
        if (base == 1) return 1;
        if (static_cast<int64_t>(base) == -1) return exponent % 2 == 0 ? 1 : static_cast<T>(-1);
        return 0;
      }
      uint64_t result = 1;
      uint64_t square = bits(base);
      for (uint64_t left = bits(exponent); left > 0; left >>= 1) {
        if (left & 1) result *= square;
        square *= square;
      }
      return static_cast<T>(result);
    }
  }
};

void clamp_to(const ClampRange& range, const TensorView& y) {
  with_number(y.dtype, [&]<class T>() {
    for (T& element : y.data<T>()) {
      const auto value = static_cast<double>(static_cast<Compute<T>>(element));
      if (value < range.low) element = static_cast<T>(range.low);
      if (value > range.high) element = static_cast<T>(range.high);
    }
  });
}

template <class Op>
concept HasIntegerKernel = requires {
  Op::kQuantized;
};

template <class Op>
struct QuantizedRequest {
  template <class Context>
  std::optional<KernelRequest> operator()(const Context& context) const {
    if constexpr (HasIntegerKernel<Op>) return binary_request(context, Op::kQuantized);
    return std::nullopt;
  }
};

template <class Op>
void reference(const EvalContext& context) {
  if (is_quantized(context)) return run_reference<QuantizedRequest<Op>>(context);
  const bool known = with_number(context.input_type(0).dtype, [&]<class T>() {
    map_binary<T, T>(context, [](Compute<T> a, Compute<T> b) { return Op::apply(a, b); });
  });
  if (!known) context.no_kernel();
  if (context.node->attributes.holds<BinaryAttrs>()) {
    const Activation activation = context.attrs<BinaryAttrs>().activation;
    if (activation != Activation::kNone) clamp_to(clamp_range(activation), context.output(0));
  }
}

template <class Op>
std::optional<KernelRequest> lower(const LowerContext& context) {
  if (is_quantized(context)) return QuantizedRequest<Op>()(context);
  if constexpr (HasIntegerKernel<Op>) return plain_binary_request(context, Op::kQuantized);
  return std::nullopt;
}

void infer(InferContext& context) {
  context.expect_inputs(2, 2);
  infer_broadcast(context);
}

constexpr Activation kActivations[] = {Activation::kNone, Activation::kRelu, Activation::kReluN1To1,
                                       Activation::kRelu6};

struct Row {
  std::string_view summary;
  std::vector<std::string_view> tflite_names;
  std::vector<std::string_view> onnx_names;
  bool takes_activation = false;
  std::optional<QuantRule> (*quant)(const Graph&, const Node&) = nullptr;
};

// An operand of the full shape and one of a broadcast shape, in either order.
template <class Op, OpName kName>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const OpDef& def = op(kName.view());
  if constexpr (HasIntegerKernel<Op>) {
    if (kind != SampleKind::kF32) return sample_quantized_binary(rng, kind, def, Op::kQuantized);
  }
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const Shape full = sample_shape(rng);
  Shape part = full;
  for (int axis = 0; axis < part.rank(); ++axis) {
    if (rng.integer(0, 3) == 0) part[axis] = 1;
  }
  if (rng.integer(0, 2) == 0) part = Shape{full.back()};
  std::vector<ValueId> inputs = {sample_input(graph, rng, kind, full),
                                 sample_input(graph, rng, kind, part)};
  if (rng.integer(0, 1) == 0) std::swap(inputs[0], inputs[1]);
  Attributes attributes = def.attributes;
  if (attributes.holds<BinaryAttrs>()) {
    attributes = Attributes::of(BinaryAttrs{kActivations[rng.integer(0, 3)]});
  }
  graph.set_outputs(
      graph.add_node({.op = &def, .inputs = std::move(inputs), .attributes = attributes}));
  return graph;
}

template <class Op, OpName kName>
void define(OpSink& sink, const Row& row) {
  sink.add({.name = kName.view(),
            .summary = row.summary,
            .tflite_names = row.tflite_names,
            .onnx_names = row.onnx_names,
            .attributes = row.takes_activation ? Attributes::of(BinaryAttrs{}) : Attributes{},
            .infer = infer,
            .reference = reference<Op>,
            .lower = lower<Op>,
            .axes = elementwise_axes,
            .permute = same_attributes,
            .quant = row.quant,
            .cost = no_macs,
            .sample = sample<Op, kName>});
}

}  // namespace

void define_binary(OpSink& sink) {
  define<Add, "add">(sink, {.summary = "y = clamp(a + b)",
                            .tflite_names = {"ADD", "ADD_N"},
                            .onnx_names = {"Add", "Sum"},
                            .takes_activation = true,
                            .quant = own_scales});
  define<Sub, "sub">(sink, {.summary = "y = clamp(a - b)",
                            .tflite_names = {"SUB"},
                            .onnx_names = {"Sub"},
                            .takes_activation = true,
                            .quant = own_scales});
  define<Mul, "mul">(sink, {.summary = "y = clamp(a * b)",
                            .tflite_names = {"MUL"},
                            .onnx_names = {"Mul"},
                            .takes_activation = true,
                            .quant = own_scales});
  define<Div, "div">(sink, {.summary = "y = clamp(a / b); integers towards zero",
                            .tflite_names = {"DIV"},
                            .onnx_names = {"Div"},
                            .takes_activation = true});
  define<FloorDiv, "floor_div">(sink,
                                {.summary = "y = floor(a / b)", .tflite_names = {"FLOOR_DIV"}});
  define<Mod, "mod">(sink, {.summary = "y = a - b * trunc(a / b)", .onnx_names = {"Mod"}});
  define<FloorMod, "floor_mod">(sink, {.summary = "y = a - b * floor(a / b)",
                                       .tflite_names = {"FLOOR_MOD"},
                                       .onnx_names = {"Mod"}});
  define<Minimum, "minimum">(sink, {.summary = "y = min(a, b); NaN where either is",
                                    .tflite_names = {"MINIMUM"},
                                    .onnx_names = {"Min", "Clip"},
                                    .quant = shared_scale});
  define<Maximum, "maximum">(sink, {.summary = "y = max(a, b); NaN where either is",
                                    .tflite_names = {"MAXIMUM"},
                                    .onnx_names = {"Max", "Clip"},
                                    .quant = shared_scale});
  define<SquaredDifference, "squared_difference">(
      sink,
      {.summary = "y = (a - b)^2", .tflite_names = {"SQUARED_DIFFERENCE"}, .quant = own_scales});
  define<Pow, "pow">(sink,
                     {.summary = "y = a ^ b", .tflite_names = {"POW"}, .onnx_names = {"Pow"}});
}

}  // namespace mote::ops
