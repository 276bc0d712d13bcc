// The firmware of a device test: reads samples from inputs.bin, invokes the model on each from its
// initial state, writes what it gives to outputs.bin, and the rest of what was found to result.bin:
// the deepest stack of one inference and the bytes that the self-test found wrong.
//
// model_under_test.h is written for each model: MODEL_INPUTS, MODEL_OUTPUTS and their sizes,
// MODEL_SELFTEST, and the functions of the generated C by names that do not depend on the model.
#include <stdint.h>

#include "host.h"
#include "model_under_test.h"

enum { EXIT_NO_FILES = 71, STACK_PAINT = 0x5AFEC0DE };

extern uint32_t board_stack_begin[];

// What nobody calls can be painted: below the stack pointer there is nothing. The model's whole use
// is then what it overwrote.
static __attribute__((noinline)) uint32_t stack_of_invoke(void) {
  uint32_t* top;
#if defined(__riscv)
  __asm__ volatile("mv %0, sp" : "=r"(top));
#else
  __asm__ volatile("mov %0, sp" : "=r"(top));
#endif
  for (volatile uint32_t* at = board_stack_begin; at < top; ++at) *at = STACK_PAINT;
  model_invoke();
  const volatile uint32_t* used = board_stack_begin;
  while (used < top && *used == STACK_PAINT) ++used;
  return (uint32_t)((uintptr_t)top - (uintptr_t)used);
}

static int read_sample(int file) {
  for (int32_t i = 0; i < MODEL_INPUTS; ++i) {
    if (!host_read(file, model_input(i), model_input_bytes[i])) return 0;
  }
  return 1;
}

static int write_sample(int file) {
  for (int32_t i = 0; i < MODEL_OUTPUTS; ++i) {
    if (!host_write(file, model_output(i), model_output_bytes[i])) return 0;
  }
  return 1;
}

int main(void) {
  const int inputs = host_open("inputs.bin", HOST_READ);
  const int outputs = host_open("outputs.bin", HOST_WRITE);
  const int result = host_open("result.bin", HOST_WRITE);
  if (inputs < 0 || outputs < 0 || result < 0) return EXIT_NO_FILES;
  uint32_t stack_bytes = 0;
  uint32_t mismatched_bytes = 0;
#if MODEL_SELFTEST
  mismatched_bytes = (uint32_t)model_selftest();
#endif
  for (model_init(); read_sample(inputs); model_init()) {
    const uint32_t used = stack_of_invoke();
    if (used > stack_bytes) stack_bytes = used;
    if (!write_sample(outputs)) return EXIT_NO_FILES;
  }
  const uint32_t found[2] = {stack_bytes, mismatched_bytes};
  const int written = host_write(result, found, sizeof found);
  host_close(outputs);
  host_close(result);
  return written ? 0 : EXIT_NO_FILES;
}
