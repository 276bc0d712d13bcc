// NegativeLogLikelihoodLoss, SoftmaxCrossEntropyLoss.
#include "mote/formats/onnx/export.h"
#include "mote/formats/onnx/import.h"
#include "mote/ops/loss_attrs.h"
#include "mote/ops/nn_attrs.h"

namespace mote::onnx {
namespace {

LossReduction reduction_of(const NodeImport& node) {
  const std::string reduction = node.text("reduction", "mean");
  for (const LossReduction candidate : enum_values(LossReduction{})) {
    if (name(candidate) == reduction) return candidate;
  }
  node.fail("reduction is '{}', expected none, sum or mean", reduction);
}

ValueId loss_of(NodeImport& node, ValueId log_probabilities) {
  NllLossAttrs attrs;
  attrs.reduction = reduction_of(node);
  attrs.has_ignore_index = node.has_attribute("ignore_index");
  attrs.ignore_index = node.integer("ignore_index", 0);
  std::vector<ValueId> inputs{log_probabilities, node.input(1)};
  if (node.has_input(2)) inputs.push_back(node.input(2));
  return node.emit("negative_log_likelihood_loss", std::move(inputs), Attributes::of(attrs));
}

void import_nll(NodeImport& node) { node.output(0, loss_of(node, node.input(0))); }

void import_cross_entropy(NodeImport& node) {
  SoftmaxAttrs attrs;
  attrs.axis = 1;
  const ValueId log_probabilities =
      node.emit("log_softmax", {node.input(0)}, Attributes::of(attrs));
  node.output(0, loss_of(node, log_probabilities));
  if (node.has_output(1)) node.output(1, log_probabilities);
}

void export_nll(NodeExport& node) {
  const auto& attrs = node.attrs<NllLossAttrs>();
  OnnxAttributes attributes{{"reduction", std::string(name(attrs.reduction))}};
  if (attrs.has_ignore_index) attributes.push_back({"ignore_index", attrs.ignore_index});
  node.output(0, node.emit("NegativeLogLikelihoodLoss",
                           {node.input(0), node.input(1), node.input(2)}, attributes));
}

}  // namespace

void ops_losses(OnnxSink& sink) {
  sink.add_export({.op = "negative_log_likelihood_loss", .handler = export_nll});
  sink.add_import({.op_type = "NegativeLogLikelihoodLoss", .handler = import_nll});
  sink.add_import({.op_type = "SoftmaxCrossEntropyLoss", .handler = import_cross_entropy});
}

}  // namespace mote::onnx
