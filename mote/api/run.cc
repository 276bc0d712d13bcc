#include "mote/api/run.h"

#include <optional>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/input_file.h"
#include "mote/data/npy.h"
#include "mote/measure/samples.h"

namespace mote {
namespace {

namespace fs = std::filesystem;

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;  // a path that cannot be examined is not the same file
  return fs::equivalent(a, b, ignored);
}

void check_output(const RunRequest& request) {
  if (request.output.empty()) return;
  const std::string extension = request.output.extension().string();
  if (extension != ".bin" && extension != ".npy") {
    throw_error(ErrorKind::kInvalidArgument,
                "'{}': outputs are written as .bin (raw bytes) or .npy, not '{}'",
                request.output.string(), extension);
  }
  std::vector<fs::path> inputs = request.inputs;
  inputs.push_back(request.model.path);
  for (const fs::path& input : inputs) {
    if (same_file(input, request.output)) {
      throw_error(ErrorKind::kInvalidArgument, "'{}' is an input; choose another output file",
                  request.output.string());
    }
  }
}

// Value names of some models hold slashes; a file name holds letters, digits and "._-" only.
std::string file_name_of(std::string_view value_name) {
  std::string name(value_name.substr(0, 100));
  for (char& c : name) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '_' || c == '-';
    if (!plain) c = '_';
  }
  return name;
}

// Writes what each node gives, numbered in execution order.
class LayerDump {
 public:
  LayerDump(fs::path folder, Executor& executor) : folder_(std::move(folder)), executor_(executor) {
    std::error_code failure;
    fs::create_directories(folder_, failure);
    if (failure) {
      throw_error(ErrorKind::kIo, "cannot make the folder '{}': {}", folder_.string(),
                  failure.message());
    }
    executor_.set_hook([this](NodeId, const Node& node, std::span<const ConstTensorView> outputs) {
      for (size_t i = 0; i < outputs.size(); ++i) write(node, node.outputs[i], outputs[i]);
    });
  }
  void finish(std::vector<fs::path>& written) {
    executor_.set_hook({});
    write_file(folder_ / "index.csv", std::string_view(index_));
    written.push_back(folder_ / "index.csv");
  }

 private:
  void write(const Node& node, ValueId id, const ConstTensorView& tensor) {
    const Value& value = executor_.graph().value(id);
    const std::string file = fmt::format("{:04}_{}.npy", count_++, file_name_of(value.name));
    data::write_npy(folder_ / file, tensor);
    index_ += fmt::format("{},\"{}\",\"{}\",{},\"{}\"\n", file, value.name, node.name,
                          node.op->name, to_string(value.type));
  }

  fs::path folder_;
  Executor& executor_;
  int count_ = 0;
  std::string index_ = "file,value,node,op,type\n";
};

std::vector<Tensor> read_inputs(const RunRequest& request, const Graph& graph) {
  const std::vector<data::ModelInput> declared = declared_inputs(graph);
  if (request.description.empty()) {
    return data::read_input_files(request.inputs, declared, request.preprocess);
  }
  const data::DatasetSpec spec =
      data::load_dataset_spec(request.description, {.preprocess = request.preprocess});
  return data::read_input_files_as(request.inputs, declared, spec.preprocess);
}

std::vector<fs::path> write_outputs(const fs::path& path, const std::vector<RunOutput>& outputs) {
  if (path.extension() == ".bin") {
    std::vector<std::byte> bytes;
    for (const RunOutput& output : outputs) {
      const std::byte* first = output.tensor.bytes();
      bytes.insert(bytes.end(), first, first + output.tensor.size_bytes());
    }
    write_file(path, std::span<const std::byte>(bytes));
    return {path};
  }
  if (outputs.size() == 1) {
    data::write_npy(path, outputs[0].tensor);
    return {path};
  }
  std::vector<fs::path> written;
  for (size_t i = 0; i < outputs.size(); ++i) {
    fs::path numbered = path;
    numbered.replace_extension(fmt::format(".{}.npy", i));
    data::write_npy(numbered, outputs[i].tensor);
    written.push_back(std::move(numbered));
  }
  return written;
}

}  // namespace

RunResult run(const RunRequest& request) {
  check_output(request);
  const Graph graph = open_model(request.model);
  const std::vector<Tensor> inputs = read_inputs(request, graph);
  Executor executor(graph, exec_for(request.compute.exec, request.model));
  RunResult result;
  std::optional<LayerDump> dump;
  if (!request.dump_layers.empty()) dump.emplace(request.dump_layers, executor);
  std::vector<Tensor> outputs = executor.run(inputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Value& value = graph.value(graph.outputs()[i]);
    result.outputs.push_back({value.name, value.type, std::move(outputs[i])});
  }
  if (dump) dump->finish(result.written);
  if (!request.output.empty()) {
    for (fs::path& path : write_outputs(request.output, result.outputs)) {
      result.written.push_back(std::move(path));
    }
  }
  return result;
}

}  // namespace mote
