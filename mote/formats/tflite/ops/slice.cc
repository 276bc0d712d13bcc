// SLICE, STRIDED_SLICE, SPLIT, SPLIT_V, UNPACK, REVERSE_V2.
#include <algorithm>

#include "mote/base/checked.h"
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

/// A slice that takes everything.
SliceAttrs whole(int rank) {
  const auto size = static_cast<size_t>(rank);
  return {.begin = std::vector<int64_t>(size, 0),
          .end = std::vector<int64_t>(size, kSliceEnd),
          .stride = std::vector<int64_t>(size, 1)};
}

/// Positions counted from the front and "to the end" where that is what they come to, so that a
/// slice has one spelling whichever operator it came from.
SliceAttrs normalized(SliceAttrs attrs, const Shape& from) {
  for (size_t axis = 0; axis < attrs.begin.size(); ++axis) {
    const int64_t extent = from[static_cast<int>(axis)];
    if (extent == kDynamic || attrs.stride[axis] <= 0) continue;
    const auto from_front = [&](int64_t position) {
      return std::clamp<int64_t>(position < 0 ? position + extent : position, 0, extent);
    };
    attrs.begin[axis] = from_front(attrs.begin[axis]);
    if (attrs.end[axis] == kSliceEnd) continue;
    attrs.end[axis] = from_front(attrs.end[axis]);
    if (attrs.end[axis] == extent) attrs.end[axis] = kSliceEnd;
  }
  return attrs;
}

void import_slice(ImportContext& context) {
  const Shape& from = context.shape(0);
  const std::vector<int64_t> begin = context.ints(1, "begin");
  const std::vector<int64_t> size = context.ints(2, "size", ImportContext::Batch::kSymbolicAllowed);
  SliceAttrs attrs = whole(from.rank());
  if (begin.size() != attrs.begin.size() || size.size() != attrs.begin.size()) {
    context.fail("{} begins and {} sizes for {}", begin.size(), size.size(), to_string(from));
  }
  for (size_t axis = 0; axis < begin.size(); ++axis) {
    const int64_t extent = from[static_cast<int>(axis)];
    if (begin[axis] < 0 || size[axis] < -1) {
      context.fail("begin {} and size {} on axis {}", begin[axis], size[axis], axis);
    }
    attrs.begin[axis] = begin[axis];
    if (size[axis] == -1 || (begin[axis] == 0 && size[axis] == extent)) continue;
    attrs.end[axis] = checked_add(begin[axis], size[axis], "end of a slice");
    if (extent != kDynamic && attrs.end[axis] > extent) {
      context.fail("axis {} ends at {}, its extent is {}", axis, attrs.end[axis], extent);
    }
  }
  context.finish("slice", {context.input(0)}, Attributes::of(normalized(std::move(attrs), from)));
}

/// The operands and masks of STRIDED_SLICE. Bit i of a mask belongs to entry i of the operands.
struct StridedSpec {
  std::vector<int64_t> begin;
  std::vector<int64_t> end;
  std::vector<int64_t> stride;
  const schema::StridedSliceOptions* options;

  bool bit(int32_t mask, size_t i) const { return (static_cast<uint32_t>(mask) >> i & 1u) != 0; }
  bool is_ellipsis(size_t i) const { return bit(options->ellipsis_mask(), i); }
  bool is_new_axis(size_t i) const { return !is_ellipsis(i) && bit(options->new_axis_mask(), i); }
  bool shrinks(size_t i) const {
    return !is_ellipsis(i) && !is_new_axis(i) && bit(options->shrink_axis_mask(), i);
  }
};

/// What becomes of each axis, in order of the result.
enum class AxisFate { kKept, kDropped, kNew };

struct DenseSlice {
  SliceAttrs attrs;
  std::vector<AxisFate> fates;
};

void set_axis(const StridedSpec& spec, size_t i, SliceAttrs& attrs, size_t axis) {
  const int64_t stride = spec.stride[i];
  attrs.stride[axis] = stride;
  attrs.begin[axis] =
      spec.bit(spec.options->begin_mask(), i) ? (stride > 0 ? 0 : -1) : spec.begin[i];
  int64_t end = spec.end[i];
  if (spec.options->offset()) end = checked_add(spec.begin[i], end, "end of a slice");
  attrs.end[axis] = spec.bit(spec.options->end_mask(), i) ? kSliceEnd : end;
  if (spec.shrinks(i)) {
    attrs.begin[axis] = spec.begin[i];
    attrs.stride[axis] = 1;
    attrs.end[axis] = spec.begin[i] == -1 ? kSliceEnd : spec.begin[i] + 1;
  }
}

