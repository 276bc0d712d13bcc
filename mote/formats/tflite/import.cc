#include "mote/formats/tflite/import.h"

#include <algorithm>

#include "mote/base/checked.h"
#include "mote/formats/common/model_options.h"

namespace mote::tflite {
namespace {

using schema::TensorType;

/// Larger activations than this are a damaged shape, not a network.
constexpr int64_t kMaxElements = int64_t{1} << 31;

/// Variable tensors have no content in the file, so their size is not bounded by it.
constexpr size_t kMaxStateBytes = size_t{64} << 20;

/// Tensors may show one buffer under several types and shapes; more copies than this are an attack.
constexpr size_t kMaxContentCopies = 8;

Shape shape_from(const flatbuffers::Vector<int32_t>* extents) {
  std::vector<int64_t> dims;
  int64_t count = 1;
  for (const int32_t extent : elements(extents)) {
    if (extent < 0) throw_error(ErrorKind::kInvalidModel, "extent {} in its shape", extent);
    count = checked_mul(count, std::max(extent, 1), "elements");
    dims.push_back(extent);
  }
  if (count > kMaxElements) {
    throw_error(ErrorKind::kInvalidModel, "shape {} has too many elements to be real",
                to_string(Shape(dims)));
  }
  return Shape(std::move(dims));
}

/// INT4 is two's complement, the element of lower index in the low half of a byte.
Tensor unpack_int4(std::span<const std::byte> bytes, const Shape& shape) {
  Tensor tensor(DataType::kI8, shape);
  const auto out = tensor.data<int8_t>();
  for (size_t i = 0; i < out.size(); ++i) {
    const int nibble = (std::to_integer<int>(bytes[i / 2]) >> (i % 2 * 4)) & 0xf;
    out[i] = static_cast<int8_t>(nibble >= 8 ? nibble - 16 : nibble);
  }
  return tensor;
}

FileTensor read_tensor(const schema::Tensor& source, size_t index) {
  FileTensor tensor;
  tensor.name = text(source.name());
  if (tensor.name.empty()) tensor.name = fmt::format("tensor_{}", index);
  with_context(
      [&] { return "tensor '" + tensor.name + "'"; },
      [&] {
        tensor.file_type = source.type();
        tensor.dtype = data_type_from(source.type());
        tensor.shape = shape_from(source.shape());
        tensor.has_shape = tensor.shape.rank() > 0;
        tensor.is_variable = source.is_variable();
        tensor.is_sparse = source.sparsity() != nullptr;
        tensor.buffer = source.buffer();
        const auto signature = elements(source.shape_signature());
        if (!signature.empty() && signature.size() != static_cast<size_t>(tensor.shape.rank())) {
          throw_error(ErrorKind::kInvalidModel, "shape of rank {}, signature of rank {}",
                      tensor.shape.rank(), signature.size());
        }
        for (size_t axis = 0; axis < signature.size(); ++axis) {
          if (signature[axis] >= 0) continue;
          if (axis == 0) tensor.dynamic_batch = true;
          if (axis > 0) tensor.other_dynamic_axes.push_back(static_cast<int>(axis));
        }
        if (tensor.dtype) {
          tensor.quantization =
              quantization_from(source.quantization(), *tensor.dtype, tensor.shape);
        }
      });
  return tensor;
}

/// Old files have the code in a byte of its own; larger codes need the newer field.
schema::BuiltinOperator code_of(const schema::OperatorCode& entry) {
  return std::max(entry.builtin_code(),
                  static_cast<schema::BuiltinOperator>(entry.deprecated_builtin_code()));
}

const schema::OperatorCode& code_entry(const ModelView& view, const schema::Operator& op) {
  const auto* codes = view.model().operator_codes();
  const size_t count = codes == nullptr ? 0 : codes->size();
  if (op.opcode_index() >= count) {
    throw_error(ErrorKind::kInvalidModel, "operator code {} does not exist; the file has {}",
                op.opcode_index(), count);
  }
  return *codes->Get(op.opcode_index());
}

}  // namespace

schema::BuiltinOperator operator_code(const ModelView& view, const schema::Operator& op) {
  return code_of(code_entry(view, op));
}

std::string_view custom_name(const ModelView& view, const schema::Operator& op) {
  return text(code_entry(view, op).custom_code());
}

Importer::Importer(const ModelView& model, const schema::SubGraph& source)
    : view(model), subgraph(source), graph(std::string(text(source.name()))) {
  if (source.tensors() == nullptr) return;
  tensors.reserve(source.tensors()->size());
  for (const schema::Tensor* tensor : *source.tensors()) {
    tensors.push_back(read_tensor(*tensor, tensors.size()));
  }
}

FileTensor& Importer::tensor(int32_t index) {
  if (index < 0 || static_cast<size_t>(index) >= tensors.size()) {
    throw_error(ErrorKind::kInvalidModel, "tensor {} does not exist; the subgraph has {}", index,
                tensors.size());
  }
  return tensors[static_cast<size_t>(index)];
}

std::shared_ptr<const Tensor> Importer::content(const FileTensor& tensor) {
  const std::span<const std::byte> bytes = view.buffer(tensor.buffer);
  const int64_t count = tensor.shape.elements();
  if (bytes.empty() && (count != 0 || !tensor.has_shape)) return nullptr;
  if (!tensor.dtype) {
    throw_error(ErrorKind::kUnsupported, "tensor '{}' has content of {}", tensor.name,
                type_name(tensor.file_type));
  }
  if (tensor.is_sparse) {
    throw_error(ErrorKind::kUnsupported,
                "tensor '{}' is stored sparse; convert the model without "
                "sparse storage",
                tensor.name);
  }
  const bool packed = tensor.file_type == TensorType::INT4;
  const auto expected = static_cast<size_t>(
      packed ? (count + 1) / 2
             : checked_mul(count, static_cast<int64_t>(size_bytes(*tensor.dtype)), "bytes"));
  if (bytes.size() != expected) {
    throw_error(ErrorKind::kInvalidModel,
                "tensor '{}' is {}{} and needs {} bytes, buffer {} has {}", tensor.name,
                name(*tensor.dtype), to_string(tensor.shape), expected, tensor.buffer,
                bytes.size());
  }
  const ContentKey key{tensor.buffer, tensor.file_type, tensor.shape.dims()};
  if (const auto found = contents_.find(key); found != contents_.end()) return found->second;

  content_bytes_ += expected;
  if (content_bytes_ > kMaxContentCopies * view.file_size()) {
    throw_error(ErrorKind::kInvalidModel,
                "its tensors show the same buffers again and again: {} bytes from a file of {}",
                content_bytes_, view.file_size());
  }
  if (packed) {
    report.add("tensor '" + tensor.name + "'", "4-bit weights are kept as 8-bit ones");
    return contents_[key] = std::make_shared<const Tensor>(unpack_int4(bytes, tensor.shape));
  }
  return contents_[key] = std::make_shared<const Tensor>(
             tensor_in_file({*tensor.dtype, tensor.shape, bytes.data()}, owner));
}

ValueId Importer::add_state(const FileTensor& tensor) {
  if (!tensor.dtype) {
    throw_error(ErrorKind::kUnsupported, "variable '{}' is of {}", tensor.name,
                type_name(tensor.file_type));
  }
  if (const auto initial = content(tensor)) {
    return graph.add_state(tensor.name, Tensor::copy_of(*initial), tensor.quantization);
  }
  state_bytes_ += static_cast<size_t>(tensor.shape.elements()) * size_bytes(*tensor.dtype);
  if (state_bytes_ > kMaxStateBytes) {
    throw_error(ErrorKind::kInvalidModel,
                "variable '{}' of shape {} brings the states to {} bytes; "
                "at most {} are taken",
                tensor.name, to_string(tensor.shape), state_bytes_, kMaxStateBytes);
  }
  Tensor initial(*tensor.dtype, tensor.shape);
  // A fresh 8-bit state holds its zero point, wider ones hold 0: so runtimes reset them.
  if (*tensor.dtype == DataType::kI8 && tensor.quantization) {
    const auto values = initial.data<int8_t>();
    std::fill(values.begin(), values.end(), static_cast<int8_t>(tensor.quantization->zero_point()));
  }
  return graph.add_state(tensor.name, std::move(initial), tensor.quantization);
}

ValueId Importer::value_of(int32_t index) {
  FileTensor& source = tensor(index);
  if (source.value.valid()) return source.value;
  if (source.is_variable) return source.value = add_state(source);
  const std::shared_ptr<const Tensor> constant = content(source);
  if (constant == nullptr) {
    throw_error(ErrorKind::kInvalidModel, "tensor '{}' is used before anything gives it content",
                source.name);
  }
  return source.value = graph.add_constant(source.name, constant, source.quantization);
}

}  // namespace mote::tflite
