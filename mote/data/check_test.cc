#include "mote/data/check.h"

#include <gmock/gmock.h>

#include "mote/data/test_files.h"

namespace mote::data {
namespace {

const Finding* find(const CheckReport& report, const std::string& part) {
  for (const Finding& finding : report.findings) {
    if (finding.message.find(part) != std::string::npos) return &finding;
  }
  return nullptr;
}

TEST(Check, a_sound_dataset_has_no_findings) {
  const TempFolder folder;
  folder.write("cat/1.png", png_of(counting_image(2, 3, 3)));
  folder.write("dog/1.png", png_of(counting_image(2, 3, 3, 9)));
  const CheckReport report = check_dataset(folder.path(), {}, {});
  EXPECT_TRUE(report.usable());
  EXPECT_THAT(report.findings, testing::IsEmpty());
  EXPECT_EQ(report.samples, 2);
  EXPECT_EQ(report.sample_type, "f32 [2,3,3]");
  EXPECT_EQ(report.lowest, 0.0);
  EXPECT_EQ(report.highest, 26.0);
  EXPECT_THAT(report.class_counts, testing::ElementsAre(1, 1));
}

TEST(Check, names_everything_that_is_wrong) {
  const TempFolder folder;
  folder.write("a.png", png_of(counting_image(2, 2, 3)));
  folder.write("same.png", png_of(counting_image(2, 2, 3)));
  folder.write("wide.png", png_of(counting_image(2, 3, 3)));
  folder.write("broken.png", png_of(counting_image(2, 2, 3)).substr(0, 30));
  folder.write("unlisted.png", png_of(counting_image(2, 2, 3, 5)));
  folder.write("labels.csv",
               "a.png,0\nsame.png,1\nwide.png,0\nbroken.png,1\nmissing.png,0\nwide.png,7\n");
  folder.write("dataset.toml",
               "classes=['x','y','z']\n[source]\nkind='images'\nlabels='labels.csv'\n");
  const CheckReport report = check_dataset(folder.path(), {}, {}, 2);
  EXPECT_FALSE(report.usable());
  ASSERT_NE(find(report, "cannot be read"), nullptr);
  EXPECT_EQ(find(report, "cannot be read")->count, 2);
  ASSERT_NE(find(report, "labels outside 0..2"), nullptr);
  EXPECT_THAT(find(report, "labels outside")->examples, testing::ElementsAre("wide.png (label 7)"));
  ASSERT_NE(find(report, "not f32 [2,2,3]"), nullptr);
  ASSERT_NE(find(report, "different labels"), nullptr);
  EXPECT_EQ(find(report, "different labels")->examples[0], "same.png = a.png");
  ASSERT_NE(find(report, "classes without samples"), nullptr);
  EXPECT_THAT(find(report, "classes without")->examples, testing::ElementsAre("z"));
  ASSERT_NE(find(report, "do not name"), nullptr);
  EXPECT_THAT(find(report, "do not name")->examples, testing::ElementsAre("unlisted.png"));
}

TEST(Check, a_dataset_that_cannot_be_opened_is_a_finding) {
  const CheckReport report = check_dataset("/no/such/set", {}, {});
  EXPECT_FALSE(report.usable());
  EXPECT_THAT(report.findings.at(0).message, testing::HasSubstr("does not exist"));
}

}  // namespace
}  // namespace mote::data