/// Source: TensorFlow, documentation of tf.strided_slice (order of the masks).
DenseSlice resolve(const ImportContext& context, const StridedSpec& spec, const Shape& from) {
  DenseSlice result{whole(from.rank()), {}};
  const size_t entries = spec.begin.size();
  size_t taken = 0;  // axes of the input that an entry names
  for (size_t i = 0; i < entries; ++i) taken += !spec.is_ellipsis(i) && !spec.is_new_axis(i);
  const auto rank = static_cast<size_t>(from.rank());
  if (taken > rank) context.fail("it slices {} axes of {}", taken, to_string(from));
  size_t axis = 0;
  for (size_t i = 0; i < entries; ++i) {
    if (spec.is_ellipsis(i)) {
      for (size_t left = rank - taken; left > 0; --left, ++axis) {
        result.fates.push_back(AxisFate::kKept);
      }
      taken = rank;  // a second ellipsis stands for nothing
    } else if (spec.is_new_axis(i)) {
      result.fates.push_back(AxisFate::kNew);
    } else {
      set_axis(spec, i, result.attrs, axis++);
      result.fates.push_back(spec.shrinks(i) ? AxisFate::kDropped : AxisFate::kKept);
    }
  }
  for (; axis < rank; ++axis) result.fates.push_back(AxisFate::kKept);
  return result;
}

void import_strided_slice(ImportContext& context) {
  const Shape from = context.shape(0);
  const StridedSpec spec{context.ints(1, "begin"), context.ints(2, "end"),
                         context.ints(3, "strides"),
                         &context.options<schema::StridedSliceOptions>()};
  constexpr size_t kMaxEntries = 32;  // bits of a mask
  if (spec.begin.size() > kMaxEntries || spec.end.size() != spec.begin.size() ||
      spec.stride.size() != spec.begin.size()) {
    context.fail("{} begins, {} ends, {} strides", spec.begin.size(), spec.end.size(),
                 spec.stride.size());
  }
  DenseSlice slice = resolve(context, spec, from);
  slice.attrs = normalized(std::move(slice.attrs), from);
  const bool same_rank = std::all_of(slice.fates.begin(), slice.fates.end(),
                                     [](AxisFate fate) { return fate == AxisFate::kKept; });
  if (same_rank) {
    return context.finish("slice", {context.input(0)}, Attributes::of(std::move(slice.attrs)));
  }
  const ValueId sliced = context.add("slice", {context.input(0)}, Attributes::of(slice.attrs),
                                     context.type(0).quantization);
  const Shape shape = context.importer().graph.value(sliced).type.shape;
  std::vector<int64_t> to;
  int axis = 0;
  for (const AxisFate fate : slice.fates) {
    if (fate == AxisFate::kNew) to.push_back(1);
    if (fate == AxisFate::kKept) to.push_back(shape[axis]);
    if (fate == AxisFate::kDropped && shape[axis] != 1) {
      context.fail("axis {} of {} is dropped at {}, outside it", axis, to_string(from),
                   slice.attrs.begin[static_cast<size_t>(axis)]);
    }
    axis += fate != AxisFate::kNew;
  }
  if (!shape.is_static() && (to.empty() || to[0] != kDynamic)) {
    context.unsupported("it moves the batch; fix it with --shape");
  }
  context.finish("reshape", {sliced}, Attributes::of(ShapeAttrs{std::move(to)}));
}

void check_parts(const ImportContext& context, int64_t parts) {
  if (parts < 1 || static_cast<size_t>(parts) != context.output_count()) {
    context.fail("it has {} parts and {} results", parts, context.output_count());
  }
}

std::vector<int64_t> equal_parts(const ImportContext& context, int64_t extent, int64_t parts) {
  check_parts(context, parts);
  if (extent < 0 || extent % parts != 0) {
    context.fail("an extent of {} does not split into {} equal parts", extent, parts);
  }
  return std::vector<int64_t>(static_cast<size_t>(parts), extent / parts);
}

void import_split(ImportContext& context) {
  const int axis =
      normalize_axis(context.scalar_int(0, "axis"), context.shape(1).rank(), "the axis");
  const auto& options = context.options<schema::SplitOptions>();
  SplitAttrs attrs{axis, equal_parts(context, context.shape(1)[axis], options.num_splits())};
  context.finish("split", {context.input(1)}, Attributes::of(std::move(attrs)));
}

void import_split_v(ImportContext& context) {
  const int axis =
      normalize_axis(context.scalar_int(2, "axis"), context.shape(0).rank(), "the axis");
  SplitAttrs attrs{axis, context.ints(1, "sizes")};
  check_parts(context, static_cast<int64_t>(attrs.sizes.size()));
  const auto open = std::find(attrs.sizes.begin(), attrs.sizes.end(), -1);
  if (open != attrs.sizes.end()) {
    *open = 0;
    int64_t rest = context.shape(0)[axis];
    for (const int64_t size : attrs.sizes) rest = checked_add(rest, -size, "sizes of a split");
    *open = rest;
  }
  context.finish("split", {context.input(0)}, Attributes::of(std::move(attrs)));
}

