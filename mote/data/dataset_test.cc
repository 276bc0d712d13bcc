#include "mote/data/dataset.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "mote/data/npy.h"
#include "mote/data/test_files.h"

namespace mote::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<float> floats(const Dataset& data, int64_t index) {
  return elements_as<float>(data.prepared(index).tensors.front());
}

TEST(Dataset, pictures_are_cropped_and_normalized_to_exact_values) {
  const TempFolder folder;
  folder.write("b.png", png_of(counting_image(4, 4, 3)));
  folder.write("a.png", png_of(counting_image(4, 4, 3, 100)));
  folder.write("labels.csv", "file,label\nb.png,1\na.png,0\n");
  folder.write("dataset.toml", R"(
classes = ["cat", "dog"]
[source]
kind = "images"
labels = "labels.csv"
[preprocess]
crop = 2
scale = "1/255"
mean = [0.5, 0.25, 0]
std = [0.5, 1, 2]
)");
  const Dataset data = Dataset::open(folder.path());
  ASSERT_EQ(data.size(), 2);
  EXPECT_EQ(data.id(0), "b.png");  // the order of labels.csv
  EXPECT_EQ(data.label(0), 1);
  EXPECT_EQ(data.prepared(0).tensors[0].shape(), Shape({2, 2, 3}));
  const std::vector<float> values = floats(data, 0);
  EXPECT_FLOAT_EQ(values[0], (15 / 255.0f - 0.5f) / 0.5f);  // row 1, column 1, red
  EXPECT_FLOAT_EQ(values[1], 16 / 255.0f - 0.25f);
  EXPECT_FLOAT_EQ(values[11], 32 / 255.0f / 2.0f);
}

TEST(Dataset, a_plain_folder_takes_its_classes_from_folders_and_keys_from_options) {
  const TempFolder folder;
  folder.write("dog/1.png", png_of(counting_image(2, 2, 1, 200)));
  folder.write("cat/1.png", png_of(counting_image(2, 2, 1, 10)));
  const Dataset data = Dataset::open(
      folder.path(), {.preprocess = {{"color", "grey"}, {"scale", "1/2"}, {"mean", "1"}}});
  EXPECT_THAT(data.spec().classes, ElementsAre("cat", "dog"));
  EXPECT_EQ(data.id(1), "dog/1.png");
  EXPECT_EQ(data.label(1), 1);
  EXPECT_THAT(floats(data, 0), ElementsAre(4.0f, 4.5f, 5.0f, 5.5f));
}

TEST(Dataset, raw_files_keep_their_bytes_and_must_have_the_right_size) {
  const TempFolder folder;
  folder.write_values<int8_t>("0.bin", {1, -2, 3, -4});
  folder.write_values<int8_t>("1.bin", {1, -2, 3});
  folder.write("dataset.toml",
               "task = 'unlabelled'\n[source]\nkind='raw'\ntype='i8'\nshape=[2,2]\n");
  const Dataset data = Dataset::open(folder.path());
  EXPECT_THAT(data.prepared(0).tensors[0].data<int8_t>(), ElementsAre(1, -2, 3, -4));
  EXPECT_THAT(error_of([&] { data.prepared(1); }), HasSubstr("1.bin' has 3 bytes"));
}

TEST(Dataset, stacked_npy_has_a_sample_for_each_row) {
  const TempFolder folder;
  write_npy(folder.path() / "x.npy", Tensor::of({3, 2}, std::vector<float>{0, 1, 2, 3, 4, 5}));
  write_npy(folder.path() / "y.npy", Tensor::of({3}, std::vector<int64_t>{2, 1, 0}));
  folder.write("dataset.toml",
               "[source]\nkind='npy'\nfiles='x.npy'\nlabels='y.npy'\nstacked=true\n");
  const Dataset data = Dataset::open(folder.path());
  EXPECT_EQ(data.id(2), "x.npy#2");
  EXPECT_EQ(data.label(0), 2);
  EXPECT_THAT(floats(data, 2), ElementsAre(4, 5));
  EXPECT_EQ(Dataset::open(folder.path() / "x.npy").size(), 3);
}

