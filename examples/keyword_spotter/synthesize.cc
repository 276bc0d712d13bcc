// Makes the clips of the keyword spotter with espeak-ng.
//
//   synthesize OUTPUT_FOLDER [SEED]
//
// Writes OUTPUT_FOLDER/<split>/<class>/<number>.wav, one second at 16 kHz each. A clip is a word
// spoken by a drawn voice, speed and pitch, put at a drawn place, with noise of a drawn colour and
// loudness. The same seed and version of espeak-ng give the same files.
#include <fmt/core.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"
#include "mote/base/parallel.h"
#include "mote/base/random.h"
#include "mote/data/audio.h"

extern char** environ;

namespace {

namespace fs = std::filesystem;
using mote::ErrorKind;
using mote::Rng;
using mote::throw_error;

constexpr int64_t kSampleRate = 16000;
constexpr size_t kClipSamples = 16000;

using Words = std::vector<std::string>;

const Words kCommands = {"down", "go", "left", "no", "right", "stop", "up", "yes"};
const Words kOtherWords = {"bed",   "bird",  "cat",    "dog",  "eight", "five",   "four",
                           "happy", "house", "learn",  "nine", "one",   "six",    "ten",
                           "three", "tree",  "marvin", "two",  "zero",  "visual", "wow",
                           "cup",   "white", "gold",   "top"};
/// Said only by the voices of the test.
const Words kUnheardWords = {"sheila", "follow", "lift", "town"};

/// Accents and speakers of espeak-ng. No speaker of the test is heard in training.
struct Voices {
  Words accents;
  Words speakers;
};
const Voices kTrainVoices = {
    {"en-us", "en-gb", "en-029", "en-gb-x-rp", "en-us-nyc"},
    {"m1",     "m2",     "m3",     "m4",     "m6",    "f1",      "f2",      "f4",     "klatt",
     "klatt2", "Andy",   "Annie",  "Gene",   "Hugo",  "Jacky",   "Lee",     "Max",    "Denis",
     "Diogo",  "Marco",  "Zac",    "adam",   "anika", "antonio", "belinda", "boris",  "caleb",
     "david",  "ed",     "edward", "john",   "linda", "marcelo", "michel",  "miguel", "pablo",
     "pedro",  "quincy", "rob",    "sandro", "steph"}};
const Voices kTestVoices = {{"en-us", "en-gb", "en-gb-x-rp", "en-us-nyc"},
                            {"m5", "m7", "m8", "f3", "f5", "Alicia", "Andrea", "Mike", "benjamin",
                             "mario", "norbert", "paul", "robert", "victor"}};

struct Split {
  std::string name;
  const Voices& voices;
  int64_t clips_per_class;
};
const std::array<Split, 3> kSplits = {
    {{"train", kTrainVoices, 400}, {"calibration", kTrainVoices, 10}, {"test", kTestVoices, 40}}};

// What makes it hard; set so that the float network ends between 90 and 97 %.
constexpr double kLowestSnrDb = 5.0;
constexpr double kHighestSnrDb = 25.0;
constexpr int64_t kSlowest = 120;  // words a minute
constexpr int64_t kFastest = 200;
constexpr int64_t kLowestPitch = 25;  // espeak-ng's scale of 0..99
constexpr int64_t kHighestPitch = 80;

const std::string& pick(const Words& words, Rng& rng) {
  return words[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(words.size()) - 1))];
}

void run(std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = 0;
  int status = 1;
  const int error = posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ);
  if (error != 0 || waitpid(child, &status, 0) != child || status != 0) {
    throw_error(ErrorKind::kIo, "'{}' failed; install the package espeak-ng", command[0]);
  }
}

std::vector<float> speak(const std::string& word, const Voices& voices, const fs::path& scratch,
                         Rng& rng) {
  const std::string voice = pick(voices.accents, rng) + "+" + pick(voices.speakers, rng);
  const std::string speed = std::to_string(rng.integer(kSlowest, kFastest));
  const std::string pitch = std::to_string(rng.integer(kLowestPitch, kHighestPitch));
  run({"espeak-ng", "-v", voice, "-s", speed, "-p", pitch, "-w", scratch.string(), word});
  std::vector<float> samples =
      mote::data::resampled(mote::data::read_audio(scratch), kSampleRate).samples;
  // What is spoken, without the silence around it.
  const auto loud = [](float sample) { return std::abs(sample) > 0.01f; };
  const auto first = std::find_if(samples.begin(), samples.end(), loud);
  const auto last = std::find_if(samples.rbegin(), samples.rend(), loud).base();
  return first < last ? std::vector<float>(first, last) : std::vector<float>();
}