void import_unpack(ImportContext& context) {
  const auto& options = context.options<schema::UnpackOptions>();
  const Shape from = context.shape(0);
  const int axis = normalize_axis(options.axis(), from.rank(), "the axis");
  check_parts(context, options.num());
  if (from[axis] != options.num()) {
    context.fail("axis {} of {} has not {} entries", axis, to_string(from), options.num());
  }
  std::vector<int64_t> to = from.dims();
  to.erase(to.begin() + axis);
  for (size_t i = 0; i < context.output_count(); ++i) {
    SliceAttrs attrs = whole(from.rank());
    attrs.begin[static_cast<size_t>(axis)] = static_cast<int64_t>(i);
    attrs.end[static_cast<size_t>(axis)] = static_cast<int64_t>(i) + 1;
    const ValueId part = context.add("slice", {context.input(0)}, Attributes::of(std::move(attrs)),
                                     context.type(0).quantization);
    context.finish_output(i, "reshape", {part}, Attributes::of(ShapeAttrs{to}));
  }
}

void import_reverse(ImportContext& context) {
  SliceAttrs attrs = whole(context.shape(0).rank());
  for (const int64_t given : context.ints(1, "axes")) {
    const auto axis =
        static_cast<size_t>(normalize_axis(given, context.shape(0).rank(), "a reversed axis"));
    attrs.begin[axis] = -1;
    attrs.stride[axis] = -1;
  }
  context.finish("slice", {context.input(0)}, Attributes::of(std::move(attrs)));
}

/// Begin counted from the front and size, for strides of 1; -1 is "to the end" of an open batch.
void export_plain_slice(ExportContext& context) {
  const auto& attrs = context.attrs<SliceAttrs>();
  const Shape& from = context.shape(0);
  const Shape& to = context.output_type().shape;
  std::vector<int64_t> begin = attrs.begin;
  for (size_t axis = 0; axis < begin.size(); ++axis) {
    const int64_t extent = from[static_cast<int>(axis)];
    if (extent == kDynamic) continue;
    begin[axis] =
        std::clamp<int64_t>(begin[axis] < 0 ? begin[axis] + extent : begin[axis], 0, extent);
  }
  context.emit(schema::BuiltinOperator::SLICE,
               {context.input(0), context.constant_ints("begin", begin),
                context.constant_ints("size", to.dims())},
               context.outputs());
}

void export_slice(ExportContext& context) {
  const auto& attrs = context.attrs<SliceAttrs>();
  const bool plain =
      std::all_of(attrs.stride.begin(), attrs.stride.end(), [](int64_t s) { return s == 1; });
  if (plain) return export_plain_slice(context);
  constexpr size_t kMaxRank = 5;  // of the runtimes' strided slices
  if (attrs.stride.size() > kMaxRank) context.refuse("rank {}", attrs.stride.size());
  std::vector<int64_t> end = attrs.end;
  uint32_t end_mask = 0;
  for (size_t axis = 0; axis < end.size(); ++axis) {
    if (end[axis] != kSliceEnd) continue;
    end[axis] = 0;
    end_mask |= 1u << axis;
  }
  context.emit(
      schema::BuiltinOperator::STRIDED_SLICE,
      {context.input(0), context.constant_ints("begin", attrs.begin),
       context.constant_ints("end", end), context.constant_ints("strides", attrs.stride)},
      context.outputs(),
      schema::CreateStridedSliceOptions(context.builder(), 0, static_cast<int32_t>(end_mask)));
}

void export_split(ExportContext& context) {
  const auto& attrs = context.attrs<SplitAttrs>();
  const auto parts = static_cast<int32_t>(attrs.sizes.size());
  const int64_t axis = normalize_axis(attrs.axis, context.shape(0).rank(), "the axis");
  const int32_t axis_tensor =
      context.constant_tensor("axis", Tensor::scalar(static_cast<int32_t>(axis)));
  const bool equal = std::all_of(attrs.sizes.begin(), attrs.sizes.end(),
                                 [&](int64_t size) { return size == attrs.sizes[0]; });
  if (equal) {
    return context.emit(schema::BuiltinOperator::SPLIT, {axis_tensor, context.input(0)},
                        context.outputs(), schema::CreateSplitOptions(context.builder(), parts));
  }
  context.emit(schema::BuiltinOperator::SPLIT_V,
               {context.input(0), context.constant_ints("sizes", attrs.sizes), axis_tensor},
               context.outputs(), schema::CreateSplitVOptions(context.builder(), parts));
}

}  // namespace

void define_ops_slice(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(SLICE, import_slice);
  rules.on_import(STRIDED_SLICE, import_strided_slice);
  rules.on_import(SPLIT, import_split);
  rules.on_import(SPLIT_V, import_split_v);
  rules.on_import(UNPACK, import_unpack);
  rules.on_import(REVERSE_V2, import_reverse);
  rules.on_export("slice", export_slice);
  rules.on_export("split", export_split);
}

}  // namespace mote::tflite
