#include "mote/api/device_report.h"

#include "mote/exec/prepare.h"

namespace mote {

DeviceCosts device_costs(const std::filesystem::path& cost_table) {
  DeviceCosts costs = DeviceCosts::built_in();
  if (!cost_table.empty()) costs.merge(DeviceCosts::read(cost_table));
  return costs;
}

DeviceUse report_device(const DeviceReportRequest& request) {
  const DeviceCosts costs = device_costs(request.cost_table);
  DeviceTarget target = costs.target(request.target);
  if (request.clock_mhz > 0.0) target.clock_mhz = request.clock_mhz;
  const std::shared_ptr<const Program> program =
      prepare_program(open_model(request.model),
                      {.lower = {.numerics = numerics_for(request.numerics, request.model),
                                 .isa = target.isa,
                                 .plan = request.plan,
                                 .plan_carefully = true},
                       .rewrite = request.rewrite});
  return device_use(*program, costs, target);
}

}  // namespace mote
