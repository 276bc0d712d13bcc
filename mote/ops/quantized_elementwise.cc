#include "mote/ops/quantized_elementwise.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mote/kernels/binary/binary.h"
#include "mote/kernels/quantize/quantize.h"
#include "mote/kernels/reduce/reduce.h"
#include "mote/kernels/table/table.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"

namespace mote::ops {

namespace {

std::vector<int32_t> extents(const Shape& shape) {
  std::vector<int32_t> result;
  for (const int64_t extent : shape) result.push_back(as_i32(extent, "extent"));
  return result;
}

// Shapes, strides, zero points and bounds; the scales are prepared by the kind.
struct BinaryCall {
  mote_binary_params params{};
  mote_binary_scales scales{};

  BinaryCall() = default;
  bool set_shapes(const Shape& a_shape, const Shape& b_shape) {
    const std::vector<int32_t> a = extents(a_shape);
    const std::vector<int32_t> b = extents(b_shape);
    return mote_broadcast(a.data(), static_cast<int32_t>(a.size()), b.data(),
                          static_cast<int32_t>(b.size()), &params) != 0;
  }

  template <class Context>
  BinaryCall(const Context& context, Activation activation) {
    if (!set_shapes(context.input_type(0).shape, context.input_type(1).shape)) {
      throw_error(ErrorKind::kUnsupported, "operands of more than {} axes", MOTE_MAX_RANK);
    }
    const Quantization& x = tensor_record(context.input_type(0));
    const Quantization& w = tensor_record(context.input_type(1));
    scales.a_scale = x.scale();
    scales.b_scale = w.scale();
    scales.a_zero_point = x.zero_point();
    scales.b_zero_point = w.zero_point();
    const TensorType& y = context.output_type(0);
    if (!y.quantization) return;
    scales.y_scale = tensor_record(y).scale();
    scales.y_zero_point = tensor_record(y).zero_point();
    const StoredRange range = stored_range(activation, y);
    scales.y_min = range.low;
    scales.y_max = range.high;
  }
};

// LiteRT forms the factor in float.
double mul_factor(const mote_binary_scales& s, Numerics numerics) {
  if (numerics == Numerics::kLitert) {
    return static_cast<double>(s.a_scale * s.b_scale / s.y_scale);
  }
  return static_cast<double>(s.a_scale) * static_cast<double>(s.b_scale) /
         static_cast<double>(s.y_scale);
}

template <class Context>
void prepare(QuantizedBinary kind, const Context& context, BinaryCall& call) {
  const DataType dtype = context.input_type(0).dtype;
  const bool wide = dtype == DataType::kI16;
  switch (kind) {
    case QuantizedBinary::kAdd:
    case QuantizedBinary::kSub:
      return mote_add_prepare(&call.scales, wide ? MOTE_ADD_SHIFT_I16 : MOTE_ADD_SHIFT_I8,
                              &call.params);
    case QuantizedBinary::kMul:
      return mote_mul_prepare(&call.scales, mul_factor(call.scales, context.numerics),
                              &call.params);
    case QuantizedBinary::kDiv:
      return mote_div_prepare(&call.scales, &call.params);
    case QuantizedBinary::kSquaredDifference:
      return mote_squared_difference_prepare(
          &call.scales, wide ? MOTE_SQUARED_DIFFERENCE_SHIFT_I16 : MOTE_SQUARED_DIFFERENCE_SHIFT_I8,
          &call.params);
    case QuantizedBinary::kPrelu:
      return mote_prelu_prepare(&call.scales, &call.params);
    case QuantizedBinary::kMinimum:
    case QuantizedBinary::kMaximum:
      return;
  }
}

std::string_view stem(QuantizedBinary kind) {
  switch (kind) {
    case QuantizedBinary::kAdd:
      return "add";
    case QuantizedBinary::kSub:
      return "sub";
    case QuantizedBinary::kMul:
      return "mul";
    case QuantizedBinary::kDiv:
      return "div";
    case QuantizedBinary::kMinimum:
      return "minimum";
    case QuantizedBinary::kMaximum:
      return "maximum";
    case QuantizedBinary::kSquaredDifference:
      return "squared_difference";
    case QuantizedBinary::kPrelu:
      return "prelu";
  }
  return {};
}

std::string_view stem(QuantizedCompare kind) {
  switch (kind) {
    case QuantizedCompare::kEqual:
      return "equal";
    case QuantizedCompare::kNotEqual:
      return "not_equal";
    case QuantizedCompare::kLess:
      return "less";
    case QuantizedCompare::kLessEqual:
      return "less_equal";
    case QuantizedCompare::kGreater:
      return "greater";
    case QuantizedCompare::kGreaterEqual:
      return "greater_equal";
  }
  return {};
}

std::string_view stem(QuantizedReduce kind) {
  switch (kind) {
    case QuantizedReduce::kMean:
      return "mean";
    case QuantizedReduce::kSum:
      return "sum";
    case QuantizedReduce::kMax:
      return "reduce_max";
    case QuantizedReduce::kMin:
      return "reduce_min";
  }
  return {};
}

// minimum and maximum compare stored values, which is right only where all records are one.
template <class Context>
bool comparable(const Context& context) {
  const auto& y = context.output_type(0).quantization;
  return context.input_type(0).quantization == y && context.input_type(1).quantization == y;
}

template <class Context>
Activation activation_of(const Context& context) {
  return context.node->attributes.template holds<BinaryAttrs>()
             ? context.template attrs<BinaryAttrs>().activation
             : Activation::kNone;
}

template <class Context>
mote_reduce_params reduce_params(const Context& context) {
  mote_reduce_params p{};
  const Shape& shape = context.input_type(0).shape;
  if (shape.rank() > MOTE_REDUCE_MAX_RANK) {
    throw_error(ErrorKind::kUnsupported, "a reduction of more than {} axes", MOTE_REDUCE_MAX_RANK);
  }
  p.rank = shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) p.shape[axis] = as_i32(shape[axis], "extent");
  for (const int64_t axis : context.template attrs<ReduceAttrs>().axes) {
    p.reduced[normalize_axis(axis, shape.rank(), "a reduced axis")] = 1;
  }
  if (context.input_type(0).dtype == DataType::kF32) return p;
  p.x_zero_point = tensor_record(context.input_type(0)).zero_point();
  p.y_zero_point = tensor_record(context.output_type(0)).zero_point();
  const StoredRange range = stored_range(Activation::kNone, context.output_type(0));
  p.y_min = range.low;
  p.y_max = range.high;
  return p;
}

}  // namespace

