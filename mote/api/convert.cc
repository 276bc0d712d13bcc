#include "mote/api/convert.h"

#include "mote/base/error.h"
#include "mote/formats/model_file.h"

namespace mote {

int64_t file_bytes(const std::filesystem::path& path) {
  std::error_code failure;
  const uintmax_t size = std::filesystem::file_size(path, failure);
  if (failure) throw_error(ErrorKind::kIo, "'{}': {}", path.string(), failure.message());
  return static_cast<int64_t>(size);
}

ConvertResult convert(const ConvertRequest& request) {
  ConversionReport report;
  const Graph graph = open_model(request.model, &report);
  save_model(request.output, graph, {.source = request.model.path, .report = &report});
  return {.input_bytes = file_bytes(request.model.path),
          .output_bytes = file_bytes(request.output),
          .changes = std::move(report.changes)};
}

}  // namespace mote
