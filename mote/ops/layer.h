// Calling the kernels of layers (convolutions and fully connected): operands by their types, output
// stage, zero points, dynamic range.
//
//   layer_request(context, "conv_2d", p, [&](const LayerTypes& types) {
//     return convolution_stage(types, attrs.activation, context.numerics);
//   });
#pragma once

#include "mote/kernels/quantize/quantize.h"
#include "mote/ops/lowering.h"
#include "mote/ops/quantized.h"

namespace mote::ops {

/// `Context` is an EvalContext or a LowerContext.
template <class Context>
LayerTypes layer_types(const Context& context) {
  return {context.input_type(0), context.input_type(1), context.output_type(0)};
}

/// The output stage of convolutions: factors in double, but for the older u8 kind and ONNX Runtime.
inline OutputStage convolution_stage(const LayerTypes& types, Activation activation,
                                     Numerics numerics) {
  if (numerics == Numerics::kOnnx) return {types, activation, ScaleProduct::kAllFloat};
  const bool older = types.x.dtype == DataType::kU8;
  return {types, activation, older ? ScaleProduct::kFloat : ScaleProduct::kDouble};
}

/// Extents, window and float bounds, which the parameters of all convolutions have in common.
template <class Params, class Attrs>
Params convolution_params(const Attrs& attrs, const LayerTypes& types) {
  const Shape& x = types.x.shape;
  const Shape& w = types.w.shape;
  const Shape& y = types.y.shape;
  Params p{};
  p.n = as_i32(x[0], "batch");
  p.h = as_i32(x[1], "height");
  p.w = as_i32(x[2], "width");
  p.ic = as_i32(x[3], "input channels");
  p.kh = as_i32(w[1], "kernel height");
  p.kw = as_i32(w[2], "kernel width");
  p.oh = as_i32(y[1], "output height");
  p.ow = as_i32(y[2], "output width");
  p.stride_h = as_i32(attrs.stride[0], "stride");
  p.stride_w = as_i32(attrs.stride[1], "stride");
  p.dilation_h = as_i32(attrs.dilation[0], "dilation");
  p.dilation_w = as_i32(attrs.dilation[1], "dilation");
  p.pad_top = as_i32(attrs.padding[0], "padding");
  p.pad_left = as_i32(attrs.padding[1], "padding");
  const FloatRange range = float_range(attrs.activation);
  p.y_min = range.low;
  p.y_max = range.high;
  return p;
}

template <class T>
const T* data_or_null(const EvalContext& context, size_t i) {
  return context.has_input(i) ? context.input(i).data<T>().data() : nullptr;
}

/// The call of a layer: family `stem` of its types; `stage_of(types)` gives the OutputStage of
/// integers. Nothing for dynamic range, which has hybrid_request.
template <class Context, class Params, class StageOf>
std::optional<KernelRequest> layer_request(const Context& context, std::string_view stem, Params p,
                                           StageOf stage_of) {
  const LayerTypes types = layer_types(context);
  const std::vector<int> operands{0, 1, optional_operand(context, 2)};
  if (types.x.dtype == DataType::kF32) {
    if (types.w.dtype != DataType::kF32) return std::nullopt;
    return kernel_request(stem, {DataType::kF32}, p, operands);
  }
  if (!types.x.quantization || types.y.dtype != types.x.dtype) return std::nullopt;
  OutputStage stage = stage_of(types);
  p.output = stage.kernel_stage();
  p.x_zero_point = tensor_record(types.x).zero_point();
  if (types.x.dtype == DataType::kU8) p.w_zero_point = tensor_record(types.w).zero_point();
  if (types.x.dtype == DataType::kI16 && has_operand(context, 2) &&
      context.input_type(2).dtype == DataType::kI32) {
    return kernel_request(std::string(stem) + "_i16_b32", {}, p, operands, std::move(stage));
  }
  return kernel_request(stem, {types.x.dtype}, p, operands, std::move(stage));
}

/// Points into both.
inline mote_hybrid_scales hybrid_scales(const QuantizedRows& rows, const Quantization& weights) {
  return {rows.scales.data(), rows.zero_points.empty() ? nullptr : rows.zero_points.data(),
          weights.scales.data(), static_cast<int32_t>(weights.scales.size())};
}

/// How float activations become i8 while running.
enum class HybridInputs { kSymmetric, kWithZeroPoint };

/// The call of a layer of f32 activations and i8 weights: family `stem`_hybrid.
template <class HybridParams, class Context, class Params>
std::optional<KernelRequest> hybrid_request(const Context& context, std::string_view stem,
                                            const Params& p, HybridInputs inputs) {
  std::vector<float> scales = record(context.input_type(1)).scales;
  const HybridParams hybrid{p,
                            {scales.data(), static_cast<int32_t>(scales.size()),
                             inputs == HybridInputs::kWithZeroPoint ? 1 : 0}};
  return kernel_request(std::string(stem) + "_hybrid", {}, hybrid,
                        {0, 1, optional_operand(context, 2)}, std::move(scales));
}

}  // namespace mote::ops
