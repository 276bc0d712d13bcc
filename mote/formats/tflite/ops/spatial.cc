// RESIZE_*, DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND.
#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/formats/tflite/ops/window.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/shape_attrs.h"

namespace mote::tflite {
namespace {

template <class Options>
void import_resize(ImportContext& context, std::string_view op) {
  const auto& options = context.options<Options>();
  const std::vector<int64_t> size = context.ints(1, "size");
  if (size.size() != 2)
    context.fail("its size has {} entries, expected height and width", size.size());
  context.finish(
      op, {context.input(0)},
      Attributes::of(Resize2dAttrs{.size = positive_pair(context, "size", size[0], size[1]),
                                   .align_corners = options.align_corners(),
                                   .half_pixel_centers = options.half_pixel_centers()}));
}

template <class Options>
void import_block(ImportContext& context, std::string_view op) {
  const int64_t block = context.options<Options>().block_size();
  positive_pair(context, "block", block, block);
  context.finish(op, {context.input(0)}, Attributes::of(BlockAttrs{.block = block}));
}

void import_space_batch(ImportContext& context, std::string_view op) {
  SpaceBatchAttrs attrs{.block = context.ints(1, "block")};
  const std::vector<int64_t> table = context.ints(2, "pads");
  if (table.size() != 2 * attrs.block.size()) {
    context.fail("{} pads for {} axes", table.size(), attrs.block.size());
  }
  for (size_t i = 0; i < table.size(); i += 2) {
    attrs.low.push_back(table[i]);
    attrs.high.push_back(table[i + 1]);
  }
  context.finish(op, {context.input(0)}, Attributes::of(std::move(attrs)));
}

int32_t resize_size(ExportContext& context) {
  const auto& attrs = context.attrs<Resize2dAttrs>();
  return context.constant_ints("size", {attrs.size[0], attrs.size[1]});
}

void export_resize_bilinear(ExportContext& context) {
  const auto& attrs = context.attrs<Resize2dAttrs>();
  context.emit(schema::BuiltinOperator::RESIZE_BILINEAR, {context.input(0), resize_size(context)},
               context.outputs(),
               schema::CreateResizeBilinearOptions(context.builder(), attrs.align_corners,
                                                   attrs.half_pixel_centers));
}

void export_resize_nearest(ExportContext& context) {
  const auto& attrs = context.attrs<Resize2dAttrs>();
  context.emit(schema::BuiltinOperator::RESIZE_NEAREST_NEIGHBOR,
               {context.input(0), resize_size(context)}, context.outputs(),
               schema::CreateResizeNearestNeighborOptions(context.builder(), attrs.align_corners,
                                                          attrs.half_pixel_centers));
}

int32_t block_of(const ExportContext& context) {
  const auto& attrs = context.attrs<BlockAttrs>();
  if (attrs.column_row_depth) context.refuse("the order column, row, depth");
  return static_cast<int32_t>(attrs.block);
}

void export_depth_to_space(ExportContext& context) {
  context.emit(schema::BuiltinOperator::DEPTH_TO_SPACE, context.inputs(), context.outputs(),
               schema::CreateDepthToSpaceOptions(context.builder(), block_of(context)));
}

void export_space_to_depth(ExportContext& context) {
  context.emit(schema::BuiltinOperator::SPACE_TO_DEPTH, context.inputs(), context.outputs(),
               schema::CreateSpaceToDepthOptions(context.builder(), block_of(context)));
}

void export_space_batch(ExportContext& context, schema::BuiltinOperator code) {
  const auto& attrs = context.attrs<SpaceBatchAttrs>();
  std::vector<int32_t> table;
  for (size_t i = 0; i < attrs.block.size(); ++i) {
    table.push_back(static_cast<int32_t>(attrs.low[i]));
    table.push_back(static_cast<int32_t>(attrs.high[i]));
  }
  const auto axes = static_cast<int64_t>(attrs.block.size());
  context.emit(code,
               {context.input(0), context.constant_ints("block", attrs.block),
                context.constant_tensor("pads", Tensor::of<int32_t>({axes, 2}, table))},
               context.outputs());
}

}  // namespace

void define_ops_spatial(OpRules& rules) {
  using enum schema::BuiltinOperator;
  rules.on_import(RESIZE_BILINEAR, [](ImportContext& c) {
    import_resize<schema::ResizeBilinearOptions>(c, "resize_bilinear");
  });
  rules.on_import(RESIZE_NEAREST_NEIGHBOR, [](ImportContext& c) {
    import_resize<schema::ResizeNearestNeighborOptions>(c, "resize_nearest_neighbor");
  });
  rules.on_import(DEPTH_TO_SPACE, [](ImportContext& c) {
    import_block<schema::DepthToSpaceOptions>(c, "depth_to_space");
  });
  rules.on_import(SPACE_TO_DEPTH, [](ImportContext& c) {
    import_block<schema::SpaceToDepthOptions>(c, "space_to_depth");
  });
  rules.on_import(SPACE_TO_BATCH_ND,
                  [](ImportContext& c) { import_space_batch(c, "space_to_batch"); });
  rules.on_import(BATCH_TO_SPACE_ND,
                  [](ImportContext& c) { import_space_batch(c, "batch_to_space"); });
  rules.on_export("resize_bilinear", export_resize_bilinear);
  rules.on_export("resize_nearest_neighbor", export_resize_nearest);
  rules.on_export("depth_to_space", export_depth_to_space);
  rules.on_export("space_to_depth", export_space_to_depth);
  rules.on_export("space_to_batch",
                  [](ExportContext& c) { export_space_batch(c, SPACE_TO_BATCH_ND); });
  rules.on_export("batch_to_space",
                  [](ExportContext& c) { export_space_batch(c, BATCH_TO_SPACE_ND); });
}

}  // namespace mote::tflite
