#include "mote/api/inspect.h"

#include "apps/cli/commands.h"
#include "apps/cli/device_report.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/api/device_report.h"
#include "mote/api/memory.h"
#include "mote/base/file.h"

namespace mote::cli {
namespace {

// Characters for the arena in a drawing on the terminal.
constexpr int kMapColumns = 64;

class InspectCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {
        "inspect",
        "what a model holds and what it costs",
        "Shows inputs and outputs, and for every layer and in total: parameters, "
        "multiply-accumulates (MACs), bytes of weights and of activations, and the RAM that the "
        "activations alive together need, with the layer where it is largest. Everything is "
        "counted "
        "for one sample. With --memory it shows instead where every value lies in the arena of the "
        "runtime, call by call; with --target what the network, rewritten and lowered as "
        "`codegen` does, takes of a microcontroller: flash, RAM, and estimates of instructions, "
        "cycles and milliseconds by a table of what kernels cost.",
        {{"inspect kws.tflite", "layers and totals of a model"},
         {"inspect net.onnx --shape input=1,224,224,3 --json", "fix an open shape; JSON"},
         {"inspect kws.tflite --memory --plan ram --output kws.svg",
          "the arena over time, drawn on the terminal and as SVG"},
         {"inspect kws.tflite --target cortex-m4 --clock 80",
          "flash, RAM and time on a Cortex-M4 at 80 MHz"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = model_group(&request_.model);
    group.options.insert(group.options.begin(), model_operand(&request_.model));
    return {std::move(group), memory_group(), device_group(), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    if (!device_.target.empty()) return run_device(console);
    if (device_.clock_mhz > 0.0 || !device_.cost_table.empty()) {
      throw_error(ErrorKind::kInvalidArgument,
                  "--clock and --cost-table are for a device; name it with --target");
    }
    if (show_memory_) return run_memory(console);
    if (!drawing_.empty()) {
      throw_error(ErrorKind::kInvalidArgument, "--output is the drawing of --memory; add --memory");
    }
    const InspectResult result = inspect(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  OptionGroup memory_group() {
    return {
        "Memory",
        {switch_option("--memory", "draw the arena over time", &show_memory_),
         choice_option("--plan", "memory plan: the quickest kernels, or the smallest arena",
                       &program_.plan),
         choice_option("--isa", "instruction set to use instead of the best one", &program_.isa),
         path_option("--output", "SVG", "file for the drawing as SVG", &drawing_)}};
  }

  OptionGroup device_group() {
    return {"Device",
            {text_option("--target", "NAME",
                         "microcontroller to estimate for, as cortex-m4; a wrong name lists them",
                         &device_.target),
             with_default(number_option("--clock", "MHZ", "its clock",
                                        [this](double mhz) { set_clock(mhz); }),
                          "that of the cost table"),
             path_option("--cost-table", "FILE",
                         "TOML with targets and kernels, over the built-in ones",
                         &device_.cost_table)}};
  }

  void set_clock(double mhz) {
    if (!(mhz > 0.0)) throw_error(ErrorKind::kInvalidArgument, "a clock of more than 0 MHz");
    device_.clock_mhz = mhz;
  }

  void run_device(Console& console) {
    if (show_memory_ || !drawing_.empty()) {
      throw_error(ErrorKind::kInvalidArgument,
                  "--memory draws the arena of this machine; leave it or --target out");
    }
    device_.model = request_.model;
    device_.plan = program_.plan;
    const DeviceUse use = report_device(device_);
    console.print(general_.json ? json_text(cli::to_json(use)) : cli::to_text(use));
  }

  void run_memory(Console& console) {
    if (!drawing_.empty()) check_writable(drawing_);
    program_.model = request_.model;
    const MemoryResult result = inspect_memory(program_);
    if (!drawing_.empty()) write_file(drawing_, memory_map_svg(result.map));
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

  static Json to_json(const MemoryResult& result) {
    Json json = {{"plan", result.plan},
                 {"isa", result.isa},
                 {"arena_bytes", result.map.arena_bytes},
                 {"largest_live_bytes", result.largest_live_bytes},
                 {"state_bytes", result.state_bytes},
                 {"proven_optimal", result.proven_optimal},
                 {"calls", Json::array()},
                 {"buffers", Json::array()}};
    const std::vector<int64_t> used = used_bytes(result.map);
    for (size_t step = 0; step < result.map.steps.size(); ++step) {
      json["calls"].push_back({{"name", result.map.steps[step]},
                               {"kernel", result.kernels[step]},
                               {"used_bytes", used[step]}});
    }
    for (const MemoryBlock& block : result.map.blocks) {
      json["buffers"].push_back({{"name", block.label},
                                 {"offset", block.offset},
                                 {"size_bytes", block.size_bytes},
                                 {"first_call", block.first_step},
                                 {"last_call", block.last_step},
                                 {"scratch", block.is_scratch}});
    }
    return json;
  }

  static std::string to_text(const MemoryResult& result) {
    MemoryMap map = result.map;
    for (std::string& step : map.steps) step = shortened_name(step);
    return memory_map_text(map, kMapColumns) +
           fmt::format(
               "{} plan for {}: arena {} B, {}; alive together at most {} B without overlaps; "
               "states {} B\n",
               result.plan, result.isa, grouped(map.arena_bytes),
               result.proven_optimal ? "the least for this order and these kernels"
                                     : "not proven to be the least",
               grouped(result.largest_live_bytes), grouped(result.state_bytes));
  }

  static Json to_json(const InspectResult& result) {
    const auto named = [](const std::vector<NamedType>& values) {
      Json list = Json::array();
      for (const NamedType& value : values) {
        Json json = {{"name", value.name}};
        json.update(cli::to_json(value.type));
        list.push_back(std::move(json));
      }
      return list;
    };
    const CostTotals& totals = result.cost.totals;
    Json json = {{"name", result.name},
                 {"file_bytes", result.file_bytes},
                 {"inputs", named(result.inputs)},
                 {"outputs", named(result.outputs)},
                 {"totals",
                  {{"parameters", totals.parameters},
                   {"macs", totals.macs},
                   {"weight_bytes", totals.weight_bytes},
                   {"activation_bytes", totals.activation_bytes},
                   {"peak_activation_bytes", totals.peak_activation_bytes},
                   {"state_bytes", totals.state_bytes},
                   {"layers", result.cost.layers.size()}}}};
    if (!result.cost.layers.empty()) {
      json["peak_layer"] = result.cost.layers[result.cost.peak_layer].name;
    }
    json["operators"] = result.op_counts;
    json["calibration_samples"] = result.calibration_samples;
    json["layers"] = Json::array();
    for (const LayerCost& layer : result.cost.layers) {
      json["layers"].push_back({{"name", layer.name},
                                {"op", layer.op},
                                {"output", layer.value},
                                {"type", cli::to_json(TensorType{layer.dtype, layer.output})},
                                {"parameters", layer.parameters},
                                {"macs", layer.macs},
                                {"weight_bytes", layer.weight_bytes},
                                {"activation_bytes", layer.activation_bytes},
                                {"live_bytes", layer.live_bytes}});
    }
    json["changes"] = cli::to_json(result.changes);
    return json;
  }

  static std::string to_text(const InspectResult& result) {
    using Align = TextTable::Align;
    std::string text;
    const auto list = [&](std::string_view what, const std::vector<NamedType>& values) {
      for (const NamedType& value : values) {
        text += fmt::format("{:<7} {}  {}\n", what, value.name, to_string(value.type));
      }
    };
    list("input", result.inputs);
    list("output", result.outputs);
    TextTable table({{"layer"},
                     {"operator"},
                     {"output"},
                     {"parameters", Align::kRight},
                     {"MACs", Align::kRight},
                     {"weights, B", Align::kRight},
                     {"output, B", Align::kRight},
                     {"alive, B", Align::kRight}});
    for (const LayerCost& layer : result.cost.layers) {
      table.add({shortened_name(layer.name), layer.op,
                 to_string(TensorType{layer.dtype, layer.output}), grouped(layer.parameters),
                 grouped(layer.macs), grouped(layer.weight_bytes), grouped(layer.activation_bytes),
                 grouped(layer.live_bytes)});
    }
    text += "\n" + table.text() + "\n" + totals_text(result);
    for (const ConversionChange& change : result.changes) {
      text += fmt::format("note: {}: {}\n", change.subject, change.change);
    }
    return text;
  }

  static std::string totals_text(const InspectResult& result) {
    const CostTotals& totals = result.cost.totals;
    TextTable table({{}, {.title = "", .align = TextTable::Align::kRight}, {}});
    table.add({"file", byte_text(result.file_bytes), ""});
    table.add({"parameters", grouped(totals.parameters), ""});
    table.add({"MACs", grouped(totals.macs), ""});
    table.add({"weights", byte_text(totals.weight_bytes), ""});
    const std::string where =
        result.cost.layers.empty()
            ? std::string()
            : "at " + shortened_name(result.cost.layers[result.cost.peak_layer].name);
    table.add({"peak RAM of activations", byte_text(totals.peak_activation_bytes), where});
    if (totals.state_bytes > 0) table.add({"kept state", byte_text(totals.state_bytes), ""});
    if (result.calibration_samples > 0) {
      table.add({"calibrated on", grouped(result.calibration_samples), "samples"});
    }
    return table.text();
  }

  InspectRequest request_;
  ProgramRequest program_;
  DeviceReportRequest device_;
  bool show_memory_ = false;
  std::filesystem::path drawing_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace mote::cli
