// What the flags of `harrow run` ask for.
//
// Threading: main thread.
#ifndef HARROW_SIM_HARNESS_COMMAND_RUN_OPTIONS_H_
#define HARROW_SIM_HARNESS_COMMAND_RUN_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "sim/harness/sweep/results.h"
#include "sim/harness/sweep/shard.h"
#include "sim/harness/sweep/sweep.h"

namespace harrow::harness {

struct RunOptions {
  SweepOptions sweep;
  SweepHeader header;  // of the result file; without the build
  Shard shard;
  std::uint64_t shrink_ms = 0;  // for each cause
  std::string out;              // empty: no result file
  bool resume = false;
};

absl::StatusOr<RunOptions> RunOptionsFromFlags();

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_COMMAND_RUN_OPTIONS_H_
