#include "apps/cli/commands.h"
#include "apps/cli/program_options.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class BenchCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"bench",
            "how fast a model runs on this machine",
            "Runs a model on made-up inputs and shows the median time of a run with the 90th and "
            "99th percentile, the multiply-accumulates per second, and what share that is of this "
            "core's peak, which is measured by a loop in registers. --profile times every layer "
            "and says what bounds it: computing, memory, or the cost of calling it.",
            {{"bench kws.tflite", "one thread, the best kernels"},
             {"bench kws.tflite --profile", "layer by layer"},
             {"bench net.onnx --shape input=1,224,224,3 --threads 2 --json", "two threads; JSON"}}};
  }

  std::vector<OptionGroup> options() override {
    OptionGroup group = program_group(&request_.program);
    group.options.push_back(
        with_default(number_option("--seconds", "S", "how long to measure",
                                   [this](double seconds) {
                                     if (seconds <= 0.0 || seconds > kMaxSeconds) {
                                       throw_error(ErrorKind::kInvalidArgument,
                                                   "it takes 0 to {} seconds", kMaxSeconds);
                                     }
                                     request_.timing.seconds = seconds;
                                   }),
                     "1"));
    group.options.push_back(switch_option("--profile", "time every layer", &request_.profile));
    return {std::move(group), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const BenchResult result = bench(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  static constexpr double kMaxSeconds = 3600.0;

  static Json to_json(const BenchResult& result) {
    Json json = {{"median_us", result.timing.median_us},
                 {"p90_us", result.timing.p90_us},
                 {"p99_us", result.timing.p99_us},
                 {"measurements", result.timing.measurements},
                 {"runs_per_measurement", result.timing.runs_per_measurement},
                 {"macs", result.macs},
                 {"gmacs_per_s", result.gmacs_per_s},
                 {"peak_gmacs_per_s", result.peak_gmacs_per_s},
                 {"percent_of_peak", result.percent_of_peak},
                 {"program", cli::to_json(result.program)}};
    for (size_t i = 0; i < result.calls.size(); ++i) {
      Json& call = json["program"]["calls"][i];
      call["median_us"] = result.calls[i].median_us;
      call["gmacs_per_s"] = result.calls[i].gmacs_per_s;
      call["bound"] = name(result.calls[i].bound);
    }
    return json;
  }

  static std::string profile_text(const BenchResult& result) {
    using Align = TextTable::Align;
    double total = 0.0;
    for (const CallTiming& call : result.calls) total += call.median_us;
    TextTable table({{"layer"},
                     {"kernel"},
                     {"us", Align::kRight},
                     {"share", Align::kRight},
                     {"GMAC/s", Align::kRight},
                     {"of peak", Align::kRight},
                     {"bound by"}});
    for (size_t i = 0; i < result.calls.size(); ++i) {
      const CallTiming& timing = result.calls[i];
      const CallReport& call = result.program.calls[i];
      table.add({shortened_name(call.node), call.kernel, fmt::format("{:.2f}", timing.median_us),
                 fmt::format("{:.1f} %", total > 0.0 ? 100.0 * timing.median_us / total : 0.0),
                 fmt::format("{:.1f}", timing.gmacs_per_s),
                 fmt::format("{:.0f} %", 100.0 * timing.gmacs_per_s / result.peak_gmacs_per_s),
                 std::string(name(timing.bound))});
    }
    return table.text() + "\n";
  }

  static std::string to_text(const BenchResult& result) {
    std::string text = result.calls.empty() ? std::string() : profile_text(result);
    TextTable table({{}, {.title = "", .align = TextTable::Align::kRight}, {}});
    table.add({"median", fmt::format("{:.2f} us", result.timing.median_us),
               fmt::format("of {} measurements", grouped(result.timing.measurements))});
    table.add({"90 %", fmt::format("{:.2f} us", result.timing.p90_us), ""});
    table.add({"99 %", fmt::format("{:.2f} us", result.timing.p99_us), ""});
    table.add({"speed", fmt::format("{:.1f} GMAC/s", result.gmacs_per_s),
               fmt::format("{:.1f} % of the peak of {:.0f} GMAC/s a core ({})",
                           result.percent_of_peak, result.peak_gmacs_per_s, result.program.isa)});
    return text + table.text() + arena_text(result.program) + "\n";
  }

  BenchRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> bench_command() { return std::make_unique<BenchCommand>(); }

}  // namespace mote::cli
