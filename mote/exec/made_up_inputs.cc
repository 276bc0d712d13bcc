#include "mote/exec/made_up_inputs.h"

namespace mote {

std::vector<Tensor> made_up_inputs(const Session& session, Rng& rng) {
  std::vector<Tensor> tensors;
  for (size_t i = 0; i < session.program().inputs.size(); ++i) {
    const TensorView view = session.input(i);
    Tensor tensor(view.dtype, view.shape);
    if (view.dtype == DataType::kF32) {
      for (float& x : tensor.data<float>()) x = static_cast<float>(rng.normal());
    } else if (size_bytes(view.dtype) == 1 && view.dtype != DataType::kBool) {
      for (size_t b = 0; b < tensor.size_bytes(); ++b) {
        tensor.bytes()[b] = static_cast<std::byte>(rng.integer(0, 255));
      }
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

void write_inputs(const Session& session, const std::vector<Tensor>& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    copy_bytes(session.input(i).bytes, inputs[i].bytes(), inputs[i].size_bytes());
  }
}

}  // namespace mote
