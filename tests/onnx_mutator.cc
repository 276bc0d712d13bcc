#include "tests/onnx_mutator.h"

#include <array>
#include <limits>
#include <string>

#include "mote/formats/onnx/onnx_subset.pb.h"

namespace mote::test {
namespace {

/// Values at which checks tend to be wrong.
constexpr std::array<int64_t, 22> kTelling = {0,
                                              1,
                                              -1,
                                              2,
                                              -2,
                                              3,
                                              4,
                                              5,
                                              7,
                                              8,
                                              16,
                                              127,
                                              255,
                                              65535,
                                              65536,
                                              1 << 24,
                                              0x7fffffff,
                                              0x80000000,
                                              int64_t{1} << 40,
                                              int64_t{1} << 62,
                                              std::numeric_limits<int64_t>::max(),
                                              std::numeric_limits<int64_t>::min()};
constexpr std::array<float, 9> kTellingReals = {0.0f,
                                                -0.0f,
                                                1.0f,
                                                -1.0f,
                                                1e-30f,
                                                1e30f,
                                                0.5f,
                                                std::numeric_limits<float>::infinity(),
                                                std::numeric_limits<float>::quiet_NaN()};

size_t index_below(Rng& rng, size_t count) {
  return static_cast<size_t>(rng.integer(0, static_cast<int64_t>(count) - 1));
}

bool one_in(Rng& rng, int64_t count) { return rng.integer(1, count) == 1; }

int64_t changed(Rng& rng, int64_t value) {
  if (one_in(rng, 2)) return kTelling[index_below(rng, kTelling.size())];
  return static_cast<int64_t>(static_cast<uint64_t>(value) +
                              static_cast<uint64_t>(rng.integer(-3, 3)));
}

template <class Field>
auto* any(Rng& rng, Field* field) {
  return field->empty() ? nullptr
                        : field->Mutable(static_cast<int>(
                              index_below(rng, static_cast<size_t>(field->size()))));
}

// One element becomes another, one goes, or one comes.
template <class Field, class Change>
void change_numbers(Rng& rng, Field* field, Change change) {
  const int64_t what = rng.integer(0, 5);
  if (what == 0) {
    field->Add(change(0));
  } else if (field->empty()) {
    return;
  } else if (what == 1) {
    field->RemoveLast();
  } else {
    const auto at = static_cast<int>(index_below(rng, static_cast<size_t>(field->size())));
    field->Set(at, change(field->Get(at)));
  }
}

void change_integers(Rng& rng, google::protobuf::RepeatedField<int64_t>* field) {
  change_numbers(rng, field, [&](int64_t value) { return changed(rng, value); });
}

void change_text(Rng& rng, std::string* text) {
  if (text->empty() || one_in(rng, 4)) {
    text->push_back(static_cast<char>(rng.integer(0, 255)));
  } else if (one_in(rng, 4)) {
    text->resize(index_below(rng, text->size()));
  } else {
    (*text)[index_below(rng, text->size())] = static_cast<char>(rng.integer(0, 255));
  }
}

void change_tensor(Rng& rng, onnxpb::TensorProto* tensor) {
  switch (rng.integer(0, 7)) {
    case 0:
      tensor->set_data_type(static_cast<int32_t>(rng.integer(-1, 24)));
      break;
    case 1:
    case 2:
      change_integers(rng, tensor->mutable_dims());
      break;
    case 3:
      tensor->set_data_location(1);
      break;
    case 4: {
      // Whole elements, so that what they mean changes: axes, indices, shapes, zero points.
      std::string* raw = tensor->mutable_raw_data();
      const int64_t value = kTelling[index_below(rng, kTelling.size())];
      const size_t width = tensor->data_type() == 7 ? 8 : 4;  // 7 is INT64
      if (raw->size() < width) break;
      const size_t at = index_below(rng, raw->size() / width) * width;
      raw->replace(at, width, reinterpret_cast<const char*>(&value), width);
      break;
    }
    case 5:
      change_integers(rng, tensor->mutable_int64_data());
      break;
    default:
      change_text(rng, tensor->mutable_raw_data());
      break;
  }
}

void change_attribute(Rng& rng, onnxpb::AttributeProto* attribute) {
  if (one_in(rng, 12)) return attribute->set_type(static_cast<int32_t>(rng.integer(-1, 15)));
  if (one_in(rng, 16)) return change_text(rng, attribute->mutable_name());
  if (attribute->has_t()) return change_tensor(rng, attribute->mutable_t());
  if (attribute->has_s()) return change_text(rng, attribute->mutable_s());
  if (attribute->has_f()) {
    return attribute->set_f(kTellingReals[index_below(rng, kTellingReals.size())]);
  }
  if (attribute->floats_size() > 0) {
    return change_numbers(rng, attribute->mutable_floats(), [&](float) {
      return kTellingReals[index_below(rng, kTellingReals.size())];
    });
  }
  if (attribute->ints_size() > 0) return change_integers(rng, attribute->mutable_ints());
  attribute->set_i(changed(rng, attribute->i()));
}

// Any name of a value in the graph, so that connections change and cycles appear.
std::string any_name(Rng& rng, onnxpb::GraphProto* graph) {
  if (one_in(rng, 8)) return {};
  if (one_in(rng, 3)) {
    if (const auto* tensor = any(rng, graph->mutable_initializer())) return tensor->name();
  }
  if (one_in(rng, 3)) {
    if (const auto* input = any(rng, graph->mutable_input())) return input->name();
  }
  auto* node = any(rng, graph->mutable_node());
  const std::string* name = node == nullptr ? nullptr : any(rng, node->mutable_output());
  return name == nullptr ? std::string() : *name;
}

void change_node(Rng& rng, onnxpb::GraphProto* graph) {
  onnxpb::NodeProto* node = any(rng, graph->mutable_node());
  if (node == nullptr) return;
  switch (rng.integer(0, 11)) {
    case 0:
      if (std::string* input = any(rng, node->mutable_input())) *input = any_name(rng, graph);
      break;
    case 1:
      if (std::string* output = any(rng, node->mutable_output())) *output = any_name(rng, graph);
      break;
    case 2:
      *node->add_input() = any_name(rng, graph);
      break;
    case 3:
      if (node->input_size() > 0) node->mutable_input()->RemoveLast();
      break;
    case 4:
      if (const auto* other = any(rng, graph->mutable_node())) node->set_op_type(other->op_type());
      break;
    case 5:
      *graph->add_node() = onnxpb::NodeProto(*node);
      break;
    default:
      if (auto* attribute = any(rng, node->mutable_attribute())) change_attribute(rng, attribute);
      break;
  }
}

void change_value_info(Rng& rng, onnxpb::ValueInfoProto* info) {
  if (info == nullptr) return;
  auto* type = info->mutable_type()->mutable_tensor_type();
  if (one_in(rng, 4)) return type->set_elem_type(static_cast<int32_t>(rng.integer(-1, 24)));
  auto* dims = type->mutable_shape()->mutable_dim();
  const int64_t what = rng.integer(0, 5);
  if (what == 0) {
    dims->Add()->set_dim_value(changed(rng, 1));
  } else if (what == 1 && !dims->empty()) {
    dims->RemoveLast();
  } else if (auto* dim = any(rng, dims)) {
    if (what == 2) {
      dim->set_dim_param("N");
    } else {
      dim->set_dim_value(changed(rng, dim->dim_value()));
    }
  }
}

void change_model(Rng& rng, onnxpb::ModelProto* model) {
  onnxpb::GraphProto* graph = model->mutable_graph();
  const int64_t what = rng.integer(0, 19);
  if (what == 0) {
    if (auto* opset = any(rng, model->mutable_opset_import())) {
      opset->set_version(one_in(rng, 4) ? changed(rng, 17) : rng.integer(6, 29));
    }
  } else if (what <= 3) {
    change_value_info(rng, any(rng, graph->mutable_input()));
  } else if (what == 4) {
    if (auto* output = any(rng, graph->mutable_output())) output->set_name(any_name(rng, graph));
  } else if (what <= 9) {
    if (auto* tensor = any(rng, graph->mutable_initializer())) change_tensor(rng, tensor);
  } else {
    change_node(rng, graph);
  }
}

void change_bytes(Rng& rng, std::vector<std::byte>& bytes) {
  if (bytes.empty()) return;
  const size_t at = index_below(rng, bytes.size());
  const auto place = bytes.begin() + static_cast<std::ptrdiff_t>(at);
  const int64_t what = rng.integer(0, 9);
  if (what == 0) {
    bytes.resize(at);
  } else if (what == 1) {
    bytes.erase(place);
  } else if (what == 2) {
    bytes.insert(place, bytes[at]);
  } else {
    bytes[at] = static_cast<std::byte>(rng.integer(0, 255));
  }
}

}  // namespace

OnnxMutator::OnnxMutator(std::span<const std::byte> file)
    : file_(file.begin(), file.end()), model_(std::make_unique<onnxpb::ModelProto>()) {
  model_->ParseFromArray(file.data(), static_cast<int>(file.size()));
}

OnnxMutator::OnnxMutator(OnnxMutator&&) noexcept = default;
OnnxMutator::~OnnxMutator() = default;

std::vector<std::byte> OnnxMutator::mutate(Rng& rng) const {
  const int64_t changes = rng.integer(1, 4);
  if (one_in(rng, 4)) {
    std::vector<std::byte> bytes = file_;
    for (int64_t i = 0; i < changes; ++i) change_bytes(rng, bytes);
    return bytes;
  }
  onnxpb::ModelProto model = *model_;
  for (int64_t i = 0; i < changes; ++i) change_model(rng, &model);
  const std::string text = model.SerializeAsString();
  const auto* begin = reinterpret_cast<const std::byte*>(text.data());
  return {begin, begin + text.size()};
}

}  // namespace mote::test
