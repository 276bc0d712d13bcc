// TFLite_Detection_PostProcess, a custom operator: its options are a FlexBuffers map.
#include <flatbuffers/flexbuffers.h>

#include <cmath>

#include "mote/formats/tflite/export.h"
#include "mote/formats/tflite/import.h"
#include "mote/formats/tflite/op_rules.h"
#include "mote/ops/detection_attrs.h"

namespace mote::tflite {
namespace {

constexpr std::string_view kName = "TFLite_Detection_PostProcess";

// The options of the operator; every entry is looked up with its type.
class Options {
 public:
  explicit Options(const ImportContext& context) : context_(context) {
    const auto* bytes = context.file_operator().custom_options();
    if (bytes == nullptr || bytes->size() == 0) context.fail("it has no options");
    // Whether the bytes are a sound map, before anything in them is followed.
    std::vector<uint8_t> visited;
    if (!flexbuffers::VerifyBuffer(bytes->data(), bytes->size(), &visited)) {
      context.fail("its options are damaged");
    }
    const flexbuffers::Reference root = flexbuffers::GetRoot(bytes->data(), bytes->size());
    if (!root.IsMap()) context.fail("its options are no map");
    map_ = root.AsMap();
  }
  flexbuffers::Reference required(const char* key) const {
    const flexbuffers::Reference found = map_[key];
    if (!found.IsNumeric()) context_.fail("the option '{}' is missing", key);
    return found;
  }
  int64_t integer(const char* key) const { return required(key).AsInt64(); }
  int64_t integer_or(const char* key, int64_t otherwise) const {
    const flexbuffers::Reference found = map_[key];
    return found.IsNumeric() ? found.AsInt64() : otherwise;
  }
  float real(const char* key) const { return required(key).AsFloat(); }
  bool flag(const char* key) const {
    const flexbuffers::Reference found = map_[key];
    return (found.IsBool() || found.IsNumeric()) && found.AsBool();
  }

 private:
  const ImportContext& context_;
  flexbuffers::Map map_ = flexbuffers::Map::EmptyMap();
};

void import_detection(ImportContext& context) {
  const Options options(context);
  DetectionAttrs attrs;
  attrs.max_detections = options.integer("max_detections");
  attrs.max_classes_per_detection = options.integer("max_classes_per_detection");
  attrs.detections_per_class =
      options.integer_or("detections_per_class", attrs.detections_per_class);
  attrs.use_regular_nms = options.flag("use_regular_nms");
  attrs.nms_score_threshold = options.real("nms_score_threshold");
  attrs.nms_iou_threshold = options.real("nms_iou_threshold");
  attrs.num_classes = options.integer("num_classes");
  attrs.y_scale = options.real("y_scale");
  attrs.x_scale = options.real("x_scale");
  attrs.h_scale = options.real("h_scale");
  attrs.w_scale = options.real("w_scale");
  for (const float scale : {attrs.y_scale, attrs.x_scale, attrs.h_scale, attrs.w_scale}) {
    if (!std::isfinite(scale) || scale == 0.0f) context.fail("a scale of {}", scale);
  }
  context.finish("detection_post_process", context.all_inputs(), Attributes::of(attrs));
}

void export_detection(ExportContext& context) {
  const auto& attrs = context.attrs<DetectionAttrs>();
  flexbuffers::Builder options;
  options.Map([&] {
    options.Int("max_detections", attrs.max_detections);
    options.Int("max_classes_per_detection", attrs.max_classes_per_detection);
    options.Int("detections_per_class", attrs.detections_per_class);
    options.Bool("use_regular_nms", attrs.use_regular_nms);
    options.Float("nms_score_threshold", attrs.nms_score_threshold);
    options.Float("nms_iou_threshold", attrs.nms_iou_threshold);
    options.Int("num_classes", attrs.num_classes);
    options.Float("y_scale", attrs.y_scale);
    options.Float("x_scale", attrs.x_scale);
    options.Float("h_scale", attrs.h_scale);
    options.Float("w_scale", attrs.w_scale);
  });
  options.Finish();
  context.emit_custom(kName, options.GetBuffer());
}

}  // namespace

void define_ops_detection(OpRules& rules) {
  rules.on_import_custom(kName, import_detection);
  rules.on_export("detection_post_process", export_detection);
}

}  // namespace mote::tflite
