// Every row of the kernel table that this machine runs, and every row emulated by SIMDe, against
// the reference row of its family on generated calls.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mote/kernels/kernel_table.h"
#include "mote/kernels/suite/emulated_table.h"
#include "mote/kernels/suite/run_case.h"

namespace mote {
namespace {

constexpr int kCases = 300;

struct Row {
  const mote_kernel* kernel;
  bool emulated;
};

std::vector<Row> rows() {
  std::vector<Row> found;
  for (int32_t i = 0; const mote_kernel* k = mote_kernel_at(i); ++i) {
    const bool tested = k->isa != MOTE_ISA_AUTO && mote_case_find_family(k->family) != nullptr;
    if (tested && mote_machine_has(k->isa) != 0) found.push_back({k, false});
  }
  for (int32_t i = 0; const mote_kernel* k = mote_emulated_kernel_at(i); ++i) {
    if (mote_case_find_family(k->family) != nullptr) found.push_back({k, true});
  }
  return found;
}

class KernelRow : public testing::TestWithParam<Row> {};

TEST_P(KernelRow, equals_the_reference) {
  const mote_kernel* kernel = GetParam().kernel;
  const mote_case_family* family = mote_case_find_family(kernel->family);
  const mote_kernel* reference = mote_case_reference(kernel->family);
  ASSERT_NE(reference, nullptr) << kernel->family << " has no reference row";
  int ran = 0;
  for (int i = 0; i < kCases; ++i) {
    mote_kernel_case c;
    mote_case_make(family, i, &c);
    if (mote_case_refusal(&c, kernel) == nullptr) {
      const char* what = mote_case_check(&c, reference, kernel);
      EXPECT_EQ(what, nullptr) << "case " << i << ": " << what;
      ++ran;
    }
    mote_case_free(&c);
    if (testing::Test::HasFailure()) return;
  }
  EXPECT_GT(ran, kCases / 10) << "the row refuses nearly every case";
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(KernelRow);
INSTANTIATE_TEST_SUITE_P(Kernels, KernelRow, testing::ValuesIn(rows()), [](const auto& row) {
  return std::string(row.param.kernel->name) + (row.param.emulated ? "_emulated" : "");
});

TEST(KernelSuite, has_a_reference_for_every_family_it_draws_cases_of) {
  for (const mote_case_family* const* f = mote_case_families; *f != nullptr; ++f) {
    EXPECT_NE(mote_case_reference((*f)->family), nullptr) << (*f)->family;
  }
}

}  // namespace
}  // namespace mote
