// softmax, log_softmax: along one axis.
#include "mote/kernels/softmax/softmax.h"

#include <vector>

#include "mote/kernels/table/table.h"
#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/lowering.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

// The records softmax results have. Source: TFLite 8-bit quantization specification.
const Quantization kSoftmaxI8 = Quantization::per_tensor(1.0f / 256.0f, -128);
const Quantization kSoftmaxU8 = Quantization::per_tensor(1.0f / 256.0f, 0);
const Quantization kSoftmaxI16 = Quantization::per_tensor(1.0f / 32768.0f, 0);
const Quantization kSoftmaxWidened = Quantization::per_tensor(1.0f / 65536.0f, -32768);
const Quantization kLogSoftmaxI8 = Quantization::per_tensor(16.0f / 256.0f, 127);

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  normalize_axis(context.attrs<SoftmaxAttrs>().axis, context.shape(0).rank(), "the axis");
  const bool widen = context.attrs<SoftmaxAttrs>().widen;
  if (widen && context.dtype(0) != DataType::kI8) {
    context.fail("it widens {}, only i8 can be widened", name(context.dtype(0)));
  }
  context.add_output(widen ? DataType::kI16 : context.dtype(0), context.shape(0));
}

struct Rows {
  int32_t count = 0;
  int32_t depth = 0;
};

// Kernels work along the last axis; another axis is moved there and back.
template <class T, class Y = T, class Kernel>
void along_axis(const EvalContext& context, Kernel kernel) {
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const int rank = x.shape.rank();
  const int axis = normalize_axis(context.attrs<SoftmaxAttrs>().axis, rank, "the axis");
  if (x.elements() == 0) return;
  const auto depth = x.shape[axis];
  const Rows rows{as_i32(x.elements() / depth, "rows"), as_i32(depth, "depth")};
  if (axis == rank - 1) return kernel(rows, x.data<T>().data(), y.data<Y>().data());
  const int64_t inner = row_major_strides(x.shape)[static_cast<size_t>(axis)];
  std::vector<T> from(static_cast<size_t>(depth));
  std::vector<Y> to(static_cast<size_t>(depth));
  const Rows one{1, rows.depth};
  for (int64_t row = 0; row < rows.count; ++row) {
    const int64_t start = row / inner * inner * depth + row % inner;
    for (int64_t i = 0; i < depth; ++i) {
      from[static_cast<size_t>(i)] = x.data<T>()[static_cast<size_t>(start + i * inner)];
    }
    kernel(one, from.data(), to.data());
    for (int64_t i = 0; i < depth; ++i) {
      y.data<Y>()[static_cast<size_t>(start + i * inner)] = to[static_cast<size_t>(i)];
    }
  }
}

bool is_record(const Quantization& found, const Quantization& expected) {
  // TFLite allows a thousandth of difference in the scale.
  const float ratio = found.scale() / expected.scale();
  return found.zero_points == expected.zero_points && ratio >= 0.999f && ratio <= 1.001f;
}

void expect_output_record(const EvalContext& context, const Quantization& expected) {
  const Quantization& found = context.output_quantization(0);
  if (!is_record(found, expected)) {
    throw_error(ErrorKind::kUnsupported, "the result has the record {}, expected {}",
                to_string(found), to_string(expected));
  }
}

mote_softmax_params params(const EvalContext& context, const Rows& rows) {
  return mote_softmax_prepare(rows.count, rows.depth,
                              static_cast<double>(context.input_quantization(0).scale()),
                              static_cast<double>(context.attrs<SoftmaxAttrs>().beta));
}

void softmax_widened(const EvalContext& context) {
  expect_output_record(context, kSoftmaxWidened);
  along_axis<int8_t, int16_t>(context, [&](const Rows& rows, const int8_t* x, int16_t* y) {
    const mote_softmax_params p = params(context, rows);
    mote_softmax_i8_i16_reference(&p, x, y);
  });
}

// Fills the tables and returns the factor of differences. LiteRT has its tables in double and the
// factor in float.
double fill_i16_tables(Numerics numerics, float x_scale, float beta,
                       std::vector<int16_t>& exponentials, std::vector<int16_t>& reciprocals) {
  if (numerics == Numerics::kLitert) {
    mote_softmax_i16_tables_f64(exponentials.data(), reciprocals.data());
    return static_cast<double>(x_scale * beta);
  }
  mote_softmax_i16_tables(exponentials.data(), reciprocals.data());
  return static_cast<double>(x_scale) * static_cast<double>(beta);
}

