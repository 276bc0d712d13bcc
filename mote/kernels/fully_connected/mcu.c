// Fully connected layers of i8 for any microcontroller: two output channels at a time.
#include "mote/kernels/fully_connected/window.h"
#include "mote/kernels/gemm_i8/two_channels.h"
#include "mote/kernels/kernel.h"
#include "mote/kernels/requantize/integer_stage.h"

static const char* refuses(const void* params, const void* const* constants) {
  const mote_fully_connected_params* p = params;
  (void)constants;
  if (p->w_zero_point != 0) return "its weights have a zero point";
  return mote_integer_stage_refuses(&p->output, p->n);
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_fully_connected_window(params, 1, 1);
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .channels = 2});
}

static void run(const mote_kernel_args* args) {
  const mote_fully_connected_params* p = args->params;
  const int8_t* x = args->inputs[0];
  const int32_t* bias = args->inputs[2];
  int8_t* y = args->outputs[0];
  for (int32_t i = 0; i < p->m; ++i, x += p->k, y += p->n) {
    const int8_t* w = args->inputs[1];
    const mote_patch patch = {.x = x, .rows = 1, .count = p->k, .zero_point = p->x_zero_point};
    for (int32_t o = 0; o < p->n; o += 2, w += 2 * p->k) {
      const int32_t last = o + 1 < p->n ? o + 1 : o;
      mote_two_sums sums = {0, 0};
      if (bias != NULL) sums = (mote_two_sums){bias[o], bias[last]};
      mote_add_two_channels(&patch, w, w + (last - o) * p->k, &sums);
      y[o] = mote_integer_stage_i8(&p->output, sums.first, o);
      if (last > o) y[last] = mote_integer_stage_i8(&p->output, sums.second, last);
    }
  }
}

const mote_kernel mote_kernels_fully_connected_mcu[] = {
    {.name = "fully_connected_i8_mcu",
     .family = "fully_connected_i8",
     .isa = MOTE_ISA_MCU,
     .refuses = refuses,
     .overlap = overlap,
     MOTE_PRINTED("fully_connected/mcu.c", run)},
    MOTE_KERNELS_END};
