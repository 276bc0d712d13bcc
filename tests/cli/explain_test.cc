// `mote explain --json` names the kernels of the instruction set that is asked for: no call falls
// back to a lesser one.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "mote/kernels/kernel_table.h"
#include "tests/test_environment.h"

namespace mote {
namespace {

using Json = nlohmann::json;

constexpr std::array kIsas = {MOTE_ISA_PORTABLE, MOTE_ISA_SSE41,  MOTE_ISA_AVX2,
                              MOTE_ISA_AVXVNNI,  MOTE_ISA_AVX512, MOTE_ISA_AVX512VNNI,
                              MOTE_ISA_NEON,     MOTE_ISA_NEONDOT};

// Whose rows run a family, for each of kIsas.
using Row = std::array<const char*, kIsas.size()>;

constexpr Row kBytes = {"portable", "sse41",      "avx2", "avxvnni",
                        "avx512",   "avx512vnni", "neon", "neondot"};
constexpr Row kFloats = {"portable", "portable", "avx2", "avx2",
                         "avx512",   "avx512",   "neon", "neon"};
// Loops that the compiler makes vectors of; on ARM64 portable C is NEON.
constexpr Row kLoops = {"portable", "portable", "avx2",     "avx2",
                        "avx512",   "avx512",   "portable", "portable"};

struct Family {
  const char* name;
  const char* model;  // that has it
  const Row* row;
};

constexpr std::array kFamilies = {Family{"conv_2d_i8", "mlperf_kws_int8", &kBytes},
                                  Family{"depthwise_conv_2d_i8", "mlperf_kws_int8", &kBytes},
                                  Family{"fully_connected_i8", "mlperf_kws_int8", &kBytes},
                                  Family{"average_pool_2d_i8", "mlperf_kws_int8", &kLoops},
                                  Family{"add_i8", "mlperf_ic_int8", &kLoops},
                                  Family{"conv_2d_f32", "mlperf_ic_float", &kFloats},
                                  Family{"fully_connected_f32", "mlperf_ic_float", &kFloats},
                                  Family{"add_f32", "mlperf_ic_float", &kLoops},
                                  Family{"depthwise_conv_2d_f32", "mlperf_vww_float", &kFloats},
                                  Family{"conv_2d_i16", "seanet_conv0", &kLoops}};

Json explain(const std::string& model, const std::string& isa) {
  const std::string path = (*shared_data() / "golden" / model / "model.tflite").string();
  const std::string command = "'" MOTE_PROGRAM "' explain '" + path + "' --isa " + isa + " --json";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  if (pipe == nullptr) return nullptr;
  std::string text;
  std::array<char, 4096> part{};
  while (const size_t count = std::fread(part.data(), 1, part.size(), pipe.get())) {
    text.append(part.data(), count);
  }
  return Json::parse(text, nullptr, false);
}

// The instruction sets of the rows that run `family`.
std::set<std::string> rows_of(const Json& explained, const std::string& family) {
  std::set<std::string> rows;
  for (const Json& call : explained["calls"]) {
    if (call["kernel"].get<std::string>().starts_with(family + "_")) rows.insert(call["isa"]);
  }
  return rows;
}

class ExplainIsa : public testing::TestWithParam<mote_isa> {};

TEST_P(ExplainIsa, names_its_own_kernels_and_no_fallback) {
  if (!shared_data()) GTEST_SKIP() << kNoSharedData;
  const std::string isa = mote_isa_name(GetParam());
  if (mote_machine_has(GetParam()) == 0) GTEST_SKIP() << "this machine lacks " << isa;
  const size_t column =
      static_cast<size_t>(std::find(kIsas.begin(), kIsas.end(), GetParam()) - kIsas.begin());
  for (const Family& family : kFamilies) {
    const Json explained = explain(family.model, isa);
    ASSERT_TRUE(explained.is_object()) << family.model;
    EXPECT_EQ(explained["isa"], isa);
    EXPECT_EQ(rows_of(explained, family.name), std::set<std::string>{(*family.row)[column]})
        << family.name << " of " << family.model;
  }
}

INSTANTIATE_TEST_SUITE_P(Machine, ExplainIsa, testing::ValuesIn(kIsas),
                         [](const auto& param) { return std::string(mote_isa_name(param.param)); });

}  // namespace
}  // namespace mote
