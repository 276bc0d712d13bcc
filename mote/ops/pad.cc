// pad: elements around a tensor, constant or copied from it.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "mote/base/checked.h"
#include "mote/ops/define.h"
#include "mote/ops/dispatch.h"
#include "mote/ops/facets.h"
#include "mote/ops/movement.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/ops/strided.h"

namespace mote::ops {
namespace {

// The most elements a mode can take from an axis of `extent` on one side.
int64_t largest_pad(PadMode mode, int64_t extent) {
  switch (mode) {
    case PadMode::kReflect:
      return extent - 1;
    case PadMode::kSymmetric:
    case PadMode::kWrap:
      return extent;
    case PadMode::kEdge:
    case PadMode::kConstant:
      return std::numeric_limits<int64_t>::max();
  }
  return 0;
}

void infer(InferContext& context) {
  context.expect_inputs(1, 1);
  const auto& attrs = context.attrs<PadAttrs>();
  Shape shape = context.shape(0);
  const size_t rank = shape.dims().size();
  if (attrs.before.size() != rank || attrs.after.size() != rank) {
    context.fail("{} pads before and {} after for {}", attrs.before.size(), attrs.after.size(),
                 to_string(shape));
  }
  for (size_t i = 0; i < rank; ++i) {
    int64_t& extent = shape[static_cast<int>(i)];
    if (attrs.before[i] == 0 && attrs.after[i] == 0) continue;
    if (extent == kDynamic) {
      throw_error(ErrorKind::kUnsupported, "a pad of the dynamic batch; fix it with --shape");
    }
    const int64_t most = largest_pad(attrs.mode, extent);
    if (attrs.before[i] > most || attrs.after[i] > most) {
      context.fail("pads {} and {} on axis {} of {}: {} can take at most {}", attrs.before[i],
                   attrs.after[i], i, to_string(context.shape(0)), name(attrs.mode), most);
    }
    extent = checked_add(extent, attrs.before[i], "padded extent");
    extent = checked_add(extent, attrs.after[i], "padded extent");
    if (extent < 0) context.fail("axis {} is cropped by more than it has", i);
    if (extent > 0 && context.shape(0)[static_cast<int>(i)] == 0 &&
        attrs.mode != PadMode::kConstant) {
      context.fail("axis {} is empty, so {} has nothing to take", i, name(attrs.mode));
    }
  }
  context.add_output(context.dtype(0), std::move(shape));
}

// For each index of an axis padded by copying, the index in x.
std::vector<int64_t> source_indices(PadMode mode, int64_t before, int64_t extent, int64_t padded) {
  std::vector<int64_t> result(static_cast<size_t>(padded));
  for (int64_t i = 0; i < padded; ++i) {
    int64_t source = i - before;
    if (source < 0 || source >= extent) {
      const bool low = source < 0;
      switch (mode) {
        case PadMode::kConstant:
          break;
        case PadMode::kReflect:
          source = low ? -source : 2 * (extent - 1) - source;
          break;
        case PadMode::kSymmetric:
          source = low ? -1 - source : 2 * extent - 1 - source;
          break;
        case PadMode::kEdge:
          source = low ? 0 : extent - 1;
          break;
        case PadMode::kWrap:
          source = low ? source + extent : source - extent;
          break;
      }
    }
    result[static_cast<size_t>(i)] = source;
  }
  return result;
}

// The pad value as an element of that type; of quantized ones by the record.
template <class T>
T pad_element(double value, const TensorType& type) {
  if constexpr (std::is_same_v<T, Half>) {
    return Half(static_cast<float>(value));
  } else if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return value != 0.0;
  } else {
    double stored = value;
    if (type.quantization) {
      stored = std::round(value / type.quantization->scale()) + type.quantization->zero_point();
    }
    // 2^63 and 2^64 are not values of the type: the largest one below is taken.
    const auto low = static_cast<double>(std::numeric_limits<T>::min());
    const auto high = static_cast<double>(std::numeric_limits<T>::max());
    if (!(stored > low)) return std::numeric_limits<T>::min();
    if (stored >= high) return std::numeric_limits<T>::max();
    return static_cast<T>(stored);
  }
}

// Fills y, then copies what is left of x after crops into its place.
template <class T>
void pad_constant(const EvalContext& context, T fill) {
  const auto& attrs = context.attrs<PadAttrs>();
  const ConstTensorView x = context.input(0);
  const TensorView y = context.output(0);
  const auto elements = y.data<T>();
  std::fill(elements.begin(), elements.end(), fill);
  const Strides from = row_major_strides(x.shape);
  const Strides to = row_major_strides(y.shape);
  std::vector<int64_t> extents;
  int64_t from_start = 0;
  int64_t to_start = 0;
  for (size_t axis = 0; axis < from.size(); ++axis) {
    const int64_t cropped = std::max<int64_t>(0, -attrs.before[axis]);
    const int64_t cropped_after = std::max<int64_t>(0, -attrs.after[axis]);
    extents.push_back(x.shape[static_cast<int>(axis)] - cropped - cropped_after);
    if (extents.back() <= 0) return;
    from_start += cropped * from[axis];
    to_start += std::max<int64_t>(0, attrs.before[axis]) * to[axis];
  }
  copy_strided(sizeof(T), std::move(extents),
               {y.bytes + static_cast<size_t>(to_start) * sizeof(T), to},
               {x.bytes + static_cast<size_t>(from_start) * sizeof(T), from});
}

// The copying modes.
class Padder {
 public:
  explicit Padder(const EvalContext& context)
      : x_(context.input(0)), y_(context.output(0)), strides_(row_major_strides(x_.shape)) {
    const auto& attrs = context.attrs<PadAttrs>();
    for (int axis = 0; axis < x_.shape.rank(); ++axis) {
      sources_.push_back(source_indices(attrs.mode, attrs.before[static_cast<size_t>(axis)],
                                        x_.shape[axis], y_.shape[axis]));
    }
  }

