// Fast paths of the layers: what is derived once from constants, for mote/kernels/fast.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/ir/op_def.h"
#include "mote/kernels/fast/fast.h"
#include "mote/ops/quantized.h"

namespace mote::ops {

/// Padded per-channel arrays of a mote_fast_stage.
class FastStage {
 public:
  /// Expands `stage` to `channels` channels; `bias` may be nullptr.
  FastStage(const mote_output_stage& stage, int64_t channels, const int32_t* bias);
  const mote_fast_stage* get() const { return &stage_; }
  FastStage(const FastStage&) = delete;
  FastStage& operator=(const FastStage&) = delete;

 private:
  std::vector<int32_t> multiplier_, left_shift_, right_shift_, max_, bias_;
  mote_fast_stage stage_{};
};

/// A convolution without groups, or a fully connected layer as one over 1x1 images, ready to run.
class FastConvolution {
 public:
  struct Setup {
    mote_conv_2d_params params;
    OutputStage stage;  ///< i8 only
    const Tensor* weights = nullptr;
    const Tensor* bias = nullptr;  ///< nullptr: none
    mote_isa isa = MOTE_ISA_AUTO;
  };
  explicit FastConvolution(Setup setup);
  void run(const ConstTensorView& x, const TensorView& y);

 private:
  mote_conv_2d_params params_;
  OutputStage output_;
  const mote_fast_kernels* kernels_;
  AlignedBuffer packed_;
  AlignedBuffer scratch_;
  std::vector<float> bias_;
  std::unique_ptr<FastStage> stage_;
};

mote_isa kernel_isa(Isa isa);

/// The types fast convolutions take: f32, or i8 with i8 weights and i32 bias; constant weights and
/// bias.
bool has_fast_types(const PrepareContext& context);

}  // namespace mote::ops
