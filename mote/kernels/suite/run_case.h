// Runs generated calls (kernel_case.h) and holds every row to the reference row of its family.
//
//   mote_kernel_case c;
//   mote_case_make(family, index, &c);
//   const char* what = mote_case_check(&c, reference, kernel);  // NULL: as the reference
//   mote_case_free(&c);
#pragma once

#include "mote/kernels/kernel.h"
#include "mote/kernels/suite/kernel_case.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Case `index` of `family`: the same on every machine.
void mote_case_make(const mote_case_family* family, int32_t index, mote_kernel_case* c);
void mote_case_free(mote_kernel_case* c);

/// The family of this name; NULL where it has no cases.
const mote_case_family* mote_case_find_family(const char* name);
/// The row of the table that is the oracle of `family`; NULL where there is none.
const mote_kernel* mote_case_reference(const char* family);

/// Why `kernel` refuses the case; NULL when it does not.
const char* mote_case_refusal(const mote_kernel_case* c, const mote_kernel* kernel);
/// What `kernel` gets wrong, in words that live until the next call; NULL when its outputs are
/// those of `reference`, whether its units run in order or in two parts of which the later runs
/// first, or its output overlaps its first input as far as it declares; and when it writes nothing
/// beside its outputs, scratch and packed bytes.
const char* mote_case_check(const mote_kernel_case* c, const mote_kernel* reference,
                            const mote_kernel* kernel);

/// What is wrong where output 0 of `kernel`, which packs nothing, must be the bytes `expected`;
/// NULL when it is.
const char* mote_case_check_output(const mote_kernel_case* c, const mote_kernel* kernel,
                                   const void* expected);

#ifdef __cplusplus
}
#endif
