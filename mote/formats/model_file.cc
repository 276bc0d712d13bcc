#include "mote/formats/model_file.h"

#include <algorithm>
#include <cctype>

#include "mote/base/error.h"
#include "mote/base/file.h"

namespace mote {

// Each word of the build list W has `ModelFormat W()` in W.cc.
#define MOTE_REGISTER(word) ModelFormat word();
#include "mote/formats/registry.inc"
#undef MOTE_REGISTER

namespace {

std::string lower_case_extension(const std::filesystem::path& path) {
  std::string extension = path.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

const ModelFormat* format_of_extension(const std::filesystem::path& path) {
  const std::string extension = lower_case_extension(path);
  for (const ModelFormat& format : model_formats()) {
    if (std::find(format.extensions.begin(), format.extensions.end(), extension) !=
        format.extensions.end()) {
      return &format;
    }
  }
  return nullptr;
}

std::string known_extensions() {
  std::string text;
  for (const ModelFormat& format : model_formats()) {
    for (const std::string_view extension : format.extensions) {
      text += (text.empty() ? "" : ", ") + std::string(extension);
    }
  }
  return text;
}

const ModelFormat& format_to_read(const std::filesystem::path& path,
                                  std::span<const std::byte> bytes) {
  if (bytes.empty()) throw_error(ErrorKind::kInvalidModel, "the file is empty");
  for (const ModelFormat& format : model_formats()) {
    if (format.recognizes(bytes)) return format;
  }
  const ModelFormat* format = format_of_extension(path);
  if (format == nullptr) {
    throw_error(ErrorKind::kInvalidModel,
                "neither the content nor the extension is that of a model file; known are {}",
                known_extensions());
  }
  return *format;
}

void refuse_overwriting(const std::filesystem::path& path, const std::filesystem::path& source) {
  std::error_code ignored;  // a path that cannot be examined is not the same file
  if (source.empty() || !std::filesystem::equivalent(path, source, ignored)) return;
  throw_error(ErrorKind::kInvalidArgument, "'{}' is the input model; choose another output file",
              path.string());
}

}  // namespace

std::span<const ModelFormat> model_formats() {
  static const std::vector<ModelFormat> table = {
#define MOTE_REGISTER(word) word(),
#include "mote/formats/registry.inc"
#undef MOTE_REGISTER
  };
  return table;
}

Graph load_model(const std::filesystem::path& path, const LoadOptions& options) {
  return with_context([&] { return "reading '" + path.string() + "'"; },
                      [&] {
                        const auto file = std::make_shared<const MappedFile>(path);
                        const ModelFormat& format = format_to_read(path, file->bytes());
                        LoadOptions mapped = options;
                        mapped.owner = file;
                        return format.read(file->bytes(), path.parent_path(), mapped);
                      });
}

Graph read_model(std::span<const std::byte> bytes, const LoadOptions& options) {
  return with_context([] { return std::string("reading a model in memory"); },
                      [&] { return format_to_read({}, bytes).read(bytes, {}, options); });
}

std::vector<std::byte> encode_model(const std::filesystem::path& path, const Graph& graph,
                                    const SaveModelOptions& options) {
  refuse_overwriting(path, options.source);
  const ModelFormat* format = format_of_extension(path);
  if (format == nullptr) {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}': the extension says no model format; known are {}", path.string(),
                known_extensions());
  }
  if (format->write == nullptr) {
    throw_error(ErrorKind::kUnsupported, "'{}': {} files are only read", path.string(),
                format->name);
  }
  return with_context([&] { return "writing '" + path.string() + "'"; },
                      [&] { return format->write(graph, {.report = options.report}); });
}

void save_model(const std::filesystem::path& path, const Graph& graph,
                const SaveModelOptions& options) {
  write_file(path, encode_model(path, graph, options));
}

}  // namespace mote
