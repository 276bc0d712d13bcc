// Trains the keyword spotter, a DS-CNN (Zhang et al. 2017, "Hello Edge", the size MLPerf Tiny
// uses), on one core in a few minutes, and writes it as float ONNX with its batch norms apart.
//
//   train FEATURES_FOLDER OUTPUT.onnx [EPOCHS] [SEED]
//
// FEATURES_FOLDER holds {train,test}_{x,y}.npy as kws_features writes them.
#include <fmt/core.h>
#include <torch/torch.h>

#include <filesystem>
#include <numbers>
#include <string>
#include <vector>

#include "examples/keyword_spotter/onnx_file.h"
#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/base/number_text.h"
#include "mote/data/npy.h"

namespace {

using keyword_spotter::OnnxGraph;
namespace nn = torch::nn;
namespace fs = std::filesystem;

constexpr int64_t kFrames = 49;
constexpr int64_t kCoefficients = 10;
constexpr int64_t kChannels = 64;
constexpr int64_t kBlocks = 4;
constexpr int64_t kClasses = 10;
constexpr int64_t kBatch = 64;
constexpr double kPeakRate = 2e-3;
constexpr double kWeightDecay = 1e-2;
constexpr double kDropout = 0.2;
/// Frames by which a training sample is moved at most.
constexpr int64_t kMaxShift = 3;
/// Frames of a training sample that may be lost to one gap.
constexpr int64_t kMaxGap = 8;
/// Padding that TFLite calls SAME for a 10x4 kernel at stride 2: top, bottom, left, right.
constexpr int64_t kTop = 4, kBottom = 5, kLeft = 1, kRight = 1;

/// A convolution without bias and the batch norm behind it.
struct ConvNorm {
  nn::Conv2d conv{nullptr};
  nn::BatchNorm2d norm{nullptr};

  torch::Tensor forward(const torch::Tensor& x) { return torch::relu(norm(conv(x))); }
};

class DsCnn : public nn::Module {
 public:
  DsCnn() {
    const nn::Conv2dOptions first = nn::Conv2dOptions(1, kChannels, {10, 4}).stride(2);
    const nn::Conv2dOptions depthwise =
        nn::Conv2dOptions(kChannels, kChannels, 3).padding(1).groups(kChannels);
    add("first", first);
    for (int64_t i = 0; i < kBlocks; ++i) {
      add(fmt::format("depthwise{}", i), depthwise);
      add(fmt::format("pointwise{}", i), nn::Conv2dOptions(kChannels, kChannels, 1));
    }
    classify_ = register_module("classify", nn::Linear(kChannels, kClasses));
  }

  torch::Tensor forward(torch::Tensor x) {
    x = nn::functional::pad(x, nn::functional::PadFuncOptions({kLeft, kRight, kTop, kBottom}));
    for (ConvNorm& layer : layers_) x = layer.forward(x);
    return classify_(torch::dropout(x.mean({2, 3}), kDropout, is_training()));
  }

  void write(OnnxGraph& graph) const;

 private:
  void add(const std::string& name, nn::Conv2dOptions options) {
    names_.push_back(name);
    layers_.push_back({register_module(name, nn::Conv2d(options.bias(false))),
                       register_module(name + "_norm", nn::BatchNorm2d(kChannels))});
  }

