#include "mote/kernels/conv_2d/packed_i8.h"

#include "mote/kernels/conv_2d/window.h"

enum { kMaxChunkPixels = 480 };

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }

static int is_flat(const mote_conv_2d_params* p) {
  return p->kh == 1 && p->kw == 1 && p->groups == 1 && p->stride_h == 1 && p->stride_w == 1 &&
         p->pad_top == 0 && p->pad_left == 0 && p->oh == p->h && p->ow == p->w;
}

static mote_gemm_i8_flat flat_of(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p) {
  return mote_gemm_i8_flat_plan(shape, p->n * p->h * p->w, p->oc, p->ic);
}

// Whether a row of the kernel reads contiguous channels.
static int has_row_runs(const mote_conv_2d_params* p) {
  return p->groups == 1 && p->dilation_w == 1;
}

// Few output channels leave lanes empty: so many neighbouring pixels share a vector. Their windows
// overlap, so that this takes no more products than one pixel at a time.
static int32_t copies_of(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p) {
  int32_t copies = 1;
  if (!has_row_runs(p) || p->stride_w > p->kw) return copies;
  while (copies * 2 * p->oc <= shape->lanes && p->ow % (copies * 2) == 0) copies *= 2;
  return copies;
}

static int32_t input_rows(const mote_conv_2d_params* p, const mote_conv_2d_i8_plan* plan,
                          int32_t output_rows) {
  return (output_rows - 1) * p->stride_h + plan->kernel_h;
}

static void plan_rows(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p,
                      mote_conv_2d_i8_plan* plan) {
  plan->kernel_h = (p->kh - 1) * p->dilation_h + 1;
  plan->row_pixels = (p->ow - 1) * p->stride_w + (p->kw - 1) * p->dilation_w + 1;
  plan->before = smaller(p->pad_left, plan->row_pixels);
  plan->inside = larger(0, smaller(plan->row_pixels - plan->before, p->w));
  const int64_t row_bytes = (int64_t)plan->row_pixels * p->ic * shape->element_bytes;
  int32_t rows = 1;
  const int32_t most = shape->chunk_bytes < MOTE_GEMM_I8_CHUNK_BYTES ? 1 : p->oh;
  while (rows < most && (rows + 1) * p->ow <= kMaxChunkPixels &&
         input_rows(p, plan, rows + 1) * row_bytes <= shape->chunk_bytes) {
    ++rows;
  }
  plan->chunk_rows = rows;
}

mote_conv_2d_i8_plan mote_conv_2d_i8_row_plan_of(const mote_gemm_i8_shape* shape,
                                                 const mote_conv_2d_params* p) {
  mote_conv_2d_i8_plan plan = {.flat = 0};
  plan_rows(shape, p, &plan);
  const int32_t group_ic = p->ic / p->groups;
  const int32_t copies = copies_of(shape, p);
  const int32_t copy_step = p->stride_w * p->ic;
  plan.gemm = (mote_gemm_i8){
      .groups = p->groups,
      .group_channels = copies * (p->oc / p->groups),
      .group_step = group_ic,
      .runs = has_row_runs(p) ? p->kh : p->kh * p->kw,
      .run_length = has_row_runs(p) ? p->kw * p->ic + (copies - 1) * copy_step : group_ic,
      .copies = copies,
      .copy_step = copy_step,
      .pixels = plan.chunk_rows * (p->ow / copies),
      .x_zero_point = p->x_zero_point};
  return plan;
}

mote_conv_2d_i8_plan mote_conv_2d_i8_plan_of(const mote_gemm_i8_shape* shape,
                                             const mote_conv_2d_params* p) {
  if (!is_flat(p)) return mote_conv_2d_i8_row_plan_of(shape, p);
  const mote_gemm_i8_flat flat = flat_of(shape, p);
  return (mote_conv_2d_i8_plan){.flat = 1, .gemm = mote_gemm_i8_flat_head(&flat, p->x_zero_point)};
}

int32_t mote_conv_2d_i8_units(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p) {
  if (!is_flat(p)) return p->n * p->oh;
  const mote_gemm_i8_flat flat = flat_of(shape, p);
  return mote_gemm_i8_flat_units(shape, &flat);
}

int64_t mote_conv_2d_i8_row_scratch_bytes(const mote_gemm_i8_shape* shape,
                                          const mote_conv_2d_params* p) {
  const mote_conv_2d_i8_plan plan = mote_conv_2d_i8_row_plan_of(shape, p);
  return (int64_t)input_rows(p, &plan, plan.chunk_rows) * plan.row_pixels * p->ic *
             shape->element_bytes +
         MOTE_GEMM_I8_SLACK;
}

int64_t mote_conv_2d_i8_scratch_bytes(const mote_gemm_i8_shape* shape,
                                      const mote_conv_2d_params* p) {
  if (!is_flat(p)) return mote_conv_2d_i8_row_scratch_bytes(shape, p);
  const mote_gemm_i8_flat flat = flat_of(shape, p);
  return mote_gemm_i8_flat_scratch_bytes(shape, &flat);
}

int64_t mote_conv_2d_i8_overlap(const mote_gemm_i8_shape* shape, const mote_conv_2d_params* p) {
  if (is_flat(p)) {
    const mote_gemm_i8_flat flat = flat_of(shape, p);
    return mote_gemm_i8_flat_overlap(&flat);
  }
  const mote_window window = mote_conv_2d_window(p, sizeof(int8_t));
  const mote_conv_2d_i8_plan plan = mote_conv_2d_i8_plan_of(shape, p);
  return mote_window_overlap(&window, (mote_store_order){.rows = plan.chunk_rows});
}

void mote_conv_2d_i8_offsets(const mote_conv_2d_params* p, mote_conv_2d_i8_plan* packed) {
  char* bytes = (char*)packed;
  int32_t* pixels = (int32_t*)(void*)(bytes + packed->gemm.pixel_offsets);
  int32_t* runs = (int32_t*)(void*)(bytes + packed->gemm.run_offsets);
  for (int32_t i = 0; i < packed->gemm.pixels; ++i) {
    const int32_t pixel = i * packed->gemm.copies;
    const int32_t row = pixel / p->ow * p->stride_h;
    pixels[i] = (row * packed->row_pixels + pixel % p->ow * p->stride_w) * p->ic;
  }
  const int32_t runs_per_row = has_row_runs(p) ? 1 : p->kw;
  for (int32_t i = 0; i < packed->gemm.runs; ++i) {
    const int32_t row = i / runs_per_row * p->dilation_h;
    runs[i] = (row * packed->row_pixels + i % runs_per_row * p->dilation_w) * p->ic;
  }
}
