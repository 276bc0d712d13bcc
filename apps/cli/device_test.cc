#include "mote/api/device_test.h"

#include <fmt/ranges.h>

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class DeviceTestCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"device-test",
            "a model on an emulated microcontroller: same bytes, instructions, memory",
            "Writes the model as C (see codegen), builds a firmware around it with the board's "
            "GCC, runs that under QEMU on its self-test and on samples, and compares every byte of "
            "the outputs with what mote computes here. A plugin of QEMU counts instructions by "
            "layer without a trace in the firmware; flash is read from the ELF file, the stack "
            "from what an inference overwrites.\n\n"
            "Exit code 70 when a byte differs, 5 when the compiler or QEMU is absent, 2 when the "
            "model does not fit the board or does not end in time.",
            {{"device-test kws.tflite --board m4", "Cortex-M4, made-up inputs"},
             {"device-test kws.tflite --board m55 --optimize ram --json", "smallest arena; JSON"},
             {"device-test vww.tflite --board m7 --data vww01.toml --samples 10",
              "samples of a dataset"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup model = model_group(&request_.model);
    model.options.insert(model.options.begin(), model_operand(&request_.model));
    model.options.push_back(
        choice_option("--optimize", "the quickest kernels, or those that need the smallest arena",
                      &request_.optimize));
    model.options.push_back(choice_option(
        "--numerics", "whose integer rounding is kept; auto: of the runtime that the file is for",
        &request_.numerics));
    Option as_is{
        .name = "--as-is",
        .help = "keep the model as the file has it, without the exact rewrites of optimize",
        .set = [this](const std::string&) { request_.rewrite = false; }};
    model.options.push_back(std::move(as_is));
    OptionGroup data =
        data_group(&request_.data, path_option("--data", "PATH",
                                               "dataset.toml, or folder of samples; without "
                                               "it inputs are made up",
                                               &request_.data.path));
    data.options.push_back(with_default(
        integer_option("--samples", "how many to run", &request_.samples, {0, kMaxSamples}), "2"));
    return {std::move(model), device_group(), std::move(data), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const device::DeviceReport report = device_test(request_, console.observer());
    console.print(general_.json ? json_text(to_json(report)) : to_text(report));
    if (report.mismatched_bytes > 0) {
      throw_error(ErrorKind::kInternal, "{} bytes on the board differ from the host's",
                  report.mismatched_bytes);
    }
  }

 private:
  static constexpr int64_t kMaxSamples = 1'000'000;
  static constexpr double kMaxSeconds = 86'400.0;

  OptionGroup device_group() {
    device::DeviceOptions& device = request_.device;
    OptionGroup group{"Board", {choice_option("--board", "which one is emulated", &device.board)}};
    group.options.push_back(with_default(
        text_option("--compile", "FLAG", "optimization of the model's C", &device.optimization),
        device.optimization));
    group.options.push_back(
        with_default(number_option("--timeout", "S", "how long the emulator may run",
                                   [this](double seconds) {
                                     if (seconds <= 0.0 || seconds > kMaxSeconds) {
                                       throw_error(ErrorKind::kInvalidArgument,
                                                   "it takes 0 to {} seconds", kMaxSeconds);
                                     }
                                     request_.device.limit_seconds = seconds;
                                   }),
                     "120"));
    group.options.push_back(path_option(
        "--keep", "DIR", "leave the firmware and its sources in this folder", &device.keep));
    return group;
  }

  static Json to_json(const device::DeviceReport& report) {
    Json layers = Json::array();
    for (const device::LayerCount& layer : report.layers) {
      layers.push_back({{"node", layer.node},
                        {"op", layer.op},
                        {"kernel", layer.kernel},
                        {"instructions", layer.instructions}});
    }
    return {{"board", name(report.board)},
            {"machine", device::info(report.board).machine},
            {"samples", report.samples},
            {"compared_bytes", report.compared_bytes},
            {"mismatched_bytes", report.mismatched_bytes},
            {"instructions_per_inference", report.instructions_per_inference},
            {"overhead_instructions", report.overhead_instructions},
            {"ram_bytes", report.ram.total_bytes()},
            {"ram",
             {{"arena_bytes", report.ram.arena_bytes},
              {"scratch_bytes", report.ram.scratch_bytes},
              {"state_bytes", report.ram.state_bytes},
              {"stack_bytes", report.ram.stack_bytes},
              {"static_data_bytes", report.ram.static_data_bytes}}},
            {"flash_bytes", report.flash.total_bytes()},
            {"flash",
             {{"weights_bytes", report.flash.weights_bytes},
              {"code_bytes", report.flash.code_bytes},
              {"constants_bytes", report.flash.constants_bytes}}},
            {"helpers", report.helpers},
            {"layers", std::move(layers)}};
  }

  static std::string layers_text(const device::DeviceReport& report) {
    using Align = TextTable::Align;
    const auto total = static_cast<double>(report.instructions_per_inference);
    TextTable table(
        {{"layer"}, {"kernel"}, {"instructions", Align::kRight}, {"share", Align::kRight}});
    for (const device::LayerCount& layer : report.layers) {
      const double share = 100.0 * static_cast<double>(layer.instructions) / total;
      table.add({shortened_name(layer.node), layer.kernel, grouped(layer.instructions),
                 fmt::format("{:.1f} %", share)});
    }
    return table.text();
  }

  static std::string to_text(const device::DeviceReport& report) {
    const device::BoardInfo& board = device::info(report.board);
    TextTable table({{}, {.title = "", .align = TextTable::Align::kRight}, {}});
    table.add({"bytes", grouped(report.mismatched_bytes) + " differ",
               fmt::format("of {} in {} samples, and of the self-test",
                           grouped(report.compared_bytes), report.samples)});
    table.add(
        {"instructions", grouped(report.instructions_per_inference),
         fmt::format("{} of them between the layers", grouped(report.overhead_instructions))});
    table.add({"RAM", grouped(report.ram.total_bytes()) + " B",
               fmt::format("arena {} ({} of it scratch), states {}, stack {}, other {}",
                           grouped(report.ram.arena_bytes), grouped(report.ram.scratch_bytes),
                           grouped(report.ram.state_bytes), grouped(report.ram.stack_bytes),
                           grouped(report.ram.static_data_bytes))});
    table.add(
        {"flash", grouped(report.flash.total_bytes()) + " B",
         fmt::format("weights {}, code {}, constants {}", grouped(report.flash.weights_bytes),
                     grouped(report.flash.code_bytes), grouped(report.flash.constants_bytes))});
    if (!report.helpers.empty()) {
      table.add({"linked too", "", fmt::format("{}", fmt::join(report.helpers, ", "))});
    }
    return fmt::format("{}\n{} on QEMU's {}\n{}", layers_text(report), board.processor,
                       board.machine, table.text());
  }

  DeviceTestRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> device_test_command() { return std::make_unique<DeviceTestCommand>(); }

}  // namespace mote::cli
