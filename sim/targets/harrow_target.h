// Harrow's own engine as a target.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_HARROW_TARGET_H_
#define HARROW_SIM_TARGETS_HARROW_TARGET_H_

#include "sim/targets/target.h"

namespace harrow::targets {

const TargetKind& HarrowKind();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_HARROW_TARGET_H_
