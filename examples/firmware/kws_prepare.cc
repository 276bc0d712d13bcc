// What the firmware of the keyword spotter needs besides the network's C, and what it must give.
//
//   kws_prepare MODEL_TFLITE CLIPS OUTPUT_FOLDER
//
// Reads the sound files of the folder CLIPS in the order of their names, puts one behind the other,
// and writes to OUTPUT_FOLDER:
//   front_end_tables.h  tables of the front-end
//   spotter_tables.h    how features are quantized, exponents for posteriors, the words
//   recording.bin       the sound, 16-bit samples at 16 kHz
//   expected.bin        what the network takes and gives at each of its runs, computed by mote's
//   own
//                       front-end and runtime on the second before, as a clip of its own
//   said.txt            the files, and the milliseconds at which they begin
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "mote/api/requests.h"
#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/adapt.h"
#include "mote/data/audio.h"
#include "mote/data/mfcc_tables.h"
#include "mote/exec/prepare.h"
#include "mote/exec/session.h"

namespace {

namespace fs = std::filesystem;
using mote::ErrorKind;
using mote::Tensor;
using mote::throw_error;

constexpr int64_t kSampleRate = 16000;
constexpr size_t kClipSamples = 16000;
/// SPOTTER_INTERVAL of spotter.h.
constexpr size_t kIntervalHops = 5;
/// Of the factor that turns a coefficient into steps of the network's input.
constexpr int kShift = 24;
constexpr int kExpBits = 15;

/// Classes of the network in their order; those that are no words are never reported.
const std::vector<std::string> kWords = {"down", "go", "left", "no", "right",
                                         "stop", "up", "yes",  "",   ""};

struct Recording {
  std::vector<int16_t> samples;
  std::string said;
};

Recording read_clips(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".flac" || path.extension() == ".wav") files.push_back(path);
  }
  std::ranges::sort(files);
  if (files.empty()) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' has no .flac or .wav file", folder.string());
  }
  Recording recording;
  for (const fs::path& file : files) {
    const auto clip = mote::data::resampled(mote::data::read_audio(file), kSampleRate);
    const std::vector<int16_t> samples = mote::data::to_int16(clip.samples);
    recording.said +=
        fmt::format("{} {}\n", recording.samples.size() * 1000 / kSampleRate, file.stem().string());
    recording.samples.insert(recording.samples.end(), samples.begin(), samples.end());
  }
  return recording;
}

mote::data::ModelInput model_input(const mote::Session& session) {
  const mote::Program& program = session.program();
  const mote::Value& value =
      program.graph.value(program.buffers[static_cast<size_t>(program.inputs.at(0))].value);
  if (value.type.dtype != mote::DataType::kI8 || !value.type.quantization) {
    throw_error(ErrorKind::kInvalidArgument,
                "the network's input is no int8; quantize it with --io int8");
  }
  return {.name = value.name,
          .dtype = value.type.dtype,
          .shape = value.type.shape,
          .scale = value.type.quantization->scale(),
          .zero_point = static_cast<int32_t>(value.type.quantization->zero_point())};
}

/// What the network takes and gives at each of its runs.
std::string expected_bytes(const std::vector<int16_t>& samples,
                           const mote::data::FixedMfcc& front_end, mote::Session& session) {
  const mote::data::ModelInput input = model_input(session);
  const auto hop = static_cast<size_t>(front_end.tables().stride_samples);
  std::string bytes;
  for (size_t end = kClipSamples; end <= samples.size(); end += kIntervalHops * hop) {
    const Tensor features = front_end(std::span(samples).subspan(end - kClipSamples, kClipSamples));
    const Tensor stored = mote::data::adapt(features, {}, input);
    std::copy_n(stored.bytes(), stored.size_bytes(), session.input(0).bytes);
    session.run();
    const mote::ConstTensorView output = session.output(0);
    bytes.append(reinterpret_cast<const char*>(stored.bytes()), stored.size_bytes());
    bytes.append(reinterpret_cast<const char*>(output.bytes), output.size_bytes());
  }
  return bytes;
}

