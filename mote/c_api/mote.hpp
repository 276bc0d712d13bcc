// The runtime of mote for C++ programs: mote.h with owners and exceptions. Header only.
//
//   const mote::runtime::Model model("kws.tflite");
//   mote::runtime::Session session(model);
//   std::ranges::copy(samples, session.input<int8_t>(0).begin());
//   session.run();
//   session.output<int8_t>(0);
#ifndef MOTE_MOTE_HPP
#define MOTE_MOTE_HPP

#include <memory>
#include <span>
#include <stdexcept>
#include <string>

#include "mote.h"

namespace mote::runtime {

class Error : public std::runtime_error {
 public:
  explicit Error(mote_status status) : std::runtime_error(mote_last_error()), status_(status) {}
  mote_status status() const { return status_; }

 private:
  mote_status status_;
};

inline void check(mote_status status) {
  if (status != MOTE_OK) throw Error(status);
}

class Model {
 public:
  explicit Model(const std::string& path, const mote_model_options* options = nullptr) {
    mote_model* model = nullptr;
    check(mote_model_load(path.c_str(), options, &model));
    model_.reset(model);
  }

  /// The same model for another batch; the weights are shared.
  Model with_batch(int64_t batch) const {
    mote_model* other = nullptr;
    check(mote_model_with_batch(get(), batch, &other));
    return Model(other);
  }

  size_t input_count() const { return mote_model_input_count(get()); }
  size_t output_count() const { return mote_model_output_count(get()); }
  mote_tensor_info input(size_t index) const { return info(mote_model_input_info, index); }
  mote_tensor_info output(size_t index) const { return info(mote_model_output_info, index); }
  const mote_model* get() const { return model_.get(); }

 private:
  explicit Model(mote_model* model) : model_(model) {}

  template <class Query>
  mote_tensor_info info(Query query, size_t index) const {
    mote_tensor_info result{};
    result.struct_size = sizeof result;
    check(query(get(), index, &result));
    return result;
  }

  struct Free {
    void operator()(mote_model* model) const { mote_model_free(model); }
  };
  std::unique_ptr<mote_model, Free> model_;
};

class Session {
 public:
  explicit Session(const Model& model, const mote_threads* threads = nullptr) : model_(&model) {
    mote_session* session = nullptr;
    check(mote_session_create(model.get(), threads, &session));
    session_.reset(session);
  }

  /// The elements of input `index`; throws Error when there is no such input. T must have the size
  /// of an element.
  template <class T>
  std::span<T> input(size_t index) {
    const size_t size_bytes = model_->input(index).size_bytes;
    return {static_cast<T*>(mote_session_input(session_.get(), index)), size_bytes / sizeof(T)};
  }
  template <class T>
  std::span<const T> output(size_t index) const {
    const size_t size_bytes = model_->output(index).size_bytes;
    return {static_cast<const T*>(mote_session_output(session_.get(), index)),
            size_bytes / sizeof(T)};
  }
  void run() { check(mote_session_run(session_.get())); }
  void reset() { mote_session_reset(session_.get()); }

 private:
  struct Free {
    void operator()(mote_session* session) const { mote_session_free(session); }
  };
  const Model* model_;
  std::unique_ptr<mote_session, Free> session_;
};

}  // namespace mote::runtime

#endif
