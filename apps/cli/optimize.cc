#include "mote/api/optimize.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class OptimizeCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"optimize",
            "make a model smaller without changing its results",
            "Folds batch norm and constants, fuses biases and activations, cancels transposes and "
            "removes channels that are provably constant. Integer results keep every byte, float "
            "results stay within 1e-5; inputs and outputs stay as they are.",
            {{"optimize vww.tflite --output small.tflite", "every exact rewrite"},
             {"optimize net.onnx --skip merge_pads --output net.tflite", "all but one"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = model_group(&request_.model);
    group.options.insert(group.options.begin(), model_operand(&request_.model));
    group.options.push_back(required(
        path_option("--output", "FILE", "where to write; .tflite or .onnx", &request_.output)));
    group.options.push_back(choice_option(
        "--numerics", "whose integer rounding is kept; auto: of the runtime that the file is for",
        &request_.numerics));
    group.options.push_back(
        list_option("--skip", "PASS", "a rewrite to leave out", &request_.skip));
    return {std::move(group), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const OptimizeResult result = optimize(request_, console.observer());
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  static Json to_json(const GraphSize& size) {
    return {{"nodes", size.nodes}, {"macs", size.macs}, {"constant_bytes", size.constant_bytes}};
  }

  Json to_json(const OptimizeResult& result) const {
    Json passes = Json::array();
    for (const PassReport& pass : result.rewrite.passes) {
      passes.push_back({{"name", pass.name},
                        {"changes", pass.changes},
                        {"macs_saved", pass.macs_saved},
                        {"constant_bytes_saved", pass.constant_bytes_saved},
                        {"seconds", pass.seconds}});
    }
    return {{"output", request_.output.string()},     {"input_bytes", result.input_bytes},
            {"output_bytes", result.output_bytes},    {"before", to_json(result.rewrite.before)},
            {"after", to_json(result.rewrite.after)}, {"passes", std::move(passes)},
            {"changes", cli::to_json(result.changes)}};
  }

  std::string to_text(const OptimizeResult& result) const {
    using Align = TextTable::Align;
    TextTable table({{"rewrite"},
                     {"changes", Align::kRight},
                     {"MACs saved", Align::kRight},
                     {"bytes saved", Align::kRight}});
    for (const PassReport& pass : result.rewrite.passes) {
      if (pass.changes == 0) continue;
      table.add({std::string(pass.name), grouped(pass.changes), grouped(pass.macs_saved),
                 grouped(pass.constant_bytes_saved)});
    }
    const GraphSize& before = result.rewrite.before;
    const GraphSize& after = result.rewrite.after;
    std::string text = result.rewrite.changes == 0 ? "nothing to do\n" : table.text();
    text += fmt::format("nodes {} -> {}, MACs {} -> {}, constants {} -> {}\n", before.nodes,
                        after.nodes, grouped(before.macs), grouped(after.macs),
                        byte_text(before.constant_bytes), byte_text(after.constant_bytes));
    for (const ConversionChange& change : result.changes) {
      text += fmt::format("changed: {}: {}\n", change.subject, change.change);
    }
    return text + fmt::format("wrote {} ({}, was {})\n", request_.output.string(),
                              byte_text(result.output_bytes), byte_text(result.input_bytes));
  }

  OptimizeRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> optimize_command() { return std::make_unique<OptimizeCommand>(); }

}  // namespace mote::cli
