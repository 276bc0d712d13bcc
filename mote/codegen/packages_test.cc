#include "mote/codegen/packages.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace mote::codegen {
namespace {

const std::vector<GeneratedFile> kFiles = {{"kws.h", "h"},
                                           {"kws.c", "c"},
                                           {"kws_kernels.h", "k"},
                                           {"kws_selftest.c", "s"},
                                           {"CMakeLists.txt", "m"}};

std::vector<GeneratedFile> package(Package which) {
  return packaged(kFiles, {which, "kws", "1.2.3"});
}

std::vector<std::string> paths(const std::vector<GeneratedFile>& files) {
  std::vector<std::string> names;
  for (const GeneratedFile& file : files) names.push_back(file.path);
  return names;
}

std::string text_of(const std::vector<GeneratedFile>& files, std::string_view path) {
  for (const GeneratedFile& file : files) {
    if (file.path == path) return file.text;
  }
  ADD_FAILURE() << "no " << path;
  return {};
}

TEST(Packages, without_one_files_stay_as_they_are) {
  const std::vector<GeneratedFile> files = package(Package::kNone);
  EXPECT_EQ(paths(files), paths(kFiles));
  EXPECT_EQ(text_of(files, "kws.c"), "c");
}

TEST(Packages, arduino_wants_sources_in_src_and_properties) {
  const std::vector<GeneratedFile> files = package(Package::kArduino);
  EXPECT_THAT(paths(files), testing::ElementsAre(
                                "library.properties", "examples/selftest/selftest.ino", "src/kws.h",
                                "src/kws.c", "src/kws_kernels.h", "src/kws_selftest.c"));
  EXPECT_EQ(text_of(files, "library.properties"),
            "name=kws\nversion=1.2.3\nauthor=mote\nmaintainer=mote\n"
            "sentence=A neural network as C that needs no runtime.\n"
            "paragraph=Written by mote codegen; the interface is documented in kws.h.\n"
            "category=Data Processing\nurl=\narchitectures=*\nincludes=kws.h\n");
  // A library cannot choose compiler options there.
  EXPECT_THAT(text_of(files, "src/kws.c"),
              testing::AllOf(testing::HasSubstr("#pragma GCC optimize(\"O2\", \"wrapv\""),
                             testing::EndsWith("\nc")));
}

TEST(Packages, a_zephyr_module_is_its_yaml_cmake_and_kconfig) {
  const std::vector<GeneratedFile> files = package(Package::kZephyr);
  EXPECT_THAT(
      paths(files),
      testing::ElementsAre("zephyr/module.yml", "zephyr/CMakeLists.txt", "zephyr/Kconfig", "kws.h",
                           "kws.c", "kws_kernels.h", "kws_selftest.c", "CMakeLists.txt"));
  EXPECT_EQ(text_of(files, "zephyr/module.yml"),
            "name: kws\nbuild:\n  cmake: zephyr\n  kconfig: zephyr/Kconfig\n");
  EXPECT_EQ(text_of(files, "zephyr/CMakeLists.txt"),
            "if(CONFIG_MOTE_KWS)\n"
            "  zephyr_library_named(kws)\n"
            "  zephyr_library_sources(../kws.c)\n"
            "  zephyr_library_sources_ifdef(CONFIG_MOTE_KWS_SELFTEST ../kws_selftest.c)\n"
            "  zephyr_library_compile_options(-O2 -fwrapv -ffp-contract=off)\n"
            "  zephyr_include_directories(${CMAKE_CURRENT_LIST_DIR}/..)\nendif()\n");
  EXPECT_EQ(text_of(files, "zephyr/Kconfig"),
            "config MOTE_KWS\n\tbool \"Network kws\"\n\thelp\n"
            "\t  A neural network as C that needs no runtime.\n"
            "\nconfig MOTE_KWS_SELFTEST\n\tbool \"Self-test of the network kws\"\n"
            "\tdepends on MOTE_KWS\n\thelp\n\t  kws_selftest() and its vectors.\n");
}

TEST(Packages, a_platformio_manifest_is_json_with_the_options_of_the_compiler) {
  const std::vector<GeneratedFile> files = package(Package::kPlatformio);
  EXPECT_THAT(paths(files), testing::ElementsAre("library.json", "kws.h", "kws.c", "kws_kernels.h",
                                                 "kws_selftest.c", "CMakeLists.txt"));
  const nlohmann::json manifest = nlohmann::json::parse(text_of(files, "library.json"));
  EXPECT_EQ(manifest["name"], "kws");
  EXPECT_EQ(manifest["version"], "1.2.3");
  EXPECT_EQ(manifest["headers"], "kws.h");
  EXPECT_THAT(manifest["build"]["srcFilter"],
              testing::ElementsAre("+<kws.c>", "+<kws_selftest.c>"));
  EXPECT_THAT(manifest["build"]["flags"],
              testing::ElementsAre("-O2", "-fwrapv", "-ffp-contract=off"));
}

TEST(Packages, without_vectors_nothing_names_the_self_test) {
  for (const Package which : enum_values(Package{})) {
    const std::vector<GeneratedFile> files =
        packaged({{"kws.h", "h"}, {"kws.c", "c"}}, {which, "kws", ""});
    for (const GeneratedFile& file : files) {
      EXPECT_THAT(file.text, testing::Not(testing::HasSubstr("selftest"))) << file.path;
      EXPECT_THAT(file.path, testing::Not(testing::HasSubstr("selftest")));
    }
  }
}

}  // namespace
}  // namespace mote::codegen
