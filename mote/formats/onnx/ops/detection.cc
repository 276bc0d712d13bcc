// NonMaxSuppression.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "mote/formats/onnx/import.h"

namespace mote::onnx {
namespace {

// Comparisons of boxes with each other, which grow with the square of their number.
constexpr int64_t kMaxComparisons = int64_t{1} << 28;

struct Box {
  float top, left, bottom, right;
  float area() const { return (bottom - top) * (right - left); }
};

Box box_of(std::span<const float> v, bool center_and_size) {
  if (center_and_size) {
    return {v[1] - v[3] / 2, v[0] - v[2] / 2, v[1] + v[3] / 2, v[0] + v[2] / 2};
  }
  // Any two corners, in either order.
  return {std::min(v[0], v[2]), std::min(v[1], v[3]), std::max(v[0], v[2]), std::max(v[1], v[3])};
}

float intersection_over_union(const Box& a, const Box& b) {
  const float height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const float width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (height <= 0.0f || width <= 0.0f) return 0.0f;
  const float shared = height * width;
  const float all = a.area() + b.area() - shared;
  return all > 0.0f ? shared / all : 0.0f;
}

struct Limits {
  int64_t count = 0;
  float overlap = 0.0f;
  std::optional<float> score;
};

// Of one class in one image: the best box, then the next best that does not overlap a chosen one.
std::vector<int64_t> chosen(const std::vector<Box>& boxes, std::span<const float> scores,
                            const Limits& limits) {
  std::vector<int64_t> order(boxes.size());
  std::iota(order.begin(), order.end(), 0);
  const auto score = [&](int64_t i) { return scores[static_cast<size_t>(i)]; };
  std::erase_if(order, [&](int64_t i) {
    return std::isnan(score(i)) || (limits.score && !(score(i) > *limits.score));
  });
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return score(a) > score(b); });
  std::vector<int64_t> kept;
  for (const int64_t candidate : order) {
    if (static_cast<int64_t>(kept.size()) >= limits.count) break;
    const Box& box = boxes[static_cast<size_t>(candidate)];
    const bool hidden = std::any_of(kept.begin(), kept.end(), [&](int64_t other) {
      return intersection_over_union(box, boxes[static_cast<size_t>(other)]) > limits.overlap;
    });
    if (!hidden) kept.push_back(candidate);
  }
  return kept;
}

const Tensor& known(NodeImport& node, size_t i, std::string_view what) {
  const Tensor* tensor = node.constant(i);
  if (tensor == nullptr) {
    node.refuse(
        "the {} are computed at run time, so that the number of results would depend on the data; "
        "end the model before it, or use TFLite_Detection_PostProcess, whose results have a fixed "
        "shape",
        what);
  }
  if (tensor->dtype() != DataType::kF32 || tensor->shape().rank() != 3) {
    node.fail("the {} are {}{}", what, name(tensor->dtype()), to_string(tensor->shape()));
  }
  return *tensor;
}

double scalar(NodeImport& node, size_t i, std::string_view what, double otherwise) {
  if (!node.has_input(i)) return otherwise;
  const Tensor& tensor = node.required_constant(i, what);
  if (tensor.elements() != 1) node.fail("{} has shape {}", what, to_string(tensor.shape()));
  return elements_as<double>(tensor)[0];
}

// boxes [n,b,4], scores [n,c,b] -> (image, class, box) of every chosen one.
// Source: ONNX NonMaxSuppression-11.
void import_non_max_suppression(NodeImport& node) {
  const Tensor& boxes = known(node, 0, "boxes");
  const Tensor& scores = known(node, 1, "scores");
  const Shape& b = boxes.shape();
  const Shape& s = scores.shape();
  if (b[2] != 4 || b[0] != s[0] || b[1] != s[2]) {
    node.fail("boxes {} and scores {} do not fit", to_string(b), to_string(s));
  }
  if (b[1] > 0 && s[0] * s[1] > kMaxComparisons / b[1] / b[1]) {
    node.refuse("{} boxes of {} classes in {} images", b[1], s[1], s[0]);
  }
  Limits limits{static_cast<int64_t>(scalar(node, 2, "max_output_boxes_per_class", 0.0)),
                static_cast<float>(scalar(node, 3, "iou_threshold", 0.0)), std::nullopt};
  if (node.has_input(4)) limits.score = static_cast<float>(scalar(node, 4, "score_threshold", 0.0));
  const bool center_and_size = node.integer("center_point_box", 0) != 0;
  const auto count = static_cast<size_t>(b[1]);
  std::vector<int64_t> result;
  for (int64_t image = 0; image < b[0]; ++image) {
    std::vector<Box> candidates;
    for (size_t i = 0; i < count; ++i) {
      const size_t at = (static_cast<size_t>(image) * count + i) * 4;
      candidates.push_back(box_of(boxes.data<float>().subspan(at, 4), center_and_size));
    }
    for (int64_t c = 0; c < s[1]; ++c) {
      const size_t at = static_cast<size_t>(image * s[1] + c) * count;
      for (const int64_t box :
           chosen(candidates, scores.data<float>().subspan(at, count), limits)) {
        result.insert(result.end(), {image, c, box});
      }
    }
  }
  const Shape shape{static_cast<int64_t>(result.size() / 3), 3};
  node.output(0, node.add_constant(Tensor::of(shape, result)));
}

}  // namespace

void ops_detection(OnnxSink& sink) {
  sink.add_import({.op_type = "NonMaxSuppression", .handler = import_non_max_suppression});
}

}  // namespace mote::onnx
