#include <algorithm>

#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/tflite_model.h"
#include "mote/ir/op_def.h"

namespace mote {
namespace tflite {
namespace {

using flatbuffers::Offset;
using schema::BuiltinOperator;

/// Source: TFLite schema, Model.version.
constexpr uint32_t kSchemaVersion = 3;

/// Runtimes read weights in place; TFLite aligns buffers so.
constexpr size_t kBufferAlignment = 16;

/// A flatbuffer ends at 2 GiB; the structure beside the buffers needs some of it.
constexpr size_t kMaxBufferBytes = (size_t{1} << 31) - (size_t{64} << 20);

std::vector<int32_t> to_extents(const Shape& shape, int64_t batch) {
  std::vector<int32_t> extents;
  for (const int64_t extent : shape) {
    if (extent > INT32_MAX) {
      throw_error(ErrorKind::kUnsupported, "TFLite cannot express an extent of {}", extent);
    }
    extents.push_back(static_cast<int32_t>(extent == kDynamic ? batch : extent));
  }
  return extents;
}

void export_node(Exporter& exporter, const Node& node) {
  with_context([&] { return describe(node); },
               [&] {
                 const ExportRule rule = op_rules().export_rule(node.op->name);
                 if (rule == nullptr) {
                   throw_error(ErrorKind::kUnsupported,
                               "TFLite has no such operator, or mote does not write it");
                 }
                 ExportContext context(exporter, node);
                 rule(context);
               });
}

}  // namespace

flatbuffers::Offset<flatbuffers::Vector<Offset<schema::Buffer>>> Exporter::write_buffers() {
  std::vector<Offset<schema::Buffer>> offsets;
  for (const Buffer& buffer : buffers_) {
    const auto* data = buffer.tensor ? reinterpret_cast<const uint8_t*>(buffer.tensor->bytes())
                                     : reinterpret_cast<const uint8_t*>(buffer.bytes.data());
    const size_t size = buffer.tensor ? buffer.tensor->size_bytes() : buffer.bytes.size();
    if (size == 0) {
      offsets.push_back(schema::CreateBuffer(builder));
      continue;
    }
    builder.ForceVectorAlignment(size, 1, kBufferAlignment);
    const auto content = builder.CreateVector(data, size);
    offsets.push_back(schema::CreateBuffer(builder, content));
  }
  return builder.CreateVector(offsets);
}

Offset<schema::Tensor> Exporter::write_tensor(const FileTensor& tensor) {
  Offset<schema::QuantizationParameters> quantization = 0;
  if (tensor.quantization) {
    const Quantization& record = *tensor.quantization;
    const std::vector<int64_t> zero_points(record.zero_points.begin(), record.zero_points.end());
    quantization = schema::CreateQuantizationParametersDirect(
        builder, nullptr, nullptr, &record.scales, &zero_points, schema::QuantizationDetails::NONE,
        0, std::max(record.axis, 0));
  }
  const std::vector<int32_t> shape = to_extents(tensor.shape, 1);
  const std::vector<int32_t> signature = to_extents(tensor.shape, -1);
  return schema::CreateTensorDirect(builder, &shape, tensor.type, tensor.buffer,
                                    tensor.name.c_str(), quantization, tensor.is_variable, 0,
                                    tensor.shape.is_static() ? nullptr : &signature);
}

Offset<schema::SubGraph> Exporter::write_subgraph(const Subgraph& subgraph) {
  std::vector<Offset<schema::Tensor>> tensors;
  for (const FileTensor& tensor : subgraph.tensors) tensors.push_back(write_tensor(tensor));
  return schema::CreateSubGraphDirect(builder, &tensors, &subgraph.inputs, &subgraph.outputs,
                                      &subgraph.operators, subgraph.name.c_str());
}

Offset<schema::SignatureDef> Exporter::write_signature(const Signature& signature) {
  const auto write_map = [&](const std::vector<std::pair<std::string, ValueId>>& entries) {
    std::vector<Offset<schema::TensorMap>> maps;
    for (const auto& [name, value] : entries) {
      maps.push_back(schema::CreateTensorMapDirect(builder, name.c_str(),
                                                   static_cast<uint32_t>(tensor_of(value))));
    }
    return maps;
  };
  const auto inputs = write_map(signature.inputs);
  const auto outputs = write_map(signature.outputs);
  return schema::CreateSignatureDefDirect(builder, &inputs, &outputs, signature.key.c_str(), 0);
}

std::vector<std::byte> Exporter::finish() {
  std::vector<Offset<schema::SignatureDef>> signatures;
  for (const Signature& signature : graph.signatures) {
    signatures.push_back(write_signature(signature));
  }
  std::vector<Offset<schema::Metadata>> metadata;
  for (const auto& [key, content] : graph.metadata) {
    metadata.push_back(schema::CreateMetadataDirect(builder, key.c_str(), add_buffer(content)));
  }
  if (initializer_ != nullptr) {
    const auto options = schema::CreateCallOnceOptions(builder, 1);
    const std::vector<int32_t> none;
    main.operators.insert(main.operators.begin(),
                          schema::CreateOperatorDirect(
                              builder, operator_code(BuiltinOperator::CALL_ONCE, 1), &none, &none,
                              schema::BuiltinOptions::CallOnceOptions, options.Union()));
  }
  std::vector<Offset<schema::SubGraph>> subgraphs = {write_subgraph(main)};
  if (initializer_ != nullptr) subgraphs.push_back(write_subgraph(*initializer_));
  std::vector<Offset<schema::OperatorCode>> codes;
  for (const Code& entry : codes_) {
    const auto old_field = std::min(entry.code, BuiltinOperator::PLACEHOLDER_FOR_GREATER_OP_CODES);
    codes.push_back(schema::CreateOperatorCodeDirect(
        builder, static_cast<int8_t>(old_field),
        entry.custom.empty() ? nullptr : entry.custom.c_str(), entry.version, entry.code));
  }
  const auto codes_offset = builder.CreateVector(codes);
  const auto subgraphs_offset = builder.CreateVector(subgraphs);
  const auto description = builder.CreateString(graph.description);
  const auto buffers = write_buffers();
  const auto metadata_offset = builder.CreateVector(metadata);
  const auto signatures_offset = builder.CreateVector(signatures);
  schema::FinishModelBuffer(
      builder, schema::CreateModel(builder, kSchemaVersion, codes_offset, subgraphs_offset,
                                   description, buffers, 0, metadata_offset, signatures_offset));
  const auto* begin = reinterpret_cast<const std::byte*>(builder.GetBufferPointer());
  return {begin, begin + builder.GetSize()};
}

}  // namespace tflite

std::vector<std::byte> write_tflite(const Graph& graph, const SaveOptions& options) {
  size_t buffer_bytes = 0;
  for (const ValueId id : graph.values()) {
    if (const auto& constant = graph.value(id).constant) buffer_bytes += constant->size_bytes();
  }
  if (buffer_bytes > tflite::kMaxBufferBytes) {
    throw_error(ErrorKind::kUnsupported,
                "its constants have {} bytes; a TFLite file of ours holds at most {}", buffer_bytes,
                tflite::kMaxBufferBytes);
  }
  tflite::Exporter exporter(graph, buffer_bytes);
  for (const ValueId input : graph.inputs())
    exporter.main.inputs.push_back(exporter.tensor_of(input));
  for (const NodeId id : graph.topological_order()) {
    tflite::export_node(exporter, graph.node(id));
  }
  for (const ValueId output : graph.outputs()) {
    exporter.main.outputs.push_back(exporter.tensor_of(output));
  }
  std::vector<std::byte> bytes = exporter.finish();
  if (options.report != nullptr) {
    for (ConversionChange& change : exporter.report.changes) {
      options.report->changes.push_back(std::move(change));
    }
  }
  return bytes;
}

}  // namespace mote