template <class Context>
std::optional<KernelRequest> binary_request(const Context& context, QuantizedBinary kind) {
  const DataType dtype = context.input_type(0).dtype;
  BinaryCall call(context, activation_of(context));
  const bool compares = kind == QuantizedBinary::kMinimum || kind == QuantizedBinary::kMaximum;
  if (compares && !comparable(context)) return std::nullopt;
  prepare(kind, context, call);
  return kernel_request(stem(kind), {dtype}, call.params, {0, 1});
}

std::optional<KernelRequest> plain_binary_request(const LowerContext& context,
                                                  QuantizedBinary kind) {
  const DataType dtype = context.input_type(0).dtype;
  BinaryCall call;
  if (!call.set_shapes(context.input_type(0).shape, context.input_type(1).shape)) {
    return std::nullopt;
  }
  const FloatRange range = float_range(activation_of(context));
  call.params.y_min_f32 = range.low;
  call.params.y_max_f32 = range.high;
  return kernel_request(stem(kind), {dtype}, call.params, {0, 1});
}

template <class Context>
std::optional<KernelRequest> compare_request(const Context& context, QuantizedCompare kind) {
  BinaryCall call(context, Activation::kNone);
  mote_compare_prepare(&call.scales, &call.params);
  return kernel_request(stem(kind), {context.input_type(0).dtype}, call.params, {0, 1});
}

template <class Context>
std::optional<KernelRequest> reduce_request(const Context& context, QuantizedReduce kind) {
  mote_reduce_params p = reduce_params(context);
  const TensorType& x = context.input_type(0);
  const TensorType& y = context.output_type(0);
  if (x.dtype == DataType::kF32) return kernel_request(stem(kind), {x.dtype}, p, {0});
  const bool compares = kind == QuantizedReduce::kMax || kind == QuantizedReduce::kMin;
  if (compares && x.quantization != y.quantization) return std::nullopt;
  mote_reduce_prepare(tensor_record(x).scale(), tensor_record(y).scale(),
                      kind == QuantizedReduce::kMean, &p);
  return kernel_request(stem(kind), {x.dtype}, p, {0});
}

template <class Context>
std::optional<KernelRequest> requantize_request(const Context& context) {
  const TensorType& x = context.input_type(0);
  const TensorType& y = context.output_type(0);
  const Quantization& from = tensor_record(x);
  const Quantization& to = tensor_record(y);
  const mote_requantize_call_params p{
      mote_requantize_prepare(from.scale(), from.zero_point(), to.scale(), to.zero_point()),
      x.shape.elements()};
  return kernel_request("requantize", {x.dtype, y.dtype}, p, {0});
}

template <class Context>
std::optional<KernelRequest> table_request(const Context& context, float (*f)(float)) {
  const TensorType& x = context.input_type(0);
  const mote_table_scales scales = table_scales(x, context.output_type(0));
  if (x.dtype == DataType::kI8) {
    std::vector<int8_t> table(256);
    mote_table_i8(&scales, f, table.data());
    const mote_lookup_params p{table.data(), x.shape.elements()};
    return kernel_request("lookup", {x.dtype}, p, {0}, std::move(table));
  }
  if (x.dtype != DataType::kI16) return std::nullopt;
  std::vector<int16_t> table(MOTE_TABLE_I16_SIZE);
  const mote_table_range range = mote_table_range_of(&scales);
  mote_table_i16(&range, f, table.data());
  const mote_lookup_params p{table.data(), x.shape.elements()};
  return kernel_request("lookup", {x.dtype}, p, {0}, std::move(table));
}

