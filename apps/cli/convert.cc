#include "mote/api/convert.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class ConvertCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {
        "convert",
        "from one model format to another",
        "Reads a model and writes it in the format that the output's extension names. Names, "
        "order, "
        "shapes and types of inputs and outputs stay. Everything that changes in meaning is "
        "listed; "
        "what cannot be expressed is refused, never dropped.",
        {{"convert net.onnx --output net.tflite", "ONNX to TFLite"},
         {"convert net.onnx --shape input=1,3,224,224 --output net.tflite", "with a fixed shape"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = model_group(&request_.model);
    group.options.insert(group.options.begin(), model_operand(&request_.model));
    group.options.push_back(required(
        path_option("--output", "FILE", "where to write; .tflite or .onnx", &request_.output)));
    return {std::move(group), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const ConvertResult result = convert(request_);
    if (general_.json) {
      console.print(json_text({{"output", request_.output.string()},
                               {"input_bytes", result.input_bytes},
                               {"output_bytes", result.output_bytes},
                               {"changes", to_json(result.changes)}}));
      return;
    }
    for (const ConversionChange& change : result.changes) {
      console.print(fmt::format("changed: {}: {}\n", change.subject, change.change));
    }
    console.print(fmt::format("wrote {} ({}, was {})\n", request_.output.string(),
                              byte_text(result.output_bytes), byte_text(result.input_bytes)));
  }

 private:
  ConvertRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> convert_command() { return std::make_unique<ConvertCommand>(); }

}  // namespace mote::cli
