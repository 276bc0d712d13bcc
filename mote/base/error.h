// The one exception type of the toolkit.
//
//   throw_error(ErrorKind::kInvalidModel, "node '{}': {} inputs, expected {}", name, n, 3);
//
// A message names the thing, the value found, the values allowed and the remedy. Callers that know
// more (which file, which node) add it with `with_context`. The runtime and the kernels never
// throw.
#pragma once

#include <fmt/core.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mote {

enum class ErrorKind {
  kInvalidModel,     ///< the model file or graph breaks its own rules
  kUnsupported,      ///< legal, but mote cannot do it
  kInvalidArgument,  ///< the caller asked for something impossible
  kIo,               ///< a file could not be read or written
  kCancelled,        ///< the user stopped the work
  kInternal,         ///< a bug in mote
};

/// Name ("invalid_model"), process exit code and one-line meaning of each kind, in enum order.
struct ErrorKindInfo {
  ErrorKind kind;
  std::string_view name;
  int exit_code;
  std::string_view meaning;
};
const std::vector<ErrorKindInfo>& error_kinds();
const ErrorKindInfo& info(ErrorKind kind);

class Error : public std::exception {
 public:
  Error(ErrorKind kind, std::string message);

  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  /// Outermost context first, e.g. "reading 'a.onnx': node 'conv1' (Conv): <message>".
  const char* what() const noexcept override { return what_.c_str(); }

  /// Prepends a context such as "reading 'a.onnx'".
  Error& add_context(std::string_view context);

 private:
  ErrorKind kind_;
  std::string message_;
  std::string what_;
};

template <class... Args>
[[noreturn]] void throw_error(ErrorKind kind, fmt::format_string<Args...> format, Args&&... args) {
  throw Error(kind, fmt::format(format, std::forward<Args>(args)...));
}

/// Runs `body`; an Error that leaves it carries `context` (a callable returning a string, so that
/// nothing is formatted on the good path).
template <class Context, class Body>
decltype(auto) with_context(Context&& context, Body&& body) {
  try {
    return std::forward<Body>(body)();
  } catch (Error& error) {
    error.add_context(context());
    throw;
  }
}

}  // namespace mote
