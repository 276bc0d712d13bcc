// The kernel suite without a test framework, for machines that are emulated:
//
//   kernel_suite_main FAMILY...        (none: all); prints one line per row; exits 1 on a
//   difference kernel_suite_main --stored FILE    the calls of real networks in FILE
//   (stored_case.h)
#include <stdio.h>
#include <string.h>

#include "mote/kernels/kernel_table.h"
#include "mote/kernels/suite/run_case.h"
#include "mote/kernels/suite/stored_case.h"

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

// Whether the reference gives what was stored, and every row of the family what the reference
// gives.
static int check_stored(const mote_stored_case* head, const mote_kernel_case* c,
                        const void* expected, int* ran) {
  const mote_kernel* reference = mote_case_reference(head->family);
  if (reference == NULL) {
    printf("%s: no such family\n", head->family);
    return 0;
  }
  const char* what = mote_case_check_output(c, reference, expected);
  const mote_kernel* kernel = NULL;
  for (int32_t i = 0; what == NULL && (kernel = mote_kernel_at(i)) != NULL; ++i) {
    if (strcmp(kernel->family, head->family) != 0 || kernel->isa == MOTE_ISA_AUTO) continue;
    if (!mote_machine_has(kernel->isa) || mote_case_refusal(c, kernel) != NULL) continue;
    what = mote_case_check(c, reference, kernel);
    if (what != NULL) printf("%s: ", kernel->name);
    *ran += kernel->isa != MOTE_ISA_PORTABLE;
  }
  if (what != NULL) printf("%s\n", what);
  return what == NULL;
}

static int run_stored(const char* path) {
  FILE* file = fopen(path, "rb");
  if (file == NULL) {
    perror(path);
    return 0;
  }
  mote_stored_case head;
  mote_kernel_case c;
  const void* expected = NULL;
  int good = 1;
  int calls = 0;
  int ran = 0;
  while (mote_stored_case_read(file, &head, &c, &expected)) {
    good &= check_stored(&head, &c, expected, &ran);
    ++calls;
    mote_case_free(&c);
  }
  fclose(file);
  printf("%d calls of networks, %d runs of this machine's own rows\n", calls, ran);
  return good && ran > 0;
}

int main(int argc, char** argv) {
  if (argc == 3 && strcmp(argv[1], "--stored") == 0) return run_stored(argv[2]) ? 0 : 1;
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
