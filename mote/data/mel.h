// Log-mel and MFCC features, the pipeline of MLPerf Tiny's keyword spotter.
//
//   const MelFrontEnd front_end({});                       // 30 ms, 20 ms, 40 bands, 10
//   coefficients Tensor features = front_end.mfcc(clip.samples);        // [49, 10] for one second
//   at 16 kHz
//
// Per frame: Hann window (periodic), FFT of the next power of two, magnitude, mel bands that are
// triangular on the mel scale (HTK's, 1127 ln(1 + f / 700), DC left out), ln(x + 1e-6), DCT-II
// scaled by sqrt(2 / bands). Source: MLPerf Tiny v1.0 keyword_spotting reference and TensorFlow's
// tf.signal (stft, linear_to_mel_weight_matrix, mfccs_from_log_mel_spectrograms).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mote/base/tensor.h"

namespace mote::data {

struct MelOptions {
  int64_t sample_rate = 16000;
  double window_ms = 30.0;
  double stride_ms = 20.0;
  int64_t bands = 40;
  int64_t coefficients = 10;
  double low_hz = 20.0;
  double high_hz = 4000.0;
  /// Divide the clip by its largest sample, as the reference does; a clip without a positive sample
  /// stays as it is.
  bool normalize_peak = true;
};

/// Throws kInvalidArgument naming the option that is out of range.
void check(const MelOptions& options);

class MelFrontEnd {
 public:
  /// Throws what check throws.
  explicit MelFrontEnd(const MelOptions& options);

  /// Frames that fit into `samples` samples.
  int64_t frames(int64_t samples) const;
  /// f32 [frames, bands]. Throws kInvalidArgument when `samples` is shorter than a window.
  Tensor log_mel(std::span<const float> samples) const;
  /// f32 [frames, coefficients].
  Tensor mfcc(std::span<const float> samples) const;

 private:
  MelOptions options_;
  int64_t window_samples_ = 0;
  int64_t stride_samples_ = 0;
  int64_t fft_size_ = 0;
  std::vector<float> window_;
  std::vector<float> mel_weights_;  // [bins, bands]
  std::vector<float> dct_;          // [bands, coefficients]
};

}  // namespace mote::data
