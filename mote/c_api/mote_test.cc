#include "mote/c_api/mote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <limits>
#include <new>
#include <thread>

#include "mote/c_api/mote.hpp"
#include "mote/c_api/test_models.h"

namespace {

// Every allocation of this program goes through here: counted, and failing when the countdown ends.
constexpr int64_t kNever = std::numeric_limits<int64_t>::max();
std::atomic<int64_t> allocations{0};
std::atomic<int64_t> allocations_left{kNever};

bool may_allocate() {
  ++allocations;
  return allocations_left == kNever || --allocations_left >= 0;
}

}  // namespace

// Not inlined: the compiler would see memory of malloc given to delete.
__attribute__((noinline)) void* operator new(size_t size_bytes) {
  void* memory = may_allocate() ? std::malloc(size_bytes == 0 ? 1 : size_bytes) : nullptr;
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
__attribute__((noinline)) void* operator new(size_t size_bytes, const std::nothrow_t&) noexcept {
  return may_allocate() ? std::malloc(size_bytes == 0 ? 1 : size_bytes) : nullptr;
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, size_t) noexcept { std::free(memory); }

extern "C" void* aligned_alloc(size_t alignment, size_t size_bytes) noexcept {
  return may_allocate() ? memalign(alignment, size_bytes) : nullptr;
}

namespace mote {
namespace {

using namespace test;

TEST(CApi, runs_a_model_and_describes_it) {
  const ModelOwner model = load(small_file());
  ASSERT_EQ(mote_model_input_count(model.get()), 1u);
  ASSERT_EQ(mote_model_output_count(model.get()), 1u);
  mote_tensor_info info{};
  info.struct_size = sizeof info;
  ASSERT_EQ(mote_model_input_info(model.get(), 0, &info), MOTE_OK);
  EXPECT_STREQ(info.name, "x");
  EXPECT_EQ(info.type, MOTE_I8);
  EXPECT_EQ(info.rank, 4);
  EXPECT_EQ(info.shape[3], 32);
  EXPECT_EQ(info.size_bytes, 24u * 24 * 32);
  EXPECT_FLOAT_EQ(info.scale, 0.05f);
  EXPECT_EQ(info.zero_point, 3);
  EXPECT_EQ(mote_model_allocates(model.get()), 0);
  EXPECT_GE(mote_model_arena_bytes(model.get()), info.size_bytes);
  const SessionOwner session = open(model.get());
  EXPECT_EQ(run(session.get(), small_input()), expected_output());
}

TEST(CApi, leaves_fields_alone_that_an_older_caller_does_not_have) {
  const ModelOwner model = load(small_file());
  mote_tensor_info info{};
  info.struct_size = offsetof(mote_tensor_info, scale);
  info.scale = 99.0f;
  ASSERT_EQ(mote_model_input_info(model.get(), 0, &info), MOTE_OK);
  EXPECT_EQ(info.scale, 99.0f);
  EXPECT_EQ(info.rank, 4);
}

TEST(CApi, says_what_is_wrong_and_what_is_allowed) {
  mote_model* model = nullptr;
  EXPECT_EQ(mote_model_load("no such file", nullptr, &model), MOTE_IO);
  EXPECT_THAT(mote_last_error(), testing::HasSubstr("no such file"));
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(mote_model_load(nullptr, nullptr, &model), MOTE_INVALID_ARGUMENT);
  const std::vector<std::byte> file = small_file();
  EXPECT_EQ(mote_model_from_memory(file.data(), 30, nullptr, &model), MOTE_INVALID_MODEL);
  mote_model_options options = with_threads(1);
  options.isa = "mmx";
  EXPECT_EQ(mote_model_from_memory(file.data(), file.size(), &options, &model),
            MOTE_INVALID_ARGUMENT);
  EXPECT_THAT(mote_last_error(), testing::HasSubstr("portable"));
  options = with_threads(-1);
  EXPECT_EQ(mote_model_from_memory(file.data(), file.size(), &options, &model),
            MOTE_INVALID_ARGUMENT);
  options = with_threads(1);
  options.struct_size = 0;
  EXPECT_EQ(mote_model_from_memory(file.data(), file.size(), &options, &model),
            MOTE_INVALID_ARGUMENT);
  const ModelOwner good = load(file);
  mote_tensor_info info{};
  info.struct_size = sizeof info;
  EXPECT_EQ(mote_model_input_info(good.get(), 1, &info), MOTE_INVALID_ARGUMENT);
  EXPECT_EQ(mote_session_input(open(good.get()).get(), 1), nullptr);
}

TEST(CApi, running_allocates_nothing) {
  for (const int32_t threads : {1, 2}) {
    const mote_model_options options = with_threads(threads);
    const ModelOwner model = load(small_file(), &options);
    const SessionOwner session = open(model.get());
    const int64_t before = allocations;
    for (int i = 0; i < 10; ++i) mote_session_run(session.get());
    EXPECT_EQ(allocations, before);
  }
}

TEST(CApi, an_allocation_that_fails_anywhere_is_an_error_and_nothing_more) {
  const std::vector<std::byte> file = small_file();
  const mote_model_options options = with_threads(2);
  const Tensor input = small_input();
  int failures = 0;
  for (int64_t point = 0;; ++point) {
    allocations_left = point;
    mote_model* model = nullptr;
    mote_session* session = nullptr;
    mote_status status = mote_model_from_memory(file.data(), file.size(), &options, &model);
    if (status == MOTE_OK) status = mote_session_create(model, nullptr, &session);
    if (status == MOTE_OK) status = mote_session_run(session);
    allocations_left = kNever;
    EXPECT_EQ(session != nullptr, status == MOTE_OK);
    mote_session_free(session);
    mote_model_free(model);
    if (status == MOTE_OK) break;
    ASSERT_EQ(status, MOTE_OUT_OF_MEMORY) << mote_last_error() << " at allocation " << point;
    ++failures;
  }
  EXPECT_GT(failures, 100);
}

TEST(CApi, sessions_on_many_threads_share_a_model) {
  const ModelOwner model = load(small_file());
  const Tensor expected = expected_output();
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      const SessionOwner session = open(model.get());
      for (int k = 0; k < 5; ++k) EXPECT_EQ(run(session.get(), small_input()), expected);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

struct CountedThreads {
  int rounds = 0;
};

void run_in_turn(void* context, void (*function)(void* argument, int32_t worker), void* argument) {
  ++static_cast<CountedThreads*>(context)->rounds;
  for (int32_t worker = 1; worker >= 0; --worker) function(argument, worker);
}

TEST(CApi, uses_the_callers_threads) {
  const mote_model_options options = with_threads(2);
  const ModelOwner model = load(small_file(), &options);
  CountedThreads counted;
  mote_threads threads{};
  threads.struct_size = sizeof threads;
  threads.workers = 2;
  threads.context = &counted;
  threads.run = run_in_turn;
  const SessionOwner session = open(model.get(), &threads);
  EXPECT_EQ(run(session.get(), small_input()), expected_output());
  EXPECT_GT(counted.rounds, 0);
  threads.workers = 3;
  mote_session* none = nullptr;
  EXPECT_EQ(mote_session_create(model.get(), &threads, &none), MOTE_INVALID_ARGUMENT);
}

TEST(CppApi, throws_what_the_c_functions_return) {
  try {
    const runtime::Model model("no such file");
    FAIL();
  } catch (const runtime::Error& error) {
    EXPECT_EQ(error.status(), MOTE_IO);
  }
}

}  // namespace
}  // namespace mote
