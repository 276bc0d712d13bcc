#include "mote/data/csv.h"

#include <gmock/gmock.h>

#include "mote/data/test_files.h"

namespace mote::data {
namespace {

using testing::ElementsAre;

TEST(Csv, quotes_line_ends_and_blank_lines) {
  const CsvTable table = parse_csv("\"a, \"\"b\"\"\",1\r\n\n\"two\nlines\",2", "'x.csv'");
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_THAT(table.rows[0], ElementsAre("a, \"b\"", "1"));
  EXPECT_THAT(table.rows[1], ElementsAre("two\nlines", "2"));
}

TEST(Csv, a_header_is_recognised_by_its_names_or_its_last_cell) {
  EXPECT_THAT(parse_csv("file,label\na.png,1\n", "x").header, ElementsAre("file", "label"));
  EXPECT_THAT(parse_csv("picture,class\na.png,1\n", "x").header, ElementsAre("picture", "class"));
  EXPECT_THAT(parse_csv("a.png,cat\nb.png,dog\n", "x").header, testing::IsEmpty());
  EXPECT_THAT(parse_csv("a.png,12,7\n", "x").header, testing::IsEmpty());
}

TEST(Csv, columns_go_by_name_number_or_fallback) {
  const CsvTable table = parse_csv("file,class,label\na,b,1\n", "'x.csv'");
  EXPECT_EQ(table.column("class", 0), 1u);
  EXPECT_EQ(table.column("-2", 0), 1u);
  EXPECT_EQ(table.column("", -1), 2u);
  EXPECT_THAT(error_of([&] { table.column("nothing", 0); }),
              testing::HasSubstr("file, class, label"));
}

TEST(Csv, ragged_rows_and_open_quotes_are_errors) {
  EXPECT_THAT(error_of([] { parse_csv("a,b\nc\n", "'x.csv'"); }),
              testing::HasSubstr("row 2 has 1"));
  EXPECT_THAT(error_of([] { parse_csv("\"a,b\n", "'x.csv'"); }),
              testing::HasSubstr("never closed"));
}

}  // namespace
}  // namespace mote::data
