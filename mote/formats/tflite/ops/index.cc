// GATHER_ND, ONE_HOT, TOPK_V2, CUMSUM, RANGE.
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/index_attrs.h"

namespace mote::tflite {
namespace {

using schema::BuiltinOperator;

void import_gather_nd(ImportContext& context) {
  context.finish("gather_nd", {context.input(0), context.input(1)},
                 Attributes::of(GatherNdAttrs{}));
}

/// Indices counted from the front: LiteRT refuses negative ones. Those that are computed stay.
int32_t indices_from_front(ExportContext& context) {
  const Tensor* given = context.constant(1);
  if (given == nullptr || given->elements() == 0) return context.input(1);
  std::vector<int64_t> values = elements_as<int64_t>(*given);
  const auto depth = static_cast<size_t>(given->shape().back());
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i] >= 0) continue;
    const int64_t extent = context.shape(0)[static_cast<int>(i % depth)];
    if (extent == kDynamic) context.refuse("the index {} into the batch", values[i]);
    values[i] += extent;
  }
  const std::vector<int32_t> narrow(values.begin(), values.end());
  return context.constant_tensor("indices", Tensor::of(given->shape(), narrow));
}

void export_gather_nd(ExportContext& context) {
  const int64_t batch_dims = context.attrs<GatherNdAttrs>().batch_dims;
  if (batch_dims != 0) context.refuse("{} batch axes, GATHER_ND has none", batch_dims);
  context.emit(BuiltinOperator::GATHER_ND, {context.input(0), indices_from_front(context)},
               context.outputs());
}

/// Ours takes off and on as one operand.
Tensor joined(const ImportContext& context, const Tensor& off, const Tensor& on) {
  if (off.elements() != 1 || on.elements() != 1 || off.dtype() != on.dtype()) {
    context.fail("its values are {}{} and {}{}, expected two scalars of one type",
                 name(off.dtype()), to_string(off.shape()), name(on.dtype()),
                 to_string(on.shape()));
  }
  Tensor values(off.dtype(), {2});
  copy_bytes(values.bytes(), off.bytes(), off.size_bytes());
  copy_bytes(values.bytes() + off.size_bytes(), on.bytes(), on.size_bytes());
  return values;
}

void import_one_hot(ImportContext& context) {
  const auto& options = context.options<schema::OneHotOptions>();
  const OneHotAttrs attrs{.axis = options.axis(), .depth = context.scalar_int(1, "depth")};
  Tensor values = joined(context, context.known(3, "off value"), context.known(2, "on value"));
  const ValueId operand = context.add_constant("values", std::move(values));
  context.finish("one_hot", {context.input(0), operand}, Attributes::of(attrs));
}

void export_one_hot(ExportContext& context) {
  const auto& attrs = context.attrs<OneHotAttrs>();
  const Tensor* values = context.constant(1);
  if (values == nullptr) context.refuse("values computed at run time");
  const auto element = [&](size_t i) {
    Tensor scalar(values->dtype(), {});
    copy_bytes(scalar.bytes(), values->bytes() + i * scalar.size_bytes(), scalar.size_bytes());
    return scalar;
  };
  const int32_t depth =
      context.constant_tensor("depth", Tensor::scalar(static_cast<int32_t>(attrs.depth)));
  const int32_t on = context.constant_tensor("on", element(1));
  const int32_t off = context.constant_tensor("off", element(0));
  context.emit(BuiltinOperator::ONE_HOT, {context.input(0), depth, on, off}, context.outputs(),
               schema::CreateOneHotOptions(context.builder(), static_cast<int32_t>(attrs.axis)));
}

void import_top_k(ImportContext& context) {
  const TopKAttrs attrs{.k = context.scalar_int(1, "k"),
                        .axis = -1,
                        .largest = true,
                        .dtype = context.file_output(1).dtype.value_or(DataType::kI32)};
  context.finish("top_k", {context.input(0)}, Attributes::of(attrs));
}

void export_top_k(ExportContext& context) {
  const auto& attrs = context.attrs<TopKAttrs>();
  if (!context.is_last_axis(attrs.axis))
    context.refuse("axis {}, TOPK_V2 has the last", attrs.axis);
  if (!attrs.largest) context.refuse("the smallest elements, TOPK_V2 gives the largest");
  if (attrs.dtype != DataType::kI32) context.refuse("indices of {}", name(attrs.dtype));
  const int32_t k = context.constant_tensor("k", Tensor::scalar(static_cast<int32_t>(attrs.k)));
  context.emit(BuiltinOperator::TOPK_V2, {context.input(0), k}, context.outputs());
}

void import_cumsum(ImportContext& context) {
  const auto& options = context.options<schema::CumsumOptions>();
  context.finish("cumsum", {context.input(0)},
                 Attributes::of(CumsumAttrs{.axis = context.scalar_int(1, "axis"),
                                            .exclusive = options.exclusive(),
                                            .reverse = options.reverse()}));
}

void export_cumsum(ExportContext& context) {
  const auto& attrs = context.attrs<CumsumAttrs>();
  const int32_t axis =
      context.constant_tensor("axis", Tensor::scalar(static_cast<int32_t>(attrs.axis)));
  context.emit(BuiltinOperator::CUMSUM, {context.input(0), axis}, context.outputs(),
               schema::CreateCumsumOptions(context.builder(), attrs.exclusive, attrs.reverse));
}

/// Only ranges known now, which become constants.
void import_range(ImportContext& context) {
  constexpr int64_t kMaxElements = int64_t{1} << 20;
  const int64_t start = context.scalar_int(0, "start");
  const int64_t limit = context.scalar_int(1, "limit");
  const int64_t step = context.scalar_int(2, "step");
  if (context.file_output(0).dtype != DataType::kI32)
    context.unsupported("ranges that are not of i32");
  if (step == 0) context.fail("a step of 0");
  std::vector<int32_t> values;
  for (int64_t at = start; step > 0 ? at < limit : at > limit; at += step) {
    values.push_back(static_cast<int32_t>(at));
    if (std::ssize(values) > kMaxElements) context.fail("more than {} elements", kMaxElements);
  }
  context.bind_output(0, context.add_constant("range", Tensor::of({std::ssize(values)}, values)));
}

}  // namespace

void define_ops_index(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(GATHER_ND, import_gather_nd);
  rules.on_import(ONE_HOT, import_one_hot);
  rules.on_import(TOPK_V2, import_top_k);
  rules.on_import(CUMSUM, import_cumsum);
  rules.on_import(RANGE, import_range);
  rules.on_export("gather_nd", export_gather_nd);
  rules.on_export("one_hot", export_one_hot);
  rules.on_export("top_k", export_top_k);
  rules.on_export("cumsum", export_cumsum);
}

}  // namespace mote::tflite
