// Options that several commands share, as groups that write into API requests.
#pragma once

#include "apps/cli/option.h"
#include "mote/api/requests.h"

namespace mote::cli {

/// What every command has.
struct GeneralOptions {
  bool json = false;
  bool quiet = false;
  bool help = false;
};
OptionGroup general_group(GeneralOptions* options);

/// The operand that names the model, and `--shape`, `--bind`.
Option model_operand(ModelRequest* request);
OptionGroup model_group(ModelRequest* request);

/// The dataset option called `name` ("--data", "--samples") and what changes its samples.
OptionGroup data_group(DataRequest* request, Option dataset_option);
/// `--mean`, `--std`, `--scale`, `--preprocess` into keys of [preprocess].
std::vector<Option> preprocess_options(std::map<std::string, std::string>* keys);

/// `--threads`, `--numerics`, `--isa`. The number of threads becomes that of the processors.
OptionGroup compute_group(ComputeOptions* options);

/// "dir/net.onnx" and "-int8" give "net-int8.onnx", in the current folder.
std::filesystem::path default_output(const std::filesystem::path& model, std::string_view suffix);

}  // namespace mote::cli
