#include "mote/formats/onnx/read.h"

#include <limits>
#include <optional>
#include <set>

#include "mote/base/error.h"
#include "mote/formats/onnx/detach_raw.h"
#include "mote/formats/onnx/import_graph.h"
#include "mote/formats/onnx/onnx_subset.pb.h"
#include "mote/formats/onnx/tensor_proto.h"

namespace mote {
namespace {

constexpr std::string_view kModel = "an ONNX model";

void check_size(std::span<const std::byte> bytes, std::string_view what) {
  // protobuf counts bytes in an int and limits the nesting of messages itself.
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int>::max())) {
    throw_error(ErrorKind::kUnsupported, "{} of {} bytes: protobuf ends at 2 GB", what,
                bytes.size());
  }
}

template <class Message>
Message parse(std::span<const std::byte> bytes, std::string_view what) {
  check_size(bytes, what);
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    throw_error(ErrorKind::kInvalidModel, "the bytes are not {}: truncated or damaged", what);
  }
  return message;
}

}  // namespace

Graph read_onnx(std::span<const std::byte> bytes, const std::filesystem::path& folder,
                const LoadOptions& options) {
  check_size(bytes, kModel);
  std::optional<onnx::DetachedModel> detached = onnx::detach_raw(bytes);
  auto model = parse<onnxpb::ModelProto>(
      detached ? std::as_bytes(std::span<const char>(detached->bytes)) : bytes, kModel);
  if (detached) detached->bytes = {};
  if (!model.has_graph()) {
    throw_error(ErrorKind::kInvalidModel, "the bytes are not an ONNX model: no graph in it");
  }
  onnx::RawData raw{.file_bytes = static_cast<int64_t>(bytes.size())};
  for (int i = 0; detached && i < model.graph().initializer_size(); ++i) {
    raw.of[&model.graph().initializer(i)] = detached->raw.at(static_cast<size_t>(i));
  }
  return onnx::GraphImport(model, raw, folder, options).run();
}

std::vector<std::string> onnx_input_names(std::span<const std::byte> bytes) {
  const auto model = parse<onnxpb::ModelProto>(bytes, kModel);
  std::set<std::string, std::less<>> held;
  for (const auto& tensor : model.graph().initializer()) held.insert(tensor.name());
  std::vector<std::string> names;
  for (const auto& input : model.graph().input()) {
    if (held.contains(input.name())) continue;
    onnx::check_dense_tensor(input);
    names.push_back(input.name());
  }
  for (const auto& output : model.graph().output()) onnx::check_dense_tensor(output);
  return names;
}

Tensor read_onnx_tensor(std::span<const std::byte> bytes) {
  return onnx::tensor_from_proto(parse<onnxpb::TensorProto>(bytes, "an ONNX tensor"), {});
}

}  // namespace mote
