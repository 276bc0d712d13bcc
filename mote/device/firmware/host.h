// What a firmware under test asks of the machine it is debugged from, by semihosting: files and the
// end of the program (Arm, "Semihosting for AArch32 and AArch64", 2.0; RISC-V takes the same
// calls).
//
//   const int file = host_open("inputs.bin", HOST_READ);
//   if (file < 0 || !host_read(file, buffer, sizeof buffer)) host_exit(1);
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef enum {
  HOST_READ = 1,
  HOST_WRITE = 5
} host_mode;  // "rb", "wb" in the specification's table

/// A handle, or -1.
int host_open(const char* path, host_mode mode);
/// 1 when all bytes were moved, else 0.
int host_read(int file, void* data, size_t bytes);
int host_write(int file, const void* data, size_t bytes);
void host_close(int file);
/// Text on the console.
void host_print(const char* text);
void host_print_number(int32_t number);
/// Ends the program; `code` becomes the emulator's exit status.
_Noreturn void host_exit(int code);
