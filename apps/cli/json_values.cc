#include "apps/cli/json_values.h"

namespace mote::cli {

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json to_json(const TensorType& type) {
  Json extents = Json::array();
  for (const int64_t extent : type.shape) {
    extents.push_back(extent == kDynamic ? Json() : Json(extent));
  }
  Json json = {{"dtype", name(type.dtype)}, {"shape", std::move(extents)}};
  if (type.quantization && type.quantization->is_per_tensor()) {
    json["scale"] = type.quantization->scale();
    json["zero_point"] = type.quantization->zero_point();
  }
  return json;
}

Json to_json(const std::vector<ConversionChange>& changes) {
  Json list = Json::array();
  for (const ConversionChange& change : changes) {
    list.push_back({{"subject", change.subject}, {"change", change.change}});
  }
  return list;
}

}  // namespace mote::cli
