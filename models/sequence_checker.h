// Rule sequence: no two entries share a sequence number, and numbers grow in log order and across
// reopen.
//
// Threading: any thread.
#ifndef HARROW_MODELS_SEQUENCE_CHECKER_H_
#define HARROW_MODELS_SEQUENCE_CHECKER_H_

#include <cstdint>
#include <span>

#include "models/verdict.h"

namespace harrow::models {

// One batch record found in a log image, in file order; logs in order of number.
struct LogBatch {
  std::uint64_t log_number = 0;
  std::uint64_t first_sequence = 0;
  std::uint64_t count = 0;
};

// `floor` is the largest sequence number known to be in use before these logs.
Verdict CheckSequence(std::span<const LogBatch> batches, std::uint64_t floor);

}  // namespace harrow::models

#endif  // HARROW_MODELS_SEQUENCE_CHECKER_H_
