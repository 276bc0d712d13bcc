#include "mote/rewrite/patches.h"

#include <algorithm>
#include <map>
#include <set>

#include "mote/base/error.h"
#include "mote/ir/graph_edit.h"
#include "mote/ops/nn_attrs.h"
#include "mote/ops/op_table.h"
#include "mote/ops/shape_attrs.h"
#include "mote/rewrite/channel_ranges.h"
#include "mote/rewrite/match.h"

namespace mote {
namespace {

// Indices along height or width, end excluded.
struct Span {
  int64_t begin = 0;
  int64_t end = 0;
  int64_t size() const { return end - begin; }
  bool operator==(const Span&) const = default;
  auto operator<=>(const Span&) const = default;
};

Span hull(const Span& a, const Span& b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

struct Region {
  Span h;
  Span w;
  bool operator==(const Region&) const = default;
  auto operator<=>(const Region&) const = default;
};

// How an operator's result at a place depends on places of its image: along height and width.
struct Window {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0, 0};
};

Region whole(const Shape& image) { return {{0, image[1]}, {0, image[2]}}; }

// A constant that is the same for every place.
bool is_uniform(const Shape& shape) {
  const int rank = shape.rank();
  return (rank < 2 || shape[rank - 2] == 1) && (rank < 3 || shape[rank - 3] == 1) && rank <= 4;
}

std::optional<Window> window_of(const Graph& graph, const Node& node) {
  if (is_one_of(node, {"conv_2d", "depthwise_conv_2d"})) {
    const auto& attrs = node.attrs<Conv2dAttrs>();
    const Shape& weights = type_of(graph, node.inputs[1]).shape;
    return Window{{weights[1], weights[2]}, attrs.stride, attrs.dilation, attrs.padding};
  }
  if (is_spatial_pool(node)) {
    const auto& attrs = node.attrs<Pool2dAttrs>();
    return Window{attrs.kernel, attrs.stride, attrs.dilation, attrs.padding};
  }
  if (is_pointwise(node)) return Window{};
  return std::nullopt;
}

// Whether the node computes an image place by place from images (`window_of`) and constants.
bool is_patchable(const Graph& graph, const Node& node) {
  const std::optional<Window> window = window_of(graph, node);
  if (!window || node.outputs.size() != 1) return false;
  const Shape& y = type_of(graph, node.outputs[0]).shape;
  if (y.rank() != 4 || !y.is_static()) return false;
  const bool pointwise = is_pointwise(node);
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (!node.inputs[i].valid()) continue;
    const Value& value = graph.value(node.inputs[i]);
    if (value.kind == ValueKind::kState) return false;
    if (value.kind == ValueKind::kConstant) {
      if (pointwise && !is_uniform(value.type.shape)) return false;
      continue;
    }
    if (!pointwise && i > 0) return false;
    const Shape& x = value.type.shape;
    if (x.rank() != 4 || (pointwise && (x[1] != y[1] || x[2] != y[2]))) return false;
  }
  return true;
}

struct Axis {
  int64_t kernel, stride, dilation, before;
};

Axis along(const Window& window, size_t axis) {
  return {window.kernel[axis], window.stride[axis], window.dilation[axis], window.padding[axis]};
}

// What `taken` of the result reads; may reach outside of the image.
Span reach(const Axis& axis, const Span& taken) {
  const int64_t begin = taken.begin * axis.stride - axis.before;
  const int64_t last = (taken.end - 1) * axis.stride - axis.before;
  return {begin, last + (axis.kernel - 1) * axis.dilation + 1};
}

Span within(const Span& span, int64_t extent) {
  return {std::max<int64_t>(span.begin, 0), std::min(span.end, extent)};
}

struct Need {
  Region region;                   // of the image
  std::array<int64_t, 4> padding;  // around it: top, left, bottom, right
};

Need needed(const Window& window, const Shape& image, const Region& result) {
  const Span h = reach(along(window, 0), result.h);
  const Span w = reach(along(window, 1), result.w);
  const Region region = {within(h, image[1]), within(w, image[2])};
  return {region,
          {region.h.begin - h.begin, region.w.begin - w.begin, h.end - region.h.end,
           w.end - region.w.end}};
}

using Regions = std::map<ValueId, Region>;

class PatchedStage {
 public:
  PatchedStage(const Graph& graph, const Stage& stage) : graph_(graph) {
    const std::vector<NodeId> order = graph.topological_order();
    for (size_t i = stage.first; i <= stage.last; ++i) nodes_.push_back(order[i]);
    for (const NodeId id : nodes_) inside_.push_back(graph.node(id).outputs[0]);
    std::sort(inside_.begin(), inside_.end());
  }

