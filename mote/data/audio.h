// Sound read from WAV and FLAC files.
//
//   Audio clip = resampled(read_audio("yes.wav"), 16000);
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace mote::data {

/// Mono; `samples` in [-1, 1), a 16-bit sample divided by 32768.
struct Audio {
  int64_t sample_rate = 0;
  std::vector<float> samples;
};

/// Longer sounds are refused: 64 million samples are over an hour at 16 kHz.
inline constexpr int64_t kMaxAudioSamples = int64_t{1} << 26;

/// Whether the bytes begin as a WAV or FLAC file does.
bool is_audio(std::span<const std::byte> bytes);

/// Channels are averaged. Throws kInvalidArgument naming the sound when it is not audio, damaged,
/// or holds fewer samples than its header announces.
Audio decode_audio(std::span<const std::byte> bytes, const std::string& name);
Audio read_audio(const std::filesystem::path& path);

/// Band-limited interpolation: a Hann-windowed sinc of 16 zero crossings to each side, its cut-off
/// at the lower of the two Nyquist frequencies. Exact (a copy) when the rates are equal.
Audio resampled(const Audio& audio, int64_t sample_rate);

/// The bytes of a 16-bit PCM WAV file; `samples` of several channels are interleaved.
std::vector<std::byte> wav_bytes(std::span<const int16_t> samples, int64_t sample_rate,
                                 int channels = 1);

/// 16-bit samples, rounded half away from zero and clamped.
std::vector<int16_t> to_int16(const std::vector<float>& samples);

}  // namespace mote::data
