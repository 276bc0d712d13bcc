// From decoded records to the tensors a float network is given.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "mote/base/tensor.h"
#include "mote/data/dataset_spec.h"
#include "mote/data/mel.h"
#include "mote/data/mfcc_tables.h"
#include "mote/data/source.h"

namespace mote::data {

/// What integer elements mean: (q - zero_point) * scale; scale 0 when nothing is known.
struct ValueScale {
  double scale = 0.0;
  int32_t zero_point = 0;
};

/// Tensors of one sample, without a batch axis: f32, or integers that mean what `integers` says.
struct Prepared {
  std::vector<Tensor> tensors;
  ValueScale integers;
};

/// Applies a PreprocessSpec; built once for a dataset, used from several threads.
class Preprocessor {
 public:
  Preprocessor(const PreprocessSpec& spec, ValueScale stored);

  /// Pictures and sounds become f32 (micro-speech features i8); tensors pass unchanged when the
  /// spec's scale, mean and std do nothing, and become f32 otherwise.
  Prepared operator()(Content content) const;

 private:
  Tensor prepare(Image image) const;
  Prepared prepare(const Audio& audio) const;
  Prepared prepare(std::vector<Tensor> tensors) const;
  void normalize(Tensor& tensor) const;

  PreprocessSpec spec_;
  ValueScale stored_;
  std::optional<MelFrontEnd> mel_;
  std::unique_ptr<const FixedMfcc> fixed_mfcc_;
};

/// [h, w, c] -> [c, h, w].
Tensor channels_first(const Tensor& tensor);
/// [c, h, w] -> [h, w, c].
Tensor channels_last(const Tensor& tensor);

}  // namespace mote::data
