// ConvInteger: a convolution of integers less their zero points, summed in 32 bits.
#include <algorithm>
#include <cstdlib>

#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/ops/spatial.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

// Sums of integers up to this are exact in float32, in any order.
constexpr int64_t kExactFloat = int64_t{1} << 24;
// |x - zero point| of 8-bit integers.
constexpr int64_t kMaxDistance = 255;

// Input `i` less its zero point, as f32 [a,b,kh,kw]; both are exact.
ValueId centred(NodeImport& node, size_t i, size_t zero_point) {
  const DataType dtype = node.dtype(i);
  if (dtype != DataType::kI8 && dtype != DataType::kU8) node.fail("input {} is {}", i, name(dtype));
  const Attributes f32 = Attributes::of(TypeAttrs{DataType::kF32});
  const ValueId x = node.emit("cast", {node.input(i)}, f32);
  if (!node.has_input(zero_point)) return x;
  const ValueId zero = node.emit("cast", {node.input(zero_point)}, f32);
  // That of the weights may be a vector, one for each output channel.
  const int64_t count = node.shape(zero_point).elements();
  const int64_t channels = i == 1 ? node.shape(i)[0] : 1;
  if (count != 1 && count != channels) node.fail("{} zero points", count);
  std::vector<int64_t> dims(static_cast<size_t>(node.rank(i)), 1);
  dims[0] = count;
  return node.emit("sub", {x, node.reshape(zero, dims)});
}

// How many input channels a sum may cover and stay exact, whatever the weights are.
int64_t exact_channels(const Shape& weights) {
  return kExactFloat / (kMaxDistance * kMaxDistance) /
         std::max<int64_t>(1, weights[2] * weights[3]);
}

// True when no output channel of constant weights [oc,ic,kh,kw] can leave the exact range.
bool is_exact(const Tensor* weights) {
  if (weights == nullptr || weights->shape()[0] == 0) return false;
  const auto values = weights->data<float>();
  const size_t terms = values.size() / static_cast<size_t>(weights->shape()[0]);
  for (size_t first = 0; first < values.size(); first += terms) {
    double sum = 0.0;
    for (size_t i = 0; i < terms; ++i) sum += std::abs(static_cast<double>(values[first + i]));
    if (sum * kMaxDistance > static_cast<double>(kExactFloat)) return false;
  }
  return true;
}

// Channels [begin, end) of axis `axis` of a rank-4 value.
ValueId channels(NodeImport& node, ValueId value, size_t axis, int64_t begin, int64_t end) {
  SliceAttrs attrs{std::vector<int64_t>(4, 0), std::vector<int64_t>(4, kSliceEnd),
                   std::vector<int64_t>(4, 1)};
  attrs.begin[axis] = begin;
  attrs.end[axis] = end;
  return node.emit("slice", {value}, Attributes::of(attrs));
}

// The convolution in pieces of so many input channels, each exact in float, summed in i32.
void import_conv_integer(NodeImport& node) {
  if (node.rank(0) != 4 || node.rank(1) != 4) {
    node.refuse("operands {} and {}; only two spatial axes are supported", to_string(node.shape(0)),
                to_string(node.shape(1)));
  }
  const Shape shape = node.shape(1);
  const Window window = read_window(node, {shape[2], shape[3]});
  const Conv2dAttrs attrs{.stride = window.stride,
                          .dilation = window.dilation,
                          .padding = window.padding,
                          .groups = node.integer("group", 1)};
  const ValueId x = node.transpose(centred(node, 0, 2), kNchwToNhwc);
  const ValueId plain_weights = centred(node, 1, 3);
  const bool whole = shape[1] <= exact_channels(shape) || is_exact(node.constant_of(plain_weights));
  const int64_t step = whole ? std::max<int64_t>(1, shape[1]) : exact_channels(shape);
  if (step < 1 || (!whole && attrs.groups != 1)) {
    node.refuse("sums of {} products in {} groups may exceed what float32 holds exactly",
                shape[1] * shape[2] * shape[3], attrs.groups);
  }
  const ValueId weights = node.transpose(plain_weights, kNchwToNhwc);
  ValueId sum;
  for (int64_t begin = 0; begin == 0 || begin < shape[1]; begin += step) {
    const int64_t end = std::min(begin + step, shape[1]);
    const ValueId part =
        whole
            ? node.emit("conv_2d", {x, weights}, Attributes::of(attrs))
            : node.emit("conv_2d",
                        {channels(node, x, 3, begin, end), channels(node, weights, 3, begin, end)},
                        Attributes::of(attrs));
    const ValueId integers = node.emit("cast", {part}, Attributes::of(TypeAttrs{DataType::kI32}));
    sum = begin == 0 ? integers : node.emit("add", {sum, integers});
  }
  node.output_nhwc(0, sum);
}

}  // namespace

void ops_conv_integer(OnnxSink& sink) {
  sink.add_import({.op_type = "ConvInteger", .handler = import_conv_integer});
}

}  // namespace mote::onnx
