// From QDQ to the quantized normal form.
//
//   dequantize -> conv_2d -> relu -> quantize      becomes      conv_2d over integers
//
// An operator folds when its quantization rule (OpDef::quant) can be met: activations come from
// per-tensor signed 8- or 16-bit integers, weights from constant symmetric ones, the bias from
// 32-bit integers at scale(x) * scale(w) or from float constants, which are rounded to that, and
// its only reader quantizes the result per tensor. Where the rule asks for another scale than the
// file has (an average pool keeps its input's, softmax has a fixed one), a rescaling follows.
// What does not fold stays between explicit dequantize and quantize nodes, computed
// in float as the file says. Unsigned 8-bit values become signed ones by moving their zero points
// by 128, which is exact. Source of the pattern: ONNX Runtime, "Quantize ONNX models", QDQ format.
#pragma once

#include "mote/formats/common/conversion_report.h"
#include "mote/ir/graph.h"

namespace mote::onnx {

/// `report` gets what changes in meaning; may be nullptr.
void fold_qdq(Graph& graph, ConversionReport* report);

}  // namespace mote::onnx
