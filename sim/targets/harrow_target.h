// Harrow's own engine as a target.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_HARROW_TARGET_H_
#define HARROW_SIM_TARGETS_HARROW_TARGET_H_

#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "sim/targets/target.h"

namespace harrow::targets {

absl::Status OpenHarrow(std::string_view path, const TargetOptions& options,
                        ActivityObserver* observer, std::unique_ptr<Target>* target);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_HARROW_TARGET_H_
