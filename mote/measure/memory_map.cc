#include "mote/measure/memory_map.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "mote/measure/plot.h"

namespace mote {
namespace {

constexpr int kLetters = 26;

bool is_used(const MemoryBlock& block, int32_t step) {
  return block.size_bytes > 0 && block.first_step <= step && step <= block.last_step;
}

// The letter of each value: its rank by first step, so that neighbours in time differ.
std::vector<char> letters_of(const std::vector<MemoryBlock>& blocks) {
  std::vector<size_t> order;
  for (size_t b = 0; b < blocks.size(); ++b) {
    if (!blocks[b].is_scratch && blocks[b].size_bytes > 0) order.push_back(b);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return blocks[a].first_step < blocks[b].first_step; });
  std::vector<char> letters(blocks.size(), '#');
  for (size_t rank = 0; rank < order.size(); ++rank) {
    letters[order[rank]] = static_cast<char>('a' + rank % kLetters);
  }
  return letters;
}

std::string row_text(const MemoryMap& map, const std::vector<char>& letters, int32_t step,
                     int columns) {
  std::string row(static_cast<size_t>(columns), '.');
  const int64_t arena = std::max<int64_t>(1, map.arena_bytes);
  for (size_t b = 0; b < map.blocks.size(); ++b) {
    const MemoryBlock& block = map.blocks[b];
    if (!is_used(block, step)) continue;
    // Every block shows, however small.
    const int64_t first = std::clamp<int64_t>(block.offset * columns / arena, 0, columns - 1);
    const int64_t end = (block.offset + block.size_bytes) * columns / arena;
    for (int64_t k = first; k < std::clamp<int64_t>(end, first + 1, columns); ++k) {
      char& cell = row[static_cast<size_t>(k)];
      cell = cell == '.' || end <= first + 1 ? letters[b] : '=';
    }
  }
  return row;
}

constexpr double kLeft = 80.0;
constexpr double kTop = 30.0;
constexpr double kHeight = 480.0;
constexpr double kStepWidth = 26.0;
constexpr double kLabelHeight = 170.0;  // names of the calls, upright
constexpr size_t kLabelLetters = 26;    // that fit into it

// Bytes upwards, over the whole height.
class VerticalAxis {
 public:
  explicit VerticalAxis(int64_t arena_bytes)
      : bytes_(static_cast<double>(std::max<int64_t>(1, arena_bytes))) {}
  double y(int64_t byte) const {
    return kTop + kHeight * (1.0 - static_cast<double>(byte) / bytes_);
  }

 private:
  double bytes_;
};

std::string grid_svg(const MemoryMap& map, const VerticalAxis& axis, double width) {
  constexpr int kLines = 8;
  std::string svg;
  for (int line = 0; line <= kLines; ++line) {
    const int64_t byte = map.arena_bytes * line / kLines;
    svg += fmt::format(
        "<line x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\" stroke=\"#ddd\"/>\n"
        "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
        kLeft, width, axis.y(byte), kLeft - 6.0, axis.y(byte) + 3.0, byte);
  }
  return svg;
}

// Hues a golden angle apart: neighbours differ.
std::string colour_of(const MemoryBlock& block, size_t index) {
  constexpr double kGoldenAngle = 137.508;
  if (block.is_scratch) return "#999";
  return fmt::format("hsl({:.0f},70%,60%)",
                     std::fmod(kGoldenAngle * static_cast<double>(index), 360.0));
}

std::string block_svg(const MemoryBlock& block, const VerticalAxis& axis,
                      const std::string& colour) {
  const double y = axis.y(block.offset + block.size_bytes);
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.2f}\" width=\"{:.1f}\" height=\"{:.2f}\" fill=\"{}\" "
      "fill-opacity=\"0.6\" stroke=\"#333\" stroke-width=\"0.5\"><title>{}: {} bytes at {}"
      "</title></rect>\n",
      kLeft + kStepWidth * block.first_step, y,
      kStepWidth * (block.last_step - block.first_step + 1), axis.y(block.offset) - y, colour,
      report_detail::escaped(block.label), block.size_bytes, block.offset);
}

std::string step_svg(const std::string& name, size_t step) {
  const double x = kLeft + kStepWidth * (static_cast<double>(step) + 0.6);
  // The end of a name tells most: converters put paths before it.
  std::string label = name;
  if (name.size() > kLabelLetters) {
    size_t start = name.size() - kLabelLetters;
    while (start < name.size() && (static_cast<unsigned char>(name[start]) & 0xC0) == 0x80) ++start;
    label = "..." + name.substr(start);
  }
  return fmt::format(
      "<text x=\"{0:.1f}\" y=\"{1:.1f}\" text-anchor=\"end\" transform=\"rotate(-90 {0:.1f} "
      "{1:.1f})\">{2}</text>\n",
      x, kTop + kHeight + 6.0, report_detail::escaped(label));
}

}  // namespace

std::vector<int64_t> used_bytes(const MemoryMap& map) {
  std::vector<int64_t> used;
  for (size_t step = 0; step < map.steps.size(); ++step) {
    std::vector<std::pair<int64_t, int64_t>> ranges;
    for (const MemoryBlock& block : map.blocks) {
      if (!is_used(block, static_cast<int32_t>(step))) continue;
      ranges.emplace_back(block.offset, block.offset + block.size_bytes);
    }
    std::sort(ranges.begin(), ranges.end());
    int64_t bytes = 0;
    int64_t top = 0;
    for (const auto& [first, end] : ranges) {
      bytes += std::max<int64_t>(0, end - std::max(first, top));
      top = std::max(top, end);
    }
    used.push_back(bytes);
  }
  return used;
}

std::string memory_map_text(const MemoryMap& map, int columns) {
  const std::vector<char> letters = letters_of(map.blocks);
  const std::vector<int64_t> used = used_bytes(map);
  std::string text = fmt::format(
      "arena of {} bytes, a column is {:.1f} bytes; '=' output on its input, '#' scratch\n",
      map.arena_bytes, static_cast<double>(map.arena_bytes) / columns);
  for (size_t step = 0; step < map.steps.size(); ++step) {
    const auto now = static_cast<int32_t>(step);
    text += fmt::format("{:>4} |{}| {:>9} {}\n", step, row_text(map, letters, now, columns),
                        used[step], map.steps[step]);
  }
  return text;
}

std::string memory_map_svg(const MemoryMap& map) {
  const VerticalAxis axis(map.arena_bytes);
  const double width = kLeft + kStepWidth * static_cast<double>(map.steps.size()) + 10.0;
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"10\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
      "<text x=\"{:.0f}\" y=\"18\" font-size=\"13\">arena of {} bytes over {} calls</text>\n",
      width, kTop + kHeight + kLabelHeight, kLeft, map.arena_bytes, map.steps.size());
  svg += grid_svg(map, axis, width);
  for (size_t b = 0; b < map.blocks.size(); ++b) {
    if (map.blocks[b].size_bytes == 0) continue;
    svg += block_svg(map.blocks[b], axis, colour_of(map.blocks[b], b));
  }
  for (size_t step = 0; step < map.steps.size(); ++step) svg += step_svg(map.steps[step], step);
  return svg + "</svg>\n";
}

}  // namespace mote
