// Operators that only see a tensor differently: reshape, flatten, transpose, squeeze, casts.
#include <algorithm>

#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/formats/onnx/tensor_proto.h"
#include "mote/ops/math_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::onnx {
namespace {

using Entries = std::vector<std::optional<int64_t>>;

// The extents that `wanted` asks for; with a dynamic batch the first is kDynamic and any -1 behind
// it is worked out from one sample.
std::vector<int64_t> resolve_reshape(const NodeImport& node, const Shape& from,
                                     const Entries& wanted) {
  const bool zero_copies = node.integer("allowzero", 0) == 0;
  std::vector<int64_t> to;
  for (size_t i = 0; i < wanted.size(); ++i) {
    const int64_t extent = wanted[i].value_or(kDynamic);
    if (!wanted[i] && i != 0) {
      node.refuse(
          "extent {} of the new shape depends on the batch size; fix the batch with --shape", i);
    }
    if (extent == 0 && zero_copies) {
      if (static_cast<int>(i) >= from.rank()) node.fail("0 at {} for {}", i, to_string(from));
      to.push_back(from[static_cast<int>(i)]);
    } else {
      to.push_back(extent);
    }
  }
  if (from.is_static() || to.empty() || to[0] != kDynamic) return to;
  const auto open = std::find(to.begin() + 1, to.end(), -1);
  if (open == to.end()) return to;
  *open = 1;
  const int64_t rest = Shape(std::vector<int64_t>(to.begin() + 1, to.end())).elements();
  const int64_t sample = from.elements_per_sample();
  if (rest == 0 || sample % rest != 0) {
    node.fail("{} cannot become {}", to_string(from), to_string(Shape(to)));
  }
  *open = sample / rest;
  return to;
}

void import_reshape(NodeImport& node) {
  const Entries wanted = node.known_entries(1, "shape");
  node.output(0, node.reshape(node.input(0), resolve_reshape(node, node.shape(0), wanted)));
}

void import_flatten(NodeImport& node) {
  const Shape from = node.shape(0);
  const int64_t stated = node.integer("axis", 1);
  // axis may be the rank itself: everything in rows.
  const int axis =
      stated == from.rank() ? from.rank() : normalize_axis(stated, from.rank(), "axis");
  const Shape inner(std::vector<int64_t>(from.begin() + axis, from.end()));
  const Shape outer(std::vector<int64_t>(from.begin(), from.begin() + axis));
  if (!inner.is_static() && axis == 0) {
    node.refuse("the batch would move to the second axis; fix it with --shape");
  }
  const int64_t rows = outer.is_static() ? outer.elements() : kDynamic;
  node.output(0, node.reshape(node.input(0), {rows, inner.elements()}));
}

void import_transpose(NodeImport& node) {
  std::vector<int64_t> permutation = node.integers("perm");
  const int rank = node.rank(0);
  if (permutation.empty()) {
    for (int axis = rank - 1; axis >= 0; --axis) permutation.push_back(axis);
  }
  std::vector<int64_t> sorted = permutation;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted.size() != static_cast<size_t>(rank) || sorted[i] != static_cast<int64_t>(i)) {
      node.fail("perm is no permutation of {} axes", rank);
    }
  }
  // From NCHW to NHWC is only a change of view.
  if (permutation == kNchwToNhwc && node.prefers_nhwc(0)) return node.output(0, node.input_nhwc(0));
  node.output(0, node.transpose(node.input(0), permutation));
}

void import_squeeze(NodeImport& node) {
  const Shape from = node.shape(0);
  const auto given = node.ints_from(1, "axes");
  std::vector<bool> drop(static_cast<size_t>(from.rank()), false);
  for (const int64_t axis : given.value_or(std::vector<int64_t>{})) {
    drop[static_cast<size_t>(normalize_axis(axis, from.rank(), "axes"))] = true;
  }
  std::vector<int64_t> to;
  for (int axis = 0; axis < from.rank(); ++axis) {
    const bool dropped = given ? drop[static_cast<size_t>(axis)] : from[axis] == 1;
    if (dropped && from[axis] != 1) node.fail("axis {} of {} is not 1", axis, to_string(from));
    if (!dropped) to.push_back(from[axis]);
  }
  node.output(0, node.reshape(node.input(0), to));
}

