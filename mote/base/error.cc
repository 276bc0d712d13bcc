#include "mote/base/error.h"

namespace mote {

const std::vector<ErrorKindInfo>& error_kinds() {
  static const std::vector<ErrorKindInfo> kinds = {
      {ErrorKind::kInvalidArgument, "invalid_argument", 2, "the command or its data is wrong"},
      {ErrorKind::kInvalidModel, "invalid_model", 3, "the model is malformed"},
      {ErrorKind::kUnsupported, "unsupported", 4, "the model uses something mote cannot handle"},
      {ErrorKind::kIo, "io", 5, "a file could not be read or written"},
      {ErrorKind::kInternal, "internal", 70, "a bug in mote"},
      {ErrorKind::kCancelled, "cancelled", 130, "stopped by the user"},
  };
  return kinds;
}

const ErrorKindInfo& info(ErrorKind kind) {
  for (const ErrorKindInfo& entry : error_kinds()) {
    if (entry.kind == kind) return entry;
  }
  std::terminate();  // every enumerator has a row; error_test.cc checks it
}

Error::Error(ErrorKind kind, std::string message)
    : kind_(kind), message_(std::move(message)), what_(message_) {}

Error& Error::add_context(std::string_view context) {
  what_ = fmt::format("{}: {}", context, what_);
  return *this;
}

}  // namespace mote
