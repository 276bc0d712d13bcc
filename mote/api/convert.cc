#include "mote/api/convert.h"

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/formats/model_file.h"
#include "mote/rewrite/pipeline.h"

namespace mote {

int64_t file_bytes(const std::filesystem::path& path) {
  std::error_code failure;
  const uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) throw_error(ErrorKind::kIo, "'{}': {}", path.string(), failure.message());
  return static_cast<int64_t>(size);
}

void check_output_path(const std::filesystem::path& output, const std::filesystem::path& source) {
  std::error_code ignored;  // a path that cannot be examined is not the same file
  if (std::filesystem::equivalent(output, source, ignored)) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' is the input model; choose another output file",
                output.string());
  }
  std::string known;
  for (const ModelFormat& format : model_formats()) {
    for (const std::string_view extension : format.extensions) {
      if (output.extension() == extension) return check_writable(output);
      known += (known.empty() ? "" : ", ") + std::string(extension);
    }
  }
  throw_error(ErrorKind::kInvalidArgument, "'{}': the extension says no model format; known are {}",
              output.string(), known);
}

ConvertResult convert(const ConvertRequest& request) {
  check_output_path(request.output, request.model.path);
  ConversionReport report;
  Graph graph = open_model(request.model, &report);
  run_exact_passes(graph, {});
  save_model(request.output, graph, {.source = request.model.path, .report = &report});
  return {.input_bytes = file_bytes(request.model.path),
          .output_bytes = file_bytes(request.output),
          .changes = std::move(report.changes)};
}

}  // namespace mote
