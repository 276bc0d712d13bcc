#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/base/number_text.h"
#include "mote/data/check.h"

namespace mote::cli {
namespace {

class DataCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"data",
            "what a dataset holds, and what is wrong with it",
            "'mote data check D' decodes every sample and lists what is wrong: unreadable files, "
            "labels out "
            "of range, shapes that differ, values that are not finite, equal samples, rare "
            "classes. 'mote "
            "data show D' prints the first samples as a model is given them. How datasets are "
            "described: "
            "docs/reference/dataset.md.",
            {{"data check examples/datasets/kws01.toml", "everything wrong with a dataset"},
             {"data show photos --scale 1/255 --limit 3", "the first samples of a plain folder"}}};
  }

  std::vector<OptionGroup> options() override {
    Option action = required({.name = "ACTION",
                              .value = "",
                              .help = "what to do",
                              .set =
                                  [this](const std::string& text) {
                                    if (text != "check" && text != "show") {
                                      throw_not_a_choice(text, {"check", "show"});
                                    }
                                    action_ = text;
                                  },
                              .choices = {"check", "show"}});
    OptionGroup data = data_group(
        &request_,
        required(path_option("DATA", "", "dataset.toml, or folder of samples", &request_.path)));
    data.options.insert(data.options.begin(), std::move(action));
    OptionGroup compute = compute_group(&compute_);
    compute.options.resize(1);  // only --threads concerns data
    return {std::move(data), std::move(compute), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    if (action_ == "show") {
      show(console);
      return;
    }
    const data::CheckReport report =
        data::check_dataset(request_.path, request_.options, console.observer(), compute_.threads);
    console.print(general_.json ? json_text(to_json(report)) : to_text(report));
    if (!report.usable()) {
      throw_error(ErrorKind::kInvalidArgument, "dataset '{}' cannot be used: {}",
                  request_.path.string(), first_error(report));
    }
  }

 private:
  static std::string first_error(const data::CheckReport& report) {
    for (const data::Finding& finding : report.findings) {
      if (finding.severity == data::Severity::kError) return finding.message;
    }
    return {};
  }
  static std::string_view severity_name(data::Severity severity) {
    return severity == data::Severity::kError ? "error" : "warning";
  }

  static Json to_json(const data::CheckReport& report) {
    Json json = {{"name", report.name},
                 {"usable", report.usable()},
                 {"samples", report.samples},
                 {"labelled", report.labelled},
                 {"splits", report.splits},
                 {"class_counts", report.class_counts},
                 {"sample_type", report.sample_type},
                 {"lowest", report.lowest},
                 {"highest", report.highest}};
    json["findings"] = Json::array();
    for (const data::Finding& finding : report.findings) {
      json["findings"].push_back({{"severity", severity_name(finding.severity)},
                                  {"message", finding.message},
                                  {"count", finding.count},
                                  {"examples", finding.examples}});
    }
    return json;
  }

  static std::string to_text(const data::CheckReport& report) {
    TextTable table({{}, {}});
    table.add({"dataset", report.name});
    table.add({"samples", fmt::format("{}, {} with a label", grouped(report.samples),
                                      grouped(report.labelled))});
    if (!report.splits.empty()) {
      std::string names;
      for (const std::string& name : report.splits) names += (names.empty() ? "" : ", ") + name;
      table.add({"splits", names});
    }
    if (!report.sample_type.empty()) {
      table.add({"each", fmt::format("{}, values {:.4g} to {:.4g}", report.sample_type,
                                     report.lowest, report.highest)});
    }
    std::string counts;
    for (const int64_t count : report.class_counts) {
      counts += (counts.empty() ? "" : " ") + std::to_string(count);
    }
    if (!counts.empty()) table.add({"by class", counts});
    std::string text = table.text();
    for (const data::Finding& finding : report.findings) {
      text += fmt::format("{}: {}", severity_name(finding.severity), finding.message);
      if (finding.count > 1) text += fmt::format(" ({} times)", finding.count);
      for (const std::string& example : finding.examples) text += "\n  " + example;
      text += "\n";
    }
    if (report.findings.empty()) text += "nothing is wrong\n";
    return text;
  }

  void show(Console& console) {
    if (request_.options.limit < 0) request_.options.limit = kShownSamples;
    const data::Dataset dataset = open_data(request_);
    Json list = Json::array();
    TextTable table({{"sample"}, {"label"}, {"type"}, {"values"}});
    for (int64_t i = 0; i < dataset.size(); ++i) {
      const data::Prepared sample = dataset.prepared(i);
      const std::optional<int64_t> label = dataset.label(i);
      for (const Tensor& tensor : sample.tensors) {
        const std::string type = to_string(TensorType{tensor.dtype(), tensor.shape()});
        table.add({dataset.id(i), label_text(dataset, label), type, values_text(tensor)});
        list.push_back(
            {{"sample", dataset.id(i)}, {"label", label ? Json(*label) : Json()}, {"type", type}});
      }
    }
    console.print(general_.json ? json_text(list) : table.text());
  }

  static std::string label_text(const data::Dataset& dataset, std::optional<int64_t> label) {
    if (!label) return "-";
    const auto& classes = dataset.spec().classes;
    if (*label < 0 || *label >= static_cast<int64_t>(classes.size())) return std::to_string(*label);
    return fmt::format("{} {}", *label, classes[static_cast<size_t>(*label)]);
  }

  static std::string values_text(const Tensor& tensor) {
    constexpr size_t kShownValues = 4;
    const std::vector<float> values = elements_as<float>(tensor);
    std::string text;
    for (size_t i = 0; i < std::min(kShownValues, values.size()); ++i) {
      text += (i == 0 ? "" : " ") + fmt::format("{:.4g}", values[i]);
    }
    return values.size() > kShownValues ? text + " ..." : text;
  }

  static constexpr int64_t kShownSamples = 10;

  std::string action_;
  DataRequest request_;
  ComputeOptions compute_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> data_command() { return std::make_unique<DataCommand>(); }

}  // namespace mote::cli
