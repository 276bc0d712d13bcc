#include "apps/cli/program_options.h"

#include "apps/cli/console.h"
#include "apps/cli/shared_options.h"

namespace mote::cli {
namespace {

constexpr int64_t kMaxThreads = 256;

}  // namespace

OptionGroup program_group(ProgramRequest* request) {
  OptionGroup group = model_group(&request->model);
  group.options.insert(group.options.begin(), model_operand(&request->model));
  group.options.push_back(
      choice_option("--isa", "instruction set to use instead of the best one", &request->isa));
  group.options.push_back(choice_option(
      "--plan", "memory plan: the quickest kernels, or the smallest arena", &request->plan));
  group.options.push_back(
      choice_option("--numerics", "whose rounding integer layers follow", &request->numerics));
  Option threads{.name = "--threads",
                 .value = "N",
                 .help = "threads that share each large layer",
                 .set =
                     [request](const std::string& text) {
                       int64_t count = 0;
                       integer_option("", "", &count, {1, kMaxThreads}).set(text);
                       request->threads = static_cast<int>(count);
                     },
                 .default_text = "1"};
  group.options.push_back(std::move(threads));
  Option as_is{.name = "--as-is",
               .help = "run the model as the file has it, without the exact rewrites of optimize",
               .set = [request](const std::string&) { request->rewrite = false; }};
  group.options.push_back(std::move(as_is));
  return group;
}

Json to_json(const ExplainResult& result) {
  Json calls = Json::array();
  for (const CallReport& call : result.calls) {
    Json rejected = Json::array();
    for (const RejectedKernel& kernel : call.rejected) {
      rejected.push_back({{"kernel", kernel.name}, {"reason", kernel.reason}});
    }
    calls.push_back({{"node", call.node},
                     {"op", call.op},
                     {"kernel", call.kernel},
                     {"isa", call.isa},
                     {"macs", call.macs},
                     {"bytes", call.bytes},
                     {"rejected", std::move(rejected)}});
  }
  return {{"isa", result.isa},
          {"plan", result.plan},
          {"arena_bytes", result.arena_bytes},
          {"largest_live_bytes", result.largest_live_bytes},
          {"state_bytes", result.state_bytes},
          {"calls", std::move(calls)}};
}

std::string arena_text(const ExplainResult& result) {
  return fmt::format("arena {} ({} plan; alive at most {}), states {}",
                     byte_text(result.arena_bytes), result.plan,
                     byte_text(result.largest_live_bytes), byte_text(result.state_bytes));
}

}  // namespace mote::cli
