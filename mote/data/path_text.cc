#include "mote/data/path_text.h"

#include <cstdlib>
#include <string>

#include "mote/base/error.h"

namespace mote::data {
namespace {

namespace fs = std::filesystem;

std::string variable(const std::string& name, const fs::path& base) {
  if (const char* value = std::getenv(name.c_str()); value != nullptr && *value != '\0') {
    return value;
  }
  if (name == "MOTE_DATA") {
    std::error_code ignored;
    for (fs::path folder = fs::absolute(base, ignored); folder.has_relative_path();
         folder = folder.parent_path()) {
      const fs::path candidate = folder.parent_path() / "shared" / "data";
      if (fs::is_directory(candidate, ignored)) return candidate.string();
    }
  }
  throw_error(ErrorKind::kInvalidArgument,
              "the environment variable {} is not set; set it to the folder that holds the data",
              name);
}

}  // namespace

fs::path expand_path(std::string_view text, const fs::path& base) {
  std::string expanded;
  while (!text.empty()) {
    const size_t open = text.find("${");
    const size_t close = open == std::string_view::npos ? open : text.find('}', open);
    if (close == std::string_view::npos) break;
    expanded += text.substr(0, open);
    expanded += variable(std::string(text.substr(open + 2, close - open - 2)), base);
    text.remove_prefix(close + 1);
  }
  expanded += text;
  const fs::path path(expanded);
  return fs::absolute(path.is_absolute() ? path : base / path).lexically_normal();
}

}  // namespace mote::data
