#include "apps/cli/device_report.h"

#include <cmath>

#include "apps/cli/console.h"

namespace mote::cli {
namespace {

int64_t rounded(double number) { return std::llround(number); }

std::string memory_text(const DeviceUse& use) {
  using Align = TextTable::Align;
  TextTable table({{}, {.title = "", .align = Align::kRight}, {}});
  table.add({"flash", grouped(use.flash_bytes()) + " B", ""});
  table.add({"  weights", grouped(use.totals.weight_bytes) + " B", ""});
  table.add({"  parameters and calls", grouped(use.totals.param_bytes) + " B", ""});
  if (use.initial_state_bytes > 0) {
    table.add({"  initial states", grouped(use.initial_state_bytes) + " B", ""});
  }
  table.add(
      {"  code", grouped(use.totals.code_bytes + use.target.base_code_bytes) + " B", "estimated"});
  table.add({"RAM", grouped(use.ram_bytes()) + " B", ""});
  table.add({"  arena", grouped(use.arena_bytes) + " B", ""});
  if (use.state_bytes > 0) table.add({"  states", grouped(use.state_bytes) + " B", ""});
  table.add({"  stack, at most", grouped(use.target.stack_bytes) + " B", "estimated"});
  return table.text();
}

std::string time_text(const DeviceUse& use) {
  return fmt::format(
      "about {} instructions, {} cycles ({} an instruction): {:.2f} ms at {} MHz on {}\n",
      grouped(rounded(use.totals.instructions)), grouped(rounded(use.cycles())),
      use.target.cycles_per_instruction, use.milliseconds(), use.target.clock_mhz, use.target.name);
}

}  // namespace

Json to_json(const DeviceUse& use) {
  Json json = {{"target", use.target.name},
               {"isa", name(use.target.isa)},
               {"clock_mhz", use.target.clock_mhz},
               {"cycles_per_instruction", use.target.cycles_per_instruction},
               {"flash_bytes", use.flash_bytes()},
               {"flash",
                {{"weight_bytes", use.totals.weight_bytes},
                 {"param_bytes", use.totals.param_bytes},
                 {"initial_state_bytes", use.initial_state_bytes},
                 {"code_bytes", use.totals.code_bytes + use.target.base_code_bytes}}},
               {"ram_bytes", use.ram_bytes()},
               {"ram",
                {{"arena_bytes", use.arena_bytes},
                 {"state_bytes", use.state_bytes},
                 {"stack_bytes", use.target.stack_bytes}}},
               {"instructions", rounded(use.totals.instructions)},
               {"cycles", rounded(use.cycles())},
               {"milliseconds", use.milliseconds()},
               {"layers", Json::array()}};
  for (const CallUse& call : use.calls) {
    json["layers"].push_back({{"name", call.node},
                              {"op", call.op},
                              {"kernel", call.kernel},
                              {"calibrated", call.is_calibrated},
                              {"macs", call.macs},
                              {"input_elements", call.input_elements},
                              {"output_elements", call.output_elements},
                              {"weight_bytes", call.weight_bytes},
                              {"param_bytes", call.param_bytes},
                              {"code_bytes", call.code_bytes},
                              {"live_bytes", call.live_bytes},
                              {"scratch_bytes", call.scratch_bytes},
                              {"instructions", rounded(call.instructions)},
                              {"cycles", rounded(cycles_of(use.target, call))},
                              {"milliseconds", milliseconds_of(use.target, call)}});
  }
  return json;
}

std::string to_text(const DeviceUse& use) {
  using Align = TextTable::Align;
  TextTable table({{"layer"},
                   {"kernel"},
                   {"weights, B", Align::kRight},
                   {"parameters, B", Align::kRight},
                   {"arena, B", Align::kRight},
                   {"MACs", Align::kRight},
                   {"instructions", Align::kRight},
                   {"cycles", Align::kRight},
                   {"ms", Align::kRight}});
  bool all_calibrated = true;
  for (const CallUse& call : use.calls) {
    all_calibrated = all_calibrated && call.is_calibrated;
    const std::string kernel = call.kernel.empty() ? "none for this target" : call.kernel;
    table.add({shortened_name(call.node), kernel + (call.is_calibrated ? "" : " *"),
               grouped(call.weight_bytes), grouped(call.param_bytes), grouped(call.live_bytes),
               grouped(call.macs), grouped(rounded(call.instructions)),
               grouped(rounded(cycles_of(use.target, call))),
               fmt::format("{:.3f}", milliseconds_of(use.target, call))});
  }
  std::string text = table.text() + "\n" + memory_text(use) + time_text(use);
  if (!all_calibrated) text += "* no row of its own in the cost table: a rough guess\n";
  return text;
}

}  // namespace mote::cli