void import_unsqueeze(NodeImport& node) {
  const auto axes = node.ints_from(1, "axes");
  if (!axes) node.fail("axes are missing");
  const Shape from = node.shape(0);
  const int rank = from.rank() + static_cast<int>(axes->size());
  std::vector<int64_t> to(static_cast<size_t>(rank), 0);
  for (const int64_t axis : *axes) {
    int64_t& extent = to[static_cast<size_t>(normalize_axis(axis, rank, "axes"))];
    if (extent == 1) node.fail("axis {} is named twice", axis);
    extent = 1;
  }
  auto next = from.begin();
  for (int64_t& extent : to) {
    if (extent == 0) extent = *next++;
  }
  if (!from.is_static() && to[0] != kDynamic) {
    node.refuse("the batch would leave the first axis; fix it with --shape");
  }
  node.output(0, node.reshape(node.input(0), to));
}

// Shape-15 takes a part of the axes.
void import_shape(NodeImport& node) {
  const Shape from = node.shape(0);
  const auto bound = [&](int64_t at) {
    return std::clamp<int64_t>(at < 0 ? at + from.rank() : at, 0, from.rank());
  };
  const int64_t start = bound(node.integer("start", 0));
  const int64_t end = bound(node.integer("end", from.rank()));
  KnownInts ints;
  for (int64_t axis = start; axis < end; ++axis) {
    const int64_t extent = from[static_cast<int>(axis)];
    ints.values.push_back(extent == kDynamic ? std::nullopt : std::optional(extent));
  }
  ints.shape = Shape{static_cast<int64_t>(ints.values.size())};
  node.output_ints(0, std::move(ints));
}

void import_size(NodeImport& node) {
  const Shape from = node.shape(0);
  KnownInts ints{DataType::kI64, Shape{}, {std::nullopt}};
  if (from.is_static()) ints.values[0] = from.elements();
  node.output_ints(0, std::move(ints));
}

void import_identity(NodeImport& node) { node.output_same(0, 0); }

void import_dropout(NodeImport& node) {
  if (node.opset() >= 12 && node.has_input(2)) {
    const Tensor& training = node.required_constant(2, "training_mode");
    if (training.elements() != 1 || elements_as<int64_t>(training)[0] != 0) {
      node.refuse("training_mode is set; export for inference");
    }
  }
  node.output_same(0, 0);
  if (!node.has_output(1)) return;
  // Without training nothing is dropped: the mask is true everywhere.
  if (!node.shape(0).is_static()) node.refuse("a mask of a dynamic batch; fix it with --shape");
  const ValueId kept = node.add_constant(Tensor::scalar<bool>(true));
  const ShapeAttrs attrs{node.shape(0).dims()};
  node.output(1, node.emit("broadcast_to", {kept}, Attributes::of(attrs)));
}

void import_cast(NodeImport& node) {
  const int64_t code = node.integer("to", 0);
  const std::optional<DataType> to = data_type_from_onnx(code);
  if (!to) node.refuse("a cast to {} ({})", onnx_type_name(code), code);
  if (node.dtype(0) == *to) return node.output_same(0, 0);
  node.output_elementwise("cast", {0}, Attributes::of(TypeAttrs{*to}));
}

void import_cast_like(NodeImport& node) {
  if (node.dtype(0) == node.dtype(1)) return node.output_same(0, 0);
  node.output_elementwise("cast", {0}, Attributes::of(TypeAttrs{node.dtype(1)}));
}

