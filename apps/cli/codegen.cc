#include "mote/api/codegen.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class CodegenCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {
        "codegen",
        "a model as C for a microcontroller",
        "Writes a network as C99 that needs nothing: no heap, no stdio, no interpreter. Weights "
        "are const and stay in flash, values share one arena, every layer is a call with its "
        "parameters, and only the kernels in use come along. What the C computes equals what "
        "mote computes here in every byte; a self-test with vectors shows it on the device.",
        {{"codegen kws.tflite --target cortex-m4 --output firmware/kws", "the quickest code"},
         {"codegen kws.tflite --target cortex-m4 --optimize ram --output kws",
          "the smallest arena"},
         {"codegen vww.tflite --target c99 --output vww", "for any C compiler"},
         {"codegen kws.tflite --target cortex-m4 --package arduino --output libraries/kws",
          "a library for the Arduino IDE"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = model_group(&request_.model);
    group.options.insert(group.options.begin(), model_operand(&request_.model));
    group.options.push_back(choice_option("--target", "processor to write for", &request_.target));
    group.options.push_back(required(
        path_option("--output", "DIR", "folder to write to; made if missing", &request_.output)));
    group.options.push_back(
        choice_option("--optimize", "the quickest kernels, or those that need the smallest arena",
                      &request_.optimize));
    group.options.push_back(
        with_default(text_option("--name", "NAME", "prefix of files and symbols", &request_.name),
                     "that of the model's file"));
    group.options.push_back(
        with_default(integer_option("--vectors", "test vectors of the self-test; 0: no self-test",
                                    &request_.vectors, {0, kMaxVectors}),
                     "2"));
    group.options.push_back(with_default(
        integer_option(
            "--specialize",
            "flash bytes, about, for copies of kernels that know their layer's parameters",
            &request_.specialize_bytes, {0, kMaxSpecializeBytes}),
        std::to_string(request_.specialize_bytes)));
    group.options.push_back(choice_option(
        "--numerics", "whose integer rounding is kept; auto: of the runtime that the file is for",
        &request_.numerics));
    group.options.push_back(choice_option(
        "--package", "adds the metadata that makes the folder a library of this build system",
        &request_.package));
    Option as_is{
        .name = "--as-is",
        .help = "keep the model as the file has it, without the exact rewrites of optimize",
        .set = [this](const std::string&) { request_.rewrite = false; }};
    group.options.push_back(std::move(as_is));
    return {std::move(group), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    request_.version = MOTE_VERSION;
    const CodegenResult result = generate_code(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  static constexpr int64_t kMaxVectors = 1000;
  static constexpr int64_t kMaxSpecializeBytes = 1 << 30;

  static Json to_json(const CodegenResult& result) {
    Json written = Json::array();
    for (const std::filesystem::path& path : result.written) written.push_back(path.string());
    return {{"name", result.name},
            {"isa", result.isa},
            {"layers", result.layers},
            {"arena_bytes", result.arena_bytes},
            {"state_bytes", result.state_bytes},
            {"constant_bytes", result.constant_bytes},
            {"written", std::move(written)}};
  }

  static std::string to_text(const CodegenResult& result) {
    std::string text = fmt::format(
        "{} layers, kernels for {}\nRAM: arena {}, states {}\nflash: weights {}, and the code\n",
        result.layers, result.isa, byte_text(result.arena_bytes), byte_text(result.state_bytes),
        byte_text(result.constant_bytes));
    for (const std::filesystem::path& path : result.written) {
      text += fmt::format("wrote {}\n", path.string());
    }
    return text;
  }

  CodegenRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> codegen_command() { return std::make_unique<CodegenCommand>(); }

}  // namespace mote::cli
