#include "mote/kernels/fast/fast.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "mote/base/random.h"

namespace mote {
namespace {

constexpr mote_isa kIsas[] = {MOTE_ISA_PORTABLE, MOTE_ISA_AVX2, MOTE_ISA_AVX512};

mote_conv_2d_params random_params(Rng& rng) {
  mote_conv_2d_params p{};
  p.n = 1;
  p.h = static_cast<int32_t>(rng.integer(4, 9));
  p.w = static_cast<int32_t>(rng.integer(4, 9));
  p.ic = static_cast<int32_t>(rng.integer(1, 70));
  p.kh = p.kw = static_cast<int32_t>(rng.integer(1, 3));
  p.oc = static_cast<int32_t>(rng.integer(1, 40));
  p.groups = 1;
  p.stride_h = p.stride_w = static_cast<int32_t>(rng.integer(1, 2));
  p.dilation_h = p.dilation_w = 1;
  p.pad_top = p.pad_left = p.kh / 2;
  p.oh = (p.h + 2 * p.pad_top - p.kh) / p.stride_h + 1;
  p.ow = (p.w + 2 * p.pad_left - p.kw) / p.stride_w + 1;
  p.y_min = -1e30f;
  p.y_max = 1e30f;
  return p;
}

size_t pixels(const mote_conv_2d_params& p) { return static_cast<size_t>(p.n * p.oh * p.ow); }

std::vector<int8_t> random_bytes(Rng& rng, size_t count) {
  std::vector<int8_t> values(count);
  for (int8_t& value : values) value = static_cast<int8_t>(rng.integer(-128, 127));
  return values;
}

// The per-channel arrays of a stage, as the reference and the fast kernels take them.
struct Stage {
  std::vector<mote_multiplier> multipliers;
  std::vector<int32_t> multiplier, left, right, max, bias;
  mote_output_stage reference{};
  mote_fast_stage fast{};

  Stage(Rng& rng, size_t channels, mote_rounding rounding) {
    const size_t padded = channels + MOTE_FAST_PANEL;
    for (auto* array : {&multiplier, &left, &right, &bias}) array->assign(padded, 0);
    max.assign(padded, 100);
    for (size_t c = 0; c < channels; ++c) {
      multipliers.push_back(
          mote_quantize_multiplier(static_cast<double>(rng.uniform(1e-5f, 3e-3f))));
      multiplier[c] = multipliers[c].multiplier;
      right[c] = -multipliers[c].shift;
      bias[c] = static_cast<int32_t>(rng.integer(-50000, 50000));
    }
    reference = {multipliers.data(), nullptr, 1, 3, -120, 100, rounding};
    fast = {multiplier.data(), left.data(), right.data(), max.data(),
            bias.data(),       3,           -120,         rounding};
  }
};

TEST(FastConv2d, i8_equals_the_reference_on_every_isa) {
  Rng rng(7);
  for (int i = 0; i < 60; ++i) {
    mote_conv_2d_params p = random_params(rng);
    const int64_t k = static_cast<int64_t>(p.kh) * p.kw * p.ic;
    p.x_zero_point = static_cast<int32_t>(rng.integer(-128, 127));
    const Stage stage(rng, static_cast<size_t>(p.oc),
                      i % 2 == 0 ? MOTE_ROUND_DOUBLE : MOTE_ROUND_SINGLE);
    p.output = stage.reference;
    const auto x = random_bytes(rng, static_cast<size_t>(p.n * p.h * p.w * p.ic));
    const auto w = random_bytes(rng, static_cast<size_t>(p.oc * k));
    std::vector<int8_t> expected(pixels(p) * static_cast<size_t>(p.oc));
    mote_conv_2d_i8_reference(&p, x.data(), w.data(), stage.bias.data(), expected.data());
    std::vector<float> packed(static_cast<size_t>(mote_fast_packed_elements(p.oc, k)));
    mote_fast_pack_i8(p.oc, k, w.data(), packed.data());
    std::vector<float> scratch(static_cast<size_t>(mote_fast_conv_2d_scratch_bytes(&p)) / 4);
    for (const mote_isa isa : kIsas) {
      std::vector<int8_t> actual(expected.size());
      mote_fast_conv_2d_i8(mote_fast_kernels_for(isa), &p, &stage.fast, x.data(), packed.data(),
                           actual.data(), scratch.data());
      EXPECT_EQ(actual, expected) << "case " << i << ", isa " << isa;
    }
  }
}

TEST(FastConv2d, f32_is_within_rounding_of_the_reference_on_every_isa) {
  Rng rng(8);
  for (int i = 0; i < 30; ++i) {
    const mote_conv_2d_params p = random_params(rng);
    const int64_t k = static_cast<int64_t>(p.kh) * p.kw * p.ic;
    std::vector<float> x(static_cast<size_t>(p.n * p.h * p.w * p.ic));
    std::vector<float> w(static_cast<size_t>(p.oc * k));
    std::vector<float> bias(static_cast<size_t>(p.oc) + MOTE_FAST_PANEL);
    for (auto* values : {&x, &w, &bias}) {
      for (float& value : *values) value = static_cast<float>(rng.normal());
    }
    std::vector<float> expected(pixels(p) * static_cast<size_t>(p.oc));
    mote_conv_2d_f32_reference(&p, x.data(), w.data(), bias.data(), expected.data());
    std::vector<float> packed(static_cast<size_t>(mote_fast_packed_elements(p.oc, k)));
    mote_fast_pack_f32(p.oc, k, w.data(), packed.data());
    std::vector<float> scratch(static_cast<size_t>(mote_fast_conv_2d_scratch_bytes(&p)) / 4);
    for (const mote_isa isa : kIsas) {
      std::vector<float> actual(expected.size());
      mote_fast_conv_2d_f32(mote_fast_kernels_for(isa), &p, x.data(), packed.data(), bias.data(),
                            actual.data(), scratch.data());
      // The portable kernels do the reference's very operations, in its order.
      if (isa == MOTE_ISA_PORTABLE) {
        EXPECT_EQ(actual, expected) << "case " << i;
      }
      double error = 0.0;
      double norm = 0.0;
      for (size_t j = 0; j < actual.size(); ++j) {
        error += std::pow(static_cast<double>(actual[j]) - static_cast<double>(expected[j]), 2);
        norm += std::pow(static_cast<double>(expected[j]), 2);
      }
      EXPECT_LE(std::sqrt(error), 1e-5 * std::sqrt(norm)) << "case " << i << ", isa " << isa;
    }
  }
}

}  // namespace
}  // namespace mote