  ValueId result() const { return graph_.node(nodes_.back()).outputs[0]; }
  const std::vector<NodeId>& nodes() const { return nodes_; }
  bool is_inside(ValueId id) const {
    return std::binary_search(inside_.begin(), inside_.end(), id);
  }
  bool is_image(ValueId id) const {
    return id.valid() && graph_.value(id).kind != ValueKind::kConstant;
  }
  Need need(const Node& node, ValueId image, const Region& result) const {
    return needed(*window_of(graph_, node), type_of(graph_, image).shape, result);
  }

  // What the patch `taken` of the result needs of every value inside; nothing when some window
  // would see padding alone.
  std::optional<Regions> regions(const Region& taken) const {
    Regions regions = {{result(), taken}};
    for (auto at = nodes_.rbegin(); at != nodes_.rend(); ++at) {
      const Node& node = graph_.node(*at);
      const auto own = regions.find(node.outputs[0]);
      if (own == regions.end()) continue;
      const Region wanted = own->second;
      for (const ValueId image : node.inputs) {
        if (!is_image(image)) continue;
        const Region region = need(node, image, wanted).region;
        if (region.h.size() <= 0 || region.w.size() <= 0) return std::nullopt;
        if (!is_inside(image)) continue;
        const auto [known, is_new] = regions.try_emplace(image, region);
        if (!is_new) {
          known->second = {hull(known->second.h, region.h), hull(known->second.w, region.w)};
        }
      }
    }
    return regions;
  }

 private:
  const Graph& graph_;
  std::vector<NodeId> nodes_;
  std::vector<ValueId> inside_;
};

// `count` spans that are as equal as they can be; nothing when there are fewer indices.
std::vector<Span> divided(int64_t extent, int64_t count) {
  std::vector<Span> spans;
  if (count < 1 || count > extent) return spans;
  for (int64_t i = 0; i < count; ++i) {
    spans.push_back({extent * i / count, extent * (i + 1) / count});
  }
  return spans;
}

// The patches of the result, row by row; empty when the grid does not divide it.
std::vector<std::vector<Region>> patches_of(const Shape& result, const PatchGrid& grid) {
  const std::vector<Span> columns = divided(result[2], grid.columns);
  std::vector<std::vector<Region>> rows;
  if (columns.empty()) return rows;
  for (const Span& h : divided(result[1], grid.rows)) {
    rows.emplace_back();
    for (const Span& w : columns) rows.back().push_back({h, w});
  }
  return rows;
}

void check_stage(const Graph& graph, const Stage& stage) {
  const std::vector<Stage> stages = patchable_stages(graph);
  if (std::find(stages.begin(), stages.end(), stage) != stages.end()) return;
  throw_error(ErrorKind::kInvalidArgument, "nodes {} to {} are no stage that can run by patches",
              stage.first, stage.last);
}

// Writes the stage once for every patch.
class Writer {
 public:
  Writer(const Graph& graph, const PatchedStage& stage, Graph& edited)
      : graph_(graph), stage_(stage), edited_(edited) {}

  ValueId add_patch(const Regions& regions, const std::string& suffix) {
    slices_.clear();
    std::map<ValueId, ValueId> computed;
    for (const NodeId id : stage_.nodes()) {
      const Node& node = graph_.node(id);
      const auto wanted = regions.find(node.outputs[0]);
      if (wanted == regions.end()) continue;
      computed[node.outputs[0]] = add_node(node, wanted->second, regions, computed, suffix);
    }
    return computed.at(stage_.result());
  }

  ValueId join(const std::vector<ValueId>& parts, int64_t axis, const std::string& name) {
    if (parts.size() == 1) return parts[0];
    Node node{.op = &op("concat"),
              .name = name,
              .inputs = parts,
              .attributes = Attributes::of(AxisAttrs{axis})};
    return edited_.add_node(std::move(node),
                            {.names = {name}, .quantization = {record(parts[0])}})[0];
  }

 private:
  std::optional<Quantization> record(ValueId id) const {
    return edited_.value(id).type.quantization;
  }

  ValueId add_node(const Node& node, const Region& wanted, const Regions& regions,
                   const std::map<ValueId, ValueId>& computed, const std::string& suffix) {
    Node copy = node;
    copy.outputs.clear();
    copy.name = node.name + suffix;
    for (ValueId& image : copy.inputs) {
      if (!stage_.is_image(image)) continue;
      const Need need = stage_.need(node, image, wanted);
      set_padding(copy, need.padding);
      const bool inside = stage_.is_inside(image);
      const Region have = inside ? regions.at(image) : whole(type_of(graph_, image).shape);
      image = slice(inside ? computed.at(image) : image, have, need.region, suffix);
    }
    const std::string value = graph_.value(node.outputs[0]).name + suffix;
    return edited_.add_node(std::move(copy),
                            {.names = {value}, .quantization = {record(node.outputs[0])}})[0];
  }

