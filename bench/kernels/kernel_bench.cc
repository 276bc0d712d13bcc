// Times convolutions and fully connected layers, one kernel at a time, one thread:
//
//   kernel_bench [ISA] [NETWORK] [i8|f32]     e.g. kernel_bench avx2 vww; default: the best ISA,
//   all networks ("" too), i8
//
// For every layer: microseconds (the best of many short batches), G multiply-accumulates per second
// and per cent of the peak of the instruction set, whose products per cycle are in kProducts and
// whose clock is measured. Networks are sums over these layers alone.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "mote/kernels/conv_2d/conv_2d.h"
#include "mote/kernels/depthwise_conv_2d/depthwise_conv_2d.h"
#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/kernel_table.h"

namespace {

// Seconds that this thread has computed: other programs on the same core do not count.
double now() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Layer {
  const char* network;
  int times;
  int32_t h, w, ic, kh, kw, stride, oc;  // h = 0: fully connected, ic to oc
  bool depthwise = false;
};

constexpr Layer kLayers[] = {
#define CONV(NETWORK, TIMES, H, W, IC, KH, KW, STRIDE, OC) \
  {NETWORK, TIMES, H, W, IC, KH, KW, STRIDE, OC},
#define FC(NETWORK, TIMES, K, N) {NETWORK, TIMES, 0, 0, K, 1, 1, 1, N},
#define DEPTHWISE(NETWORK, TIMES, H, W, C, STRIDE) {NETWORK, TIMES, H, W, C, 3, 3, STRIDE, C, true},
#include "layers.inc"
#undef DEPTHWISE
#undef CONV
#undef FC
};

// Products that one core starts per cycle: two vectors of an instruction's products. VPMADDWD needs
// an addition beside it; PORTABLE is not rated.
double products_per_cycle(mote_isa isa) {
  switch (isa) {
    case MOTE_ISA_AVX512VNNI:
      return 128;
    case MOTE_ISA_AVXVNNI:
      return 64;
    case MOTE_ISA_AVX2:
      return 32;
    case MOTE_ISA_SSE41:
      return 16;
    case MOTE_ISA_NEONDOT:
      return 32;
    case MOTE_ISA_NEON:
      return 16;
    default:
      return NAN;
  }
}

// The same of f32: two vectors of fused products.
double f32_products_per_cycle(mote_isa isa) {
  if (mote_isa_includes(isa, MOTE_ISA_AVX512) != 0) return 32;
  if (mote_isa_includes(isa, MOTE_ISA_AVX2) != 0) return 16;
  return mote_isa_includes(isa, MOTE_ISA_NEON) != 0 ? 8 : NAN;
}

// Cycles per second: a chain of additions, one cycle each.
double measured_clock() {
  double best = 0.0;
  for (int round = 0; round < 20; ++round) {
    constexpr int kSteps = 1'000'000;
    const double start = now();
    uint64_t x = 1;
    for (int i = 0; i < kSteps; ++i) {
      x += 3;
      __asm__ volatile("" : "+r"(x));
    }
    best = std::max(best, kSteps / (now() - start));
  }
  return best;
}

// Buffers aligned as the runtime aligns them.
struct Buffer {
  explicit Buffer(int64_t bytes)
      : memory(static_cast<size_t>(bytes) + 2 * MOTE_KERNEL_ALIGNMENT, 1) {
    const auto at = reinterpret_cast<uintptr_t>(memory.data());
    data = memory.data() + (MOTE_KERNEL_ALIGNMENT - at % MOTE_KERNEL_ALIGNMENT);
  }
  void fill_floats() {
    const auto count = static_cast<size_t>(memory.data() + memory.size() - data) / sizeof(float);
    std::fill_n(reinterpret_cast<float*>(data), count, 0.5F);
  }
  std::vector<int8_t> memory;
  int8_t* data;
};

// The row of `isa`; for f32, whose rows are fewer, the best that `isa` includes.
const mote_kernel* find(const std::string& family, mote_isa isa, bool f32) {
  const mote_kernel* found = nullptr;
  for (int32_t i = 0; const mote_kernel* k = mote_kernel_at(i); ++i) {
    const bool suits = k->isa == isa || (f32 && mote_isa_includes(isa, k->isa) != 0);
    if (k->family == family && suits && (found == nullptr || k->isa >= found->isa)) found = k;
  }
  return found;
}

double batch_seconds(const mote_kernel& kernel, const mote_kernel_args& args, int runs) {
  const double start = now();
  for (int i = 0; i < runs; ++i) kernel.run(&args);
  return now() - start;
}

double best_seconds(const mote_kernel& kernel, const mote_kernel_args& args) {
  int runs = 1;
  while (batch_seconds(kernel, args, runs) < 200e-6) runs *= 2;
  double best = INFINITY;
  for (int batch = 0; batch < 40; ++batch) {
    best = std::min(best, batch_seconds(kernel, args, runs) / runs);
  }
  return best;
}

mote_conv_2d_params conv_params(const Layer& layer, const mote_output_stage& stage) {
  mote_conv_2d_params p{};
  p.n = p.groups = p.dilation_h = p.dilation_w = 1;
  p.h = layer.h, p.w = layer.w, p.ic = layer.ic, p.oc = layer.oc, p.kh = layer.kh, p.kw = layer.kw;
  p.stride_h = p.stride_w = layer.stride;
  p.oh = (layer.h + layer.stride - 1) / layer.stride;
  p.ow = (layer.w + layer.stride - 1) / layer.stride;
  p.pad_top = std::max(0, (p.oh - 1) * layer.stride + layer.kh - layer.h) / 2;
  p.pad_left = std::max(0, (p.ow - 1) * layer.stride + layer.kw - layer.w) / 2;
  p.x_zero_point = -128;
  p.output = stage;
  return p;
}

mote_fully_connected_params fc_params(const Layer& layer, const mote_output_stage& stage) {
  mote_fully_connected_params p{};
  p.m = 1, p.n = layer.oc, p.k = layer.ic, p.x_zero_point = -128, p.output = stage;
  return p;
}

mote_depthwise_conv_2d_params depthwise_params(const mote_conv_2d_params& c) {
  mote_depthwise_conv_2d_params p{};
  p.n = p.multiplier = p.dilation_h = p.dilation_w = 1;
  p.h = c.h, p.w = c.w, p.ic = c.ic, p.kh = c.kh, p.kw = c.kw, p.oh = c.oh, p.ow = c.ow;
  p.stride_h = c.stride_h, p.stride_w = c.stride_w, p.pad_top = c.pad_top, p.pad_left = c.pad_left;
  p.x_zero_point = c.x_zero_point, p.output = c.output;
  p.y_min = c.y_min, p.y_max = c.y_max;
  return p;
}

struct Result {
  double seconds = NAN, macs = 0;
};

Result run_layer(const Layer& layer, mote_isa isa, bool f32) {
  const std::vector<mote_multiplier> multipliers(static_cast<size_t>(layer.oc),
                                                 mote_quantize_multiplier(0.0023));
  const bool dense = layer.h == 0;
  const mote_output_stage stage = {multipliers.data(), nullptr, dense ? 0 : 1, -128, -128, 127,
                                   MOTE_ROUND_DOUBLE};
  auto conv = conv_params(layer, stage);
  auto fc = fc_params(layer, stage);
  conv.y_max = fc.y_max = 6.0F;
  const auto depthwise = depthwise_params(conv);
  const void* params = dense ? static_cast<const void*>(&fc) : &conv;
  if (layer.depthwise) params = &depthwise;
  const std::string function =
      layer.depthwise ? "depthwise_conv_2d" : (dense ? "fully_connected" : "conv_2d");
  const mote_kernel* kernel = find(function + (f32 ? "_f32" : "_i8"), isa, f32);
  const int64_t k = int64_t{layer.kh} * layer.kw * (layer.depthwise ? 1 : layer.ic);
  const int64_t pixels = dense ? 1 : int64_t{conv.oh} * conv.ow;
  Result result{NAN, static_cast<double>(pixels * layer.oc * k)};
  if (kernel == nullptr) return result;

  const int64_t bytes = f32 ? 4 : 1;
  Buffer x(bytes * (dense ? k : int64_t{layer.h} * layer.w * layer.ic));
  Buffer weights(bytes * layer.oc * k);
  if (f32) x.fill_floats(), weights.fill_floats();
  Buffer y(bytes * pixels * layer.oc);
  Buffer packed(kernel->packed_bytes != nullptr ? kernel->packed_bytes(params) : 0);
  Buffer scratch(kernel->scratch_bytes != nullptr ? kernel->scratch_bytes(params) : 0);
  const void* inputs[] = {x.data, weights.data, nullptr};
  void* outputs[] = {y.data};
  if (kernel->pack != nullptr) kernel->pack(params, inputs, packed.data);
  const mote_kernel_args args = {params,
                                 packed.data,
                                 inputs,
                                 outputs,
                                 scratch.data,
                                 0,
                                 kernel->units != nullptr ? kernel->units(params) : 1};
  result.seconds = best_seconds(*kernel, args);
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  mote_isa isa = mote_resolve_isa(MOTE_ISA_AUTO);
  const char* network = argc > 2 ? argv[2] : "";
  for (int i = MOTE_ISA_AUTO; argc > 1 && i <= MOTE_ISA_MCU_MVE; ++i) {
    if (std::strcmp(argv[1], mote_isa_name(static_cast<mote_isa>(i))) == 0) {
      isa = static_cast<mote_isa>(i);
    }
  }
  const bool f32 = argc > 3 && std::strcmp(argv[3], "f32") == 0;
  const double clock = measured_clock();
  const double peak = (f32 ? f32_products_per_cycle(isa) : products_per_cycle(isa)) * clock;
  std::printf("%s %s, %.2f GHz, peak %.0f GMAC/s\n", mote_isa_name(isa), f32 ? "f32" : "i8",
              clock * 1e-9, peak * 1e-9);
  std::string last;
  double total = 0.0;
  double total_macs = 0.0;
  const auto print_total = [&] {
    if (last.empty()) return;
    std::printf("%-12s all layers  %38.2f us %7.1f GMAC/s %5.1f %%\n", last.c_str(), total * 1e6,
                total_macs / total * 1e-9, 100.0 * total_macs / total / peak);
    total = total_macs = 0.0;
  };
  for (const Layer& layer : kLayers) {
    if (*network != '\0' && std::strcmp(network, layer.network) != 0) continue;
    if (last != layer.network) print_total();
    last = layer.network;
    const Result r = run_layer(layer, isa, f32);
    std::printf("%-12s %dx  %3dx%-3d %4d -> %-4d %2dx%d /%d %15.2f us %7.1f GMAC/s %5.1f %%\n",
                layer.network, layer.times, layer.h, layer.w, layer.ic, layer.oc, layer.kh,
                layer.kw, layer.stride, r.seconds * 1e6, r.macs / r.seconds * 1e-9,
                100.0 * r.macs / r.seconds / peak);
    total += layer.times * r.seconds;
    total_macs += layer.times * r.macs;
  }
  print_total();
  return 0;
}
