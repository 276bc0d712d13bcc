#include "mote/api/evaluate.h"

#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class EvaluateCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {
        "evaluate",
        "how right a model is on a dataset",
        "Counts right answers (top-1, top-5; for anomaly detection the area under the ROC curve). "
        "With "
        "--reference it counts both models on the same samples, and says how often they agree and "
        "how "
        "far apart they are, with the standard error of that paired difference.\n\n"
        "Samples that the model was calibrated on are refused, because they prove nothing: leave "
        "them "
        "out with --skip, or pass --allow-overlap. The result does not depend on the number of "
        "threads.",
        {{"evaluate kws.tflite --data examples/datasets/kws01.toml", "count right answers"},
         {"evaluate net-int8.tflite --data photos --scale 1/255 --reference net.onnx --skip 64",
          "a quantized model beside the float one, without the 64 samples it was calibrated on"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup data = data_group(
        &request_.data, required(path_option("--data", "PATH", "dataset.toml, or folder of samples",
                                             &request_.data.path)));
    data.options.push_back(switch_option("--allow-overlap",
                                         "count samples that the model was calibrated on",
                                         &request_.allow_overlap));
    OptionGroup model = model_group(&request_.model);
    model.options.insert(model.options.begin(), model_operand(&request_.model));
    model.options.push_back({.name = "--reference",
                             .value = "MODEL",
                             .help = "compare with this model on the same samples",
                             .set = [this](const std::string& text) {
                               request_.reference = ModelRequest{.path = text};
                             }});
    return {std::move(model), std::move(data), compute_group(&request_.compute),
            general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    if (request_.reference) {
      request_.reference->shapes = request_.model.shapes;
      request_.reference->binds = request_.model.binds;
    }
    const EvaluateResult result = evaluate(request_, console.observer());
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  Json to_json(const EvaluateResult& result) const {
    const Evaluation& evaluation = result.evaluation;
    Json json = {{"model", request_.model.path.string()},
                 {"dataset", result.dataset},
                 {"task", data::name(result.task)},
                 {"total", evaluation.total},
                 {"labelled", evaluation.labelled}};
    if (result.task == data::Task::kClassification) {
      json["correct"] = evaluation.correct;
      json["top1"] = evaluation.top1;
      json["correct_top5"] = evaluation.correct_top5;
      json["top5"] = evaluation.top5;
    }
    if (evaluation.auc) json["auc"] = *evaluation.auc;
    if (!evaluation.reference) return json;
    const ReferenceComparison& reference = *evaluation.reference;
    json["reference"] = request_.reference->path.string();
    json["reference_correct"] = reference.correct;
    json["reference_top1"] = reference.top1;
    json["agreement"] = reference.agreement;
    json["difference"] = reference.difference;
    json["difference_standard_error"] = reference.standard_error;
    json["output_sqnr_db"] = reference.output_sqnr_db;
    return json;
  }

  static std::string to_text(const EvaluateResult& result) {
    const Evaluation& evaluation = result.evaluation;
    TextTable table({{}, {.title = "", .align = TextTable::Align::kRight}, {}});
    const auto share = [&](const char* what, double value, int64_t count) {
      table.add({what, fmt::format("{:.2f} %", 100.0 * value),
                 fmt::format("{} of {}", grouped(count), grouped(evaluation.labelled))});
    };
    if (result.task == data::Task::kClassification) {
      share("top-1", evaluation.top1, evaluation.correct);
      share("top-5", evaluation.top5, evaluation.correct_top5);
    } else {
      table.add({"samples", grouped(evaluation.total), ""});
    }
    if (evaluation.auc) table.add({"AUC", fmt::format("{:.4f}", *evaluation.auc), ""});
    if (evaluation.reference) {
      const ReferenceComparison& reference = *evaluation.reference;
      if (result.task == data::Task::kClassification) {
        share("reference top-1", reference.top1, reference.correct);
        table.add({"difference", fmt::format("{:+.2f} points", 100.0 * reference.difference),
                   fmt::format("standard error {:.2f}", 100.0 * reference.standard_error)});
        table.add({"agreement", fmt::format("{:.2f} %", 100.0 * reference.agreement), ""});
      }
      table.add({"output SQNR", fmt::format("{:.1f} dB", reference.output_sqnr_db), ""});
    }
    return table.text();
  }

  EvaluateRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> evaluate_command() { return std::make_unique<EvaluateCommand>(); }

}  // namespace mote::cli
