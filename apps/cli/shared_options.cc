#include "apps/cli/shared_options.h"

#include "mote/base/number_text.h"
#include "mote/base/parallel.h"

namespace mote::cli {
namespace {

struct KeyValue {
  std::string key;
  std::string value;
};

KeyValue split_assignment(const std::string& text, std::string_view wanted) {
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' is not of the form {}", text, wanted);
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

Shape parse_shape(const std::string& text) {
  std::vector<int64_t> extents;
  size_t first = 0;
  while (first <= text.size()) {
    const size_t end = std::min(text.find(',', first), text.size());
    const std::string part = text.substr(first, end - first);
    const std::optional<int64_t> extent = part == "N" ? kDynamic : parse_int(part);
    const bool dynamic_batch = part == "N" && extents.empty();
    if (!extent || (*extent < 1 && !dynamic_batch)) {
      throw_error(
          ErrorKind::kInvalidArgument,
          "'{}' in '{}' is not an extent; extents are whole numbers from 1, and the first may "
          "be N",
          part, text);
    }
    extents.push_back(*extent);
    first = end + 1;
  }
  return Shape(std::move(extents));
}

Option key_option(std::string name, std::string value, std::string help, std::string key,
                  std::map<std::string, std::string>* keys) {
  return {.name = std::move(name),
          .value = std::move(value),
          .help = std::move(help),
          .set = [keys, key = std::move(key)](const std::string& text) { (*keys)[key] = text; }};
}

}  // namespace

OptionGroup general_group(GeneralOptions* options) {
  return {"General",
          {switch_option("--json", "print the result as one JSON object", &options->json),
           switch_option("--quiet", "no progress and no notes", &options->quiet),
           switch_option("--help", "show this help", &options->help)}};
}

Option model_operand(ModelRequest* request) {
  return required(path_option("MODEL", "", "the model file, .tflite or .onnx", &request->path));
}

OptionGroup model_group(ModelRequest* request) {
  Option shape{.name = "--shape",
               .value = "INPUT=EXTENTS",
               .help =
                   "shape of an input instead of the file's, as x=1,224,224,3; a first extent N is "
                   "any batch",
               .set =
                   [request](const std::string& text) {
                     const auto [name, extents] = split_assignment(text, "INPUT=1,224,224,3");
                     request->shapes[name] = parse_shape(extents);
                   },
               .repeatable = true};
  Option bind{.name = "--bind",
              .value = "INPUT=FILE",
              .help = "make an input the constant in a .npy file, for inputs that give shapes",
              .set =
                  [request](const std::string& text) {
                    const auto [name, file] = split_assignment(text, "INPUT=FILE");
                    request->binds[name] = file;
                  },
              .repeatable = true};
  return {"Model", {std::move(shape), std::move(bind)}};
}

std::vector<Option> preprocess_options(std::map<std::string, std::string>* keys) {
  Option any{.name = "--preprocess",
             .value = "KEY=VALUE",
             .help = "any other key of [preprocess], as in docs/reference/dataset.md",
             .set =
                 [keys](const std::string& text) {
                   const auto [key, value] = split_assignment(text, "KEY=VALUE");
                   (*keys)[key] = value;
                 },
             .repeatable = true};
  return {
      key_option("--scale", "S", "multiply values by S first, as 1/255", "scale", keys),
      key_option("--mean", "M", "then subtract M, one number or one for each channel", "mean",
                 keys),
      key_option("--std", "S", "then divide by S, one number or one for each channel", "std", keys),
      std::move(any)};
}

OptionGroup data_group(DataRequest* request, Option dataset_option) {
  data::DatasetOptions* options = &request->options;
  constexpr IntegerBounds kCount{0, int64_t{1} << 40};
  OptionGroup group{"Data", {std::move(dataset_option)}};
  group.options.push_back(
      text_option("--split", "NAME", "take this split of the dataset", &options->split));
  group.options.push_back(
      integer_option("--skip", "leave out the first N samples", &options->skip, kCount));
  group.options.push_back(
      integer_option("--limit", "take at most N samples", &options->limit, kCount));
  for (Option& option : preprocess_options(&options->preprocess)) {
    group.options.push_back(std::move(option));
  }
  group.options.push_back(
      {.name = "--label-offset",
       .value = "N",
       .help = "added to a label to find the model's output; without it 1 for a model with exactly "
               "one class more than the data (a background class), else 0",
       .set = [options](const std::string& text) {
         int64_t offset = 0;
         integer_option("", "", &offset, {-1000000, 1000000}).set(text);
         options->label_offset = offset;
       }});
  return group;
}

OptionGroup compute_group(ComputeOptions* options) {
  constexpr int64_t kMaxThreads = 1024;
  options->threads = default_threads();
  Option threads{.name = "--threads",
                 .value = "N",
                 .help = "how many threads to use; results do not depend on it",
                 .set =
                     [options](const std::string& text) {
                       int64_t count = 0;
                       integer_option("", "", &count, {1, kMaxThreads}).set(text);
                       options->threads = static_cast<int>(count);
                     },
                 .default_text = "all processors"};
  return {"Computing",
          {std::move(threads),
           choice_option("--numerics",
                         "whose rounding integer layers follow; auto: of the runtime that a "
                         "quantized file is for",
                         &options->exec.numerics),
           choice_option("--isa",
                         "instruction set for float layers; portable gives the same bytes on every "
                         "machine",
                         &options->exec.isa)}};
}

std::filesystem::path default_output(const std::filesystem::path& model, std::string_view suffix) {
  return model.stem().string() + std::string(suffix) + model.extension().string();
}

}  // namespace mote::cli
