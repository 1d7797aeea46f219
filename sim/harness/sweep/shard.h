// Which shard of a sweep this process runs: from the flags, or from what the engine that started it has set.
//
// Threading: pure functions.
// Errors: InvalidArgument, one line that names the flag or variable.
// Sources: googletest's advanced guide ("Distributing Test Functions to Multiple Machines"), the manual of Slurm's sbatch ("job
// arrays"), Kubernetes' documentation of indexed jobs.
#ifndef HARROW_SIM_HARNESS_SWEEP_SHARD_H_
#define HARROW_SIM_HARNESS_SWEEP_SHARD_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace harrow::harness {

struct Shard {
  std::uint32_t index = 0;
  std::uint32_t count = 1;
  std::string source;  // "--shard_index", "SLURM_ARRAY_TASK_ID", …; empty: nothing asked for shards
  std::string status_file;  // googletest's: to be touched by who understands shards; may be empty
};

// A variable of the environment; nullptr without one. An empty one counts as none.
using Environment = std::function<const char*(const char* name)>;

// `flag_index` and `flag_count` are the flags' values, empty when not given. A flag wins over a variable, googletest's variables
// over Slurm's, those over Kubernetes'.
absl::StatusOr<Shard> ChooseShard(const std::string& flag_index, const std::string& flag_count,
                                  const Environment& environment);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SHARD_H_
