#include "apps/cli/commands.h"
#include "apps/cli/program_options.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

class ExplainCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"explain",
            "which kernel runs each layer, and why no other",
            "Lowers a model for this machine and shows, for every call, the kernel that was chosen "
            "and each one of its family that was not, with the reason: an instruction set that is "
            "missing, a shape it does not take, or one that is quicker.",
            {{"explain kws.tflite", "the kernels of this machine"},
             {"explain kws.tflite --isa avx2 --json", "those of a lesser one; JSON"},
             {"explain kws.tflite --plan ram", "the kernels and the arena of the RAM plan"}}};
  }

  std::vector<OptionGroup> options() override {
    return {program_group(&request_), general_group(&general_)};
  }

  void run(Console& console) override {
    console.set_quiet(general_.quiet);
    const ExplainResult result = explain(request_);
    console.print(general_.json ? json_text(to_json(result)) : to_text(result));
  }

 private:
  static std::string to_text(const ExplainResult& result) {
    TextTable table({{"layer"}, {"operator"}, {"kernel"}, {"instead of"}});
    for (const CallReport& call : result.calls) {
      std::string others;
      for (const RejectedKernel& kernel : call.rejected) {
        if (!others.empty()) others += "; ";
        others += fmt::format("{}: {}", kernel.name, kernel.reason);
      }
      table.add({shortened_name(call.node), call.op, call.kernel, others});
    }
    return fmt::format("{}\ninstruction set {}; {}\n", table.text(), result.isa,
                       arena_text(result));
  }

  ProgramRequest request_;
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> explain_command() { return std::make_unique<ExplainCommand>(); }

}  // namespace mote::cli