void softmax_i16(const EvalContext& context) {
  expect_output_record(context, kSoftmaxI16);
  std::vector<int16_t> exponentials(MOTE_TABLE_I16_SIZE);
  std::vector<int16_t> reciprocals(MOTE_TABLE_I16_SIZE);
  const double factor =
      fill_i16_tables(context.numerics, context.input_quantization(0).scale(),
                      context.attrs<SoftmaxAttrs>().beta, exponentials, reciprocals);
  along_axis<int16_t>(context, [&](const Rows& rows, const int16_t* x, int16_t* y) {
    const mote_softmax_params p = mote_softmax_i16_prepare(rows.count, rows.depth, factor);
    mote_softmax_i16_reference(&p, exponentials.data(), reciprocals.data(), x, y);
  });
}

void reference_softmax(const EvalContext& context) {
  switch (context.input_type(0).dtype) {
    case DataType::kF32:
      return along_axis<float>(context, [&](const Rows& rows, const float* x, float* y) {
        mote_softmax_params p{};
        p.rows = rows.count;
        p.depth = rows.depth;
        p.beta = context.attrs<SoftmaxAttrs>().beta;
        mote_softmax_f32_reference(&p, x, y);
      });
    case DataType::kI8:
      if (context.attrs<SoftmaxAttrs>().widen) return softmax_widened(context);
      expect_output_record(context, kSoftmaxI8);
      return along_axis<int8_t>(context, [&](const Rows& rows, const int8_t* x, int8_t* y) {
        const mote_softmax_params p = params(context, rows);
        mote_softmax_i8_reference(&p, x, y);
      });
    case DataType::kU8:
      expect_output_record(context, kSoftmaxU8);
      return along_axis<uint8_t>(context, [&](const Rows& rows, const uint8_t* x, uint8_t* y) {
        const mote_softmax_params p = params(context, rows);
        mote_softmax_u8_reference(&p, x, y);
      });
    case DataType::kI16:
      return softmax_i16(context);
    default:
      context.no_kernel();
  }
}

void reference_log_softmax(const EvalContext& context) {
  switch (context.input_type(0).dtype) {
    case DataType::kF32:
      return along_axis<float>(context, [&](const Rows& rows, const float* x, float* y) {
        mote_softmax_params p{};
        p.rows = rows.count;
        p.depth = rows.depth;
        mote_log_softmax_f32_reference(&p, x, y);
      });
    case DataType::kI8:
      expect_output_record(context, kLogSoftmaxI8);
      return along_axis<int8_t>(context, [&](const Rows& rows, const int8_t* x, int8_t* y) {
        const mote_softmax_params p = mote_log_softmax_prepare(
            rows.count, rows.depth, static_cast<double>(context.input_quantization(0).scale()));
        mote_log_softmax_i8_reference(&p, x, y);
      });
    default:
      context.no_kernel();
  }
}

// The call where the axis is the last one, in memory at least; `stem` is softmax or log_softmax.
std::optional<KernelRequest> lower_rows(const LowerContext& context, std::string_view stem,
                                        bool is_log) {
  const auto& attrs = context.attrs<SoftmaxAttrs>();
  const TensorType& x = context.input_type(0);
  const int axis = normalize_axis(attrs.axis, x.shape.rank(), "the axis");
  if (x.shape.elements() == 0 || row_major_strides(x.shape)[static_cast<size_t>(axis)] != 1) {
    return std::nullopt;
  }
  const int32_t depth = as_i32(x.shape[axis], "depth");
  const int32_t rows = as_i32(x.shape.elements() / depth, "rows");
  mote_softmax_params p{};
  p.rows = rows;
  p.depth = depth;
  p.beta = is_log ? 1.0f : attrs.beta;
  if (x.dtype == DataType::kF32) return kernel_request(stem, {x.dtype}, p, {0});
  if (!x.quantization || !context.output_type(0).quantization) return std::nullopt;
  const float x_scale = tensor_record(x).scale();
  const auto scale = static_cast<double>(x_scale);
  const Quantization& y = *context.output_type(0).quantization;
  if (is_log) {
    if (!is_record(y, kLogSoftmaxI8)) return std::nullopt;
    return kernel_request(stem, {x.dtype}, mote_log_softmax_prepare(rows, depth, scale), {0});
  }
  if (x.dtype == DataType::kI16) {
    if (!is_record(y, kSoftmaxI16)) return std::nullopt;
    std::vector<int16_t> exponentials(MOTE_TABLE_I16_SIZE);
    std::vector<int16_t> reciprocals(MOTE_TABLE_I16_SIZE);
    const double factor =
        fill_i16_tables(context.numerics, x_scale, attrs.beta, exponentials, reciprocals);
    const mote_softmax_i16_params tables{mote_softmax_i16_prepare(rows, depth, factor),
                                         exponentials.data(), reciprocals.data()};
    return kernel_request(stem, {x.dtype}, tables, {0}, std::move(exponentials),
                          std::move(reciprocals));
  }
  p = mote_softmax_prepare(rows, depth, scale, static_cast<double>(attrs.beta));
  if (attrs.widen) {
    if (!is_record(y, kSoftmaxWidened)) return std::nullopt;
    return kernel_request(stem, {x.dtype, DataType::kI16}, p, {0});
  }
  if (!is_record(y, x.dtype == DataType::kI8 ? kSoftmaxI8 : kSoftmaxU8)) return std::nullopt;
  return kernel_request(stem, {x.dtype}, p, {0});
}

