#include "mote/api/run.h"

#include <algorithm>

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/base/number_text.h"
#include "mote/measure/real_values.h"

namespace mote::cli {
namespace {

class RunCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"run",
            "one call of a model on files",
            "Feeds files to a model: one for each input in order (.npy, JPEG, PNG, WAV, FLAC), or "
            "one .bin with the raw little-endian bytes of all inputs in order, or one .npz. "
            "Pictures, sounds and float arrays are brought to the input's shape and type; --mean, "
            "--std, --scale and --preprocess say how, and --data takes that from a dataset "
            "description.\n\n"
            "The largest values of each output are shown; --output writes all of them.",
            {{"run kws.tflite --input clip.bin --output scores.bin", "raw bytes in, raw bytes out"},
             {"run net.onnx --input cat.jpg --scale 1/255 --preprocess resize=256 --preprocess "
              "crop=224",
              "what a picture is"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup model = model_group(&request_.model);
    model.options.insert(model.options.begin(), model_operand(&request_.model));
    OptionGroup files{
        "Files",
        {required(list_option("--input", "FILE", "what to feed, one file per input", &inputs_)),
         path_option("--output", "FILE",
                     ".bin: raw bytes of all outputs in order; .npy: each output",
                     &request_.output),
         path_option("--dump-layers", "DIR",
                     "write every layer's output as .npy into this folder, and index.csv",
                     &request_.dump_layers),
         path_option("--data", "PATH", "prepare inputs as this dataset.toml says",
                     &request_.description)}};
    for (Option& option : preprocess_options(&request_.preprocess)) {
      files.options.push_back(std::move(option));
    }
    return {std::move(model), std::move(files), compute_group(&request_.compute),
            general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    request_.inputs.assign(inputs_.begin(), inputs_.end());
    const RunResult result = mote::run(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  struct Ranked {
    size_t index;
    float value;
  };
  static std::vector<Ranked> largest(const RunOutput& output) {
    constexpr size_t kShown = 5;
    const std::vector<float> values = real_values(output.tensor, output.type);
    std::vector<Ranked> ranked;
    for (size_t i = 0; i < values.size(); ++i) ranked.push_back({i, values[i]});
    const size_t count = std::min(kShown, ranked.size());
    std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count),
                      ranked.end(), [](const Ranked& a, const Ranked& b) {
                        return a.value != b.value ? a.value > b.value : a.index < b.index;
                      });
    ranked.resize(count);
    return ranked;
  }

  static Json to_json(const RunResult& result) {
    Json json;
    json["outputs"] = Json::array();
    for (const RunOutput& output : result.outputs) {
      Json entry = {{"name", output.name}};
      entry.update(cli::to_json(
          TensorType{output.type.dtype, output.tensor.shape(), output.type.quantization}));
      entry["values"] = real_values(output.tensor, output.type);
      json["outputs"].push_back(std::move(entry));
    }
    json["written"] = Json::array();
    for (const auto& path : result.written) json["written"].push_back(path.string());
    return json;
  }

  static std::string to_text(const RunResult& result) {
    std::string text;
    for (const RunOutput& output : result.outputs) {
      text += fmt::format("{}  {}\n", output.name, to_string(output.type));
      TextTable table({{.title = "", .align = TextTable::Align::kRight}, {}});
      for (const Ranked& entry : largest(output)) {
        table.add({fmt::format("  [{}]", entry.index), float_text(entry.value)});
      }
      text += table.text();
    }
    for (const auto& path : result.written) text += fmt::format("wrote {}\n", path.string());
    return text;
  }

  RunRequest request_;
  std::vector<std::string> inputs_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> run_command() { return std::make_unique<RunCommand>(); }

}  // namespace mote::cli
