// detection_post_process(boxes [1,b,4], scores [1,b,c], anchors [b,4])
//     -> boxes [1,k,4], classes [1,k], scores [1,k], count [1], all f32; k results at most.
//
// Box i has its centre at anchor + encoded / scale * extent of the anchor and the extent
// anchor * exp(encoded / scale), in the order y, x, h, w; results are (top, left, bottom, right). A
// score above the others' comes first; a box that shares more than nms_iou_threshold of the common
// area with a chosen one is left out. Entries behind `count` are 0. One more score than num_classes
// is that of the background, the first. Quantized operands are taken as real numbers.
// Source: TFLite's custom operator TFLite_Detection_PostProcess; equal scores in the order of
// boxes.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "mote/ops/define.h"
#include "mote/ops/detection_attrs.h"
#include "mote/ops/facets.h"
#include "mote/ops/op_table.h"
#include "mote/ops/real_numbers.h"

namespace mote::ops {
namespace {

int64_t results_of(const DetectionAttrs& attrs) {
  return attrs.max_detections * attrs.max_classes_per_detection;
}

void infer(InferContext& context) {
  constexpr int64_t kMost = int64_t{1} << 20;
  context.expect_inputs(3, 3);
  const auto& attrs = context.attrs<DetectionAttrs>();
  const Shape& boxes = context.shape(0);
  const Shape& scores = context.shape(1);
  const Shape& anchors = context.shape(2);
  const bool fits = boxes.rank() == 3 && scores.rank() == 3 && anchors.rank() == 2 &&
                    boxes[0] == 1 && scores[0] == 1 && boxes[2] == 4 && anchors[1] == 4 &&
                    boxes[1] == anchors[0] && scores[1] == anchors[0];
  if (!fits) {
    context.fail("boxes {}, scores {} and anchors {}; expected [1,b,4], [1,b,c] and [b,4]",
                 to_string(boxes), to_string(scores), to_string(anchors));
  }
  for (const auto& [name, value] :
       {std::pair<std::string_view, int64_t>{"max_detections", attrs.max_detections},
        {"max_classes_per_detection", attrs.max_classes_per_detection},
        {"detections_per_class", attrs.detections_per_class},
        {"num_classes", attrs.num_classes}}) {
    if (value < 1 || value > kMost) context.fail("{} is {}, expected 1 to {}", name, value, kMost);
  }
  const int64_t background = scores[2] - attrs.num_classes;
  if (background != 0 && background != 1) {
    context.fail("{} scores for {} classes", scores[2], attrs.num_classes);
  }
  const int64_t count = results_of(attrs);
  if (count > kMost) context.fail("{} results", count);
  context.add_output(DataType::kF32, {1, count, 4});
  context.add_output(DataType::kF32, {1, count});
  context.add_output(DataType::kF32, {1, count});
  context.add_output(DataType::kF32, {1});
}

struct Box {
  float top, left, bottom, right;
  float area() const { return (bottom - top) * (right - left); }
};

float intersection_over_union(const Box& a, const Box& b) {
  if (a.area() <= 0.0f || b.area() <= 0.0f) return 0.0f;
  const float height = std::max(std::min(a.bottom, b.bottom) - std::max(a.top, b.top), 0.0f);
  const float width = std::max(std::min(a.right, b.right) - std::max(a.left, b.left), 0.0f);
  const float shared = height * width;
  return shared / (a.area() + b.area() - shared);
}

// Operand `i` as f32.
Tensor real_operand(const EvalContext& context, size_t i) {
  Tensor real(DataType::kF32, context.input_type(i).shape);
  if (context.input_type(i).quantization) {
    dequantize_values(context.input(i), *context.input_type(i).quantization, real.view());
  } else if (context.input_type(i).dtype == DataType::kF32) {
    copy_bytes(real.bytes(), context.input(i).bytes, real.size_bytes());
  } else {
    context.no_kernel();
  }
  return real;
}

std::vector<Box> decode(const Tensor& boxes, const Tensor& anchors, const DetectionAttrs& attrs) {
  const auto count = static_cast<size_t>(anchors.shape()[0]);
  std::vector<Box> result;
  for (size_t i = 0; i < count; ++i) {
    const auto code = boxes.data<float>().subspan(4 * i, 4);
    const auto anchor = anchors.data<float>().subspan(4 * i, 4);
    const float y = code[0] / attrs.y_scale * anchor[2] + anchor[0];
    const float x = code[1] / attrs.x_scale * anchor[3] + anchor[1];
    const float half_h = 0.5f * std::exp(code[2] / attrs.h_scale) * anchor[2];
    const float half_w = 0.5f * std::exp(code[3] / attrs.w_scale) * anchor[3];
    result.push_back({y - half_h, x - half_w, y + half_h, x + half_w});
  }
  return result;
}

struct Detection {
  size_t box = 0;
  int64_t category = 0;
  float score = 0.0f;
};

// A NaN goes last, so that the order is one whatever the data are.
bool is_better(float a, float b) { return a > b || (std::isnan(b) && !std::isnan(a)); }

class Detector {
 public:
  Detector(const DetectionAttrs& attrs, std::vector<Box> boxes, const Tensor& scores)
      : attrs_(attrs),
        boxes_(std::move(boxes)),
        scores_(scores.data<float>()),
        columns_(static_cast<size_t>(scores.shape()[2])),
        first_(columns_ - static_cast<size_t>(attrs.num_classes)) {}

