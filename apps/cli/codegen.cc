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
        "mote computes here in every byte; a self-test with vectors shows it on the device.\n\n"
        "A model that does not fit --ram or --flash fails with the layers that take most, exit "
        "code 2. Patches compute twice what neighbours share: the MACs before and after are shown.",
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
    group.options.push_back(
        limit_option("--ram",
                     "RAM for arena, states and stack, as 64K; where it is short the smallest "
                     "arena is taken, then first layers run patch by patch",
                     &request_.budget.ram_bytes));
    group.options.push_back(limit_option(
        "--flash", "flash for weights, parameters and code, as 256K; the code is estimated",
        &request_.budget.flash_bytes));
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
    Json json = {{"name", result.name},
                 {"isa", result.isa},
                 {"layers", result.use.calls.size()},
                 {"arena_bytes", result.use.arena_bytes},
                 {"state_bytes", result.use.state_bytes},
                 {"weight_bytes", result.use.totals.weight_bytes},
                 {"param_bytes", result.use.totals.param_bytes},
                 {"estimated_code_bytes", result.use.totals.code_bytes},
                 {"written", std::move(written)}};
    if (result.patches) {
      json["patches"] = {{"first", result.patches->first},
                         {"last", result.patches->last},
                         {"rows", result.patches->rows},
                         {"columns", result.patches->columns},
                         {"macs_before", result.patches->macs_before},
                         {"macs_after", result.patches->macs_after},
                         {"ram_before", result.patches->ram_before},
                         {"ram_after", result.patches->ram_after}};
    }
    return json;
  }

  static std::string to_text(const CodegenResult& result) {
    const DeviceUse& use = result.use;
    std::string text = fmt::format(
        "{} layers, kernels for {}\nRAM: arena {}, states {}\nflash: weights {}, parameters {}, "
        "code about {}\n",
        use.calls.size(), result.isa, byte_text(use.arena_bytes), byte_text(use.state_bytes),
        byte_text(use.totals.weight_bytes), byte_text(use.totals.param_bytes),
        byte_text(use.totals.code_bytes));
    if (result.patches) {
      const PatchReport& patches = *result.patches;
      text += fmt::format(
          "patches: '{}' to '{}' in {}x{}, RAM {} instead of {}, MACs {} instead of {} (+{:.1f} "
          "%)\n",
          shortened_name(patches.first), shortened_name(patches.last), patches.rows, patches.columns, byte_text(patches.ram_after),
          byte_text(patches.ram_before), grouped(patches.macs_after), grouped(patches.macs_before),
          100.0 * static_cast<double>(patches.macs_after - patches.macs_before) /
              static_cast<double>(std::max<int64_t>(patches.macs_before, 1)));
    }
    for (const std::filesystem::path& path : result.written) {
      text += fmt::format("wrote {}\n", path.string());
    }
    return text;
  }

  static Option limit_option(std::string name, std::string help, std::optional<int64_t>* target) {
    return {.name = std::move(name),
            .value = "BYTES",
            .help = std::move(help),
            .set = [target](const std::string& text) { *target = parse_bytes(text); }};
  }

  CodegenRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> codegen_command() { return std::make_unique<CodegenCommand>(); }

}  // namespace mote::cli
