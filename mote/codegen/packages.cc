#include "mote/codegen/packages.h"

#include <fmt/core.h>

#include <algorithm>

#include "mote/codegen/build_files.h"
#include "mote/codegen/names.h"

namespace mote::codegen {
namespace {

// What the templates below are filled with.
struct Facts {
  std::string name;     // identifier
  std::string version;  // "1.2.3"
  bool self_test = false;
};

constexpr std::string_view kSentence = "A neural network as C that needs no runtime.";

std::vector<GeneratedFile> arduino(const Facts& facts) {
  std::vector<GeneratedFile> files = {
      {"library.properties",
       fmt::format("name={0}\nversion={1}\nauthor=mote\nmaintainer=mote\nsentence={2}\n"
                   "paragraph=Written by mote codegen; the interface is documented in {0}.h.\n"
                   "category=Data Processing\nurl=\narchitectures=*\nincludes={0}.h\n",
                   facts.name, facts.version, kSentence)}};
  if (facts.self_test) {
    files.push_back({"examples/selftest/selftest.ino",
                     fmt::format("// Says whether {0} computes here what it computed on the host.\n"
                                 "#include <{0}.h>\n\n"
                                 "void setup() {{\n"
                                 "  Serial.begin(115200);\n"
                                 "  while (!Serial) {{\n  }}\n"
                                 "  Serial.println({0}_selftest() == 0 ? \"{0}: every byte is "
                                 "right\" : \"{0}: bytes differ\");\n"
                                 "}}\n\nvoid loop() {{}}\n",
                                 facts.name)});
  }
  return files;
}

std::vector<GeneratedFile> zephyr(const Facts& facts) {
  const std::string option = "MOTE_" + upper(facts.name);
  std::string kconfig = fmt::format("config {0}\n\tbool \"Network {1}\"\n\thelp\n\t  {2}\n", option,
                                    facts.name, kSentence);
  std::string cmake = fmt::format(
      "if(CONFIG_{0})\n"
      "  zephyr_library_named({1})\n"
      "  zephyr_library_sources(../{1}.c)\n",
      option, facts.name);
  if (facts.self_test) {
    kconfig += fmt::format(
        "\nconfig {0}_SELFTEST\n\tbool \"Self-test of the network {1}\"\n\tdepends on {0}\n"
        "\thelp\n\t  {1}_selftest() and its vectors.\n",
        option, facts.name);
    cmake += fmt::format("  zephyr_library_sources_ifdef(CONFIG_{0}_SELFTEST ../{1}_selftest.c)\n",
                         option, facts.name);
  }
  cmake += fmt::format(
      "  zephyr_library_compile_options({})\n"
      "  zephyr_include_directories(${{CMAKE_CURRENT_LIST_DIR}}/..)\nendif()\n",
      kCompileOptions);
  return {
      {"zephyr/module.yml",
       fmt::format("name: {}\nbuild:\n  cmake: zephyr\n  kconfig: zephyr/Kconfig\n", facts.name)},
      {"zephyr/CMakeLists.txt", std::move(cmake)},
      {"zephyr/Kconfig", std::move(kconfig)}};
}

// The manifest's list of flags, from the same options.
std::string json_list(std::string_view words) {
  std::string list;
  for (size_t at = 0; at < words.size();) {
    const size_t end = std::min(words.find(' ', at), words.size());
    list += fmt::format("{}\"{}\"", list.empty() ? "" : ", ", words.substr(at, end - at));
    at = end + 1;
  }
  return list;
}

std::vector<GeneratedFile> platformio(const Facts& facts) {
  return {{"library.json",
           fmt::format("{{\n"
                       "  \"name\": \"{0}\",\n"
                       "  \"version\": \"{1}\",\n"
                       "  \"description\": \"{2}\",\n"
                       "  \"keywords\": \"neural network, machine learning\",\n"
                       "  \"frameworks\": \"*\",\n"
                       "  \"platforms\": \"*\",\n"
                       "  \"headers\": \"{0}.h\",\n"
                       "  \"build\": {{\n"
                       "    \"srcDir\": \".\",\n"
                       "    \"includeDir\": \".\",\n"
                       "    \"srcFilter\": [\"+<{0}.c>\"{3}],\n"
                       "    \"flags\": [{4}]\n"
                       "  }}\n"
                       "}}\n",
                       facts.name, facts.version, kSentence,
                       facts.self_test ? fmt::format(", \"+<{}_selftest.c>\"", facts.name) : "",
                       json_list(kCompileOptions))}};
}

struct Row {
  Package package;
  std::string_view name;
  std::string_view
      folder;  // of the C; where it is not the library's own, CMakeLists.txt is left out
  bool options_in_source;  // the build system takes no compiler options from a library
  std::vector<GeneratedFile> (*metadata)(const Facts& facts);
};

// In the order of Package.
constexpr Row kRows[] = {
    {Package::kNone, "none", "", false, nullptr},
    {Package::kArduino, "arduino", "src/", true, arduino},
    {Package::kZephyr, "zephyr", "", false, zephyr},
    {Package::kPlatformio, "platformio", "", false, platformio},
};

const Row& row_of(Package package) { return kRows[static_cast<size_t>(package)]; }

// kCompileOptions as GCC takes them inside of a file; -Os is Arduino's own choice otherwise.
constexpr std::string_view kOptionsPragma =
    "#if defined(__GNUC__) && !defined(__clang__)\n"
    "#pragma GCC optimize(\"O2\", \"wrapv\", \"fp-contract=off\")\n"
    "#endif\n\n";

}  // namespace

std::string_view name(Package package) { return row_of(package).name; }

std::vector<GeneratedFile> packaged(std::vector<GeneratedFile> files,
                                    const PackageOptions& options) {
  const Row& row = row_of(options.package);
  if (row.metadata == nullptr) return files;
  const std::string name = identifier(options.name);
  const bool self_test = std::ranges::any_of(
      files, [&](const GeneratedFile& file) { return file.path == name + "_selftest.c"; });
  std::vector<GeneratedFile> result =
      row.metadata({name, options.version.empty() ? "0.0.0" : options.version, self_test});
  for (GeneratedFile& file : files) {
    if (!row.folder.empty() && file.path == kCMakeFile) continue;
    if (row.options_in_source && file.path == name + ".c") file.text.insert(0, kOptionsPragma);
    result.push_back({std::string(row.folder) + file.path, std::move(file.text)});
  }
  return result;
}

}  // namespace mote::codegen
