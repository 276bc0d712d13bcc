#include "tests/flatbuffer_mutator.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "mote/formats/tflite/schema_generated.h"

namespace mote::test {
namespace {

namespace schema = tflite_schema;

/// Values at which checks tend to be wrong: ends of ranges, signs, NaN and infinity as bits.
constexpr std::array<int64_t, 20> kTelling = {
    0,          1,          -1,         2,
    3,          4,          8,          127,
    128,        255,        256,        32767,
    65535,      0x7fffffff, 0x40000000, -0x80000000LL,
    0x7fc00000, 0x7f800000, 0x3f800000, 0x7fffffffffffffffLL};

class Places {
 public:
  explicit Places(const std::byte* base) : base_(base) {}

  void add_table(const void* table_pointer) {
    if (table_pointer == nullptr) return;
    const auto* table = reinterpret_cast<const flatbuffers::Table*>(table_pointer);
    const uint8_t* vtable = table->GetVTable();
    add(table_pointer);
    const auto vtable_bytes = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable);
    for (flatbuffers::voffset_t entry = 0; entry < vtable_bytes; entry += 2) {
      add(vtable + entry);
      if (entry < 4) continue;  // the sizes of vtable and table stand first
      const auto field = flatbuffers::ReadScalar<flatbuffers::voffset_t>(vtable + entry);
      if (field != 0) add(reinterpret_cast<const uint8_t*>(table_pointer) + field);
    }
  }

  template <class T>
  void add_scalars(const flatbuffers::Vector<T>* vector) {
    if (vector == nullptr) return;
    add(reinterpret_cast<const uint8_t*>(vector));
    constexpr flatbuffers::uoffset_t kEnough = 64;
    for (flatbuffers::uoffset_t i = 0; i < std::min(vector->size(), kEnough); ++i) {
      add(vector->Data() + i * sizeof(T));
    }
  }

  template <class T, class Visit>
  void add_tables(const flatbuffers::Vector<flatbuffers::Offset<T>>* vector, Visit visit) {
    if (vector == nullptr) return;
    add(reinterpret_cast<const uint8_t*>(vector));
    for (const T* table : *vector) {
      add_table(table);
      visit(*table);
    }
  }

  std::vector<size_t> take() { return std::move(places_); }

 private:
  void add(const void* where) {
    places_.push_back(static_cast<size_t>(static_cast<const std::byte*>(where) - base_));
  }

  const std::byte* base_;
  std::vector<size_t> places_;
};

void visit_tensor(Places& places, const schema::Tensor& tensor) {
  // Shapes and records are what most checks are about: they get more than their share.
  for (int i = 0; i < 3; ++i) places.add_scalars(tensor.shape());
  places.add_scalars(tensor.shape_signature());
  places.add_table(tensor.quantization());
  if (tensor.quantization() == nullptr) return;
  places.add_scalars(tensor.quantization()->scale());
  places.add_scalars(tensor.quantization()->zero_point());
}

void visit_operator(Places& places, const schema::Operator& op) {
  places.add_scalars(op.inputs());
  places.add_scalars(op.outputs());
  places.add_scalars(op.intermediates());
  // The verifier passes over options of a kind that the schema does not know.
  const schema::BuiltinOptions kind = op.builtin_options_type();
  const bool known = *schema::EnumNameBuiltinOptions(kind) != '\0';
  if (kind == schema::BuiltinOptions::NONE || !known) return;
  for (int i = 0; i < 3; ++i) places.add_table(op.builtin_options());
}

}  // namespace

bool FlatbufferMutator::is_sound(std::span<const std::byte> file) {
  flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t*>(file.data()), file.size());
  return schema::VerifyModelBuffer(verifier);
}

FlatbufferMutator::FlatbufferMutator(std::span<const std::byte> file)
    : file_(file.begin(), file.end()) {
  const schema::Model& model = *schema::GetModel(file_.data());
  Places places(file_.data());
  places.add_table(&model);
  places.add_tables(model.operator_codes(), [](const schema::OperatorCode&) {});
  places.add_tables(model.buffers(),
                    [&](const schema::Buffer& buffer) { places.add_scalars(buffer.data()); });
  places.add_tables(model.metadata(), [](const schema::Metadata&) {});
  places.add_tables(model.signature_defs(), [](const schema::SignatureDef&) {});
  places.add_tables(model.subgraphs(), [&](const schema::SubGraph& subgraph) {
    places.add_scalars(subgraph.inputs());
    places.add_scalars(subgraph.outputs());
    places.add_tables(subgraph.tensors(),
                      [&](const schema::Tensor& tensor) { visit_tensor(places, tensor); });
    places.add_tables(subgraph.operators(),
                      [&](const schema::Operator& op) { visit_operator(places, op); });
  });
  places_ = places.take();
}

void FlatbufferMutator::change_place(Rng& rng, std::vector<std::byte>& bytes) const {
  const size_t place =
      places_[static_cast<size_t>(rng.integer(0, static_cast<int64_t>(places_.size()) - 1))];
  const auto width = static_cast<size_t>(int64_t{1} << rng.integer(0, 3));
  if (place + width > bytes.size()) return;
  int64_t value = 0;
  std::memcpy(&value, bytes.data() + place, width);
  const int64_t kind = rng.integer(0, 3);
  if (kind == 0) {  // wraps, as a damaged file may
    value = static_cast<int64_t>(static_cast<uint64_t>(value) +
                                 static_cast<uint64_t>(rng.integer(-4, 4)));
  }
  if (kind == 1) value = rng.integer(-16, 300);
  if (kind >= 2) value = kTelling[static_cast<size_t>(rng.integer(0, kTelling.size() - 1))];
  std::memcpy(bytes.data() + place, &value, width);
}

std::vector<std::byte> FlatbufferMutator::mutate(Rng& rng) const {
  std::vector<std::byte> bytes = file_;
  for (int64_t changes = rng.integer(1, 4); changes > 0; --changes) {
    const int64_t kind = rng.integer(0, 19);
    if (kind == 0) {
      bytes.resize(static_cast<size_t>(rng.integer(0, static_cast<int64_t>(bytes.size()))));
    } else if (kind <= 3 && !bytes.empty()) {
      const auto at = static_cast<size_t>(rng.integer(0, static_cast<int64_t>(bytes.size()) - 1));
      bytes[at] = static_cast<std::byte>(rng.integer(0, 255));
    } else {
      change_place(rng, bytes);
    }
  }
  return bytes;
}

}  // namespace mote::test
