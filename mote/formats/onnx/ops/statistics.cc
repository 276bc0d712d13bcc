// Normalizations by statistics of the input itself: layer, instance, mean-variance, local response.
#include <algorithm>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

// Mean and 1 / sqrt(variance + epsilon) over the axes, which stay with extent 1.
struct Moments {
  ValueId mean;
  ValueId inverse_deviation;
};

ValueId mean_over(NodeImport& node, ValueId x, const std::vector<int64_t>& axes) {
  return node.emit("mean", {x}, Attributes::of(ReduceAttrs{axes, true}));
}

Moments moments_of(NodeImport& node, ValueId x, const std::vector<int64_t>& axes, float epsilon) {
  const ValueId mean = mean_over(node, x, axes);
  const ValueId variance = mean_over(node, node.emit("squared_difference", {x, mean}), axes);
  const ValueId shifted = node.emit("add", {variance, node.scalar_like(variance, epsilon)});
  return {mean, node.emit("rsqrt", {shifted})};
}

void import_layer_norm(NodeImport& node) {
  NormAttrs attrs;
  const int rank = node.rank(0);
  attrs.axis = normalize_axis(node.integer("axis", -1), rank, "axis");
  attrs.epsilon = node.real("epsilon", 1e-5f);  // LayerNormalization-17
  std::vector<ValueId> inputs{node.input(0), node.input(1)};
  const std::vector<int64_t> all = node.shape(0).dims();
  const std::vector<int64_t> tail(all.begin() + attrs.axis, all.end());
  if (node.has_input(2)) inputs.push_back(node.input(2));
  // The parameters may lack leading axes of extent 1.
  for (size_t i = 1; i < inputs.size(); ++i) {
    if (node.type(inputs[i]).shape.dims() != tail) {
      const Shape shape = node.type(inputs[i]).shape;
      if (shape.is_static() && shape.elements() == Shape(tail).elements()) {
        inputs[i] = node.reshape(inputs[i], tail);
      } else {
        node.refuse("a parameter {} for {}", to_string(shape), to_string(node.shape(0)));
      }
    }
  }
  node.output(0, node.emit("layer_norm", inputs, Attributes::of(attrs)));
  if (!node.has_output(1) && !node.has_output(2)) return;
  std::vector<int64_t> axes;
  for (int64_t axis = attrs.axis; axis < rank; ++axis) axes.push_back(axis);
  const Moments moments = moments_of(node, inputs[0], axes, attrs.epsilon);
  if (node.has_output(1)) node.output(1, moments.mean);
  if (node.has_output(2)) node.output(2, moments.inverse_deviation);
}

void import_instance_norm(NodeImport& node) {
  NormAttrs attrs;
  const bool nhwc = node.rank(0) == 4;
  attrs.axis = nhwc ? 3 : 1;
  attrs.epsilon = node.real("epsilon", 1e-5f);  // InstanceNormalization-6
  const ValueId x = nhwc ? node.input_nhwc(0) : node.input(0);
  const ValueId y =
      node.emit("instance_norm", {x, node.input(1), node.input(2)}, Attributes::of(attrs));
  nhwc ? node.output_nhwc(0, y) : node.output(0, y);
}

// (x - mean) / (sqrt(mean of squares - square of mean) + 1e-9). Source: ONNX
// MeanVarianceNormalization-13, function body.
void import_mean_variance(NodeImport& node) {
  constexpr double kEpsilon = 1e-9;
  std::vector<int64_t> axes = node.integers("axes");
  if (axes.empty()) axes = {0, 2, 3};
  for (int64_t& axis : axes) axis = normalize_axis(axis, node.rank(0), "axes");
  std::sort(axes.begin(), axes.end());
  const ValueId x = node.input(0);
  const ValueId mean = mean_over(node, x, axes);
  const ValueId variance = mean_over(node, node.emit("squared_difference", {x, mean}), axes);
  const ValueId deviation = node.emit("sqrt", {variance});
  const ValueId divisor = node.emit("add", {deviation, node.scalar_like(deviation, kEpsilon)});
  node.output(0, node.emit("div", {node.emit("sub", {x, mean}), divisor}));
}

void import_lrn(NodeImport& node) {
  LrnAttrs attrs;
  const bool nhwc = node.rank(0) == 4;
  attrs.axis = nhwc ? 3 : 1;
  attrs.size = node.integer("size", 0);
  attrs.beta = node.real("beta", 0.75f);  // LRN-13, and those below
  attrs.bias = node.real("bias", 1.0f);
  // ONNX divides alpha by the size of the window.
  attrs.alpha = node.real("alpha", 1e-4f) / static_cast<float>(std::max<int64_t>(attrs.size, 1));
  const ValueId y = node.emit("local_response_normalization",
                              {nhwc ? node.input_nhwc(0) : node.input(0)}, Attributes::of(attrs));
  nhwc ? node.output_nhwc(0, y) : node.output(0, y);
}

