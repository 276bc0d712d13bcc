// RESIZE_*, DEPTH_TO_SPACE, SPACE_TO_DEPTH, SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND.
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
}

}  // namespace mote::tflite