  static void set_padding(Node& node, const std::array<int64_t, 4>& padding) {
    if (is_one_of(node, {"conv_2d", "depthwise_conv_2d"})) {
      auto attrs = node.attrs<Conv2dAttrs>();
      attrs.padding = padding;
      node.attributes = Attributes::of(attrs);
    } else if (is_spatial_pool(node)) {
      auto attrs = node.attrs<Pool2dAttrs>();
      attrs.padding = padding;
      node.attributes = Attributes::of(attrs);
    }
  }

  // `wanted` of an image of which `id` holds `have`.
  ValueId slice(ValueId id, const Region& have, const Region& wanted, const std::string& suffix) {
    if (have == wanted) return id;
    const auto [known, is_new] = slices_.try_emplace({id, wanted});
    if (!is_new) return known->second;
    SliceAttrs attrs;
    attrs.begin = {0, wanted.h.begin - have.h.begin, wanted.w.begin - have.w.begin, 0};
    attrs.end = {kSliceEnd, wanted.h.end - have.h.begin, wanted.w.end - have.w.begin, kSliceEnd};
    attrs.stride = {1, 1, 1, 1};
    const std::string name = edited_.value(id).name + "/slice" + suffix;
    Node node{
        .op = &op("slice"), .name = name, .inputs = {id}, .attributes = Attributes::of(attrs)};
    known->second =
        edited_.add_node(std::move(node), {.names = {name}, .quantization = {record(id)}})[0];
    return known->second;
  }