  // The boxes chosen by one score each, best first.
  std::vector<size_t> chosen(const std::vector<float>& by, int64_t most) const {
    std::vector<size_t> order;
    for (size_t i = 0; i < by.size(); ++i) {
      if (by[i] >= attrs_.nms_score_threshold) order.push_back(i);
    }
    std::ranges::stable_sort(order, [&](size_t a, size_t b) { return is_better(by[a], by[b]); });
    std::vector<size_t> kept;
    for (const size_t candidate : order) {
      if (static_cast<int64_t>(kept.size()) >= most) break;
      const bool hidden = std::ranges::any_of(kept, [&](size_t other) {
        return intersection_over_union(boxes_[other], boxes_[candidate]) > attrs_.nms_iou_threshold;
      });
      if (!hidden) kept.push_back(candidate);
    }
    return kept;
  }

  // Each class on its own; the best of all of them.
  std::vector<Detection> by_class() const {
    std::vector<Detection> all;
    for (int64_t category = 0; category < attrs_.num_classes; ++category) {
      std::vector<float> by(boxes_.size());
      for (size_t i = 0; i < by.size(); ++i) by[i] = score(i, category);
      for (const size_t box : chosen(by, attrs_.detections_per_class)) {
        all.push_back({box, category, by[box]});
      }
      std::ranges::stable_sort(all, is_better, &Detection::score);
      if (std::ssize(all) > attrs_.max_detections) {
        all.resize(static_cast<size_t>(attrs_.max_detections));
      }
    }
    return all;
  }

  // Boxes by their best class; each gives its best classes.
  std::vector<Detection> by_box() const {
    const int64_t classes = std::min(attrs_.max_classes_per_detection, attrs_.num_classes);
    std::vector<std::vector<int64_t>> best(boxes_.size());
    std::vector<float> by(boxes_.size());
    for (size_t i = 0; i < boxes_.size(); ++i) {
      best[i].resize(static_cast<size_t>(attrs_.num_classes));
      std::iota(best[i].begin(), best[i].end(), 0);
      std::ranges::stable_sort(
          best[i], [&](int64_t a, int64_t b) { return is_better(score(i, a), score(i, b)); });
      by[i] = score(i, best[i][0]);
    }
    std::vector<Detection> all;
    for (const size_t box : chosen(by, attrs_.max_detections)) {
      for (int64_t c = 0; c < attrs_.max_classes_per_detection; ++c) {
        if (c >= classes) {
          all.push_back({box, 0, 0.0f});
          continue;
        }
        const int64_t category = best[box][static_cast<size_t>(c)];
        all.push_back({box, category, score(box, category)});
      }
    }
    return all;
  }

