// From reset to main on a RISC-V.
#include <stdint.h>

#include "host.h"

int main(void);

extern uint32_t board_data_load[], board_data_begin[], board_data_end[];
extern uint32_t board_bss_begin[], board_bss_end[];

enum { EXIT_FAULT = 70 };

__asm__(
    ".section .vectors,\"ax\",@progbits\n"
    ".globl board_reset\n"
    ".type board_reset, @function\n"
    "board_reset:\n"
    "  la sp, board_stack_end\n"
    "  la t0, board_fault\n"
    "  .option arch, +zicsr\n"
    "  csrw mtvec, t0\n"
    "  tail board_start\n"
    ".size board_reset, . - board_reset\n"
    ".text\n");

__attribute__((used, aligned(4))) void board_fault(void) {
  host_print("the firmware met a hardware fault\n");
  host_exit(EXIT_FAULT);
}

__attribute__((used)) void board_start(void) {
  for (uint32_t *to = board_data_begin, *from = board_data_load; to < board_data_end;)
    *to++ = *from++;
  for (uint32_t* to = board_bss_begin; to < board_bss_end;) *to++ = 0;
  host_exit(main());
}
