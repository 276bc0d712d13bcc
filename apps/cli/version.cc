#include "apps/cli/commands.h"
#include "apps/cli/json_values.h"
#include "apps/cli/shared_options.h"
#include "mote/formats/model_file.h"

namespace mote::cli {
namespace {

class VersionCommand final : public Command {
 public:
  CommandInfo info() const override {
    return {"version",
            "which mote this is",
            "Prints the version and the model formats that can be read and written.",
            {{"version", "the version and what it reads"}}};
  }

  std::vector<OptionGroup> options() override { return {general_group(&general_)}; }

  void run(Console& console) override {
    std::string formats;
    Json list = Json::array();
    for (const ModelFormat& format : model_formats()) {
      formats += (formats.empty() ? "" : ", ") + std::string(format.name);
      list.push_back(format.name);
    }
    if (general_.json) {
      console.print(json_text({{"version", MOTE_VERSION}, {"formats", std::move(list)}}));
      return;
    }
    console.print(fmt::format("mote {}\nformats: {}\n", MOTE_VERSION, formats));
  }

 private:
  GeneralOptions general_;
};

}  // namespace

std::unique_ptr<Command> version_command() { return std::make_unique<VersionCommand>(); }

}  // namespace mote::cli
