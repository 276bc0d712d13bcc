#include "mote/formats/onnx/write.h"

#include <limits>

#include "mote/base/error.h"
#include "mote/formats/onnx/export_graph.h"
#include "mote/formats/onnx/onnx_subset.pb.h"

namespace mote {

std::vector<std::byte> write_onnx(const Graph& graph, const SaveOptions& options) {
  onnxpb::ModelProto model;
  onnx::GraphExport(graph, options, model).run();
  const size_t size = model.ByteSizeLong();
  if (size > static_cast<size_t>(std::numeric_limits<int>::max())) {
    throw_error(ErrorKind::kUnsupported,
                "the model has {} bytes; an ONNX file without external data "
                "ends at 2 GB",
                size);
  }
  std::vector<std::byte> bytes(size);
  if (!model.SerializeToArray(bytes.data(), static_cast<int>(size))) {
    throw_error(ErrorKind::kInternal, "protobuf cannot serialize the model");
  }
  return bytes;
}

}  // namespace mote
