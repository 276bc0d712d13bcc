#include "mote/api/quantize.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/base/number_text.h"

namespace mote::cli {
namespace {

constexpr int64_t kDefaultSampleCount = 128;

enum class Io { kFloat, kInt8 };
constexpr std::array<Io, 2> enum_values(Io) { return {Io::kFloat, Io::kInt8}; }
std::string_view name(Io io) { return io == Io::kFloat ? "float" : "int8"; }

RealRange parse_range(const std::string& text) {
  const size_t comma = text.find(',');
  const size_t rest = comma == std::string::npos ? text.size() : comma + 1;
  const std::optional<double> low = parse_double(text.substr(0, comma));
  const std::optional<double> high = parse_double(text.substr(rest));
  if (!low || !high || !(*low < *high)) {
    throw_error(ErrorKind::kInvalidArgument, "'{}' is not of the form LOW,HIGH with LOW below HIGH",
                text);
  }
  return {static_cast<float>(*low), static_cast<float>(*high)};
}

class QuantizeCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"quantize",
            "float network in, integer network out, with the proof",
            "Makes an int8 network (or another --scheme) of a float one. With --samples it "
            "measures ranges "
            "on the first samples of a dataset; with --data-free it needs none. Every step that "
            "recovers "
            "accuracy is measured against the float network and kept only if it helps. --data "
            "counts right "
            "answers before and after, on samples that were not used for calibration; --report "
            "writes a "
            "page with every step and the worst layers.\n\n"
            "The inputs and outputs keep their types unless --io int8 is given. The same command "
            "and --seed "
            "give the same bytes for any number of --threads.",
            {{"quantize net.onnx --samples photos --scale 1/255 --sample-count 64 --output "
              "net-int8.tflite",
              "calibrate on 64 pictures of a folder"},
             {"quantize net.onnx --data-free --weights per-tensor --output net-int8.onnx",
              "without any data, one scale for each weight tensor"},
             {"quantize kws.onnx --samples kws.toml --data kws.toml --io int8 --output kws.tflite "
              "--report "
              "kws.html",
              "prove it on the rest of the dataset, and write a page"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup model = model_group(&request_.model);
    model.options.insert(model.options.begin(), model_operand(&request_.model));
    model.options.push_back(
        list_option("--output", "FILE",
                    "where to write; .tflite or .onnx (default: MODEL with -int8)", &outputs_));
    model.options.push_back(path_option(
        "--report", "FILE", "write a page on the result; .html or .md", &request_.report));
    return {std::move(model),   calibration_group(), scheme_group(),
            evaluation_group(), computing_group(),   general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    complete_request();
    request_.command = console.command();
    const QuantizeOutcome outcome = quantize(request_, console.observer());
    console.print(general_.json ? json_text(to_json(outcome)) : to_text(outcome));
  }

 private:
  OptionGroup calibration_group() {
    OptionGroup group{"Calibration", {}};
    group.options.push_back(path_option("--samples", "PATH",
                                        "dataset.toml, or folder of samples, to measure ranges on",
                                        &samples_.path));
    group.options.push_back(with_default(integer_option("--sample-count", "use the first N samples",
                                                        &sample_count_, {1, int64_t{1} << 32}),
                                         std::to_string(kDefaultSampleCount)));
    group.options.push_back(text_option("--sample-split", "NAME", "take them from this split",
                                        &samples_.options.split));
    group.options.push_back(switch_option("--data-free", "use no samples at all", &data_free_));
    group.options.push_back({.name = "--input-range",
                             .value = "LOW,HIGH",
                             .help =
                                 "what values an input takes, for --data-free; one for each input "
                                 "(default -1,1)",
                             .set =
                                 [this](const std::string& text) {
                                   request_.options.input_ranges.push_back(parse_range(text));
                                 },
                             .repeatable = true});
    group.options.push_back(choice_option("--ranges",
                                          "how the range of an activation follows from its values",
                                          &request_.options.ranges));
    return group;
  }

  OptionGroup scheme_group() {
    QuantizeOptions& options = request_.options;
    return {
        "Scheme",
        {choice_option(
             "--scheme",
             "int8; int16 activations with int8 weights; dynamic (int8 weights only); float16",
             &options.scheme),
         choice_option("--weights", "one scale for each output channel, or one for the tensor",
                       &options.weights),
         choice_option(
             "--io", "type of the network's inputs and outputs; int8 is int16 with --scheme int16",
             &io_),
         list_option("--exclude", "NAME", "leave the layer of this name float",
                     &options.exclude_nodes),
         list_option("--exclude-type", "OPERATOR", "leave all layers of this operator float",
                     &options.exclude_ops),
         number_option("--max-drop", "POINTS",
                       "leave as few layers float as keep the loss below this",
                       [&options](double points) { options.max_drop = points; }),
         list_option("--skip-step", "NAME", "leave this step of the printed table out",
                     &options.skip_steps)}};
  }

  OptionGroup evaluation_group() {
    OptionGroup group = data_group(
        &data_, path_option("--data", "PATH", "dataset to count right answers on", &data_.path));
    group.title = "Evaluation (preprocessing concerns --samples too)";
    return group;
  }

  OptionGroup computing_group() {
    OptionGroup group = compute_group(&request_.compute);
    group.options.push_back(with_default(
        {.name = "--seed",
         .value = "N",
         .help = "of everything random",
         .set =
             [this](const std::string& text) {
               int64_t seed = 0;
               integer_option("", "", &seed, {0, std::numeric_limits<int64_t>::max()}).set(text);
               request_.options.seed = static_cast<uint64_t>(seed);
             }},
        std::to_string(request_.options.seed)));
    return group;
  }

  void complete_request() {
    if (samples_.path.empty() == !data_free_) {
      throw_error(ErrorKind::kInvalidArgument,
                  "give calibration samples with --samples PATH, or say --data-free{}",
                  data_free_ ? ", not both" : "");
    }
    if (!data_free_) {
      samples_.options.limit = sample_count_;
      samples_.options.preprocess = data_.options.preprocess;
      samples_.options.label_offset = data_.options.label_offset;
      request_.samples = samples_;
    }
    if (!data_.path.empty()) request_.data = data_;
    request_.outputs.assign(outputs_.begin(), outputs_.end());
    if (request_.outputs.empty()) {
      request_.outputs = {default_output(request_.model.path, "-int8")};
    }
    const BoundaryType boundary = io_ == Io::kFloat ? BoundaryType::kFloat : BoundaryType::kInteger;
    request_.options.inputs = boundary;
    request_.options.outputs = boundary;
  }

  static Json to_json(const QuantizeStep& step) {
    Json json = {{"name", step.name},       {"applies", step.applies},
                 {"kept", step.kept},       {"sqnr_db", step.sqnr_db},
                 {"gain_db", step.gain_db}, {"agreement", step.agreement}};
    if (step.top1) json["top1"] = *step.top1;
    json["detail"] = step.detail;
    return json;
  }

  static Json to_json(const QuantizeOutcome& outcome) {
    const QuantizeResult& result = outcome.result;
    const auto totals = [](const CostTotals& cost) {
      return Json{{"parameters", cost.parameters},
                  {"macs", cost.macs},
                  {"weight_bytes", cost.weight_bytes},
                  {"peak_activation_bytes", cost.peak_activation_bytes}};
    };
    Json json = {
        {"bytes_before", outcome.bytes_before},     {"before", totals(outcome.before.totals)},
        {"after", totals(outcome.after.totals)},    {"sqnr_db", result.sqnr_db},
        {"agreement_on_samples", result.agreement}, {"range_source", result.range_source}};
    if (result.drop) json["drop_points"] = *result.drop;
    if (outcome.evaluation) {
      const Evaluation& evaluation = *outcome.evaluation;
      json["evaluation"] = {{"correct", evaluation.correct},
                            {"total", evaluation.total},
                            {"top1", evaluation.top1},
                            {"reference_correct", evaluation.reference->correct},
                            {"reference_top1", evaluation.reference->top1},
                            {"agreement", evaluation.reference->agreement},
                            {"difference", evaluation.reference->difference},
                            {"difference_standard_error", evaluation.reference->standard_error},
                            {"left_out", outcome.left_out}};
    }
    json["steps"] = Json::array();
    for (const QuantizeStep& step : result.steps) json["steps"].push_back(to_json(step));
    json["float_layers"] = Json::array();
    for (const auto& [node, reason] : result.float_nodes) {
      json["float_layers"].push_back({{"name", node}, {"reason", reason}});
    }
    json["notes"] = result.notes;
    json["changes"] = cli::to_json(outcome.changes);
    json["written"] = Json::array();
    for (const WrittenFile& file : outcome.written) {
      json["written"].push_back({{"path", file.path.string()}, {"bytes", file.bytes}});
    }
    return json;
  }

  static std::string steps_text(const QuantizeResult& result) {
    using Align = TextTable::Align;
    TextTable table({{"step"},
                     {"kept"},
                     {"gain, dB", Align::kRight},
                     {"SQNR, dB", Align::kRight},
                     {"agreement", Align::kRight},
                     {"what it did"}});
    for (const QuantizeStep& step : result.steps) {
      if (!step.applies) {
        table.add({step.name, "-", "", "", "", step.detail});
        continue;
      }
      table.add({step.name, step.kept ? "yes" : "no", fmt::format("{:+.2f}", step.gain_db),
                 fmt::format("{:.2f}", step.sqnr_db),
                 fmt::format("{:.1f} %", 100.0 * step.agreement), step.detail});
    }
    return table.text();
  }

  static std::string to_text(const QuantizeOutcome& outcome) {
    using Align = TextTable::Align;
    const QuantizeResult& result = outcome.result;
    std::string text = fmt::format("ranges: {}\n\n{}\n", result.range_source, steps_text(result));
    TextTable table({{""}, {"before", Align::kRight}, {"after", Align::kRight}, {""}});
    const CostTotals& before = outcome.before.totals;
    const CostTotals& after = outcome.after.totals;
    table.add({"file", byte_text(outcome.bytes_before), byte_text(outcome.written[0].bytes), ""});
    table.add({"weights", byte_text(before.weight_bytes), byte_text(after.weight_bytes), ""});
    table.add({"peak RAM", byte_text(before.peak_activation_bytes),
               byte_text(after.peak_activation_bytes), ""});
    if (outcome.evaluation) {
      const Evaluation& evaluation = *outcome.evaluation;
      const ReferenceComparison& reference = *evaluation.reference;
      if (evaluation.labelled > 0) {
        table.add({"top-1", fmt::format("{:.2f} %", 100.0 * reference.top1),
                   fmt::format("{:.2f} %", 100.0 * evaluation.top1),
                   fmt::format("{:+.2f} points, standard error {:.2f}, {} samples",
                               100.0 * reference.difference, 100.0 * reference.standard_error,
                               grouped(evaluation.labelled))});
      }
      table.add({"agreement", "", fmt::format("{:.2f} %", 100.0 * reference.agreement), ""});
    }
    text += table.text() + "\n";
    if (outcome.left_out > 0) {
      text += fmt::format("{} samples used for calibration were not counted\n", outcome.left_out);
    }
    for (const auto& [node, reason] : result.float_nodes) {
      text += fmt::format("stays float: {}: {}\n", shortened_name(node), reason);
    }
    for (const std::string& note : result.notes) text += fmt::format("note: {}\n", note);
    for (const ConversionChange& change : outcome.changes) {
      text += fmt::format("changed: {}: {}\n", change.subject, change.change);
    }
    for (const WrittenFile& file : outcome.written) {
      text += fmt::format("wrote {} ({})\n", file.path.string(), byte_text(file.bytes));
    }
    return text;
  }

  QuantizeRequest request_;
  DataRequest samples_;
  DataRequest data_;
  int64_t sample_count_ = kDefaultSampleCount;
  bool data_free_ = false;
  Io io_ = Io::kFloat;
  std::vector<std::string> outputs_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> quantize_command() { return std::make_unique<QuantizeCommand>(); }

}  // namespace mote::cli
