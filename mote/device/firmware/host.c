#include "host.h"

// Operation numbers of the specification, section 6.
enum {
  SYS_OPEN = 0x01,
  SYS_CLOSE = 0x02,
  SYS_WRITE0 = 0x04,
  SYS_WRITE = 0x05,
  SYS_READ = 0x06,
  SYS_EXIT_EXTENDED = 0x20,
  ADP_STOPPED_APPLICATION_EXIT = 0x20026,
};

#if defined(__riscv)
// The three instructions are the mark of a semihosting call: they must be uncompressed and lie in
// one page.
__asm__(
    ".section .text.host_call,\"ax\",@progbits\n"
    ".balign 16\n"
    ".option push\n"
    ".option norvc\n"
    ".type host_call, @function\n"
    "host_call:\n"
    "  slli zero, zero, 0x1f\n"
    "  ebreak\n"
    "  srai zero, zero, 7\n"
    "  ret\n"
    ".size host_call, . - host_call\n"
    ".option pop\n"
    ".text\n");
intptr_t host_call(intptr_t operation, const void* argument);
#else
static __attribute__((noinline)) intptr_t host_call(intptr_t operation, const void* argument) {
  register intptr_t r0 __asm__("r0") = operation;
  register const void* r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}
#endif

static uintptr_t length_of(const char* text) {
  uintptr_t length = 0;
  while (text[length]) ++length;
  return length;
}

int host_open(const char* path, host_mode mode) {
  const uintptr_t block[3] = {(uintptr_t)path, (uintptr_t)mode, length_of(path)};
  return (int)host_call(SYS_OPEN, block);
}

// Both calls return how many bytes were not moved.
int host_read(int file, void* data, size_t bytes) {
  const uintptr_t block[3] = {(uintptr_t)file, (uintptr_t)data, bytes};
  return host_call(SYS_READ, block) == 0;
}

int host_write(int file, const void* data, size_t bytes) {
  const uintptr_t block[3] = {(uintptr_t)file, (uintptr_t)data, bytes};
  return host_call(SYS_WRITE, block) == 0;
}

void host_close(int file) {
  const uintptr_t block[1] = {(uintptr_t)file};
  host_call(SYS_CLOSE, block);
}

void host_print(const char* text) { host_call(SYS_WRITE0, text); }

void host_print_number(int32_t number) {
  char text[12];
  char* at = text + sizeof text - 1;
  uint32_t rest = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
  *at = '\0';
  do {
    *--at = (char)('0' + rest % 10u);
    rest /= 10u;
  } while (rest);
  if (number < 0) *--at = '-';
  host_print(at);
}

_Noreturn void host_exit(int code) {
  const uintptr_t block[2] = {ADP_STOPPED_APPLICATION_EXIT, (uintptr_t)code};
  for (;;) host_call(SYS_EXIT_EXTENDED, block);
}
