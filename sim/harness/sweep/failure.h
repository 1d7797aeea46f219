// One red seed, as a sweep reports it.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_SWEEP_FAILURE_H_
#define HARROW_SIM_HARNESS_SWEEP_FAILURE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "sim/harness/failure_class.h"

namespace harrow::harness {

struct Failure {
  std::optional<std::uint64_t> seed;  // none: a worker died between two seeds
  FailureClass what;
  std::uint64_t hash = 0;  // of the run; 0 where it did not end
  std::string profile;     // "ext4"; empty without a seed
  std::string strategy;    // of the life in which it failed; empty where that is not known
  std::string cause;       // what failures of one bug have in common: one line (cause.h)
  std::string text;        // what was found, several lines
  std::string output;      // the end of what the target wrote to its two outputs, and where it died
  std::uint64_t elapsed_ms = 0;  // when, since its session began
  std::uint32_t session = 1;
};

// Of a cause's failures so many keep `text` and `output` in memory, and `output` in a result file.
constexpr std::uint64_t kFullFailuresOfACause = 10;

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_FAILURE_H_
