// The audio front-end of TFLite micro_speech ("microfrontend"): integer arithmetic throughout.
//
//   std::vector<uint16_t> features = micro_frontend(samples, {});   // 49 frames x 40 channels
//
// Per frame: Hann window in 12 bits, 16-bit FFT, energies in mel channels, square root, noise
// reduction (a slow estimate per channel is subtracted), PCAN gain control, logarithm x 64.
// Source: TensorFlow Lite experimental/microfrontend; constants named in the .cc.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mote/base/tensor.h"

namespace mote::data {

/// Defaults are those of the micro_speech example.
struct MicroFrontendOptions {
  int64_t sample_rate = 16000;
  int64_t window_ms = 30;
  int64_t stride_ms = 20;
  int64_t channels = 40;
  double low_hz = 125.0;
  double high_hz = 7500.0;
};

/// [frames, channels], each about 64 ln(...), row by row. Noise estimates begin at zero. Throws
/// kInvalidArgument naming the option out of range, or when there is not one whole window.
std::vector<uint16_t> micro_frontend(std::span<const int16_t> samples,
                                     const MicroFrontendOptions& options);

/// Real value of one step of the int8 features and their zero point: the network of micro_speech
/// takes q = feature * 256 / 666 (rounded) - 128, that is feature / 25.6 in steps of 26 / 256.
inline constexpr float kMicroSpeechScale = 26.0f / 256.0f;
inline constexpr int32_t kMicroSpeechZeroPoint = -128;

/// i8 [frames, channels].
Tensor micro_speech_features(std::span<const int16_t> samples, const MicroFrontendOptions& options);

}  // namespace mote::data
