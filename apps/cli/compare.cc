#include "mote/api/compare.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/measure/accuracy.h"

namespace mote::cli {
namespace {

class CompareCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"compare",
            "two models layer by layer: what is lost where, and what mends it",
            "Runs both models on the same samples and shows for every layer they share the "
            "signal-to-noise "
            "ratio (SQNR) of the second against the first, what it was given, and the ranges of "
            "both. For "
            "the layers that add most noise it names the likely cause (channels that share a "
            "scale, dead "
            "channels, saturation, outliers, shifted means) and the option of 'mote quantize' that "
            "mends "
            "it. Layers are matched by name, else by order. No labels are needed.",
            {{"compare net.onnx net-int8.tflite --data photos --scale 1/255 --limit 32",
              "why is the int8 model worse?"},
             {"compare int8-a.tflite int8-b.tflite --data examples/datasets/kws01.toml --json",
              "two quantized models, as JSON"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup model = model_group(&request_.model);
    std::vector<Option> operands = {
        required(path_option("A", "", "the model that is right, usually the float one",
                             &request_.model.path)),
        required(path_option("B", "", "the model to examine", &request_.candidate.path))};
    model.options.insert(model.options.begin(), operands.begin(), operands.end());
    OptionGroup data = data_group(
        &request_.data, required(path_option("--data", "PATH", "dataset.toml, or folder of samples",
                                             &request_.data.path)));
    model.options.push_back(with_default(
        integer_option("--worst", "how many layers to diagnose", &worst_, {0, 1000}), "5"));
    return {std::move(model), std::move(data), compute_group(&request_.compute),
            general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    request_.candidate.shapes = request_.model.shapes;
    request_.candidate.binds = request_.model.binds;
    const CompareResult result = compare(request_, console.observer());
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  Json to_json(const CompareResult& result) const {
    const ModelComparison& comparison = result.comparison;
    Json json = {{"a", request_.model.path.string()},
                 {"b", request_.candidate.path.string()},
                 {"dataset", result.dataset},
                 {"samples", comparison.samples},
                 {"output_sqnr_db", comparison.output_sqnr_db},
                 {"unmatched", comparison.unmatched}};
    json["layers"] = Json::array();
    for (const LayerComparison& layer : comparison.layers) json["layers"].push_back(to_json(layer));
    json["worst"] = Json::array();
    for (const LayerComparison& layer : worst(comparison)) json["worst"].push_back(layer.name);
    return json;
  }

  static Json to_json(const LayerComparison& layer) {
    return {{"name", layer.name},
            {"op", layer.op},
            {"sqnr_db", layer.sqnr_db},
            {"input_sqnr_db", layer.input_sqnr_db},
            {"added_db", layer.added_db()},
            {"range_a", {layer.low_a, layer.high_a}},
            {"range_b", {layer.low_b, layer.high_b}},
            {"saturated", layer.saturated},
            {"outlier_ratio", layer.outlier_ratio},
            {"weight_ratio", layer.weight_ratio},
            {"dead_channels", layer.dead_channels},
            {"channels", layer.channels},
            {"bias_share", layer.bias_share},
            {"cause", mote::name(layer.cause)},
            {"explanation", layer.explanation},
            {"remedy", layer.remedy}};
  }

  std::vector<LayerComparison> worst(const ModelComparison& comparison) const {
    return worst_layers(comparison, static_cast<size_t>(worst_));
  }

  std::string to_text(const CompareResult& result) const {
    using Align = TextTable::Align;
    const ModelComparison& comparison = result.comparison;
    TextTable table({{"layer"},
                     {"operator"},
                     {"SQNR, dB", Align::kRight},
                     {"given, dB", Align::kRight},
                     {"range of A"},
                     {"range of B"}});
    for (const LayerComparison& layer : comparison.layers) {
      table.add({shortened_name(layer.name), layer.op, decibel_text(layer.sqnr_db),
                 decibel_text(layer.input_sqnr_db), range_text(layer.low_a, layer.high_a),
                 range_text(layer.low_b, layer.high_b)});
    }
    std::string text = table.text();
    text += fmt::format(
        "\noutput SQNR: {}{} over {} samples of {}\n", decibel_text(comparison.output_sqnr_db),
        is_exact(comparison.output_sqnr_db) ? "" : " dB", comparison.samples, result.dataset);
    if (comparison.unmatched > 0) {
      text += fmt::format("{} values of B have no partner in A\n", comparison.unmatched);
    }
    const std::vector<LayerComparison> layers = worst(comparison);
    if (!layers.empty()) text += "\nThe layers that add most noise:\n";
    for (const LayerComparison& layer : layers) {
      text +=
          fmt::format("  {}: {:.1f} dB, given {}\n", shortened_name(layer.name), layer.sqnr_db,
                      is_exact(layer.input_sqnr_db) ? "exact values"
                                                    : decibel_text(layer.input_sqnr_db) + " dB");
      if (layer.cause == LossCause::kNone) continue;
      text += fmt::format("    because {}\n    mend it with {}\n", layer.explanation, layer.remedy);
    }
    return text;
  }

  static bool is_exact(double sqnr_db) { return sqnr_db >= kNoNoiseDb; }
  static std::string range_text(double low, double high) {
    return fmt::format("{:.4g} .. {:.4g}", low, high);
  }

  CompareRequest request_;
  int64_t worst_ = 5;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> compare_command() { return std::make_unique<CompareCommand>(); }

}  // namespace mote::cli
