#include "mote/compress/quantize/quantize.h"

#include <algorithm>

#include "mote/compress/quantize/options.h"
#include "mote/compress/quantize/quantize_graph.h"
#include "mote/compress/quantize/recovery.h"
#include "mote/compress/quantize/sensitivity.h"
#include "mote/compress/quantize/synthetic.h"
#include "mote/measure/fingerprint.h"
#include "mote/ops/op_table.h"
#include "mote/rewrite/pipeline.h"

namespace mote {
namespace {

constexpr int64_t kSyntheticInputs = 16;

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The nodes that stay float because the user said so; every name has to name something.
std::set<int32_t> excluded_nodes(const Graph& graph, const QuantizeOptions& options) {
  std::set<int32_t> excluded;
  std::set<std::string> found;
  for (const NodeId id : graph.topological_order()) {
    const Node& node = graph.node(id);
    const std::string& output = graph.value(node.outputs.front()).name;
    for (const std::string& name : {node.name, output}) {
      if (!contains(options.exclude_nodes, name)) continue;
      excluded.insert(id.index);
      found.insert(name);
    }
    if (contains(options.exclude_ops, node.op->name)) excluded.insert(id.index);
  }
  for (const std::string& name : options.exclude_nodes) {
    if (!found.contains(name)) {
      throw_error(ErrorKind::kInvalidArgument,
                  "cannot exclude '{}': no node or output of a node has that name (after exact "
                  "rewrites); `mote inspect` lists the names",
                  name);
    }
  }
  for (const std::string& name : options.exclude_ops) {
    if (find_op(name) == nullptr) {
      throw_error(ErrorKind::kInvalidArgument,
                  "cannot exclude operators '{}': there is no such operator", name);
    }
  }
  return excluded;
}

QuantizeResult weights_only(QuantizeResult result, const SampleSource& samples, bool synthetic,
                            const QuantizeOptions& options, const Observer& observer) {
  QuantizedGraph quantized = quantize_weights(result.reference, options.scheme, options.weights);
  result.range_source = "none: activations stay float";
  result.graph = std::move(quantized.graph);
  result.float_nodes = std::move(quantized.float_nodes);
  if (synthetic && result.reference.inputs().empty()) return result;
  const FidelityProbe probe(result.reference, samples,
                            {options.threads, options.exec, options.label_offset}, observer);
  const Fidelity fidelity = probe.measure(result.graph, observer);
  result.sqnr_db = fidelity.sqnr_db;
  result.agreement = fidelity.agreement;
  result.steps.push_back({.name = "nearest",
                          .detail = "weights rounded",
                          .sqnr_db = fidelity.sqnr_db,
                          .agreement = fidelity.agreement,
                          .top1 = fidelity.top1});
  return result;
}

void take(QuantizeResult& result, const QuantizedGraph& integer, const Fidelity& fidelity) {
  result.graph = integer.graph;
  result.float_nodes = integer.float_nodes;
  result.sqnr_db = fidelity.sqnr_db;
  result.agreement = fidelity.agreement;
}

void take_best(QuantizeResult& result, const Recovery& recovery, const QuantizeOptions& options,
               const Observer& observer) {
  if (!options.max_drop) return take(result, recovery.integer(), recovery.fidelity());
  const MaxDropResult found =
      meet_max_drop(recovery, result.reference, *options.max_drop, observer);
  take(result, found.integer, found.fidelity);
  result.drop = found.drop;
  result.notes.push_back(
      found.met
          ? fmt::format("{} layers stay float; the loss is {:.2f} points on {} samples",
                        found.excluded.size(), found.drop, recovery.probe().size())
          : fmt::format("a loss of {:.2f} points cannot be met: with all {} layers float it is "
                        "{:.2f} points on {} samples",
                        *options.max_drop, found.excluded.size(), found.drop,
                        recovery.probe().size()));
}

}  // namespace

QuantizeResult quantize(Graph graph, const SampleSource& samples, const QuantizeOptions& options,
                        const Observer& observer) {
  check_options(graph, options);
  QuantizeResult result;
  result.reference = std::move(graph);
  run_exact_passes(result.reference, {.observer = observer});
  const bool synthetic = samples.count == 0;
  const SyntheticOptions made{
      .count = kSyntheticInputs, .seed = options.seed, .ranges = options.input_ranges};
  const SampleSource used = synthetic ? synthetic_samples(result.reference, made) : samples;
  if (options.scheme == QuantScheme::kDynamicRange || options.scheme == QuantScheme::kFloat16) {
    return weights_only(std::move(result), used, synthetic, options, observer);
  }
  Recovery recovery({.reference = result.reference,
                     .samples = used,
                     .synthetic = synthetic,
                     .exclude = excluded_nodes(result.reference, options)},
                    options, observer);
  recovery.run();
  take_best(result, recovery, options, observer);
  result.steps = recovery.steps();
  result.notes.insert(result.notes.end(), recovery.notes().begin(), recovery.notes().end());
  result.range_source = synthetic
                            ? fmt::format("{}; {}", recovery.range_method(),
                                          describe_synthetic(result.reference, made))
                            : fmt::format("{} samples, {}", used.count, recovery.range_method());
  if (!synthetic && samples.fingerprint) {
    std::vector<uint64_t> fingerprints;
    for (int64_t i = 0; i < samples.count; ++i) fingerprints.push_back(samples.fingerprint(i));
    result.graph.metadata[kCalibrationKey] = calibration_record(fingerprints);
  }
  return result;
}

}  // namespace mote
