// A fully connected layer on ARMv8.1-M with vectors. It needs no scratch: outputs are stored 32 at
// a time.
#include "mote/kernels/fully_connected/fully_connected.h"
#include "mote/kernels/fully_connected/window.h"
#include "mote/kernels/gemm_i8/mve_layer.h"
#include "mote/kernels/gemm_i8/mve_pack.h"
#include "mote/kernels/requantize/mve_scales.h"

static mve_pack_shape shape_of(const mote_fully_connected_params* p) {
  return (mve_pack_shape){.depth = p->k, .channels = p->n, .x_zero_point = p->x_zero_point};
}

static const char* refuses(const void* params, const void* const* constants) {
  const mote_fully_connected_params* p = params;
  if (p->w_zero_point != 0) return "weights have a zero point";
  return mve_stage_refused(&p->output, p->n, p->k, constants[2]);
}

static int64_t packed_bytes(const void* params) {
  const mve_pack_shape shape = shape_of(params);
  return mve_packed_bytes(&shape);
}

static void pack(const void* params, const void* const* constants, void* packed) {
  const mote_fully_connected_params* p = params;
  const mve_pack_shape shape = shape_of(p);
  mve_pack(&shape, &p->output, constants[1], constants[2], packed);
}

static int64_t overlap(const void* params, int32_t input) {
  if (input != 0) return MOTE_NO_OVERLAP;
  const mote_window window = mote_fully_connected_window(params, sizeof(int8_t), sizeof(int8_t));
  return mote_window_overlap(&window, (mote_store_order){.pixels = 1, .channels = MVE_SUMS});
}

static void run(const mote_kernel_args* args) {
  const mote_fully_connected_params* p = args->params;
  const mve_layer layer = mve_layer_of(&p->output, args->packed, p->k, p->n);
  const int8_t* x = args->inputs[0];
  int8_t* y = args->outputs[0];
  int32_t sums[MVE_SUMS];
  for (int32_t i = 0; i < p->m; ++i, x += p->k, y += p->n) mve_pixels_1(&layer, x, sums, y);
}

const mote_kernel mote_kernels_fully_connected_mcu_mve[] = {
    {.name = "fully_connected_i8_mcu_mve",
     .family = "fully_connected_i8",
     .isa = MOTE_ISA_MCU_MVE,
     .refuses = refuses,
     .packed_bytes = packed_bytes,
     .pack = pack,
     .overlap = overlap,
     MOTE_PRINTED("fully_connected/mcu_mve.c", run)},
    MOTE_KERNELS_END};
