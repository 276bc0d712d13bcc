#include "mote/data/audio.h"

#include <sndfile.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <string_view>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/byte_reader.h"

namespace mote::data {
namespace {

constexpr sf_count_t kBlockFrames = 4096;
constexpr int kMaxChannels = 64;
constexpr double kZeroCrossings = 16.0;

/// The file as libsndfile's virtual input.
struct Memory {
  std::span<const std::byte> bytes;
  sf_count_t position = 0;
};

Memory& memory(void* user) { return *static_cast<Memory*>(user); }

sf_count_t memory_length(void* user) { return static_cast<sf_count_t>(memory(user).bytes.size()); }

sf_count_t memory_seek(sf_count_t offset, int whence, void* user) {
  Memory& source = memory(user);
  const sf_count_t base = whence == SEEK_CUR   ? source.position
                          : whence == SEEK_END ? memory_length(user)
                                               : 0;
  source.position = std::clamp<sf_count_t>(base + offset, 0, memory_length(user));
  return source.position;
}

sf_count_t memory_read(void* to, sf_count_t count, void* user) {
  Memory& source = memory(user);
  const sf_count_t taken = std::clamp<sf_count_t>(count, 0, memory_length(user) - source.position);
  if (taken > 0) std::memcpy(to, source.bytes.data() + source.position, static_cast<size_t>(taken));
  source.position += taken;
  return taken;
}

sf_count_t memory_write(const void*, sf_count_t, void*) { return 0; }

sf_count_t memory_tell(void* user) { return memory(user).position; }

void append_mono(std::span<const float> frames, int channels, std::vector<float>& samples) {
  for (size_t at = 0; at < frames.size(); at += static_cast<size_t>(channels)) {
    float sum = 0.0f;
    for (int c = 0; c < channels; ++c) sum += frames[at + static_cast<size_t>(c)];
    samples.push_back(channels == 1 ? sum : sum / static_cast<float>(channels));
  }
}

/// libsndfile reads a WAV file that was cut short as a shorter one; the RIFF size tells.
void check_whole_wav(std::span<const std::byte> bytes, const std::string& name) {
  constexpr uint32_t kStreamed = 0xffffffffu;  // written by programs that cannot seek back
  if (std::memcmp(bytes.data(), "RIFF", 4) != 0) return;
  ByteReader reader(bytes.subspan(4), name);
  const auto riff_bytes = reader.little<uint32_t>("RIFF size");
  if (riff_bytes != kStreamed) reader.take(riff_bytes, "RIFF chunk");
}

void check_format(const SF_INFO& info, const std::string& name) {
  const bool sane = info.channels >= 1 && info.channels <= kMaxChannels && info.samplerate >= 1 &&
                    info.frames >= 0 && info.frames <= kMaxAudioSamples;
  if (!sane) {
    throw_error(ErrorKind::kInvalidArgument,
                "{}: {} frames of {} channels at {} Hz; at most {} frames and {} channels are read",
                name, info.frames, info.channels, info.samplerate, kMaxAudioSamples, kMaxChannels);
  }
}

}  // namespace

bool is_audio(std::span<const std::byte> bytes) {
  if (bytes.size() < 12) return false;
  return std::memcmp(bytes.data(), "fLaC", 4) == 0 ||
         (std::memcmp(bytes.data(), "RIFF", 4) == 0 &&
          std::memcmp(bytes.data() + 8, "WAVE", 4) == 0);
}

Audio decode_audio(std::span<const std::byte> bytes, const std::string& name) {
  if (!is_audio(bytes)) {
    throw_error(ErrorKind::kInvalidArgument, "{} is neither a WAV nor a FLAC file; convert it",
                name);
  }
  check_whole_wav(bytes, name);
  Memory source{bytes};
  SF_VIRTUAL_IO input = {memory_length, memory_seek, memory_read, memory_write, memory_tell};
  SF_INFO info = {};
  const std::unique_ptr<SNDFILE, int (*)(SNDFILE*)> file(
      sf_open_virtual(&input, SFM_READ, &info, &source), sf_close);
  if (file == nullptr) {
    throw_error(ErrorKind::kInvalidArgument, "{}: {}; convert it to 16-bit WAV", name,
                sf_strerror(nullptr));
  }
  check_format(info, name);
  Audio audio;
  audio.sample_rate = info.samplerate;
  std::vector<float> block(static_cast<size_t>(kBlockFrames * info.channels));
  while (true) {
    const sf_count_t frames = sf_readf_float(file.get(), block.data(), kBlockFrames);
    if (frames <= 0) break;
    append_mono(std::span(block).first(static_cast<size_t>(frames * info.channels)), info.channels,
                audio.samples);
  }
  if (static_cast<sf_count_t>(audio.samples.size()) != info.frames) {
    throw_error(ErrorKind::kInvalidArgument,
                "{} is truncated: {} of {} samples could be read; copy the file again", name,
                audio.samples.size(), info.frames);
  }
  return audio;
}

Audio read_audio(const std::filesystem::path& path) {
  const MappedFile file(path);
  return decode_audio(file.bytes(), fmt::format("'{}'", path.string()));
}

Audio resampled(const Audio& audio, int64_t sample_rate) {
  if (sample_rate < 1) {
    throw_error(ErrorKind::kInvalidArgument, "sample rate {} must be at least 1 Hz", sample_rate);
  }
  if (audio.sample_rate == sample_rate) return audio;
  const double step = static_cast<double>(audio.sample_rate) / static_cast<double>(sample_rate);
  const auto in = static_cast<int64_t>(audio.samples.size());
  const double out = std::ceil(static_cast<double>(in) / step);
  if (out > static_cast<double>(kMaxAudioSamples)) {
    throw_error(ErrorKind::kInvalidArgument, "{} samples after resampling; at most {} are allowed",
                out, kMaxAudioSamples);
  }
  const double cutoff = std::min(1.0, 1.0 / step);
  const double reach = kZeroCrossings / cutoff;
  Audio result{sample_rate, std::vector<float>(static_cast<size_t>(out))};
  for (size_t i = 0; i < result.samples.size(); ++i) {
    const double center = static_cast<double>(i) * step;
    const auto first = std::max<int64_t>(0, static_cast<int64_t>(std::ceil(center - reach)));
    const auto last = std::min(in - 1, static_cast<int64_t>(std::floor(center + reach)));
    double sum = 0.0;
    for (int64_t k = first; k <= last; ++k) {
      const double t = static_cast<double>(k) - center;
      const double x = std::numbers::pi * cutoff * t;
      const double sinc = x == 0.0 ? 1.0 : std::sin(x) / x;
      const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / reach);
      sum += cutoff * sinc * window * static_cast<double>(audio.samples[static_cast<size_t>(k)]);
    }
    result.samples[i] = static_cast<float>(sum);
  }
  return result;
}