/// Noise of a drawn colour with a root mean square of 1: white, pink, brown, or mains hum in white.
std::vector<double> noise(Rng& rng) {
  const int64_t color = rng.integer(0, 3);
  const double hum_hz = rng.uniform() < 0.5 ? 50.0 : 60.0;
  std::vector<double> samples(kClipSamples);
  double slow = 0.0;
  double slower = 0.0;
  for (size_t i = 0; i < samples.size(); ++i) {
    const double white = rng.normal();
    slow = 0.95 * slow + white;
    slower = 0.995 * slower + white;
    const double turn = 2.0 * std::numbers::pi * hum_hz * static_cast<double>(i) / kSampleRate;
    const std::array<double, 4> colors = {
        white, white + slow, slower,
        0.3 * white + std::sin(turn) + 0.5 * std::sin(3.0 * turn) + 0.3 * std::sin(5.0 * turn)};
    samples[i] = colors[static_cast<size_t>(color)];
  }
  double power = 0.0;
  for (double sample : samples) power += sample * sample;
  const double scale = 1.0 / std::sqrt(power / static_cast<double>(samples.size()));
  for (double& sample : samples) sample *= scale;
  return samples;
}

double rms(const std::vector<float>& samples) {
  double power = 0.0;
  for (float sample : samples) power += static_cast<double>(sample) * static_cast<double>(sample);
  return samples.empty() ? 1.0 : std::sqrt(power / static_cast<double>(samples.size()));
}

/// The word at a drawn place in noise, at a drawn level below full scale. An empty word leaves
/// noise.
std::vector<int16_t> mix(const std::vector<float>& word, Rng& rng) {
  const double snr_db = kLowestSnrDb + rng.uniform() * (kHighestSnrDb - kLowestSnrDb);
  const double noise_level = rms(word) * std::pow(10.0, -snr_db / 20.0);
  std::vector<double> clip = noise(rng);
  for (double& sample : clip) sample *= noise_level;
  const size_t used = std::min(word.size(), kClipSamples);
  const auto room = static_cast<int64_t>(kClipSamples - used);
  const auto start = static_cast<size_t>(rng.integer(0, room));
  for (size_t i = 0; i < used; ++i) clip[start + i] += static_cast<double>(word[i]);
  double peak = 0.0;
  for (double sample : clip) peak = std::max(peak, std::abs(sample));
  const double gain = (0.1 + 0.85 * rng.uniform()) / std::max(peak, 1e-9);
  std::vector<float> scaled;
  for (double sample : clip) scaled.push_back(static_cast<float>(sample * gain));
  return mote::data::to_int16(scaled);
}

struct Job {
  fs::path file;
  std::string class_name;
  const Split* split;
};

std::vector<Job> plan(const fs::path& folder) {
  Words classes = kCommands;
  classes.insert(classes.end(), {"silence", "unknown"});
  std::vector<Job> jobs;
  for (const Split& split : kSplits) {
    for (const std::string& name : classes) {
      fs::create_directories(folder / split.name / name);
      for (int64_t i = 0; i < split.clips_per_class; ++i) {
        jobs.push_back({folder / split.name / name / fmt::format("{:04}.wav", i), name, &split});
      }
    }
  }
  return jobs;
}

void make_clip(const Job& job, uint64_t seed) {
  Rng rng(seed);
  std::vector<float> word;
  if (job.class_name != "silence") {
    Words others = kOtherWords;
    if (job.split->name == "test") {
      others.insert(others.end(), kUnheardWords.begin(), kUnheardWords.end());
    }
    const std::string text = job.class_name == "unknown" ? pick(others, rng) : job.class_name;
    fs::path scratch = job.file;
    scratch += ".part";
    word = speak(text, job.split->voices, scratch, rng);
    fs::remove(scratch);
  }
  mote::write_file(job.file, mote::data::wav_bytes(mix(word, rng), kSampleRate));
}

}  // namespace

int main(int count, char** arguments) {
  try {
    if (count < 2) {
      throw_error(ErrorKind::kInvalidArgument, "usage: synthesize OUTPUT_FOLDER [SEED]");
    }
    const auto seed = mote::parse_int(count > 2 ? arguments[2] : "1");
    if (!seed) throw_error(ErrorKind::kInvalidArgument, "'{}' is not a seed", arguments[2]);
    const std::vector<Job> jobs = plan(arguments[1]);
    mote::parallel_for(
        static_cast<int64_t>(jobs.size()), mote::default_threads(), [&](int64_t i, int) {
          Rng seeds(static_cast<uint64_t>(*seed) * 1000003 + static_cast<uint64_t>(i));
          make_clip(jobs[static_cast<size_t>(i)], seeds.next());
        });
    fmt::print("{} clips in {}\n", jobs.size(), arguments[1]);
    return 0;
  } catch (const mote::Error& error) {
    fmt::print(stderr, "synthesize: {}\n", error.what());
    return mote::info(error.kind()).exit_code;
  }
}