TEST(Dataset, cifar_records_become_rgb_pictures) {
  const TempFolder folder;
  std::vector<uint8_t> records;
  for (uint8_t label : {uint8_t{7}, uint8_t{2}}) {
    records.push_back(label);
    for (int plane = 0; plane < 3; ++plane) {
      for (int i = 0; i < 1024; ++i) records.push_back(static_cast<uint8_t>(i + plane + label));
    }
  }
  folder.write_values("b.bin", records);
  folder.write("dataset.toml", "class_count = 10\n[source]\nkind='cifar'\n");
  const Dataset data = Dataset::open(folder.path());
  EXPECT_EQ(data.label(1), 2);
  const std::vector<float> values = floats(data, 1);
  EXPECT_THAT(std::vector(values.begin(), values.begin() + 6), ElementsAre(2, 3, 4, 3, 4, 5));
  folder.write("b.bin", "short");
  EXPECT_THAT(error_of([&] { Dataset::open(folder.path()); }), HasSubstr("3073"));
}

TEST(Dataset, idx_pairs_with_its_labels_and_announces_its_size_honestly) {
  const TempFolder folder;
  const std::string header("\0\0\x08\x03\0\0\0\x02\0\0\0\x01\0\0\0\x02", 16);
  folder.write("images", header + "\x01\x02\x03\x04");
  folder.write("labels", std::string("\0\0\x08\x01\0\0\0\x02", 8) + "\x05\x06");
  const std::string toml =
      "class_count=10\n[source]\nkind='idx'\nfiles='images'\nlabels='labels'\n";
  folder.write("dataset.toml", toml);
  const Dataset data = Dataset::open(folder.path());
  EXPECT_EQ(data.prepared(0).tensors[0].shape(), Shape({1, 2, 1}));
  EXPECT_THAT(floats(data, 1), ElementsAre(3, 4));
  EXPECT_EQ(data.label(1), 6);
  folder.write("images", header + "\x01\x02\x03");
  EXPECT_THAT(error_of([&] { Dataset::open(folder.path()); }), HasSubstr("truncated"));
}

TEST(Dataset, csv_rows_are_features_and_a_label) {
  const TempFolder folder;
  folder.write("x.csv", "a,b,label\n1,2,no\n3,4.5,yes\n");
  folder.write("dataset.toml", "classes=['no','yes']\n[source]\nkind='csv'\n");
  const Dataset data = Dataset::open(folder.path());
  EXPECT_THAT(floats(data, 1), ElementsAre(3, 4.5f));
  EXPECT_EQ(data.label(1), 1);
}

