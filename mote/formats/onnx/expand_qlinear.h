// QLinearConv and its kin as DequantizeLinear, the float operator, QuantizeLinear.
//
// Both forms mean the same numbers up to rounding; folding (fold_qdq.h) brings them back to integer
// operators, so that there is one way in for quantized models.
#pragma once

#include <vector>

namespace mote::onnxpb {
class NodeProto;
}

namespace mote::onnx {

/// The nodes to import instead of `node`; empty when it is no operator of this kind.
std::vector<onnxpb::NodeProto> expand_qlinear(const onnxpb::NodeProto& node);

}  // namespace mote::onnx
