// What every simulated machine of a scenario has in common, whether clients run on it or it only recovers an image.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_MACHINE_SETUP_H_
#define HARROW_SIM_HARNESS_MACHINE_SETUP_H_

#include <string_view>

#include "sim/disk/disk.h"
#include "sim/harness/scenario.h"
#include "sim/targets/target.h"

namespace harrow::harness {

// Where the target lives: to libc, and relative to the root of the disk.
inline constexpr std::string_view kDatabasePath = "/harrow-disk/db";
inline constexpr std::string_view kDatabaseDirectory = "db";

// A scenario names a target that there is.
const targets::TargetKind& TargetOf(const Scenario& scenario);

// Without a fault plan and a seed.
disk::DiskOptions DiskOptionsOf(const Scenario& scenario);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_MACHINE_SETUP_H_
