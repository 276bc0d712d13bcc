#include "mote/device/build_firmware.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

#include "mote/base/embedded.h"
#include "mote/base/file.h"
#include "mote/device/process.h"

namespace mote {
/// Of mote/device/firmware.
std::span<const EmbeddedText> firmware_texts();
}  // namespace mote

namespace mote::device {
namespace {

constexpr double kCompileSeconds = 600.0;

// Freestanding, so that no C library's headers are needed; with -fbuiltin, so that a memcpy of a
// few known bytes is a load nevertheless, as in a hosted build.
const std::vector<std::string> kLanguage = {
    "-std=c99",    "-ffreestanding", "-fbuiltin",         "-ffunction-sections", "-fdata-sections",
    "-fno-common", "-fwrapv",        "-ffp-contract=off", "-fno-math-errno"};

// Of what surrounds the model: its loops do not become calls of a library's functions, so that the
// calls that are left are the model's.
const std::vector<std::string> kOwn = {"-O2", "-fno-builtin", "-fno-tree-loop-distribute-patterns"};

struct Compilation {
  std::string source;
  std::string object;
  std::vector<std::string> flags;
};

class Builder {
 public:
  Builder(const FirmwareRequest& request, const Observer& observer)
      : request_(request), observer_(observer) {}

  void compile(const Compilation& unit) const {
    std::vector<std::string> arguments = command();
    for (const auto* words : {&kLanguage, &unit.flags}) {
      arguments.insert(arguments.end(), words->begin(), words->end());
    }
    for (const std::string& word :
         {std::string("-I."), std::string("-c"), unit.source, std::string("-o"), unit.object}) {
      arguments.push_back(word);
    }
    const ProcessResult result = run(arguments);
    if (result.exit_code != 0) {
      throw_error(ErrorKind::kInternal, "{} does not compile '{}':\n{}",
                  request_.board.compiler().program, unit.source, result.output);
    }
  }

  void link(const std::vector<std::string>& objects) const {
    std::vector<std::string> arguments = command();
    for (const std::string& word :
         {std::string("-nostdlib"), std::string("-nostartfiles"), std::string("-Wl,--gc-sections"),
          std::string("-T"), fmt::format("{}.ld", name(request_.board.board))}) {
      arguments.push_back(word);
    }
    arguments.insert(arguments.end(), objects.begin(), objects.end());
    for (const char* word : {"-lgcc", "-o", kFirmware}) arguments.emplace_back(word);
    const ProcessResult result = run(arguments);
    if (result.exit_code == 0) return;
    const bool too_large = result.output.find("will not fit in region") != std::string::npos;
    throw_error(
        too_large ? ErrorKind::kInvalidArgument : ErrorKind::kInternal, "{}:\n{}",
        too_large ? "the model does not fit the board's memory" : "the firmware is not linked",
        result.output);
  }

 private:
  std::vector<std::string> command() const {
    std::vector<std::string> words = {std::string(request_.board.compiler().program)};
    std::istringstream flags{std::string(codegen::info(request_.board.target).flags)};
    for (std::string flag; flags >> flag;) words.push_back(flag);
    for (const std::string_view flag : request_.board.compiler_flags) words.emplace_back(flag);
    return words;
  }
  ProcessResult run(const std::vector<std::string>& arguments) const {
    ProcessResult result = run_process(
        {.arguments = arguments, .folder = request_.folder, .limit_seconds = kCompileSeconds},
        observer_);
    if (result.timed_out) {
      throw_error(ErrorKind::kInternal, "'{}' ran for more than {} s", fmt::join(arguments, " "),
                  kCompileSeconds);
    }
    return result;
  }

  const FirmwareRequest& request_;
  const Observer& observer_;
};

std::string size_array(const Program& program, const std::vector<int32_t>& buffers,
                       std::string_view name) {
  std::vector<int64_t> sizes;
  for (const int32_t buffer : buffers) {
    sizes.push_back(program.buffers[static_cast<size_t>(buffer)].size_bytes);
  }
  return fmt::format("static const uint32_t {}[] = {{{}}};\n", name, fmt::join(sizes, ", "));
}

// What main.c calls the model.
std::string model_header(const ModelSources& sources) {
  const Program& program = *sources.program;
  std::string text = fmt::format("#pragma once\n#include \"{}.h\"\n", sources.name);
  for (const std::string_view function : {"init", "input", "output", "invoke", "selftest"}) {
    text += fmt::format("#define model_{0} {1}_{0}\n", function, sources.name);
  }
  text +=
      fmt::format("#define MODEL_INPUTS {}\n#define MODEL_OUTPUTS {}\n#define MODEL_SELFTEST {}\n",
                  program.inputs.size(), program.outputs.size(), sources.has_selftest() ? 1 : 0);
  text += size_array(program, program.inputs, "model_input_bytes");
  text += size_array(program, program.outputs, "model_output_bytes");
  return text;
}

void write_sources(const FirmwareRequest& request) {
  for (const EmbeddedText& file : firmware_texts()) {
    write_file(request.folder / std::filesystem::path(file.name).filename(), file.text);
  }
  if (!request.main.empty()) write_file(request.folder / "main.c", request.main);
  for (const codegen::GeneratedFile& file : request.sources.files) {
    write_file(request.folder / file.path, std::string_view(file.text));
  }
  write_file(request.folder / "model_under_test.h",
             std::string_view(model_header(request.sources)));
}

// The names of the objects are what sections.ld sorts by.
std::vector<Compilation> units_of(const FirmwareRequest& request) {
  const std::string& model = request.sources.name;
  std::vector<Compilation> units = {{model + ".c", "model.o", {request.optimization}},
                                    {"runtime.c", "runtime.o", kOwn},
                                    {"main.c", "main.o", kOwn},
                                    {"host.c", "host.o", kOwn},
                                    {std::string(request.board.start_source), "start.o", kOwn}};
  if (request.sources.has_selftest()) {
    units.push_back({model + "_selftest.c", "selftest.o", kOwn});
  }
  return units;
}

// Kernels of floats may call a math library's functions; the firmware has no library.
void check_freestanding(const ModelSources& sources) {
  for (const codegen::GeneratedFile& file : sources.files) {
    if (file.text.find("#include <math.h>") == std::string::npos) continue;
    throw_error(ErrorKind::kUnsupported,
                "'{}' calls functions of <math.h>, and the firmware of a device test is linked "
                "without a C library; quantize the model to int8",
                file.path);
  }
}

}  // namespace

bool ModelSources::has_selftest() const {
  return std::ranges::find(files, name + "_selftest.c", &codegen::GeneratedFile::path) !=
         files.end();
}

void build_firmware(const FirmwareRequest& request, const Observer& observer) {
  const Tool compiler = request.board.compiler();
  if (!has_program(compiler.program)) {
    throw_error(ErrorKind::kIo,
                "'{}' is not in PATH; it compiles for {}: install the Debian package {}",
                compiler.program, request.board.processor, compiler.package);
  }
  check_freestanding(request.sources);
  write_sources(request);
  const Builder builder(request, observer);
  std::vector<std::string> objects;
  for (const Compilation& unit : units_of(request)) {
    builder.compile(unit);
    objects.push_back(unit.object);
  }
  builder.link(objects);
}

}  // namespace mote::device
