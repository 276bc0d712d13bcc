// What windowed operators share: TFLite's padding kinds and fused activations.
#pragma once

#include <array>

#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/ops/activation.h"

namespace mote::tflite {

/// One axis of a window: kernel, stride and dilation are at least 1.
struct WindowAxis {
  int64_t extent = 1;
  int64_t kernel = 1;
  int64_t stride = 1;
  int64_t dilation = 1;
};

/// Zeros before and after that make the output ceil(extent / stride) long; an odd one goes after.
/// Source: TensorFlow, "SAME" padding.
std::array<int64_t, 2> same_padding(const WindowAxis& axis);

/// Top, left, bottom, right of `padding` for a window over x [n,h,w,c].
std::array<int64_t, 4> explicit_padding(const ImportContext& context, schema::Padding padding,
                                        const WindowAxis& height, const WindowAxis& width);

/// {h, w} checked to be in 1..2^30.
std::array<int64_t, 2> positive_pair(const ImportContext& context, const char* what, int64_t h,
                                     int64_t w);

/// The part of a fused activation that is a clamp; TANH and SIGN_BIT give kNone, because
/// ImportContext::finish_activated makes nodes of them.
Activation clamp_from(const ImportContext& context, schema::ActivationFunctionType fused);
schema::ActivationFunctionType fused_from(Activation activation);

/// What stands in the border of a window that TFLite's padding kinds do not reach.
enum class Border { kZero, kLowest };

/// The input of a windowed operator and the kind of its padding. Where neither SAME nor VALID gives
/// `padding` (top, left, bottom, right), a PAD or PADV2 comes first and the kind is VALID.
struct PaddedInput {
  int32_t tensor = kAbsent;
  schema::Padding kind = schema::Padding::VALID;
};
PaddedInput pad_input(ExportContext& context, const std::array<int64_t, 4>& padding,
                      const std::array<WindowAxis, 2>& window, Border border);

/// Zeros around the height and width of operand 0, as an operator of its own.
int32_t emit_pad(ExportContext& context, const std::array<int64_t, 4>& padding, Border border);

}  // namespace mote::tflite
