// Generated C inside of other people's projects: several networks in one program, and the packages
// of build systems, built or read by their own tools where those are there.
#include <gmock/gmock.h>

#include "mote/base/file.h"
#include "mote/codegen/codegen.h"
#include "mote/codegen/packages.h"
#include "mote/device/process.h"
#include "mote/exec/made_up_inputs.h"
#include "mote/exec/prepare.h"
#include "mote/exec/session.h"
#include "mote/formats/model_file.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

namespace fs = std::filesystem;
using codegen::GeneratedFile;
using codegen::Package;

// The C of a golden model, with a self-test of two runs.
std::vector<GeneratedFile> generated(const std::string& model, const std::string& name) {
  const auto program =
      prepare_program(load_model(*shared_data() / "golden" / model / "model.tflite"),
                      {.lower = {.isa = Isa::kMcu}});
  codegen::CodegenOptions options{.name = name, .version = "1.2.3"};
  Session session(program);
  Rng rng(1);
  for (int run = 0; run < 2; ++run) {
    codegen::TestVector vector{.inputs = made_up_inputs(session, rng)};
    write_inputs(session, vector.inputs);
    session.run();
    for (size_t i = 0; i < program->outputs.size(); ++i) {
      vector.outputs.push_back(Tensor::copy_of(session.output(i)));
    }
    options.vectors.push_back(std::move(vector));
  }
  return codegen::generate(*program, options);
}

void write_all(const fs::path& folder, const std::vector<GeneratedFile>& files) {
  for (const GeneratedFile& file : files) {
    fs::create_directories((folder / file.path).parent_path());
    write_file(folder / file.path, std::string_view(file.text));
  }
}

void expect_success(const fs::path& folder, const std::vector<std::string>& command) {
  const device::ProcessResult result =
      device::run_process({.arguments = command, .folder = folder, .limit_seconds = 120.0});
  EXPECT_EQ(result.exit_code, 0) << testing::PrintToString(command) << "\n" << result.output;
}

#define SKIP_WITHOUT_DATA() \
  if (!shared_data()) GTEST_SKIP() << kNoSharedData

TEST(CodegenProjects, two_networks_run_in_turns_in_one_program) {
  SKIP_WITHOUT_DATA();
  const device::WorkFolder work;
  write_all(work.path(), generated("mlperf_kws_int8", "kws"));
  write_all(work.path(), generated("mlperf_ad_int8", "ad"));
  write_file(work.path() / "main.c",
             std::string_view("#include \"ad.h\"\n#include \"kws.h\"\n"
                              "int main(void) {\n"
                              "  int32_t wrong = kws_selftest() + ad_selftest();\n"
                              "  for (int32_t i = 0; i < AD_LAYERS; ++i) {\n"
                              "    ad_invoke_layer(i);\n    kws_invoke_layer(i);\n  }\n"
                              "  wrong += ad_selftest() + kws_selftest();\n"
                              "  return wrong == 0 ? 0 : 1;\n}\n"));
  expect_success(work.path(), {"cc", "-std=c99", "-O2", "-fwrapv", "-Wall", "-Wextra", "-Wpedantic",
                               "-Wconversion", "-Werror", "main.c", "kws.c", "kws_selftest.c",
                               "ad.c", "ad_selftest.c", "-o", "both", "-lm"});
  expect_success(work.path(), {"./both"});
}

// As Arduino's builder compiles: every file of src with its own options, the sketch as C++.
TEST(CodegenProjects, an_arduino_library_builds_with_a_sketch) {
  SKIP_WITHOUT_DATA();
  const device::WorkFolder work;
  write_all(work.path(), codegen::packaged(generated("mlperf_ad_int8", "ad"),
                                           {Package::kArduino, "ad", "1.2.3"}));
  write_file(work.path() / "arduino.cc",
             std::string_view("#include <string.h>\n"
                              "struct Port {\n  bool right = false;\n"
                              "  void begin(long) {}\n  operator bool() const { return true; }\n"
                              "  void println(const char* text) {\n"
                              "    right = strstr(text, \"every byte is right\") != nullptr;\n  }\n"
                              "} Serial;\n"
                              "#include \"examples/selftest/selftest.ino\"\n"
                              "int main() {\n  setup();\n  loop();\n"
                              "  return Serial.right ? 0 : 1;\n}\n"));
  expect_success(work.path(), {"cc", "-Os", "-c", "src/ad.c", "src/ad_selftest.c"});
  expect_success(work.path(), {"c++", "-Os", "-Isrc", "arduino.cc", "ad.o", "ad_selftest.o", "-o",
                               "sketch", "-lm"});
  expect_success(work.path(), {"./sketch"});
}

