// quantize and dequantize: between real numbers and stored integers.
#include "mote/kernels/quantize/quantize.h"

#include "mote/ops/define.h"
#include "mote/ops/facets.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/quantized_elementwise.h"
#include "mote/ops/real_numbers.h"

namespace mote::ops {
namespace {

void infer_quantize(InferContext& context) {
  context.expect_inputs(1, 1);
  const DataType dtype = context.attrs<TypeAttrs>().dtype;
  if (!is_integer(dtype)) context.fail("quantized to {}, expected integers", name(dtype));
  context.add_output(dtype, context.shape(0));
}

void infer_dequantize(InferContext& context) {
  context.expect_inputs(1, 1);
  if (!is_integer(context.dtype(0))) {
    context.fail("the input is {}, expected integers", name(context.dtype(0)));
  }
  context.add_output(DataType::kF32, context.shape(0));
}

// Ties away from zero, as TFLite; to even, as ONNX.
void reference_quantize(const EvalContext& context) {
  const bool onnx = context.numerics == Numerics::kOnnx;
  if (!is_quantized(context)) {
    if (context.input_type(0).dtype != DataType::kF32) context.no_kernel();
    return quantize_values(context.input(0), context.output_quantization(0),
                           onnx ? Ties::kToEven : Ties::kAwayFromZero, context.output(0));
  }
  if (!onnx) return run_request(context, requantize_request(context));
  Tensor real(DataType::kF32, context.input_type(0).shape);
  dequantize_values(context.input(0), context.input_quantization(0), real.view());
  quantize_values(real, context.output_quantization(0), Ties::kToEven, context.output(0));
}

std::optional<KernelRequest> lower_quantize(const LowerContext& context) {
  const TensorType& x = context.input_type(0);
  const TensorType& y = context.output_type(0);
  const bool onnx = context.numerics == Numerics::kOnnx;
  if (is_quantized(context)) {
    return onnx ? std::nullopt : requantize_request(context);
  }
  if (x.dtype != DataType::kF32 || !y.quantization || !y.quantization->is_per_tensor()) {
    return std::nullopt;
  }
  const mote_quantize_params p{y.quantization->scale(), y.quantization->zero_point(),
                               x.shape.elements(), onnx ? 1 : 0};
  return kernel_request("quantize", {x.dtype, y.dtype}, p, {0});
}

std::optional<KernelRequest> lower_dequantize(const LowerContext& context) {
  const TensorType& x = context.input_type(0);
  if (!x.quantization || !x.quantization->is_per_tensor()) return std::nullopt;
  const mote_quantize_params p{x.quantization->scale(), x.quantization->zero_point(),
                               x.shape.elements(), 0};
  return kernel_request("dequantize", {x.dtype, DataType::kF32}, p, {0});
}

void reference_dequantize(const EvalContext& context) {
  dequantize_values(context.input(0), context.input_quantization(0), context.output(0));
}

std::optional<Graph> sample_quantize(Rng& rng, SampleKind kind) {
  const DataType dtype = sample_activation_type(kind);
  if (!is_integer(dtype)) return std::nullopt;
  Graph graph;
  const bool real = kind == SampleKind::kU8 || rng.integer(0, 1) == 0;
  const ValueId x = real ? graph.add_input("x", {DataType::kF32, sample_shape(rng)})
                         : sample_input(graph, rng, kind, sample_shape(rng));
  graph.set_outputs(graph.add_node(
      {.op = &op("quantize"), .inputs = {x}, .attributes = Attributes::of(TypeAttrs{dtype})},
      random_record(rng, kind)));
  return graph;
}

std::optional<Graph> sample_dequantize(Rng& rng, SampleKind kind) {
  if (!is_integer(sample_activation_type(kind))) return std::nullopt;
  Graph graph;
  const ValueId x = sample_input(graph, rng, kind, sample_shape(rng));
  graph.set_outputs(graph.add_node({.op = &op("dequantize"), .inputs = {x}}));
  return graph;
}

}  // namespace

void define_quantize(OpSink& sink) {
  sink.add(
      {.name = "quantize",
       .summary =
           "y = saturate(round(x / scale) + zero_point) by the record of y; x real or quantized",
       .tflite_names = {"QUANTIZE"},
       .onnx_names = {"QuantizeLinear"},
       .attributes = Attributes::of(TypeAttrs{DataType::kI8}),
       .infer = infer_quantize,
       .reference = reference_quantize,
       .lower = lower_quantize,
       .axes = elementwise_axes,
       .permute = same_attributes,
       .quant = untouched,
       .cost = no_macs,
       .sample = sample_quantize});
  sink.add({.name = "dequantize",
            .summary = "y = (x - zero_point) * scale by the record of x",
            .tflite_names = {"DEQUANTIZE"},
            .onnx_names = {"DequantizeLinear"},
            .infer = infer_dequantize,
            .reference = reference_dequantize,
            .lower = lower_dequantize,
            .axes = elementwise_axes,
            .permute = same_attributes,
            .quant = untouched,
            .cost = no_macs,
            .sample = sample_dequantize});
}

}  // namespace mote::ops