void import_lp_norm(NodeImport& node) {
  const int64_t axis = normalize_axis(node.integer("axis", -1), node.rank(0), "axis");
  const int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2) node.fail("p is {}, expected 1 or 2", p);
  const ValueId x = node.input(0);
  const ValueId norm =
      node.emit(p == 1 ? "reduce_l1" : "reduce_l2", {x}, Attributes::of(ReduceAttrs{{axis}, true}));
  node.output(0, node.emit("div", {x, norm}));
}

std::string filled(NodeExport& node, const Shape& shape, float value, std::string_view hint) {
  const std::vector<float> values(static_cast<size_t>(shape.elements()), value);
  return node.initializer(Tensor::of(shape, values), hint);
}

void export_layer_norm(NodeExport& node) {
  const auto& attrs = node.attrs<NormAttrs>();
  const Shape& x = node.input_type(0).shape;
  const int axis = normalize_axis(attrs.axis, x.rank(), "axis");
  const Shape tail(std::vector<int64_t>(x.begin() + axis, x.end()));
  if (!node.has_input(1) && !tail.is_static()) node.refuse("normalization over the batch");
  const std::string gamma = node.has_input(1) ? node.input(1) : filled(node, tail, 1.0f, "gamma");
  node.output(0, node.emit("LayerNormalization", {node.input(0), gamma, node.input(2)},
                           {{"axis", int64_t{axis}}, {"epsilon", attrs.epsilon}}));
}

// ONNX normalizes axis 1, which is ours where the last of four is.
Layout channels_first(NodeExport& node, int64_t given) {
  const int rank = node.input_type(0).shape.rank();
  const int axis = normalize_axis(given, rank, "axis");
  if (rank == 4 && axis == 3) return Layout::kNchw;
  if (axis != 1) node.refuse("normalization along axis {} of {}", axis, rank);
  return Layout::kPlain;
}

void export_instance_norm(NodeExport& node) {
  const auto& attrs = node.attrs<NormAttrs>();
  const Layout layout = channels_first(node, attrs.axis);
  const Shape& x = node.input_type(0).shape;
  const Shape channels{x[normalize_axis(attrs.axis, x.rank(), "axis")]};
  const std::string gamma =
      node.has_input(1) ? node.input(1) : filled(node, channels, 1.0f, "gamma");
  const std::string beta = node.has_input(2) ? node.input(2) : filled(node, channels, 0.0f, "beta");
  node.output(0,
              node.emit("InstanceNormalization", {node.input(0, layout), gamma, beta},
                        {{"epsilon", attrs.epsilon}}),
              layout);
}

void export_lrn(NodeExport& node) {
  const auto& attrs = node.attrs<LrnAttrs>();
  const Layout layout = channels_first(node, attrs.axis);
  node.output(0,
              node.emit("LRN", {node.input(0, layout)},
                        {{"size", attrs.size},
                         {"alpha", attrs.alpha * static_cast<float>(attrs.size)},
                         {"beta", attrs.beta},
                         {"bias", attrs.bias}}),
              layout);
}

// The sum of squares is kept above TFLite's bound (L2_NORMALIZATION, epsilon 1e-6).
void export_l2_normalization(NodeExport& node) {
  constexpr float kLeastSquare = 1e-6f;
  const std::string x = node.input(0);
  const std::string squares =
      node.emit("ReduceSumSquare", {x, node.ints({-1}, "axes")}, {{"keepdims", int64_t{1}}});
  const std::string least = node.initializer(Tensor::scalar<float>(kLeastSquare), "least");
  const std::string norm = node.emit("Sqrt", {node.emit("Max", {squares, least})});
  node.output(0, node.emit("Div", {x, norm}));
}

}  // namespace

void ops_statistics(OnnxSink& sink) {
  sink.add_export({.op = "layer_norm", .handler = export_layer_norm});
  sink.add_export({.op = "instance_norm", .handler = export_instance_norm});
  sink.add_export({.op = "local_response_normalization", .handler = export_lrn});
  sink.add_export({.op = "l2_normalization", .handler = export_l2_normalization, .since = 18});
  sink.add_import({.op_type = "LayerNormalization", .handler = import_layer_norm});
  sink.add_import({.op_type = "InstanceNormalization", .handler = import_instance_norm});
  sink.add_import({.op_type = "MeanVarianceNormalization", .handler = import_mean_variance});
  sink.add_import({.op_type = "LRN", .handler = import_lrn});
  sink.add_import({.op_type = "LpNormalization", .handler = import_lp_norm});
}

}  // namespace mote::onnx