  std::vector<std::string> names_;
  std::vector<ConvNorm> layers_;
  nn::Linear classify_{nullptr};
};

void add_weights(OnnxGraph& graph, const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor dense = tensor.detach().contiguous();
  const float* values = dense.data_ptr<float>();
  graph.add_weights(name, dense.sizes().vec(), std::vector<float>(values, values + dense.numel()));
}

void DsCnn::write(OnnxGraph& graph) const {
  std::string value = "features";
  graph.set_input(value, {-1, 1, kFrames, kCoefficients});
  for (size_t i = 0; i < layers_.size(); ++i) {
    const std::string& name = names_[i];
    const auto& options = layers_[i].conv->options;
    const bool first = i == 0;
    const int64_t pad = options.kernel_size()->at(0) == 3 ? 1 : 0;
    const std::vector<int64_t> pads =
        first ? std::vector<int64_t>{kTop, kLeft, kBottom, kRight} : std::vector<int64_t>(4, pad);
    add_weights(graph, name + ".weight", layers_[i].conv->weight);
    graph.add_node(
        "Conv", {value, name + ".weight"}, name + ".conv",
        {{"kernel_shape", {options.kernel_size()->begin(), options.kernel_size()->end()}},
         {"strides", {options.stride()->begin(), options.stride()->end()}},
         {"pads", pads},
         {"group", {options.groups()}, false}});
    const auto& norm = layers_[i].norm;
    add_weights(graph, name + ".scale", norm->weight);
    add_weights(graph, name + ".shift", norm->bias);
    add_weights(graph, name + ".mean", norm->running_mean);
    add_weights(graph, name + ".variance", norm->running_var);
    graph.add_node_with_float(
        "BatchNormalization",
        {name + ".conv", name + ".scale", name + ".shift", name + ".mean", name + ".variance"},
        name + ".norm", "epsilon", static_cast<float>(norm->options.eps()));
    graph.add_node("Relu", {name + ".norm"}, name + ".relu");
    value = name + ".relu";
  }
  graph.add_node("GlobalAveragePool", {value}, "pool");
  graph.add_node("Flatten", {"pool"}, "flat", {{"axis", {1}, false}});
  add_weights(graph, "classify.weight", classify_->weight);
  add_weights(graph, "classify.bias", classify_->bias);
  graph.add_node("Gemm", {"flat", "classify.weight", "classify.bias"}, "logits",
                 {{"transB", {1}, false}});
  graph.set_output("logits", {-1, kClasses});
}

struct Samples {
  torch::Tensor x;  // [n, 1, 49, 10]
  torch::Tensor y;  // [n]
};

Samples read_samples(const fs::path& folder, const std::string& split) {
  const mote::Tensor x = mote::data::read_npy(folder / (split + "_x.npy"));
  const mote::Tensor y = mote::data::read_npy(folder / (split + "_y.npy"));
  const std::vector<float> features = mote::elements_as<float>(x);
  const std::vector<int64_t> labels = mote::elements_as<int64_t>(y);
  return {torch::tensor(features).reshape({-1, 1, kFrames, kCoefficients}), torch::tensor(labels)};
}

double accuracy(DsCnn& network, const Samples& samples) {
  const torch::NoGradGuard no_gradients;
  network.eval();
  const torch::Tensor right = network.forward(samples.x).argmax(1).eq(samples.y);
  return right.to(torch::kFloat).mean().item<double>();
}

/// Repeats one frame over up to kMaxGap others, at a place of its own in every sample of the batch.
torch::Tensor with_gap(const torch::Tensor& x) {
  const int64_t count = x.size(0);
  const torch::Tensor frame = torch::arange(kFrames).reshape({1, kFrames});
  const torch::Tensor start = torch::randint(0, kFrames, {count, 1});
  const torch::Tensor length = torch::randint(0, kMaxGap + 1, {count, 1});
  const torch::Tensor inside = frame.ge(start).logical_and(frame.lt(start + length));
  const torch::Tensor source = torch::where(inside, start, frame);
  return x.gather(2, source.reshape({count, 1, kFrames, 1}).expand_as(x));
}

void train(DsCnn& network, const Samples& samples, int64_t epochs) {
  torch::optim::AdamW optimizer(network.parameters(),
                                torch::optim::AdamWOptions(kPeakRate).weight_decay(kWeightDecay));
  const int64_t count = samples.y.size(0);
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    // Half a cosine from the peak to nothing.
    const double done = static_cast<double>(epoch) / static_cast<double>(epochs);
    static_cast<torch::optim::AdamWOptions&>(optimizer.param_groups()[0].options())
        .lr(kPeakRate * 0.5 * (1.0 + std::cos(std::numbers::pi * done)));
    network.train();
    const torch::Tensor order = torch::randperm(count);
    double loss_sum = 0.0;
    for (int64_t at = 0; at + kBatch <= count; at += kBatch) {
      const torch::Tensor chosen = order.slice(0, at, at + kBatch);
      const int64_t shift = torch::randint(-kMaxShift, kMaxShift + 1, {1}).item<int64_t>();
      const torch::Tensor x = with_gap(samples.x.index_select(0, chosen)).roll(shift, 2);
      optimizer.zero_grad();
      const torch::Tensor loss =
          torch::cross_entropy_loss(network.forward(x), samples.y.index_select(0, chosen));
      loss.backward();
      optimizer.step();
      loss_sum += loss.item<double>();
    }
    fmt::print("epoch {:2}: loss {:.3f}\n", epoch + 1,
               loss_sum / static_cast<double>(count / kBatch));
    std::fflush(stdout);
  }
}

int64_t number_argument(const std::vector<std::string>& arguments, size_t index, int64_t fallback) {
  if (arguments.size() <= index) return fallback;
  const auto value = mote::parse_int(arguments[index]);
  if (!value || *value < 1) {
    mote::throw_error(mote::ErrorKind::kInvalidArgument, "'{}' must be a number above 0",
                      arguments[index]);
  }
  return *value;
}

}  // namespace

int main(int count, char** raw_arguments) {
  try {
    const std::vector<std::string> arguments(raw_arguments + 1, raw_arguments + count);
    if (arguments.size() < 2) {
      mote::throw_error(mote::ErrorKind::kInvalidArgument,
                        "usage: train FEATURES_FOLDER OUTPUT.onnx [EPOCHS] [SEED]");
    }
    const int64_t epochs = number_argument(arguments, 2, 30);
    torch::manual_seed(number_argument(arguments, 3, 1));
    torch::set_num_threads(1);  // the same sums in the same order everywhere
    const Samples training = read_samples(arguments[0], "train");
    const Samples test = read_samples(arguments[0], "test");
    DsCnn network;
    train(network, training, epochs);
    fmt::print("training {:.2f} %, test {:.2f} %\n", 100.0 * accuracy(network, training),
               100.0 * accuracy(network, test));
    OnnxGraph graph;
    network.write(graph);
    mote::write_file(arguments[1], std::string_view(graph.model()));
    return 0;
  } catch (const mote::Error& error) {
    fmt::print(stderr, "train: {}\n", error.what());
    return mote::info(error.kind()).exit_code;
  }
}