std::optional<KernelRequest> lower_softmax(const LowerContext& context) {
  return lower_rows(context, "softmax", false);
}
std::optional<KernelRequest> lower_log_softmax(const LowerContext& context) {
  return lower_rows(context, "log_softmax", true);
}

std::optional<Attributes> permute(const Graph& graph, const Node& node,
                                  std::span<const int> permutation) {
  SoftmaxAttrs attrs = node.attrs<SoftmaxAttrs>();
  const int rank = graph.value(node.inputs[0]).type.shape.rank();
  attrs.axis = permuted_axis(normalize_axis(attrs.axis, rank, "the axis"), permutation);
  return Attributes::of(attrs);
}

std::optional<QuantRule> fixed_output(const Quantization& i8, const Quantization& i16, bool wide) {
  QuantRule rule;
  rule.inputs = {{QuantRule::Role::kActivation}};
  rule.output = QuantRule::Output::kFixed;
  rule.fixed_i8 = i8;
  rule.fixed_i16 = i16;
  rule.supports_i16 = wide;
  return rule;
}

std::optional<QuantRule> quant_softmax(const Graph&, const Node&) {
  return fixed_output(kSoftmaxI8, kSoftmaxI16, true);
}

std::optional<QuantRule> quant_log_softmax(const Graph&, const Node&) {
  return fixed_output(kLogSoftmaxI8, {}, false);
}

std::optional<Quantization> sample_record(SampleKind kind, bool log) {
  switch (kind) {
    case SampleKind::kI8:
      return log ? kLogSoftmaxI8 : kSoftmaxI8;
    case SampleKind::kU8:
      return log ? std::nullopt : std::optional(kSoftmaxU8);
    case SampleKind::kI16:
      return log ? std::nullopt : std::optional(kSoftmaxI16);
    case SampleKind::kF32:
    case SampleKind::kHybrid:
      return std::nullopt;
  }
  return std::nullopt;
}

template <bool kLog>
std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  const std::optional<Quantization> y = sample_record(kind, kLog);
  if (kind != SampleKind::kF32 && !y) return std::nullopt;
  Graph graph;
  Shape shape = sample_shape(rng, 3);
  shape[shape.rank() - 1] = rng.integer(1, 120);
  SoftmaxAttrs attrs;
  if (kind == SampleKind::kF32) attrs.axis = rng.integer(0, shape.rank() - 1);
  if (!kLog) attrs.beta = rng.integer(0, 2) == 0 ? 0.5f : 1.0f;
  attrs.widen = !kLog && kind == SampleKind::kI8 && rng.integer(0, 3) == 0;
  const ValueId x = sample_input(graph, rng, kind, shape);
  Graph::OutputHints hints;
  if (y) hints.quantization = {attrs.widen ? kSoftmaxWidened : *y};
  graph.set_outputs(graph.add_node({.op = &op(kLog ? "log_softmax" : "softmax"),
                                    .inputs = {x},
                                    .attributes = Attributes::of(attrs)},
                                   hints));
  return graph;
}

OpDef definition(std::string_view name, std::string_view summary) {
  return {.name = name,
          .summary = summary,
          .attributes = Attributes::of(SoftmaxAttrs{}),
          .infer = infer,
          .axes = elementwise_axes,
          .permute = permute,
          .cost = no_macs};
}

}  // namespace

void define_softmax(OpSink& sink) {
  OpDef softmax = definition("softmax", "y = e^(beta x) / sum of e^(beta x) along `axis`");
  softmax.tflite_names = {"SOFTMAX"};
  softmax.onnx_names = {"Softmax"};
  softmax.reference = reference_softmax;
  softmax.lower = lower_softmax;
  softmax.quant = quant_softmax;
  softmax.sample = sample<false>;
  sink.add(softmax);
  OpDef log_softmax = definition("log_softmax", "y = x - ln(sum of e^x) along `axis`");
  log_softmax.tflite_names = {"LOG_SOFTMAX"};
  log_softmax.onnx_names = {"LogSoftmax"};
  log_softmax.reference = reference_log_softmax;
  log_softmax.lower = lower_log_softmax;
  log_softmax.quant = quant_log_softmax;
  log_softmax.sample = sample<true>;
  sink.add(log_softmax);
}

}  // namespace mote::ops
