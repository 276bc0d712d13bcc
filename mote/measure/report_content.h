// What both forms of the report say: tables of text, made once.
#pragma once

#include <string>
#include <vector>

#include "mote/measure/report.h"

namespace mote::report_detail {

struct Table {
  std::vector<std::string> titles;
  std::vector<std::vector<std::string>> rows;
};

/// What changed: sizes, work, memory, accuracy.
Table before_and_after(const Report& report);
/// Where ranges come from and what the figures of the steps are measured on.
std::string about_steps(const Report& report);
/// Every step and what it gave.
Table steps(const Report& report);
/// The layers that add most noise, why, and what mends it.
Table worst_layers(const Report& report);
/// One sentence on the result.
std::string summary(const Report& report);

std::string bytes_text(int64_t bytes);
std::string share_text(double share);

}  // namespace mote::report_detail
