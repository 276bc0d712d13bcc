// From reset to main on a Cortex-M: the vector table, the floating-point and vector units.
#include <stdint.h>

#include "host.h"

int main(void);
void board_reset(void);

extern uint32_t board_stack_end[];
extern uint32_t board_data_load[], board_data_begin[], board_data_end[];
extern uint32_t board_bss_begin[], board_bss_end[];

// Coprocessor access control register; CP10 and CP11 are the FPU and MVE (Armv8-M ARM, D1.2.10).
#define CPACR (*(volatile uint32_t*)0xE000ED88u)
#define CPACR_CP10_CP11_FULL (0xFu << 20)

enum { EXIT_FAULT = 70 };

static void fault(void) {
  host_print("the firmware met a hardware fault\n");
  host_exit(EXIT_FAULT);
}

// Stack pointer, then the handlers of reset, NMI and the faults (ARMv7-M ARM, B1.5.3).
__attribute__((section(".vectors"), used)) static const uintptr_t vectors[16] = {
    (uintptr_t)board_stack_end, (uintptr_t)board_reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,           (uintptr_t)fault,       (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,           (uintptr_t)fault,       (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,           (uintptr_t)fault,       (uintptr_t)fault, (uintptr_t)fault,
};

static void start(void) {
  for (uint32_t *to = board_data_begin, *from = board_data_load; to < board_data_end;)
    *to++ = *from++;
  for (uint32_t* to = board_bss_begin; to < board_bss_end;) *to++ = 0;
  host_exit(main());
}

void board_reset(void) {
#if defined(__ARM_FP) || defined(__ARM_FEATURE_MVE)
  CPACR |= CPACR_CP10_CP11_FULL;
  __asm__ volatile("dsb\n\tisb" ::: "memory");
#endif
  start();
}
