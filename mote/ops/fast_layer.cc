#include "mote/ops/fast_layer.h"

#include <algorithm>

namespace mote::ops {

namespace {

size_t padded(int64_t channels) {
  const int64_t panels = (channels + MOTE_FAST_PANEL - 1) / MOTE_FAST_PANEL;
  return static_cast<size_t>(panels * MOTE_FAST_PANEL);
}

AlignedBuffer pack(const mote_conv_2d_params& p, const Tensor& weights) {
  const int64_t k = static_cast<int64_t>(p.kh) * p.kw * p.ic;
  AlignedBuffer packed(static_cast<size_t>(mote_fast_packed_elements(p.oc, k)) * sizeof(float));
  auto* to = reinterpret_cast<float*>(packed.data());
  if (weights.dtype() == DataType::kI8) {
    mote_fast_pack_i8(p.oc, k, weights.data<int8_t>().data(), to);
  } else {
    mote_fast_pack_f32(p.oc, k, weights.data<float>().data(), to);
  }
  return packed;
}

}  // namespace

FastStage::FastStage(const mote_output_stage& stage, int64_t channels, const int32_t* bias) {
  const size_t count = padded(channels);
  multiplier_.assign(count, 0);
  left_shift_.assign(count, 0);
  right_shift_.assign(count, 0);
  max_.assign(count, stage.max);
  bias_.assign(count, 0);
  for (size_t c = 0; c < static_cast<size_t>(channels); ++c) {
    const mote_multiplier m = stage.multipliers[stage.per_channel != 0 ? c : 0];
    multiplier_[c] = m.multiplier;
    left_shift_[c] = std::max(m.shift, 0);
    right_shift_[c] = std::max(-m.shift, 0);
    if (stage.channel_max != nullptr) max_[c] = stage.channel_max[c];
    if (bias != nullptr) bias_[c] = bias[c];
  }
  stage_ = {multiplier_.data(), left_shift_.data(), right_shift_.data(), max_.data(),
            bias_.data(),       stage.zero_point,   stage.min,           stage.rounding};
}

FastConvolution::FastConvolution(Setup setup)
    : params_(setup.params),
      output_(std::move(setup.stage)),
      kernels_(mote_fast_kernels_for(setup.isa)),
      packed_(pack(params_, *setup.weights)),
      scratch_(static_cast<size_t>(mote_fast_conv_2d_scratch_bytes(&params_))) {
  if (setup.weights->dtype() == DataType::kI8) {
    const int32_t* bias = setup.bias ? setup.bias->data<int32_t>().data() : nullptr;
    stage_ = std::make_unique<FastStage>(output_.kernel_stage(), params_.oc, bias);
    return;
  }
  bias_.assign(padded(params_.oc), 0.0f);
  if (setup.bias) std::ranges::copy(setup.bias->data<float>(), bias_.begin());
}

void FastConvolution::run(const ConstTensorView& x, const TensorView& y) {
  const auto* packed = reinterpret_cast<const float*>(packed_.data());
  auto* scratch = reinterpret_cast<float*>(scratch_.data());
  if (stage_ != nullptr) {
    mote_fast_conv_2d_i8(kernels_, &params_, stage_->get(), x.data<int8_t>().data(), packed,
                         y.data<int8_t>().data(), scratch);
  } else {
    mote_fast_conv_2d_f32(kernels_, &params_, x.data<float>().data(), packed, bias_.data(),
                          y.data<float>().data(), scratch);
  }
}

mote_isa kernel_isa(Isa isa) { return static_cast<mote_isa>(isa); }

bool has_fast_types(const PrepareContext& context) {
  const DataType x = context.input_type(0).dtype;
  const DataType w = context.input_type(1).dtype;
  if (x != w || (x != DataType::kF32 && x != DataType::kI8)) return false;
  if (x == DataType::kI8 &&
      (!context.input_type(0).quantization || !context.input_type(1).quantization ||
       !context.output_type(0).quantization)) {
    return false;
  }
  if (context.constant(1) == nullptr) return false;
  if (!context.node->has_input(2)) return true;
  const DataType bias = x == DataType::kF32 ? DataType::kF32 : DataType::kI32;
  return context.constant(2) != nullptr && context.input_type(2).dtype == bias;
}

}  // namespace mote::ops
