// Attributes of the layers: convolutions, pools, dense, normalization, softmax, recurrent.
//
// Layout: activations x [n,h,w,c]; operands and types of each operator are in its own file.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "mote/ir/attributes.h"
#include "mote/ops/activation.h"

namespace mote {

/// conv_2d(x [n,h,w,ic], w [oc,kh,kw,ic/groups], b? [oc]) -> y [n,oh,ow,oc]
/// depthwise_conv_2d(x [n,h,w,ic], w [1,kh,kw,oc], b? [oc]) -> y; oc = ic * depth multiplier,
/// output channel o reads input channel o / multiplier.
struct Conv2dAttrs {
  std::array<int64_t, 2> stride{1, 1};         ///< h, w; >= 1
  std::array<int64_t, 2> dilation{1, 1};       ///< h, w; >= 1
  std::array<int64_t, 4> padding{0, 0, 0, 0};  ///< top, left, bottom, right; >= 0
  int64_t groups = 1;                          ///< conv_2d only
  Activation activation = Activation::kNone;

  static constexpr auto fields() {
    return std::tuple(
        field("stride", &Conv2dAttrs::stride), field("dilation", &Conv2dAttrs::dilation),
        field("padding", &Conv2dAttrs::padding), field("groups", &Conv2dAttrs::groups),
        field("activation", &Conv2dAttrs::activation));
  }
};

/// transpose_conv_2d(x [n,h,w,ic], w [oc,kh,kw,ic/groups], b? [oc]) -> y [n,oh,ow,oc]
/// oh = (h-1)*stride + (kh-1)*dilation + 1 - top - bottom + output_padding.
struct TransposeConv2dAttrs {
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0,
                                 0};  ///< cropped from the result: top, left, bottom, right
  std::array<int64_t, 2> output_padding{0, 0};
  int64_t groups = 1;
  Activation activation = Activation::kNone;

  static constexpr auto fields() {
    return std::tuple(field("stride", &TransposeConv2dAttrs::stride),
                      field("dilation", &TransposeConv2dAttrs::dilation),
                      field("padding", &TransposeConv2dAttrs::padding),
                      field("output_padding", &TransposeConv2dAttrs::output_padding),
                      field("groups", &TransposeConv2dAttrs::groups),
                      field("activation", &TransposeConv2dAttrs::activation));
  }
};

/// average_pool_2d, max_pool_2d, l2_pool_2d: (x [n,h,w,c]) -> y [n,oh,ow,c]
struct Pool2dAttrs {
  std::array<int64_t, 2> kernel{1, 1};
  std::array<int64_t, 2> stride{1, 1};
  std::array<int64_t, 2> dilation{1, 1};
  std::array<int64_t, 4> padding{0, 0, 0, 0};  ///< top, left, bottom, right
  bool count_include_padding = false;          ///< average only: divide by the whole window
  Activation activation = Activation::kNone;

  static constexpr auto fields() {
    return std::tuple(field("kernel", &Pool2dAttrs::kernel), field("stride", &Pool2dAttrs::stride),
                      field("dilation", &Pool2dAttrs::dilation),
                      field("padding", &Pool2dAttrs::padding),
                      field("count_include_padding", &Pool2dAttrs::count_include_padding),
                      field("activation", &Pool2dAttrs::activation));
  }
};

/// fully_connected(x [..,ic], w [oc,ic], b? [oc]) -> y [rows,oc], or [..,oc] with keep_dims.
struct FullyConnectedAttrs {
  Activation activation = Activation::kNone;
  bool keep_dims = false;
  /// f32 activations with i8 weights: they become i8 with a zero point, not symmetric.
  bool asymmetric_inputs = false;

  static constexpr auto fields() {
    return std::tuple(field("activation", &FullyConnectedAttrs::activation),
                      field("keep_dims", &FullyConnectedAttrs::keep_dims),
                      field("asymmetric_inputs", &FullyConnectedAttrs::asymmetric_inputs));
  }
};

/// batch_matmul(a [..,m,k], b [..,k,n]) -> y [..,m,n]; outer extents broadcast. Rank >= 2.
struct BatchMatmulAttrs {
  bool transpose_a = false;  ///< a is [..,k,m]
  bool transpose_b = false;  ///< b is [..,n,k]

  static constexpr auto fields() {
    return std::tuple(field("transpose_a", &BatchMatmulAttrs::transpose_a),
                      field("transpose_b", &BatchMatmulAttrs::transpose_b));
  }
};

/// softmax(x) = exp(beta*x) / sum exp(beta*x); log_softmax(x) (beta unused). Along `axis`.
struct SoftmaxAttrs {
  int64_t axis = -1;
  float beta = 1.0f;
  bool widen = false;  ///< softmax of i8 only: the result is i16 at 1/65536, zero point -32768

  static constexpr auto fields() {
    return std::tuple(field("axis", &SoftmaxAttrs::axis), field("beta", &SoftmaxAttrs::beta),
                      field("widen", &SoftmaxAttrs::widen));
  }
};

/// leaky_relu, elu, celu, thresholded_relu: one slope or threshold.
struct AlphaAttrs {
  float alpha = 1.0f;