// Zephyr's words that the module uses, as plain CMake.
constexpr std::string_view kZephyrWords =
    "cmake_minimum_required(VERSION 3.16)\nproject(app C)\n"
    "macro(zephyr_library_named name)\n"
    "  set(ZEPHYR_CURRENT_LIBRARY ${name})\n  add_library(${name} STATIC)\nendmacro()\n"
    "function(zephyr_library_sources)\n"
    "  target_sources(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})\nendfunction()\n"
    "function(zephyr_library_sources_ifdef option)\n"
    "  if(${option})\n    zephyr_library_sources(${ARGN})\n  endif()\nendfunction()\n"
    "function(zephyr_library_compile_options)\n"
    "  target_compile_options(${ZEPHYR_CURRENT_LIBRARY} PRIVATE ${ARGN})\nendfunction()\n"
    "function(zephyr_include_directories)\n"
    "  target_include_directories(app PRIVATE ${ARGN})\nendfunction()\n"
    "add_executable(app main.c)\n"
    "set(CONFIG_MOTE_AD y)\nset(CONFIG_MOTE_AD_SELFTEST y)\n"
    "add_subdirectory(ad/zephyr)\n"
    "target_link_libraries(app PRIVATE ad m)\n";

TEST(CodegenProjects, a_zephyr_module_builds_by_zephyrs_words) {
  SKIP_WITHOUT_DATA();
  const device::WorkFolder work;
  write_all(work.path() / "ad", codegen::packaged(generated("mlperf_ad_int8", "ad"),
                                                  {Package::kZephyr, "ad", "1.2.3"}));
  write_file(work.path() / "CMakeLists.txt", kZephyrWords);
  write_file(
      work.path() / "main.c",
      std::string_view("#include \"ad.h\"\nint main(void) { return ad_selftest() != 0; }\n"));
  expect_success(work.path(), {"cmake", "-S", ".", "-B", "build"});
  expect_success(work.path(), {"cmake", "--build", "build"});
  expect_success(work.path(), {"build/app"});
}

bool python_has(const fs::path& python, const fs::path& folder, const std::string& module) {
  return device::run_process(
             {.arguments = {python.string(), "-c", "import " + module}, .folder = folder})
             .exit_code == 0;
}

// What needs no model: files of any content do.
const std::vector<GeneratedFile> kFiles = {{"ad.h", ""}, {"ad.c", ""}, {"ad_selftest.c", ""}};

TEST(CodegenProjects, platformio_takes_its_manifest) {
  const device::WorkFolder work;
  const auto python = peer_python();
  if (!python || !python_has(*python, work.path(), "platformio")) {
    GTEST_SKIP() << "no Python with platformio";
  }
  write_all(work.path(), codegen::packaged(kFiles, {Package::kPlatformio, "ad", "1.2.3"}));
  // Nothing of it stays, nothing is told.
  expect_success(work.path(),
                 {"env", "PLATFORMIO_CORE_DIR=core", "PLATFORMIO_SETTING_ENABLE_TELEMETRY=no",
                  python->string(), "-m", "platformio", "pkg", "pack", "."});
  EXPECT_TRUE(fs::exists(work.path() / "ad-1.2.3.tar.gz"));
}

TEST(CodegenProjects, kconfig_and_yaml_of_a_zephyr_module_are_read) {
  const device::WorkFolder work;
  const auto python = peer_python();
  if (!python || !python_has(*python, work.path(), "yaml, kconfiglib")) {
    GTEST_SKIP() << "no Python with yaml and kconfiglib";
  }
  write_all(work.path(), codegen::packaged(kFiles, {Package::kZephyr, "ad", "1.2.3"}));
  write_file(
      work.path() / "check.py",
      std::string_view(
          "import kconfiglib, yaml\n"
          "module = yaml.safe_load(open('zephyr/module.yml'))\n"
          "assert module == {'name': 'ad', 'build': {'cmake': 'zephyr',\n"
          "                  'kconfig': 'zephyr/Kconfig'}}, module\n"
          "options = kconfiglib.Kconfig(module['build']['kconfig'])\n"
          "assert not options.warnings, options.warnings\n"
          "assert {'MOTE_AD', 'MOTE_AD_SELFTEST'} <= set(options.syms), options.syms\n"
          "assert options.syms['MOTE_AD_SELFTEST'].direct_dep is options.syms['MOTE_AD']\n"));
  expect_success(work.path(), {python->string(), "check.py"});
}

}  // namespace
}  // namespace mote
