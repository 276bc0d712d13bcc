#include "mote/measure/fingerprint.h"

#include <charconv>
#include <string_view>

#include "mote/base/error.h"

namespace mote {
namespace {

constexpr std::string_view kPrefix = "v1:";
constexpr size_t kDigits = 16;

}  // namespace

std::string calibration_record(std::span<const uint64_t> fingerprints) {
  std::string record(kPrefix);
  for (const uint64_t print : std::set<uint64_t>(fingerprints.begin(), fingerprints.end())) {
    record += fmt::format("{:016x}", print);
  }
  return record;
}

std::set<uint64_t> calibration_fingerprints(const Graph& graph) {
  const auto entry = graph.metadata.find(kCalibrationKey);
  if (entry == graph.metadata.end()) return {};
  std::string_view text = entry->second;
  if (!text.starts_with(kPrefix) || (text.size() - kPrefix.size()) % kDigits != 0) {
    throw_error(
        ErrorKind::kInvalidModel,
        "metadata '{}' is not a list of fingerprints ('{}' and 16 hex digits each); quantize "
        "the model again",
        kCalibrationKey, kPrefix);
  }
  text.remove_prefix(kPrefix.size());
  std::set<uint64_t> prints;
  for (; !text.empty(); text.remove_prefix(kDigits)) {
    uint64_t print = 0;
    const auto [end, status] = std::from_chars(text.data(), text.data() + kDigits, print, 16);
    if (status != std::errc() || end != text.data() + kDigits) {
      throw_error(ErrorKind::kInvalidModel, "metadata '{}': '{}' is not a fingerprint",
                  kCalibrationKey, text.substr(0, kDigits));
    }
    prints.insert(print);
  }
  return prints;
}

}  // namespace mote
