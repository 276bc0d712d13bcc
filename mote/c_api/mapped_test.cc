// Models whose file stays mapped.
#include <gtest/gtest.h>

#include <filesystem>

#include "mote/base/file.h"
#include "mote/c_api/test_models.h"
#include "mote/exec/prepare.h"
#include "mote/formats/model_file.h"

namespace mote {
namespace {

using namespace test;
namespace fs = std::filesystem;

// A file with the small network, in a folder of its own.
class MappedModel : public testing::Test {
 protected:
  MappedModel() {
    fs::create_directories(folder_);
    write_file(path(), small_file());
  }
  ~MappedModel() override { fs::remove_all(folder_); }

  fs::path path() const { return folder_ / "small.tflite"; }

  ModelOwner load_file() const {
    mote_model* model = nullptr;
    EXPECT_EQ(mote_model_load(path().c_str(), nullptr, &model), MOTE_OK) << mote_last_error();
    return ModelOwner(model);
  }

 private:
  fs::path folder_ =
      fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

std::shared_ptr<const Tensor> weights_of(const Graph& graph) {
  for (const ValueId id : graph.values()) {
    if (graph.value(id).name == "w") return graph.value(id).constant;
  }
  return nullptr;
}

TEST_F(MappedModel, does_not_copy_its_weights) {
  const Graph graph = load_model(path());
  ASSERT_NE(weights_of(graph), nullptr);
  EXPECT_TRUE(weights_of(graph)->is_borrowed());
  const auto program = prepare_program(graph);
  EXPECT_TRUE(weights_of(program->graph)->is_borrowed());
  const Graph copied = read_model(small_file());
  EXPECT_FALSE(weights_of(copied)->is_borrowed());
  EXPECT_EQ(*weights_of(copied), *weights_of(graph));
}

TEST_F(MappedModel, runs_when_its_file_is_gone) {
  const ModelOwner model = load_file();
  fs::remove(path());
  EXPECT_EQ(run(open(model.get()).get(), small_input()), expected_output());
}

TEST_F(MappedModel, runs_when_another_file_takes_the_place_of_its_own) {
  const ModelOwner model = load_file();
  write_file(path(), std::string_view("something else"));
  EXPECT_EQ(run(open(model.get()).get(), small_input()), expected_output());
}

// What kernels pack at load is not read again.
TEST_F(MappedModel, runs_with_packed_weights_when_its_file_is_cut) {
  const ModelOwner model = load_file();
  fs::resize_file(path(), 0);
  EXPECT_EQ(run(open(model.get()).get(), small_input()), expected_output());
}

}  // namespace
}  // namespace mote
