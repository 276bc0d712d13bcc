#include "mote/data/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "mote/base/error.h"
#include "mote/data/micro_frontend.h"
#include "mote/data/resize.h"

namespace mote::data {
namespace {

/// Swaps the two outer axes blocks of [a, b] elements of `width` bytes.
Tensor transposed(const Tensor& tensor, Shape shape, int64_t a, int64_t b) {
  Tensor result(tensor.dtype(), std::move(shape));
  const size_t width = size_bytes(tensor.dtype());
  for (int64_t i = 0; i < a; ++i) {
    for (int64_t j = 0; j < b; ++j) {
      std::memcpy(result.bytes() + static_cast<size_t>(j * a + i) * width,
                  tensor.bytes() + static_cast<size_t>(i * b + j) * width, width);
    }
  }
  return result;
}

Tensor to_float(const Tensor& tensor, const ValueScale& meaning) {
  std::vector<float> values = elements_as<float>(tensor);
  if (!is_float(tensor.dtype()) && meaning.scale > 0.0) {
    for (float& value : values) {
      value = static_cast<float>((static_cast<double>(value) - meaning.zero_point) * meaning.scale);
    }
  }
  return Tensor::of(tensor.shape(), values);
}

}  // namespace

Tensor channels_first(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return transposed(tensor, {shape[2], shape[0], shape[1]}, shape[0] * shape[1], shape[2]);
}

Tensor channels_last(const Tensor& tensor) {
  const Shape& shape = tensor.shape();
  return transposed(tensor, {shape[1], shape[2], shape[0]}, shape[0], shape[1] * shape[2]);
}

Preprocessor::Preprocessor(const PreprocessSpec& spec, ValueScale stored)
    : spec_(spec), stored_(stored) {
  if (spec.features == AudioFeatures::kMfcc || spec.features == AudioFeatures::kLogMel) {
    mel_.emplace(spec.mel);
  }
  if (spec.features == AudioFeatures::kFixedMfcc) {
    fixed_mfcc_ = std::make_unique<FixedMfcc>(spec.mel);
  }
}

Prepared Preprocessor::operator()(Content content) const {
  if (auto* tensors = std::get_if<std::vector<Tensor>>(&content)) {
    return prepare(std::move(*tensors));
  }
  if (const auto* audio = std::get_if<Audio>(&content)) return prepare(*audio);
  Prepared prepared;
  prepared.tensors.push_back(prepare(std::move(std::get<Image>(content))));
  return prepared;
}

void Preprocessor::normalize(Tensor& tensor) const {
  const int rank = tensor.shape().rank();
  const auto channels = static_cast<size_t>(rank == 0 ? 1 : tensor.shape()[rank - 1]);
  const auto per_channel = [&](const std::vector<double>& values, double fallback,
                               const char* key) {
    if (values.size() > 1 && values.size() != channels) {
      throw_error(
          ErrorKind::kInvalidArgument,
          "'{}' has {} values, the samples have {} channels (shape {}); give one, or one for "
          "each channel",
          key, values.size(), channels, to_string(tensor.shape()));
    }
    std::vector<double> row(channels, values.empty() ? fallback : values.front());
    if (values.size() > 1) row = values;
    return row;
  };
  if (spec_.identity()) return;
  const std::vector<double> mean = per_channel(spec_.mean, 0.0, "mean");
  const std::vector<double> std = per_channel(spec_.std, 1.0, "std");
  const auto values = tensor.data<float>();
  for (size_t i = 0; i < values.size(); ++i) {
    const size_t c = i % channels;
    values[i] =
        static_cast<float>((static_cast<double>(values[i]) * spec_.scale - mean[c]) / std[c]);
  }
}

Tensor Preprocessor::prepare(Image image) const {
  image = with_color(std::move(image), spec_.color);
  if (spec_.resize_mode != ResizeMode::kNone) {
    ResizeOptions wanted = spec_.resize;
    if (spec_.resize_mode == ResizeMode::kShorterSide) {
      const ResizeOptions extents = shorter_side_extents(image, spec_.resize.height);
      wanted.height = extents.height;
      wanted.width = extents.width;
    }
    image = resize(image, wanted);
  }
  if (spec_.crop_height > 0) image = center_crop(image, spec_.crop_height, spec_.crop_width);
  Tensor tensor(DataType::kF32, {image.height, image.width, image.channels});
  std::copy(image.pixels.begin(), image.pixels.end(), tensor.data<float>().begin());
  normalize(tensor);
  return spec_.layout == Layout::kNchw ? channels_first(tensor) : std::move(tensor);
}

Prepared Preprocessor::prepare(const Audio& audio) const {
  Audio clip = resampled(audio, spec_.mel.sample_rate);
  if (spec_.duration_ms > 0.0) {
    clip.samples.resize(static_cast<size_t>(
        std::llround(spec_.duration_ms * static_cast<double>(clip.sample_rate) / 1000.0)));
  }
  Prepared prepared;
  if (spec_.features == AudioFeatures::kMicroSpeech) {
    const MicroFrontendOptions options{.sample_rate = spec_.mel.sample_rate,
                                       .window_ms = std::llround(spec_.mel.window_ms),
                                       .stride_ms = std::llround(spec_.mel.stride_ms),
                                       .channels = spec_.mel.bands,
                                       .low_hz = spec_.mel.low_hz,
                                       .high_hz = spec_.mel.high_hz};
    prepared.tensors.push_back(micro_speech_features(to_int16(clip.samples), options));
    prepared.integers = {kMicroSpeechScale, kMicroSpeechZeroPoint};
    return prepared;
  }
  Tensor features;
  if (spec_.features == AudioFeatures::kWaveform) {
    const auto count = static_cast<int64_t>(clip.samples.size());
    features = Tensor::of({count, 1}, clip.samples);
  } else if (spec_.features == AudioFeatures::kFixedMfcc) {
    features = (*fixed_mfcc_)(to_int16(clip.samples));
  } else {
    features = spec_.features == AudioFeatures::kMfcc ? mel_->mfcc(clip.samples)
                                                      : mel_->log_mel(clip.samples);
  }
  normalize(features);
  prepared.tensors.push_back(std::move(features));
  return prepared;
}

Prepared Preprocessor::prepare(std::vector<Tensor> tensors) const {
  Prepared prepared{{}, stored_};
  for (Tensor& tensor : tensors) {
    const bool float_like = is_float(tensor.dtype()) && tensor.dtype() != DataType::kF32;
    if (!spec_.identity() || float_like) {
      tensor = to_float(tensor, stored_);
      normalize(tensor);
    }
    prepared.tensors.push_back(std::move(tensor));
  }
  return prepared;
}

}  // namespace mote::data
