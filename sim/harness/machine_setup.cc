#include "sim/harness/machine_setup.h"

#include "sim/kernel/check.h"

namespace harrow::harness {

const targets::TargetKind& TargetOf(const Scenario& scenario) {
  const targets::TargetKind* kind = targets::FindTarget(scenario.target);
  KERNEL_CHECK(kind != nullptr);
  return *kind;
}

disk::DiskOptions DiskOptionsOf(const Scenario& scenario) {
  disk::DiskOptions options;
  options.profile = scenario.profile;
  options.classify = TargetOf(scenario).classify;
  return options;
}

}  // namespace harrow::harness
