// What a conversion between formats changed in the meaning of a model.
//
// Readers and writers add an entry for everything a careful user would want to know: a batch that
// became fixed, a simulation of quantized activations that is lost, a weight stored in another
// type. A conversion that changes nothing leaves the report empty.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace mote {

struct ConversionChange {
  std::string subject;  ///< "node 'conv1'", "input 'x'", "metadata 'y'"
  std::string change;   ///< one sentence fragment: "the batch is fixed to 1, because ..."
};

struct ConversionReport {
  std::vector<ConversionChange> changes;

  void add(std::string subject, std::string change) {
    changes.push_back({std::move(subject), std::move(change)});
  }
};

}  // namespace mote