#define MOTE_INSTANTIATE(CONTEXT)                                                          \
  template std::optional<KernelRequest> binary_request(const CONTEXT&, QuantizedBinary);   \
  template std::optional<KernelRequest> compare_request(const CONTEXT&, QuantizedCompare); \
  template std::optional<KernelRequest> reduce_request(const CONTEXT&, QuantizedReduce);   \
  template std::optional<KernelRequest> requantize_request(const CONTEXT&);                \
  template std::optional<KernelRequest> table_request(const CONTEXT&, float (*)(float));
MOTE_INSTANTIATE(EvalContext)
MOTE_INSTANTIATE(LowerContext)
#undef MOTE_INSTANTIATE

namespace {

// A typical size of results, in units of which the output's scale is chosen.
double result_size(QuantizedBinary op, double a, double b) {
  switch (op) {
    case QuantizedBinary::kAdd:
    case QuantizedBinary::kSub:
      return 2.0 * std::max(a, b);
    case QuantizedBinary::kMul:
      return a * b;
    case QuantizedBinary::kSquaredDifference:
      return std::max(a, b) * std::max(a, b);
    case QuantizedBinary::kPrelu:
      return std::max(a, a * b);
    case QuantizedBinary::kDiv:
      // Small enough that quotients below half a step keep a shift of at most 31 bits: the
      // runtimes' results are defined no further.
      return a / b;
    case QuantizedBinary::kMinimum:
    case QuantizedBinary::kMaximum:
      return a;
  }
  return a;
}

// A divisor without the stored zero.
template <class T>
void replace_zero(Tensor& tensor, int32_t zero_point) {
  for (T& value : tensor.data<T>()) {
    if (value == zero_point) value = static_cast<T>(zero_point > 0 ? value - 1 : value + 1);
  }
}

ValueId sample_divisor(Graph& graph, Rng& rng, SampleKind kind, const Shape& shape) {
  const DataType dtype = sample_activation_type(kind);
  const Quantization record = sample_quantization(rng, dtype);
  Tensor values = sample_tensor(rng, dtype, shape);
  if (dtype == DataType::kI8) replace_zero<int8_t>(values, record.zero_point());
  if (dtype == DataType::kU8) replace_zero<uint8_t>(values, record.zero_point());
  return graph.add_constant("divisor", std::move(values), record);
}

}  // namespace

std::optional<Graph> sample_quantized_binary(Rng& rng, SampleKind kind, const OpDef& def,
                                             QuantizedBinary op) {
  const DataType dtype = sample_activation_type(kind);
  if (!is_integer(dtype) || family_of(stem(op), std::array{dtype}).empty()) return std::nullopt;
  Graph graph;
  const Shape full = sample_shape(rng);
  Shape part = full;
  for (int axis = 0; axis < part.rank(); ++axis) {
    if (rng.integer(0, 3) == 0) part[axis] = 1;
  }
  const bool divides = op == QuantizedBinary::kDiv;
  std::vector<ValueId> inputs = {
      sample_input(graph, rng, kind, full),
      divides ? sample_divisor(graph, rng, kind, part) : sample_input(graph, rng, kind, part)};
  const bool ordered = divides || op == QuantizedBinary::kPrelu;
  if (!ordered && rng.integer(0, 1) == 0) std::swap(inputs[0], inputs[1]);
  auto& a = *graph.mutable_value(inputs[0]).type.quantization;
  auto& b = *graph.mutable_value(inputs[1]).type.quantization;
  Quantization y = sample_quantization(rng, sample_activation_type(kind));
  const bool compares = op == QuantizedBinary::kMinimum || op == QuantizedBinary::kMaximum;
  if (compares) {
    b = a;
    y = a;
  } else {
    const double steps = kind == SampleKind::kI16 ? 32768.0 : 128.0;
    const double size = result_size(op, static_cast<double>(a.scale()) * steps,
                                    static_cast<double>(b.scale()) * steps);
    y.scales[0] = static_cast<float>(size / steps) * rng.uniform(0.3f, 1.5f);
  }
  Attributes attributes = def.attributes;
  if (attributes.holds<BinaryAttrs>()) {
    attributes = Attributes::of(
        BinaryAttrs{enum_values(Activation{})[static_cast<size_t>(rng.integer(0, 3))]});
  }
  graph.set_outputs(graph.add_node(
      {.op = &def, .inputs = std::move(inputs), .attributes = attributes}, {{}, {y}}));
  return graph;
}

}  // namespace mote::ops
