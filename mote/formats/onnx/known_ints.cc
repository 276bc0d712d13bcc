#include "mote/formats/onnx/known_ints.h"

#include <algorithm>
#include <limits>
#include <map>
#include <string>

#include "mote/base/checked.h"
#include "mote/base/error.h"

namespace mote::onnx {
namespace {

using Entry = std::optional<int64_t>;
using Inputs = std::span<const KnownInts* const>;

struct Call {
  const KnownAttributes& attributes;
  Inputs inputs;

  bool has(size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  const KnownInts& in(size_t i) const {
    if (!has(i)) throw_error(ErrorKind::kInvalidModel, "input {} is missing", i);
    return *inputs[i];
  }
};

using Result = std::optional<KnownInts>;

// Every entry as a number, or nothing when one depends on the batch.
std::optional<std::vector<int64_t>> numbers(const KnownInts& ints) {
  std::vector<int64_t> result;
  for (const Entry& entry : ints.values) {
    if (!entry) return std::nullopt;
    result.push_back(*entry);
  }
  return result;
}

Result vector_of(const KnownInts& like, std::vector<Entry> values) {
  const auto count = static_cast<int64_t>(values.size());
  return KnownInts{like.dtype, Shape{count}, std::move(values)};
}

int64_t wrap_to(DataType type, int64_t value) {
  switch (type) {
    case DataType::kI32:
      return static_cast<int32_t>(value);
    case DataType::kBool:
      return value != 0 ? 1 : 0;
    default:
      return value;
  }
}

std::optional<int64_t> divide(int64_t a, int64_t b) {
  if (b == 0) throw_error(ErrorKind::kInvalidModel, "division of a shape by zero");
  if (b == -1) return checked_mul(a, -1, "quotient of shapes");
  return a / b;
}

Entry apply_binary(std::string_view op, const Entry& a, const Entry& b) {
  // A batch is never negative and, times zero, always zero.
  if (op == "Mul" && ((a && *a == 0) || (b && *b == 0))) return 0;
  if (op == "Equal" && ((a && *a < 0 && !b) || (b && *b < 0 && !a))) return 0;
  if (!a || !b) return std::nullopt;
  if (op == "Add") return checked_add(*a, *b, "sum of shapes");
  if (op == "Sub") return checked_add(*a, checked_mul(*b, -1, "shape"), "difference of shapes");
  if (op == "Mul") return checked_mul(*a, *b, "product of shapes");
  if (op == "Div") return divide(*a, *b);
  if (op == "Min") return std::min(*a, *b);
  if (op == "Max") return std::max(*a, *b);
  return *a == *b ? 1 : 0;
}

// Index into `operand` of element `flat` of a tensor of shape `full` it is broadcast to.
size_t broadcast_index(const Shape& operand, const Shape& full, int64_t flat) {
  size_t index = 0;
  size_t stride = 1;
  for (int axis = full.rank() - 1; axis >= 0; --axis) {
    const int64_t at = flat % full[axis];
    flat /= full[axis];
    const int own = axis - (full.rank() - operand.rank());
    if (own < 0) continue;
    if (operand[own] != 1) index += static_cast<size_t>(at) * stride;
    stride *= static_cast<size_t>(operand[own]);
  }
  return index;
}

void check_size(const Shape& shape) {
  if (shape.elements() > kMaxKnownInts) {
    throw_error(ErrorKind::kUnsupported, "a computed shape tensor {} is too large",
                to_string(shape));
  }
}

Result binary(std::string_view op, const Call& call) {
  const KnownInts& a = call.in(0);
  const KnownInts& b = call.in(1);
  if (call.inputs.size() != 2) return std::nullopt;
  KnownInts result{op == "Equal" ? DataType::kBool : a.dtype, broadcast(a.shape, b.shape), {}};
  check_size(result.shape);
  const int64_t count = result.shape.elements();
  for (int64_t i = 0; i < count; ++i) {
    result.values.push_back(apply_binary(op, a.values[broadcast_index(a.shape, result.shape, i)],
                                         b.values[broadcast_index(b.shape, result.shape, i)]));
  }
  return result;
}

Result select(const Call& call) {
  const KnownInts& condition = call.in(0);
  const KnownInts& a = call.in(1);
  const KnownInts& b = call.in(2);
  KnownInts result{a.dtype, broadcast(condition.shape, broadcast(a.shape, b.shape)), {}};
  check_size(result.shape);
  const int64_t count = result.shape.elements();
  for (int64_t i = 0; i < count; ++i) {
    const Entry& which = condition.values[broadcast_index(condition.shape, result.shape, i)];
    const Entry& yes = a.values[broadcast_index(a.shape, result.shape, i)];
    const Entry& no = b.values[broadcast_index(b.shape, result.shape, i)];
    result.values.push_back(!which ? (yes == no ? yes : std::nullopt) : *which != 0 ? yes : no);
  }
  return result;
}

Result gather(const Call& call) {
  const KnownInts& data = call.in(0);
  const KnownInts& indices = call.in(1);
  if (data.shape.rank() != 1 || indices.shape.rank() > 1) return std::nullopt;
  const std::optional<std::vector<int64_t>> wanted = numbers(indices);
  if (!wanted) return std::nullopt;
  KnownInts result{data.dtype, indices.shape, {}};
  const auto count = static_cast<int64_t>(data.values.size());
  for (const int64_t index : *wanted) {
    if (index < -count || index >= count) {
      throw_error(ErrorKind::kInvalidModel, "index {} into {} elements", index, count);
    }
    result.values.push_back(data.values[static_cast<size_t>(index < 0 ? index + count : index)]);
  }
  return result;
}

// Slice of a vector: attributes up to opset 9, inputs from 10 on.
Result slice(const Call& call) {
  const KnownInts& data = call.in(0);
  if (data.shape.rank() != 1) return std::nullopt;
  std::vector<int64_t> starts = call.attributes.integers("starts");
  std::vector<int64_t> ends = call.attributes.integers("ends");
  int64_t step = 1;
  if (call.attributes.opset() >= 10) {
    const auto given_starts = numbers(call.in(1));
    const auto given_ends = numbers(call.in(2));
    if (!given_starts || !given_ends) return std::nullopt;
    starts = *given_starts;
    ends = *given_ends;
    if (call.has(4)) {
      const auto steps = numbers(call.in(4));
      if (!steps || steps->size() != 1) return std::nullopt;
      step = steps->front();
    }
  }
  if (starts.size() != 1 || ends.size() != 1 || step == 0) return std::nullopt;
  const auto count = static_cast<int64_t>(data.values.size());
  const auto clamp = [&](int64_t at) {
    if (at < 0) at = at < -count ? -1 - count : at + count;
    return step > 0 ? std::clamp<int64_t>(at, 0, count) : std::clamp<int64_t>(at, -1, count - 1);
  };
  std::vector<Entry> values;
  const int64_t end = clamp(ends[0]);
  const int64_t bounded_step = std::clamp<int64_t>(step, -kMaxKnownInts, kMaxKnownInts);
  for (int64_t at = clamp(starts[0]); bounded_step > 0 ? at < end : at > end; at += bounded_step) {
    if (at >= 0 && at < count) values.push_back(data.values[static_cast<size_t>(at)]);
  }
  return vector_of(data, std::move(values));
}

Result concat(const Call& call) {
  std::vector<Entry> values;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    if (call.in(i).shape.rank() != 1) return std::nullopt;
    values.insert(values.end(), call.in(i).values.begin(), call.in(i).values.end());
  }
  if (values.empty() && call.inputs.empty()) return std::nullopt;
  return vector_of(call.in(0), std::move(values));
}

Result identity(const Call& call) { return call.in(0); }

Result unsqueeze(const Call& call) {
  KnownInts result = call.in(0);
  if (result.shape.rank() != 0) return std::nullopt;
  result.shape = Shape{1};
  return result;
}

Result squeeze(const Call& call) {
  KnownInts result = call.in(0);
  if (result.values.size() != 1) return std::nullopt;
  result.shape = Shape{};
  return result;
}

Result reshape(const Call& call) {
  KnownInts result = call.in(0);
  const auto target = numbers(call.in(1));
  if (!target || target->size() > 1) return std::nullopt;
  const auto count = static_cast<int64_t>(result.values.size());
  if (target->empty() && count == 1) {
    result.shape = Shape{};
    return result;
  }
  if (target->size() != 1 || (target->front() != -1 && target->front() != count)) {
    return std::nullopt;
  }
  result.shape = Shape{count};
  return result;
}

Result cast(const Call& call) {
  constexpr int64_t kOnnxInt32 = 6;
  constexpr int64_t kOnnxInt64 = 7;
  KnownInts result = call.in(0);
  const int64_t to = call.attributes.integer("to", 0);
  if (to != kOnnxInt32 && to != kOnnxInt64) return std::nullopt;
  result.dtype = to == kOnnxInt32 ? DataType::kI32 : DataType::kI64;
  for (Entry& entry : result.values) {
    if (entry) entry = wrap_to(result.dtype, *entry);
  }
  return result;
}

Result reduce_product(const Call& call) {
  const KnownInts& data = call.in(0);
  if (data.shape.rank() != 1) return std::nullopt;
  Entry product = 1;
  for (const Entry& entry : data.values) product = apply_binary("Mul", product, entry);
  const bool keep = call.attributes.integer("keepdims", 1) != 0;
  return KnownInts{data.dtype, keep ? Shape{1} : Shape{}, {product}};
}

template <const char* kOp>
Result named_binary(const Call& call) {
  return binary(kOp, call);
}
constexpr char kAdd[] = "Add";
constexpr char kSub[] = "Sub";
constexpr char kMul[] = "Mul";
constexpr char kDiv[] = "Div";
constexpr char kMin[] = "Min";
constexpr char kMax[] = "Max";
constexpr char kEqual[] = "Equal";

const std::map<std::string_view, Result (*)(const Call&)>& table() {
  static const std::map<std::string_view, Result (*)(const Call&)> rows = {
      {"Add", named_binary<kAdd>},
      {"Sub", named_binary<kSub>},
      {"Mul", named_binary<kMul>},
      {"Div", named_binary<kDiv>},
      {"Min", named_binary<kMin>},
      {"Max", named_binary<kMax>},
      {"Gather", gather},
      {"Equal", named_binary<kEqual>},
      {"Where", select},
      {"Slice", slice},
      {"Concat", concat},
      {"Identity", identity},
      {"Unsqueeze", unsqueeze},
      {"Squeeze", squeeze},
      {"Reshape", reshape},
      {"Cast", cast},
      {"ReduceProd", reduce_product},
  };
  return rows;
}

}  // namespace

bool KnownInts::all_known() const {
  return std::all_of(values.begin(), values.end(), [](const Entry& e) { return e.has_value(); });
}

Tensor KnownInts::tensor() const {
  Tensor result(dtype, shape);
  for (size_t i = 0; i < values.size(); ++i) {
    if (!values[i]) throw_error(ErrorKind::kInternal, "entry {} depends on the batch", i);
    switch (dtype) {
      case DataType::kI64:
        result.data<int64_t>()[i] = *values[i];
        break;
      case DataType::kI32:
        result.data<int32_t>()[i] = static_cast<int32_t>(*values[i]);
        break;
      case DataType::kBool:
        result.data<bool>()[i] = *values[i] != 0;
        break;
      default:
        throw_error(ErrorKind::kInternal, "known integers of {}", name(dtype));
    }
  }
  return result;
}

std::optional<KnownInts> known_ints(const ConstTensorView& tensor) {
  if (tensor.dtype != DataType::kI64 && tensor.dtype != DataType::kI32 &&
      tensor.dtype != DataType::kBool) {
    return std::nullopt;
  }
  if (tensor.elements() > kMaxKnownInts) return std::nullopt;
  const std::vector<int64_t> values = elements_as<int64_t>(tensor);
  return KnownInts{tensor.dtype, tensor.shape, {values.begin(), values.end()}};
}

std::optional<KnownInts> evaluate_known(std::string_view op_type, const KnownAttributes& attributes,
                                        Inputs inputs) {
  const auto row = table().find(op_type);
  if (row == table().end()) return std::nullopt;
  return row->second({attributes, inputs});
}

}  // namespace mote::onnx