TEST(Dataset, splits_skip_and_limit_choose_samples_in_order) {
  const TempFolder folder;
  write_npy(folder.path() / "x.npy",
            Tensor::of({10, 1}, std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  folder.write("dataset.toml",
               "task='unlabelled'\n[source]\nkind='npy'\nstacked=true\nfiles='x.npy'\n"
               "[splits.head]\nlimit=4\n[splits.tail]\nskip=4\n");
  const auto first = [&](const DatasetOptions& options) {
    const Dataset data = Dataset::open(folder.path(), options);
    return std::pair(floats(data, 0)[0], data.size());
  };
  EXPECT_EQ(first({}), std::pair(0.0f, int64_t{10}));
  EXPECT_EQ(first({.split = "head"}), std::pair(0.0f, int64_t{4}));
  EXPECT_EQ(first({.split = "tail", .skip = 1, .limit = 2}), std::pair(5.0f, int64_t{2}));
  EXPECT_THAT(error_of([&] { first({.split = "nose"}); }), HasSubstr("it has: head, tail"));
  EXPECT_THAT(error_of([&] { first({.skip = 10}); }), HasSubstr("10 are left out"));
}

TEST(Dataset, an_extending_file_changes_single_keys) {
  const TempFolder folder;
  folder.write("sub/x.csv", "1,0\n");
  folder.write("sub/base.toml",
               "class_count=2\n[source]\nkind='csv'\n[preprocess]\nscale=2.0\nmean=1\n");
  const auto path = folder.write("own.toml", "extends='sub/base.toml'\n[preprocess]\nmean=5\n");
  // The base's root stays beside the base.
  folder.write("sub/base.toml",
               "class_count=2\n[source]\nkind='csv'\nroot='.'\n[preprocess]\nscale=2.0\nmean=1\n");
  EXPECT_THAT(floats(Dataset::open(path), 0), ElementsAre(-3));
}

TEST(Dataset, a_description_may_be_named_by_a_relative_path) {
  const TempFolder folder;
  folder.write("sub/x.csv", "1,0\n");
  folder.write("own.toml", "class_count=2\n[source]\nkind='csv'\nroot='sub'\n");
  const auto relative = std::filesystem::relative(folder.path() / "own.toml");
  ASSERT_TRUE(relative.is_relative());
  EXPECT_EQ(Dataset::open(relative).size(), 1);
}

TEST(Dataset, equal_content_has_equal_fingerprints_under_any_name) {
  const TempFolder folder;
  folder.write("a.png", png_of(counting_image(2, 2, 3)));
  folder.write("b.png", png_of(counting_image(2, 2, 3)));
  folder.write("c.png", png_of(counting_image(2, 2, 3, 1)));
  const Dataset data = Dataset::open(folder.path());
  EXPECT_EQ(data.fingerprint(0), data.fingerprint(1));
  EXPECT_NE(data.fingerprint(0), data.fingerprint(2));
}

TEST(Dataset, label_offset_is_chosen_by_the_number_of_outputs) {
  const TempFolder folder;
  folder.write("x.csv", "1,0\n");
  folder.write("dataset.toml", "class_count=1000\n[source]\nkind='csv'\n");
  const Dataset data = Dataset::open(folder.path());
  EXPECT_EQ(data.label_offset(1000), 0);
  EXPECT_EQ(data.label_offset(1001), 1);
  EXPECT_EQ(Dataset::open(folder.path(), {.label_offset = 0}).label_offset(1001), 0);
}

TEST(Dataset, mistakes_in_the_description_are_named) {
  const TempFolder folder;
  folder.write("x.csv", "1,0\n");
  const auto message = [&](const std::string& text) {
    folder.write("dataset.toml", text);
    return error_of([&] { Dataset::open(folder.path()); });
  };
  EXPECT_THAT(message("[source]\nkind='video'\n"), HasSubstr("'kind' is video; allowed: images"));
  EXPECT_THAT(message("[source]\nkind='csv'\nroots='.'\n"), HasSubstr("unknown key 'roots'"));
  EXPECT_THAT(message("[source]\nkind='csv'\nroot='${NO_SUCH_VARIABLE}/x'\n"),
              HasSubstr("NO_SUCH_VARIABLE is not set"));
  EXPECT_THAT(message("[source\n"), HasSubstr("line 1"));
  EXPECT_THAT(message("[source]\nkind='csv'\n[preprocess]\nscale='1/0'\n"),
              HasSubstr("'scale' is '1/0'"));
  EXPECT_THAT(message("[source]\nkind='csv'\n[preprocess]\nstd=[1,0]\n"), HasSubstr("'std'"));
  folder.write("labels.csv", "../../etc/passwd,1\n");
  EXPECT_THAT(message("[source]\nkind='images'\nlabels='labels.csv'\n"),
              HasSubstr("does not lie below"));
  EXPECT_THAT(error_of([] { Dataset::open("/no/such/folder"); }), HasSubstr("does not exist"));
}

}  // namespace
}  // namespace mote::data