  const Box& box(size_t i) const { return boxes_[i]; }

 private:
  float score(size_t box, int64_t category) const {
    return scores_[box * columns_ + first_ + static_cast<size_t>(category)];
  }

  const DetectionAttrs& attrs_;
  std::vector<Box> boxes_;
  std::span<const float> scores_;
  size_t columns_;
  size_t first_;
};

void reference(const EvalContext& context) {
  const auto& attrs = context.attrs<DetectionAttrs>();
  const Tensor scores = real_operand(context, 1);
  const Detector detector(attrs, decode(real_operand(context, 0), real_operand(context, 2), attrs),
                          scores);
  const std::vector<Detection> found =
      attrs.use_regular_nms ? detector.by_class() : detector.by_box();
  const std::array<std::span<float>, 4> to = {
      context.output(0).data<float>(), context.output(1).data<float>(),
      context.output(2).data<float>(), context.output(3).data<float>()};
  for (const std::span<float> each : to) std::ranges::fill(each, 0.0f);
  for (size_t i = 0; i < found.size(); ++i) {
    const Box& box = detector.box(found[i].box);
    std::ranges::copy(std::array{box.top, box.left, box.bottom, box.right}, &to[0][4 * i]);
    to[1][i] = static_cast<float>(found[i].category);
    to[2][i] = found[i].score;
  }
  const int64_t each = attrs.use_regular_nms ? 1 : attrs.max_classes_per_detection;
  to[3][0] = static_cast<float>(std::ssize(found) / each);
}

AxisMap axes(const Graph& graph, const Node& node) {
  return blocked_axes(graph, node, "boxes are chosen among each other");
}

Tensor random_reals(Rng& rng, const Shape& shape, float low, float high) {
  Tensor tensor(DataType::kF32, shape);
  for (float& v : tensor.data<float>()) v = rng.uniform(low, high);
  return tensor;
}

std::optional<Graph> sample(Rng& rng, SampleKind kind) {
  if (kind != SampleKind::kF32) return std::nullopt;
  Graph graph;
  const int64_t count = rng.integer(1, 30);
  DetectionAttrs attrs;
  attrs.num_classes = rng.integer(1, 5);
  attrs.max_detections = rng.integer(1, 12);
  attrs.use_regular_nms = rng.integer(0, 1) == 0;
  if (!attrs.use_regular_nms) {
    attrs.max_classes_per_detection = rng.integer(1, attrs.num_classes);
  }
  attrs.detections_per_class = rng.integer(1, 10);
  attrs.nms_score_threshold = rng.uniform(-1.0f, 0.5f);
  attrs.nms_iou_threshold = rng.uniform(0.1f, 0.9f);
  const ValueId boxes = graph.add_input("boxes", {DataType::kF32, {1, count, 4}});
  const ValueId scores = graph.add_input(
      "scores", {DataType::kF32, {1, count, attrs.num_classes + rng.integer(0, 1)}});
  const ValueId anchors = graph.add_constant("anchors", random_reals(rng, {count, 4}, 0.1f, 1.0f));
  graph.set_outputs(graph.add_node({.op = &op("detection_post_process"),
                                    .inputs = {boxes, scores, anchors},
                                    .attributes = Attributes::of(attrs)}));
  return graph;
}

}  // namespace

void define_detection(OpSink& sink) {
  sink.add({.name = "detection_post_process",
            .summary = "the best boxes of a detector, their classes, scores and number",
            .tflite_names = {"TFLite_Detection_PostProcess"},
            .attributes = Attributes::of(DetectionAttrs{}),
            .infer = infer,
            .reference = reference,
            .axes = axes,
            .quant = untouched,
            .cost = no_macs,
            .sample = sample});
}

}  // namespace mote::ops