std::vector<std::byte> wav_bytes(std::span<const int16_t> samples, int64_t sample_rate,
                                 int channels) {
  constexpr uint64_t kPcm = 1;
  constexpr uint64_t kSampleBytes = 2;
  constexpr uint64_t kHeaderBytes = 44;
  const uint64_t frame_bytes = kSampleBytes * static_cast<uint64_t>(channels);
  std::vector<std::byte> file;
  file.reserve(kHeaderBytes + samples.size_bytes());
  const auto put = [&](uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) file.push_back(static_cast<std::byte>(value >> (8 * i)));
  };
  const auto put_text = [&](std::string_view text) {
    for (char c : text) file.push_back(static_cast<std::byte>(c));
  };
  put_text("RIFF");
  put(kHeaderBytes - 8 + samples.size_bytes(), 4);
  put_text("WAVEfmt ");
  put(16, 4);
  put(kPcm, 2);
  put(static_cast<uint64_t>(channels), 2);
  put(static_cast<uint64_t>(sample_rate), 4);
  put(static_cast<uint64_t>(sample_rate) * frame_bytes, 4);
  put(frame_bytes, 2);
  put(8 * kSampleBytes, 2);
  put_text("data");
  put(samples.size_bytes(), 4);
  for (int16_t sample : samples) put(static_cast<uint16_t>(sample), 2);
  return file;
}

std::vector<int16_t> to_int16(const std::vector<float>& samples) {
  std::vector<int16_t> result(samples.size());
  std::transform(samples.begin(), samples.end(), result.begin(), [](float value) {
    return static_cast<int16_t>(std::clamp(std::round(value * 32768.0f), -32768.0f, 32767.0f));
  });
  return result;
}

}  // namespace mote::data
