#include "mote/api/inspect.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

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
        "for one sample.",
        {{"inspect kws.tflite", "layers and totals of a model"},
         {"inspect net.onnx --shape input=1,224,224,3 --json", "fix an open shape; JSON"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = model_group(&request_.model);
    group.options.insert(group.options.begin(), model_operand(&request_.model));
    return {std::move(group), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const InspectResult result = inspect(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
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
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> inspect_command() { return std::make_unique<InspectCommand>(); }

}  // namespace mote::cli
