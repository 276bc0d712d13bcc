// The kernel suite without a test framework, for machines that are emulated:
//
//   kernel_suite_main FAMILY...     (none: all); prints one line per row; exits 1 on a difference
#include <stdio.h>
#include <string.h>

#include "mote/kernels/kernel_table.h"
#include "mote/kernels/suite/run_case.h"

enum { kCases = 150 };

// Whether all cases of a row give what the reference gives.
static int check_row(const mote_kernel* kernel, const mote_case_family* family) {
  const mote_kernel* reference = mote_case_reference(kernel->family);
  int ran = 0;
  for (int32_t i = 0; i < kCases; ++i) {
    mote_kernel_case c;
    mote_case_make(family, i, &c);
    const char* what = NULL;
    if (mote_case_refusal(&c, kernel) == NULL) {
      what = mote_case_check(&c, reference, kernel);
      ++ran;
    }
    mote_case_free(&c);
    if (what != NULL) {
      printf("%s: case %d: %s\n", kernel->name, (int)i, what);
      return 0;
    }
  }
  printf("%s: %d of %d cases equal the reference\n", kernel->name, ran, kCases);
  return ran > 0;
}

static int is_asked_for(const char* family, int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], family) == 0) return 1;
  }
  return argc < 2;
}

int main(int argc, char** argv) {
  int good = 1;
  const mote_kernel* kernel = NULL;
  for (int32_t i = 0; (kernel = mote_kernel_at(i)) != NULL; ++i) {
    const mote_case_family* family = mote_case_find_family(kernel->family);
    if (family == NULL || kernel->isa == MOTE_ISA_AUTO) continue;
    if (!is_asked_for(kernel->family, argc, argv)) continue;
    if (!mote_machine_has(kernel->isa)) {
      printf("%s: this machine lacks %s\n", kernel->name, mote_isa_name(kernel->isa));
      good = 0;
    } else {
      good &= check_row(kernel, family);
    }
  }
  return good ? 0 : 1;
}