  static constexpr auto fields() { return std::tuple(field("alpha", &AlphaAttrs::alpha)); }
};

/// selu: y = gamma * (x > 0 ? x : alpha * (e^x - 1)). Defaults: Klambauer et al. 2017, as in ONNX.
struct SeluAttrs {
  float alpha = 1.67326319217681884765625f;
  float gamma = 1.05070102214813232421875f;

  static constexpr auto fields() {
    return std::tuple(field("alpha", &SeluAttrs::alpha), field("gamma", &SeluAttrs::gamma));
  }
};

/// hard_sigmoid: y = min(max(alpha * x + beta, 0), 1).
struct HardSigmoidAttrs {
  float alpha = 0.2f;
  float beta = 0.5f;

  static constexpr auto fields() {
    return std::tuple(field("alpha", &HardSigmoidAttrs::alpha),
                      field("beta", &HardSigmoidAttrs::beta));
  }
};

/// shrink: x + bias below -threshold, x - bias above threshold, 0 between.
struct ShrinkAttrs {
  float threshold = 0.5f;
  float bias = 0.0f;

  static constexpr auto fields() {
    return std::tuple(field("threshold", &ShrinkAttrs::threshold),
                      field("bias", &ShrinkAttrs::bias));
  }
};

/// gelu: by erf, or by tanh when `approximate`.
struct GeluAttrs {
  bool approximate = false;

  static constexpr auto fields() {
    return std::tuple(field("approximate", &GeluAttrs::approximate));
  }
};

/// batch_norm(x, gamma [c], beta [c], mean [c], variance [c]) along `axis`.
/// y = gamma * (x - mean) / sqrt(variance + epsilon) + beta
struct BatchNormAttrs {
  float epsilon = 1e-5f;
  int64_t axis = -1;

  static constexpr auto fields() {
    return std::tuple(field("epsilon", &BatchNormAttrs::epsilon),
                      field("axis", &BatchNormAttrs::axis));
  }
};

/// layer_norm(x, gamma?, beta?) over axes from `axis` on; instance_norm and l2_normalization too.
struct NormAttrs {
  float epsilon = 1e-5f;
  int64_t axis = -1;

  static constexpr auto fields() {
    return std::tuple(field("epsilon", &NormAttrs::epsilon), field("axis", &NormAttrs::axis));
  }
};

/// local_response_normalization(x): y = x / (bias + alpha * sum of squares over `size`
/// channels)^beta
struct LrnAttrs {
  int64_t size = 5;
  int64_t axis = -1;
  float alpha = 1e-4f;
  float beta = 0.75f;
  float bias = 1.0f;

  static constexpr auto fields() {
    return std::tuple(field("size", &LrnAttrs::size), field("axis", &LrnAttrs::axis),
                      field("alpha", &LrnAttrs::alpha), field("beta", &LrnAttrs::beta),
                      field("bias", &LrnAttrs::bias));
  }
};

/// resize_bilinear, resize_nearest_neighbor (x [n,h,w,c]) -> y [n,size[0],size[1],c], as TFLite.
struct Resize2dAttrs {
  std::array<int64_t, 2> size{1, 1};
  bool align_corners = false;
  bool half_pixel_centers = false;

  static constexpr auto fields() {
    return std::tuple(field("size", &Resize2dAttrs::size),
                      field("align_corners", &Resize2dAttrs::align_corners),
                      field("half_pixel_centers", &Resize2dAttrs::half_pixel_centers));
  }
};

/// svdf(x [n,in], w_feature [filters,in], w_time [filters,memory], b? [units], state) -> y
/// [n,units]
struct SvdfAttrs {
  int64_t rank = 1;
  Activation activation = Activation::kNone;
  bool asymmetric_inputs = false;  ///< dynamic range: inputs get a zero point

  static constexpr auto fields() {
    return std::tuple(field("rank", &SvdfAttrs::rank), field("activation", &SvdfAttrs::activation),
                      field("asymmetric_inputs", &SvdfAttrs::asymmetric_inputs));
  }
};

/// unidirectional_sequence_lstm, operands in TFLite's order (24 inputs, absent ones allowed).
/// The intermediate records of its integer form (TFLite's "intermediates") are kept as attributes.
struct SequenceLstmAttrs {
  std::string activation = "tanh";
  float cell_clip = 0.0f;        ///< 0: none
  float projection_clip = 0.0f;  ///< 0: none
  bool time_major = false;
  bool asymmetric_inputs = false;  ///< dynamic range: inputs and hidden state get a zero point
  std::vector<float> intermediate_scales;
  std::vector<int64_t> intermediate_zero_points;

  static constexpr auto fields() {
    return std::tuple(
        field("activation", &SequenceLstmAttrs::activation),
        field("cell_clip", &SequenceLstmAttrs::cell_clip),
        field("projection_clip", &SequenceLstmAttrs::projection_clip),
        field("time_major", &SequenceLstmAttrs::time_major),
        field("asymmetric_inputs", &SequenceLstmAttrs::asymmetric_inputs),
        field("intermediate_scales", &SequenceLstmAttrs::intermediate_scales),
        field("intermediate_zero_points", &SequenceLstmAttrs::intermediate_zero_points));
  }
};

}  // namespace mote
