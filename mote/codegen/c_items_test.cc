#include "mote/codegen/c_items.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mote::codegen {
namespace {

using testing::ElementsAre;
using Kind = CItem::Kind;

CItem only_item(std::string_view text) {
  CFile file = parse_c(text);
  EXPECT_EQ(file.items.size(), 1u);
  return file.items.at(0);
}

TEST(CItems, are_told_apart) {
  const CFile file = parse_c(
      "// A file.\n\n#pragma once\n#include <stdint.h>\n#include \"other.h\"\n\n"
      "#define TWICE(x) \\\n  ((x) + (x))\n"
      "enum { kOne = 1, kTwo };\n"
      "typedef struct pair {\n  int32_t a, b;\n} pair;\n"
      "int32_t later(const pair* p);\n\n"
      "// Adds.\nstatic int32_t sum(const pair* p) {\n  return p->a + p->b;  // both\n}\n"
      "static const int8_t table[2] = {1, 2};\n"
      "DEFINE_THING(name, int8_t)\n"
      "extern const int32_t elsewhere;\n");
  ASSERT_EQ(file.items.size(), 8u);
  EXPECT_THAT(file.system_includes, ElementsAre("<stdint.h>"));
  EXPECT_EQ(file.items[0].kind, Kind::kMacro);
  EXPECT_THAT(file.items[0].names, ElementsAre("TWICE"));
  EXPECT_THAT(file.items[1].names, ElementsAre("kOne", "kTwo"));
  EXPECT_EQ(file.items[2].kind, Kind::kType);
  EXPECT_THAT(file.items[2].names, ElementsAre("pair", "pair"));
  EXPECT_EQ(file.items[3].kind, Kind::kDeclaration);
  EXPECT_THAT(file.items[3].names, ElementsAre("later"));
  EXPECT_EQ(file.items[4].kind, Kind::kFunction);
  EXPECT_TRUE(file.items[4].is_static);
  EXPECT_EQ(file.items[4].comment, "// Adds.\n");
  EXPECT_EQ(file.items[5].kind, Kind::kData);
  EXPECT_THAT(file.items[5].names, ElementsAre("table"));
  EXPECT_EQ(file.items[6].kind, Kind::kInvocation);
  EXPECT_EQ(file.items[7].kind, Kind::kDeclaration);
}

TEST(CItems, of_a_conditional_are_one_and_what_is_for_cpp_is_left_out) {
  const CFile file = parse_c(
      "#ifdef __cplusplus\nextern \"C\" {\n#endif\n"
      "#if defined(__ARM_FEATURE_DSP)\n#include <arm_acle.h>\n#define FAST 1\n#else\n"
      "static inline int slow(int x) {\n  return x;\n}\n#endif\n");
  ASSERT_EQ(file.items.size(), 1u);
  EXPECT_EQ(file.items[0].kind, Kind::kConditional);
  EXPECT_THAT(file.items[0].names, ElementsAre("FAST", "slow"));
}

TEST(CItems, name_what_they_use_but_for_members_and_comments) {
  EXPECT_THAT(used_names("int y = f(p->x, q.z);  // not this\n"),
              ElementsAre("int", "y", "f", "p", "q"));
}

TEST(CItems, of_a_macro_keep_their_lines) {
  const CItem macro = only_item(
      "#define DEFINE(NAME, T, EXPRESSION)     \\\n"
      "  static T mote_##NAME##_run(T x) {      \\\n"
      "    return (T)(EXPRESSION);              \\\n"
      "  }\n");
  EXPECT_EQ(expand(macro, "DEFINE(twice, int8_t, max(x, x) + 1)"),
            "static int8_t mote_twice_run(int8_t x) {\n  return (int8_t)(max(x, x) + 1);\n}\n");
  EXPECT_EQ(expand(macro, "DEFINE(twice)"), "");
}

TEST(CItems, are_renamed_as_whole_words) {
  EXPECT_EQ(rename("run(runs, \"run\");  // run", {{"run", "go"}}), "go(runs, \"run\");  // run");
}

}  // namespace
}  // namespace mote::codegen
