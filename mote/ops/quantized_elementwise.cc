#include "mote/ops/quantized_elementwise.h"

#include <algorithm>
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

  BinaryCall(const EvalContext& context, Activation activation) {
    const std::vector<int32_t> a = extents(context.input_type(0).shape);
    const std::vector<int32_t> b = extents(context.input_type(1).shape);
    if (mote_broadcast(a.data(), static_cast<int32_t>(a.size()), b.data(),
                       static_cast<int32_t>(b.size()), &params) == 0) {
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

template <class T, class Y>
void run(const EvalContext& context, const mote_binary_params& p,
         void (*kernel)(const mote_binary_params*, const T*, const T*, Y*)) {
  kernel(&p, context.input(0).data<T>().data(), context.input(1).data<T>().data(),
         reinterpret_cast<Y*>(context.output(0).bytes));
}

// LiteRT forms the factor in float.
double mul_factor(const mote_binary_scales& s, Numerics numerics) {
  if (numerics == Numerics::kLitert) {
    return static_cast<double>(s.a_scale * s.b_scale / s.y_scale);
  }
  return static_cast<double>(s.a_scale) * static_cast<double>(s.b_scale) /
         static_cast<double>(s.y_scale);
}

void prepare(QuantizedBinary kind, const EvalContext& context, BinaryCall& call) {
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

using I8 = void (*)(const mote_binary_params*, const int8_t*, const int8_t*, int8_t*);
using I16 = void (*)(const mote_binary_params*, const int16_t*, const int16_t*, int16_t*);
using U8 = void (*)(const mote_binary_params*, const uint8_t*, const uint8_t*, uint8_t*);

struct BinaryKernels {
  I8 i8 = nullptr;
  I16 i16 = nullptr;
  U8 u8 = nullptr;
};

BinaryKernels kernels_of(QuantizedBinary kind) {
  switch (kind) {
    case QuantizedBinary::kAdd:
      return {mote_add_i8_reference, mote_add_i16_reference, mote_add_u8_reference};
    case QuantizedBinary::kSub:
      return {mote_sub_i8_reference, mote_sub_i16_reference, mote_sub_u8_reference};
    case QuantizedBinary::kMul:
      return {mote_mul_i8_reference, mote_mul_i16_reference, mote_mul_u8_reference};
    case QuantizedBinary::kDiv:
      return {mote_div_i8_reference, nullptr, mote_div_u8_reference};
    case QuantizedBinary::kMinimum:
      return {mote_minimum_i8_reference, mote_minimum_i16_reference, mote_minimum_u8_reference};
    case QuantizedBinary::kMaximum:
      return {mote_maximum_i8_reference, mote_maximum_i16_reference, mote_maximum_u8_reference};
    case QuantizedBinary::kSquaredDifference:
      return {mote_squared_difference_i8_reference, mote_squared_difference_i16_reference, nullptr};
    case QuantizedBinary::kPrelu:
      return {mote_prelu_i8_reference, nullptr, mote_prelu_u8_reference};
  }
  return {};
}

// minimum and maximum compare stored values, which is right only where all records are one.
bool comparable(const EvalContext& context) {
  const auto& y = context.output_type(0).quantization;
  return context.input_type(0).quantization == y && context.input_type(1).quantization == y;
}

Activation activation_of(const EvalContext& context) {
  return context.node->attributes.holds<BinaryAttrs>() ? context.attrs<BinaryAttrs>().activation
                                                       : Activation::kNone;
}

}  // namespace

void quantized_binary(const EvalContext& context, QuantizedBinary kind) {
  const DataType dtype = context.input_type(0).dtype;
  const BinaryKernels kernels = kernels_of(kind);
  BinaryCall call(context, activation_of(context));
  const bool compares = kind == QuantizedBinary::kMinimum || kind == QuantizedBinary::kMaximum;
  if (compares && !comparable(context)) context.no_kernel();
  prepare(kind, context, call);
  if (dtype == DataType::kI8 && kernels.i8 != nullptr) return run(context, call.params, kernels.i8);
  if (dtype == DataType::kI16 && kernels.i16 != nullptr) {
    return run(context, call.params, kernels.i16);
  }
  if (dtype == DataType::kU8 && kernels.u8 != nullptr) return run(context, call.params, kernels.u8);
  context.no_kernel();
}

void quantized_compare(const EvalContext& context, QuantizedCompare kind) {
  if (context.input_type(0).dtype != DataType::kI8) context.no_kernel();
  BinaryCall call(context, Activation::kNone);
  mote_compare_prepare(&call.scales, &call.params);
  switch (kind) {
    case QuantizedCompare::kEqual:
      return run(context, call.params, mote_equal_i8_reference);
    case QuantizedCompare::kNotEqual:
      return run(context, call.params, mote_not_equal_i8_reference);
    case QuantizedCompare::kLess:
      return run(context, call.params, mote_less_i8_reference);
    case QuantizedCompare::kLessEqual:
      return run(context, call.params, mote_less_equal_i8_reference);
    case QuantizedCompare::kGreater:
      return run(context, call.params, mote_greater_i8_reference);
    case QuantizedCompare::kGreaterEqual:
      return run(context, call.params, mote_greater_equal_i8_reference);
  }
}

namespace {

struct ReduceKernels {
  void (*i8)(const mote_reduce_params*, const int8_t*, int8_t*);
  void (*i16)(const mote_reduce_params*, const int16_t*, int16_t*);
  void (*u8)(const mote_reduce_params*, const uint8_t*, uint8_t*);
};

ReduceKernels kernels_of(QuantizedReduce kind) {
  switch (kind) {
    case QuantizedReduce::kMean:
      return {mote_mean_i8_reference, mote_mean_i16_reference, mote_mean_u8_reference};
    case QuantizedReduce::kSum:
      return {mote_sum_i8_reference, mote_sum_i16_reference, mote_sum_u8_reference};
    case QuantizedReduce::kMax:
      return {mote_reduce_max_i8_reference, mote_reduce_max_i16_reference,
              mote_reduce_max_u8_reference};
    case QuantizedReduce::kMin:
      return {mote_reduce_min_i8_reference, mote_reduce_min_i16_reference,
              mote_reduce_min_u8_reference};
  }
  return {};
}

mote_reduce_params reduce_params(const EvalContext& context) {
  mote_reduce_params p{};
  const Shape& shape = context.input_type(0).shape;
  if (shape.rank() > MOTE_REDUCE_MAX_RANK) {
    throw_error(ErrorKind::kUnsupported, "a reduction of more than {} axes", MOTE_REDUCE_MAX_RANK);
  }
  p.rank = shape.rank();
  for (int axis = 0; axis < shape.rank(); ++axis) p.shape[axis] = as_i32(shape[axis], "extent");
  for (const int64_t axis : context.attrs<ReduceAttrs>().axes) {
    p.reduced[normalize_axis(axis, shape.rank(), "a reduced axis")] = 1;
  }
  p.x_zero_point = tensor_record(context.input_type(0)).zero_point();
  p.y_zero_point = tensor_record(context.output_type(0)).zero_point();
  const StoredRange range = stored_range(Activation::kNone, context.output_type(0));
  p.y_min = range.low;
  p.y_max = range.high;
  return p;
}

template <class T>
void run(const EvalContext& context, const mote_reduce_params& p,
         void (*kernel)(const mote_reduce_params*, const T*, T*)) {
  kernel(&p, context.input(0).data<T>().data(), context.output(0).data<T>().data());
}

}  // namespace

void quantized_reduce(const EvalContext& context, QuantizedReduce kind) {
  mote_reduce_params p = reduce_params(context);
  const bool compares = kind == QuantizedReduce::kMax || kind == QuantizedReduce::kMin;
  if (compares && context.input_type(0).quantization != context.output_type(0).quantization) {
    context.no_kernel();
  }
  mote_reduce_prepare(context.input_quantization(0).scale(), context.output_quantization(0).scale(),
                      kind == QuantizedReduce::kMean, &p);
  const ReduceKernels kernels = kernels_of(kind);
  switch (context.input_type(0).dtype) {
    case DataType::kI8:
      return run(context, p, kernels.i8);
    case DataType::kI16:
      return run(context, p, kernels.i16);
    case DataType::kU8:
      return run(context, p, kernels.u8);
    default:
      context.no_kernel();
  }
}

namespace {

template <class X, class Y>
void run(const EvalContext& context, const mote_requantize_params& p,
         void (*kernel)(const mote_requantize_params*, int64_t, const X*, Y*)) {
  kernel(&p, context.input(0).elements(), context.input(0).data<X>().data(),
         context.output(0).data<Y>().data());
}

constexpr int pair_of(DataType from, DataType to) {
  return static_cast<int>(from) * 256 + static_cast<int>(to);
}

}  // namespace

void requantize(const EvalContext& context) {
  const Quantization& x = tensor_record(context.input_type(0));
  const Quantization& y = tensor_record(context.output_type(0));
  const mote_requantize_params p =
      mote_requantize_prepare(x.scale(), x.zero_point(), y.scale(), y.zero_point());
  using enum DataType;
  switch (pair_of(context.input_type(0).dtype, context.output_type(0).dtype)) {
    case pair_of(kI8, kI8):
      return run(context, p, mote_requantize_i8_i8_reference);
    case pair_of(kI8, kU8):
      return run(context, p, mote_requantize_i8_u8_reference);
    case pair_of(kI8, kI16):
      return run(context, p, mote_requantize_i8_i16_reference);
    case pair_of(kI8, kI32):
      return run(context, p, mote_requantize_i8_i32_reference);
    case pair_of(kU8, kI8):
      return run(context, p, mote_requantize_u8_i8_reference);
    case pair_of(kU8, kU8):
      return run(context, p, mote_requantize_u8_u8_reference);
    case pair_of(kI16, kI8):
      return run(context, p, mote_requantize_i16_i8_reference);
    case pair_of(kI16, kI16):
      return run(context, p, mote_requantize_i16_i16_reference);
    case pair_of(kI16, kI32):
      return run(context, p, mote_requantize_i16_i32_reference);
    case pair_of(kI32, kI8):
      return run(context, p, mote_requantize_i32_i8_reference);
    case pair_of(kI32, kI16):
      return run(context, p, mote_requantize_i32_i16_reference);
    default:
      context.no_kernel();
  }
}

void quantized_table(const EvalContext& context, float (*f)(float)) {
  const mote_table_scales scales = table_scales(context.input_type(0), context.output_type(0));
  const int64_t count = context.input(0).elements();
  if (context.input_type(0).dtype == DataType::kI8) {
    int8_t table[256];
    mote_table_i8(&scales, f, table);
    return mote_lookup_i8_reference(table, count, context.input(0).data<int8_t>().data(),
                                    context.output(0).data<int8_t>().data());
  }
  if (context.input_type(0).dtype != DataType::kI16) context.no_kernel();
  int16_t table[MOTE_TABLE_I16_SIZE];
  const mote_table_range range = mote_table_range_of(&scales);
  mote_table_i16(&range, f, table);
  mote_lookup_i16_reference(table, count, context.input(0).data<int16_t>().data(),
                            context.output(0).data<int16_t>().data());
}

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
  const BinaryKernels kernels = kernels_of(op);
  const bool known = (kind == SampleKind::kI8 && kernels.i8 != nullptr) ||
                     (kind == SampleKind::kI16 && kernels.i16 != nullptr) ||
                     (kind == SampleKind::kU8 && kernels.u8 != nullptr);
  if (!known) return std::nullopt;
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
