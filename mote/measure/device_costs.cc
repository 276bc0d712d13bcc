#include "mote/measure/device_costs.h"

#include <algorithm>
#include <array>

#include "mote/base/error.h"
#include "mote/base/file.h"
#include "mote/data/toml_reader.h"

namespace mote {
namespace {

constexpr std::string_view kBuiltIn =
#include "mote/measure/device_costs.inc"
    ;

constexpr std::array<std::pair<std::string_view, Isa>, 3> kIsas = {
    {{"mcu", Isa::kMcu}, {"mcu-dsp", Isa::kMcuDsp}, {"mcu-mve", Isa::kMcuMve}}};

// No kernel's code, and no stack, is near a gigabyte.
constexpr std::pair<int64_t, int64_t> kBytes = {0, int64_t{1} << 30};

double non_negative(data::TomlReader& reader, std::string_view key) {
  const double number = reader.number(key, 0.0);
  if (number < 0.0) reader.fail(key, fmt::format("{}", number), "0 and more");
  return number;
}

double positive(data::TomlReader& reader, std::string_view key) {
  const double number = reader.number(key, 0.0);
  if (number <= 0.0) reader.fail(key, fmt::format("{}", number), "more than 0");
  return number;
}

DeviceTarget read_target(const std::string& name, const toml::table& table,
                         const std::string& where) {
  data::TomlReader reader(table, fmt::format("{} [targets.{}]", where, name));
  DeviceTarget target{.name = name};
  target.isa = reader.choice("isa", Isa::kMcu, kIsas);
  target.clock_mhz = positive(reader, "clock_mhz");
  target.cycles_per_instruction = positive(reader, "cycles_per_instruction");
  target.base_code_bytes = reader.integer("base_code_bytes", 0, kBytes);
  target.stack_bytes = reader.integer("stack_bytes", 0, kBytes);
  reader.finish();
  return target;
}

KernelCost read_kernel(const toml::table& table, const std::string& where) {
  data::TomlReader reader(table, where + " [[kernels]]");
  KernelCost cost{.kernel = reader.text("kernel")};
  if (cost.kernel.empty()) reader.fail("kernel", "missing", "a kernel's name, or \"*\"");
  cost.isa = reader.choice("isa", Isa::kMcu, kIsas);
  cost.per_call = non_negative(reader, "per_call");
  cost.per_input = non_negative(reader, "per_input");
  cost.per_output = non_negative(reader, "per_output");
  cost.per_mac = non_negative(reader, "per_mac");
  cost.code_bytes = reader.integer("code_bytes", 0, kBytes);
  reader.finish();
  return cost;
}

[[noreturn]] void fail(const std::string& where, std::string_view what) {
  throw_error(ErrorKind::kInvalidArgument, "{}: {}", where, what);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return (x == '_' ? '-' : x) == (y == '_' ? '-' : y); });
}

}  // namespace

DeviceCosts DeviceCosts::parse(std::string_view text, const std::string& where) {
  const toml::table file = data::parse_toml(text, where);
  DeviceCosts costs;
  for (const auto& [key, node] : file) {
    const std::string_view name = key.str();
    if (name == "targets" && node.is_table()) {
      for (const auto& [target, fields] : *node.as_table()) {
        if (!fields.is_table()) fail(where, "targets are tables: [targets.my-board]");
        costs.targets_.push_back(read_target(std::string(target.str()), *fields.as_table(), where));
      }
    } else if (name == "kernels" && node.is_array()) {
      for (const toml::node& row : *node.as_array()) {
        if (!row.is_table()) fail(where, "kernels are tables: [[kernels]]");
        costs.kernels_.push_back(read_kernel(*row.as_table(), where));
      }
    } else {
      fail(where, fmt::format("'{}' is neither [targets.NAME] nor [[kernels]]", name));
    }
  }
  return costs;
}

DeviceCosts DeviceCosts::built_in() { return parse(kBuiltIn, "the built-in cost table"); }

DeviceCosts DeviceCosts::read(const std::filesystem::path& path) {
  return parse(read_text_file(path.string()), fmt::format("'{}'", path.string()));
}

void DeviceCosts::merge(const DeviceCosts& other) {
  for (const DeviceTarget& target : other.targets_) {
    std::erase_if(targets_, [&](const DeviceTarget& own) { return own.name == target.name; });
    targets_.push_back(target);
  }
  for (const KernelCost& cost : other.kernels_) {
    std::erase_if(kernels_, [&](const KernelCost& own) {
      return own.kernel == cost.kernel && own.isa == cost.isa;
    });
    kernels_.push_back(cost);
  }
}

const DeviceTarget& DeviceCosts::target(std::string_view name) const {
  std::string names;
  for (const DeviceTarget& target : targets_) {
    if (same_name(target.name, name)) return target;
    names += (names.empty() ? "" : ", ") + target.name;
  }
  throw_error(ErrorKind::kInvalidArgument, "there is no target '{}'; there are {}", name, names);
}

const KernelCost& DeviceCosts::kernel(const DeviceTarget& target, std::string_view name) const {
  for (const std::string_view wanted : {name, std::string_view("*")}) {
    for (const KernelCost& cost : kernels_) {
      if (cost.isa == target.isa && cost.kernel == wanted) return cost;
    }
  }
  throw_error(ErrorKind::kInvalidArgument,
              "the cost table has neither kernel '{}' nor '*' for isa {}", name,
              mote::name(target.isa));
}

}  // namespace mote
