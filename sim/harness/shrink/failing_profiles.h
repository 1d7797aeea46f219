// In which of the file systems' profiles a scenario fails in the same way: what a bug needs of the file system.
//
// Which images there are differs from profile to profile: one that keeps what another has drawn by the same seed may be one that
// does no harm. So where the scenario as it is does not fail, it is tried with more images at every mutation of its last life.
//
// Threading: single-threaded.
#ifndef HARROW_SIM_HARNESS_SHRINK_FAILING_PROFILES_H_
#define HARROW_SIM_HARNESS_SHRINK_FAILING_PROFILES_H_

#include <optional>
#include <string>
#include <vector>

#include "sim/disk/profile.h"
#include "sim/harness/scenario.h"
#include "sim/harness/shrink/trials.h"

namespace harrow::harness {

// `trials` looks for the failure. In the order of disk::kAllProfiles; nothing when the trials were stopped before all were tried.
std::optional<std::vector<disk::ProfileName>> FailingProfiles(const Scenario& scenario,
                                                              Trials* trials);

// "  profiles: fails in strict unsafe-device, not in ext4 xfs …\n"
std::string ProfilesLine(const std::vector<disk::ProfileName>& failing);

// The line for a scenario that breaks a rule, by a worker process of its own; empty for one that does not, and where ten seconds
// do not suffice.
std::string FindProfilesLine(const Scenario& scenario);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SHRINK_FAILING_PROFILES_H_
