// The C of a program as a library of a build system for devices: its layout, its metadata.
//
//   files = packaged(generate(program, {.name = "kws"}), {Package::kArduino, "kws", "1.0.0"});
//   // library.properties, src/kws.h, src/kws.c, ..., examples/selftest/selftest.ino
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mote/codegen/codegen.h"

namespace mote::codegen {

enum class Package {
  kNone,
  kArduino,     ///< a library; specification:
                ///< arduino.github.io/arduino-cli/latest/library-specification
  kZephyr,      ///< a module; docs.zephyrproject.org/latest/develop/modules.html
  kPlatformio,  ///< a library; docs.platformio.org/en/latest/manifests/library-json
};
constexpr std::array<Package, 4> enum_values(Package) {
  return {Package::kNone, Package::kArduino, Package::kZephyr, Package::kPlatformio};
}
/// "zephyr".
std::string_view name(Package package);

struct PackageOptions {
  Package package = Package::kNone;
  std::string name;     ///< as generate was given
  std::string version;  ///< "1.0.0"; may be empty
};

/// The `files` of generate where the package has them, and what it needs besides.
std::vector<GeneratedFile> packaged(std::vector<GeneratedFile> files,
                                    const PackageOptions& options);

}  // namespace mote::codegen
