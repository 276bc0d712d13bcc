// Attributes of the end of a detector: boxes from anchors, overlapping ones left out.
#pragma once

#include <cstdint>
#include <tuple>

#include "mote/ir/attributes.h"

namespace mote {

/// detection_post_process: see mote/ops/detection.cc. Names as in TFLite's custom options.
struct DetectionAttrs {
  int64_t max_detections = 10;             ///< boxes in the result
  int64_t max_classes_per_detection = 1;   ///< results that one box may give
  int64_t detections_per_class = 100;      ///< boxes of one class, with use_regular_nms
  bool use_regular_nms = false;            ///< each class on its own; else by the best class only
  float nms_score_threshold = 0.0f;        ///< lower scores are no detection
  float nms_iou_threshold = 0.5f;          ///< boxes that share more than this are one
  int64_t num_classes = 1;                 ///< without a background class
  float y_scale = 10.0f, x_scale = 10.0f;  ///< of the encoded centre
  float h_scale = 5.0f, w_scale = 5.0f;    ///< of the encoded logarithm of the extent

  static constexpr auto fields() {
    return std::tuple(
        field("max_detections", &DetectionAttrs::max_detections),
        field("max_classes_per_detection", &DetectionAttrs::max_classes_per_detection),
        field("detections_per_class", &DetectionAttrs::detections_per_class),
        field("use_regular_nms", &DetectionAttrs::use_regular_nms),
        field("nms_score_threshold", &DetectionAttrs::nms_score_threshold),
        field("nms_iou_threshold", &DetectionAttrs::nms_iou_threshold),
        field("num_classes", &DetectionAttrs::num_classes),
        field("y_scale", &DetectionAttrs::y_scale), field("x_scale", &DetectionAttrs::x_scale),
        field("h_scale", &DetectionAttrs::h_scale), field("w_scale", &DetectionAttrs::w_scale));
  }
};

}  // namespace mote