/// The factor by which the firmware multiplies coefficients; shown equal for all there are.
int64_t multiplier_for(const mote::data::ModelInput& input) {
  const double step = input.scale * (1 << MOTE_MFCC_FRACTION_BITS);
  const auto multiplier = static_cast<int64_t>(std::llround(std::ldexp(1.0 / step, kShift)));
  const mote::data::ModelInput one = {input.name, input.dtype, {1}, input.scale, input.zero_point};
  for (int64_t c = INT16_MIN; c <= INT16_MAX; ++c) {
    const int64_t steps = (std::abs(c) * multiplier + (int64_t{1} << (kShift - 1))) >> kShift;
    const int64_t stored =
        std::clamp<int64_t>((c < 0 ? -steps : steps) + input.zero_point, -128, 127);
    const float real = std::ldexp(static_cast<float>(c), -MOTE_MFCC_FRACTION_BITS);
    const Tensor expected = mote::data::adapt(Tensor::of({1}, std::vector<float>{real}), {}, one);
    if (expected.data<int8_t>()[0] != stored) {
      throw_error(ErrorKind::kUnsupported,
                  "coefficient {} is {} for the firmware and {} here; another kShift may do", c,
                  stored, expected.data<int8_t>()[0]);
    }
  }
  return multiplier;
}

std::string spotter_tables(const mote::Session& session) {
  const mote::Program& program = session.program();
  const mote::Value& logits =
      program.graph.value(program.buffers[static_cast<size_t>(program.outputs.at(0))].value);
  if (logits.type.shape.elements() != static_cast<int64_t>(kWords.size()) ||
      logits.type.dtype != mote::DataType::kI8 || !logits.type.quantization) {
    throw_error(ErrorKind::kInvalidArgument, "the network's output is not int8 [1,{}]",
                kWords.size());
  }
  std::string text = fmt::format(
      "/* Written by kws_prepare. */\n#ifndef SPOTTER_TABLES_H\n#define SPOTTER_TABLES_H\n\n"
      "#include <stdint.h>\n\n"
      "/* A coefficient times this, shifted, is in steps of the network's input. */\n"
      "enum {{ SPOTTER_MULTIPLIER = {}, SPOTTER_SHIFT = {} }};\n\n"
      "/* exp(-i * scale of the logits), 15 fraction bits. */\n"
      "static const uint16_t spotter_exp[256] = {{",
      multiplier_for(model_input(session)), kShift);
  for (int i = 0; i < 256; ++i) {
    text += fmt::format(
        "{}{},", i % 16 == 0 ? "\n    " : " ",
        std::lround(std::ldexp(std::exp(-i * logits.type.quantization->scale()), kExpBits)));
  }
  text +=
      "\n};\n\n/* By class of the network; 0: no word. */\n"
      "static const char* const spotter_words[] = {";
  for (const std::string& word : kWords) {
    text += word.empty() ? "0, " : fmt::format("\"{}\", ", word);
  }
  return text + "};\n\n#endif /* SPOTTER_TABLES_H */\n";
}

void prepare(const fs::path& model, const fs::path& clips, const fs::path& folder) {
  const Recording recording = read_clips(clips);
  const mote::data::FixedMfcc front_end({});
  const mote::ModelRequest request = {.path = model};
  mote::Session session(mote::prepare_program(
      mote::open_model(request),
      {.lower = {.numerics = mote::numerics_for(mote::Numerics::kAuto, request)}}));
  fs::create_directories(folder);
  const auto write = [&](const char* name, std::string_view text) {
    mote::write_file(folder / name, text);
  };
  write("front_end_tables.h", mote::data::print_mfcc_tables(front_end));
  write("spotter_tables.h", spotter_tables(session));
  write("said.txt", recording.said);
  write("expected.bin", expected_bytes(recording.samples, front_end, session));
  write("recording.bin", {reinterpret_cast<const char*>(recording.samples.data()),
                          recording.samples.size() * sizeof(int16_t)});
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count != 4) {
      throw_error(ErrorKind::kInvalidArgument,
                  "usage: kws_prepare MODEL_TFLITE CLIPS OUTPUT_FOLDER");
    }
    prepare(arguments[1], arguments[2], arguments[3]);
    return 0;
  } catch (const mote::Error& error) {
    fmt::print(stderr, "kws_prepare: {}\n", error.what());
    return mote::info(error.kind()).exit_code;
  }
}