void import_expand(NodeImport& node) {
  const Shape from = node.shape(0);
  const Entries wanted = node.known_entries(1, "shape");
  const int rank = std::max(from.rank(), static_cast<int>(wanted.size()));
  std::vector<int64_t> to(static_cast<size_t>(rank));
  for (int axis = 0; axis < rank; ++axis) {
    const int own = axis - (rank - from.rank());
    const int asked = axis - (rank - static_cast<int>(wanted.size()));
    const int64_t held = own < 0 ? 1 : from[own];
    const std::optional<int64_t> target = asked < 0 ? 1 : wanted[static_cast<size_t>(asked)];
    if (!target && held != kDynamic) {
      node.refuse("axis {} would get the batch size; fix the batch with --shape", axis);
    }
    to[static_cast<size_t>(axis)] = !target || *target == 1 ? held : *target;
  }
  const Shape target(to);
  if (target == from) return node.output_same(0, 0);
  node.output(0, node.emit("broadcast_to", {node.input(0)}, Attributes::of(ShapeAttrs{to})));
}

void export_reshape(NodeExport& node) {
  const std::string x = node.input(0, Layout::kPlain, Form::kStored);
  node.output(0, node.reshape(x, node.output_type(0).shape), Layout::kPlain, Form::kStored);
}

// Between NCHW and NHWC nothing moves: the result is the operand in its other layout.
void export_transpose(NodeExport& node) {
  const auto& permutation = node.attrs<TransposeAttrs>().permutation;
  if (permutation == kNchwToNhwc) {
    return node.output(0, node.input(0, Layout::kPlain, Form::kStored), Layout::kNchw,
                       Form::kStored);
  }
  if (permutation == kNhwcToNchw) {
    return node.output(0, node.input(0, Layout::kNchw, Form::kStored), Layout::kPlain,
                       Form::kStored);
  }
  const std::string x = node.input(0, Layout::kPlain, Form::kStored);
  node.output(0, node.transpose(x, permutation), Layout::kPlain, Form::kStored);
}

void export_cast(NodeExport& node) {
  const Layout layout = node.common_layout({0});
  const OnnxAttributes to{{"to", int64_t{onnx_code(node.attrs<TypeAttrs>().dtype)}}};
  node.output(0, node.emit("Cast", {node.input(0, layout)}, to), layout);
}

void export_broadcast_to(NodeExport& node) {
  const Shape& shape = node.output_type(0).shape;
  if (!shape.is_static()) node.refuse("a broadcast to a dynamic batch");
  node.output(0, node.emit("Expand", {node.input(0), node.ints(shape.dims(), "shape")}));
}

}  // namespace

void ops_shape(OnnxSink& sink) {
  sink.add_import({.op_type = "Reshape", .handler = import_reshape});
  sink.add_import({.op_type = "Flatten", .handler = import_flatten});
  sink.add_import({.op_type = "Transpose", .handler = import_transpose});
  sink.add_import({.op_type = "Squeeze", .handler = import_squeeze});
  sink.add_import({.op_type = "Unsqueeze", .handler = import_unsqueeze});
  sink.add_import({.op_type = "Shape", .handler = import_shape});
  sink.add_import({.op_type = "Size", .handler = import_size});
  sink.add_import({.op_type = "Identity", .handler = import_identity});
  sink.add_import({.op_type = "Dropout", .handler = import_dropout});
  sink.add_import({.op_type = "Cast", .handler = import_cast});
  sink.add_import({.op_type = "CastLike", .handler = import_cast_like});
  sink.add_import({.op_type = "Expand", .handler = import_expand});
  sink.add_export({.op = "reshape", .handler = export_reshape});
  sink.add_export({.op = "transpose", .handler = export_transpose});
  sink.add_export({.op = "cast", .handler = export_cast});
  sink.add_export({.op = "broadcast_to", .handler = export_broadcast_to});
}

}  // namespace mote::onnx