  const Graph& graph_;
  const PatchedStage& stage_;
  Graph& edited_;
  std::map<std::pair<ValueId, Region>, ValueId> slices_;
};

int64_t bytes_of(const Graph& graph, ValueId id, const Region& region) {
  const TensorType& type = type_of(graph, id);
  return type.shape[0] * region.h.size() * region.w.size() * type.shape[3] *
         static_cast<int64_t>(size_bytes(type.dtype));
}

// The most that one patch keeps alive of the values inside, and of slices of what it reads.
int64_t patch_bytes(const Graph& graph, const PatchedStage& stage, const Regions& regions) {
  std::map<ValueId, size_t> last_reader;
  for (size_t i = 0; i < stage.nodes().size(); ++i) {
    for (const ValueId id : graph.node(stage.nodes()[i]).inputs) {
      if (stage.is_image(id) && stage.is_inside(id)) last_reader[id] = i;
    }
  }
  std::map<ValueId, int64_t> live;
  int64_t most = 0;
  for (size_t i = 0; i < stage.nodes().size(); ++i) {
    const Node& node = graph.node(stage.nodes()[i]);
    const auto own = regions.find(node.outputs[0]);
    if (own == regions.end()) continue;
    const Window window = *window_of(graph, node);
    int64_t slices = 0;
    int64_t dying = 0;
    for (const ValueId id : node.inputs) {
      if (!stage.is_image(id)) continue;
      if (!stage.is_inside(id)) {
        slices += bytes_of(graph, id, stage.need(node, id, own->second).region);
      } else if (last_reader.at(id) == i) {
        dying += live[id];
      }
    }
    const bool is_local = window.kernel == std::array<int64_t, 2>{1, 1} ||
                          is_op(node, "depthwise_conv_2d") || is_spatial_pool(node);
    // The result of the stage has its place already.
    const bool is_result = node.outputs[0] == stage.result();
    const int64_t out = is_result ? 0 : bytes_of(graph, own->first, own->second);
    int64_t total = slices + out;
    for (const auto& [id, bytes] : live) total += bytes;
    if (is_local) total -= std::min(out, dying + slices);
    most = std::max(most, total);
    live[node.outputs[0]] = out;
    std::erase_if(live, [&](const auto& entry) {
      const auto reader = last_reader.find(entry.first);
      return reader != last_reader.end() && reader->second <= i;
    });
  }
  return most;
}

// What the stage reads, and its result.
int64_t outside_bytes(const Graph& graph, const PatchedStage& stage) {
  std::vector<ValueId> values = {stage.result()};
  for (const NodeId id : stage.nodes()) {
    for (const ValueId image : graph.node(id).inputs) {
      if (stage.is_image(image) && !stage.is_inside(image)) values.push_back(image);
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  int64_t total = 0;
  for (const ValueId id : values) total += bytes_of(graph, id, whole(type_of(graph, id).shape));
  return total;
}

// `rows` holds the heights of each row of patches, `columns` the widths of each column.
int64_t extra_macs(const Graph& graph, const PatchedStage& stage, const std::vector<Regions>& rows,
                   const std::vector<Regions>& columns) {
  int64_t extra = 0;
  for (const NodeId id : stage.nodes()) {
    const Node& node = graph.node(id);
    const int64_t macs = node.op->cost == nullptr ? 0 : node.op->cost(graph, node).macs;
    const Shape& image = type_of(graph, node.outputs[0]).shape;
    int64_t height = 0;
    int64_t width = 0;
    for (const Regions& row : rows) height += row.at(node.outputs[0]).h.size();
    for (const Regions& column : columns) width += column.at(node.outputs[0]).w.size();
    extra += macs / (image[1] * image[2]) * (height * width - image[1] * image[2]);
  }
  return extra;
}

// Patches in the middle of an image are all alike.
std::vector<Regions> distinct_sizes(std::vector<Regions> patches) {
  std::set<std::vector<int64_t>> seen;
  std::erase_if(patches, [&](const Regions& patch) {
    std::vector<int64_t> sizes;
    for (const auto& [id, region] : patch) {
      sizes.push_back(region.h.size());
      sizes.push_back(region.w.size());
    }
    return !seen.insert(std::move(sizes)).second;
  });
  return patches;
}

}  // namespace

std::vector<Stage> patchable_stages(const Graph& graph) {
  const std::vector<NodeId> order = graph.topological_order();
  const std::vector<std::vector<NodeId>> consumers = graph.consumers();
  std::map<NodeId, size_t> position;
  for (size_t i = 0; i < order.size(); ++i) position[order[i]] = i;
  std::vector<Stage> stages;
  for (size_t first = 0; first < order.size(); ++first) {
    // The last position at which something computed so far, but for the newest, is read.
    size_t pending = 0;
    for (size_t last = first; last < order.size(); ++last) {
      const Node& node = graph.node(order[last]);
      if (!is_patchable(graph, node)) break;
      if (last > first && pending <= last) stages.push_back({first, last});
      const ValueId y = node.outputs[0];
      if (graph.is_output(y)) break;
      for (const NodeId reader : consumers[static_cast<size_t>(y.index)]) {
        pending = std::max(pending, position.at(reader));
      }
    }
  }
  return stages;
}

std::optional<PatchEstimate> estimate_patches(const Graph& graph, const PatchGrid& grid) {
  const PatchedStage stage(graph, grid.stage);
  const Shape& result = type_of(graph, stage.result()).shape;
  const auto patches = patches_of(result, grid);
  if (patches.empty()) return std::nullopt;
  // Height and width do not depend on each other.
  std::vector<Regions> rows;
  std::vector<Regions> columns;
  for (const std::vector<Region>& row : patches) {
    const std::optional<Regions> regions = stage.regions(row[0]);
    if (!regions) return std::nullopt;
    rows.push_back(*regions);
  }
  for (const Region& patch : patches[0]) {
    const std::optional<Regions> regions = stage.regions(patch);
    if (!regions) return std::nullopt;
    columns.push_back(*regions);
  }
  PatchEstimate estimate = {.bytes = outside_bytes(graph, stage),
                            .extra_macs = extra_macs(graph, stage, rows, columns)};
  int64_t most = 0;
  for (const Regions& row : distinct_sizes(std::move(rows))) {
    for (const Regions& column : distinct_sizes(columns)) {
      Regions both = row;
      for (auto& [id, region] : both) region.w = column.at(id).w;
      most = std::max(most, patch_bytes(graph, stage, both));
    }
  }
  estimate.bytes += most;
  return estimate;
}

std::optional<Graph> run_by_patches(const Graph& graph, const PatchGrid& grid) {
  check_stage(graph, grid.stage);
  const PatchedStage stage(graph, grid.stage);
  const auto rows = patches_of(type_of(graph, stage.result()).shape, grid);
  if (rows.empty()) return std::nullopt;
  Graph patched = graph;
  GraphEdit edit(patched);
  Writer writer(graph, stage, *edit);
  const std::string name = graph.value(stage.result()).name;
  std::vector<ValueId> bands;
  for (size_t r = 0; r < rows.size(); ++r) {
    std::vector<ValueId> parts;
    for (size_t c = 0; c < rows[r].size(); ++c) {
      const std::optional<Regions> regions = stage.regions(rows[r][c]);
      if (!regions) return std::nullopt;
      parts.push_back(writer.add_patch(*regions, fmt::format("/patch_{}_{}", r, c)));
    }
    bands.push_back(writer.join(parts, 2, fmt::format("{}/patches_{}", name, r)));
  }
  take_place(*edit, stage.result(), writer.join(bands, 1, name + "/patches"));
  edit.commit();
  return patched;
}

}  // namespace mote