  void run() {
    to_ = y_.bytes;
    fill_axis(0, 0);
  }

 private:
  void fill_axis(size_t axis, int64_t from) {
    if (axis == sources_.size()) {
      const size_t bytes = size_bytes(x_.dtype);
      std::memcpy(to_, x_.bytes + static_cast<size_t>(from) * bytes, bytes);
      to_ += bytes;
      return;
    }
    for (const int64_t source : sources_[axis]) fill_axis(axis + 1, from + source * strides_[axis]);
  }

  ConstTensorView x_;
  TensorView y_;
  std::vector<int64_t> strides_;
  std::vector<std::vector<int64_t>> sources_;
  std::byte* to_ = nullptr;
};

void reference(const EvalContext& context) {
  const auto& attrs = context.attrs<PadAttrs>();
  if (attrs.mode != PadMode::kConstant) return Padder(context).run();
  with_any(context.input_type(0).dtype, [&]<class T>() {
    pad_constant<T>(context, pad_element<T>(attrs.value, context.input_type(0)));
  });
}

std::optional<KernelRequest> lower(const LowerContext& context) {
  const auto& attrs = context.attrs<PadAttrs>();
  const TensorType& x = context.input_type(0);
  const TensorType& y = context.output_type(0);
  if (attrs.mode != PadMode::kConstant) return std::nullopt;
  StridedSide from{0, row_major_strides(x.shape)};
  StridedSide to{0, row_major_strides(y.shape)};
  std::vector<int64_t> extents;
  for (size_t axis = 0; axis < from.strides.size(); ++axis) {
    // Negative pads crop.
    const int64_t first = std::max<int64_t>(0, -attrs.before[axis]);
    const int64_t last = std::max<int64_t>(0, -attrs.after[axis]);
    extents.push_back(std::max<int64_t>(0, x.shape[static_cast<int>(axis)] - first - last));
    from.offset += first * from.strides[axis];
    to.offset += std::max<int64_t>(0, attrs.before[axis]) * to.strides[axis];
  }
  const auto copy = strided_copy_params(size_bytes(x.dtype), extents, from, to);
  if (!copy) return std::nullopt;
  mote_pad_params p{*copy, y.shape.elements(), {}};
  with_any(x.dtype, [&]<class T>() {
    const T value = pad_element<T>(attrs.value, x);
    std::memcpy(p.value, &value, sizeof value);
  });
  return kernel_request("pad", {}, p, {0});
}

// A constant pad leaves x as one run inside y; the copying modes do not.
AxisMap axes(const Graph& graph, const Node& node) {
  const auto& attrs = node.attrs<PadAttrs>();
  const Shape& from = graph.value(node.inputs[0]).type.shape;
  AxisMap map{{{}}, {{}}};
  for (int axis = 0; axis < from.rank(); ++axis) {
    const int64_t before = attrs.before[static_cast<size_t>(axis)];
    const int64_t after = attrs.after[static_cast<size_t>(axis)];
    const bool padded = before != 0 || after != 0;
    if (padded && attrs.mode != PadMode::kConstant) {
      map.inputs[0].push_back(AxisRole::blocked_by("pad copies its ends"));
      map.outputs[0].push_back(map.inputs[0].back());
      continue;
    }
    const int64_t first = std::max<int64_t>(0, -before);
    const int64_t kept = padded ? from[axis] - first - std::max<int64_t>(0, -after) : from[axis];
    AxisRole in;
    AxisRole out;
    if (kept > 0 || kept == kDynamic) {
      in.blocks.push_back({first, {{axis, kept}}});
      out.blocks.push_back({std::max<int64_t>(0, before), {{axis, kept}}});
    }
    map.inputs[0].push_back(std::move(in));
    map.outputs[0].push_back(std::move(out));
  }
  return map;
}

std::optional<Attributes> permute(const Graph&, const Node& node,
                                  std::span<const int> permutation) {
  const auto& attrs = node.attrs<PadAttrs>();
  PadAttrs moved = attrs;
  for (size_t i = 0; i < permutation.size(); ++i) {
    moved.before[i] = attrs.before[static_cast<size_t>(permutation[i])];
    moved.after[i] = attrs.after[static_cast<size_t>(permutation[i])];
  }
  return Attributes::of(std::move(moved));
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind == SampleKind::kHybrid) return std::nullopt;
  Graph graph;
  const Shape shape = sample_shape(rng);
  PadAttrs attrs;
  attrs.mode = enum_values(PadMode{})[static_cast<size_t>(rng.integer(0, 4))];
  for (const int64_t extent : shape) {
    const int64_t most = std::min<int64_t>(3, largest_pad(attrs.mode, extent));
    attrs.before.push_back(rng.integer(0, most));
    attrs.after.push_back(rng.integer(0, most));
  }
  const ValueId x = sample_input(graph, rng, kind, shape);
  graph.set_outputs(graph.add_node(
      {.op = &op("pad"), .inputs = {x}, .attributes = Attributes::of(attrs)}, record_of(graph, x)));
  return graph;
}

}  // namespace

void define_pad(OpSink& sink) {
  sink.add(
      {.name = "pad",
       .summary = "`before` and `after` elements around every axis: `value`, or copied by `mode`",
       .tflite_names = {"PAD", "PADV2", "MIRROR_PAD"},
       .onnx_names = {"Pad"},
       .attributes = Attributes::of(PadAttrs{}),
       .infer = infer,
       .reference = reference,
       .lower = lower,
       .axes = axes,
       .permute = permute,
       .quant = shared_scale,
       .cost = no_macs,
       .sample = sample});
}

}  // namespace mote::ops
