// Reads the write-ahead logs of an image from outside, for the rule that only they can show (sequence) and for what a run
// exercised. Targets in LevelDB's format only.
//
// Threading: pure functions of the image.
#ifndef HARROW_SIM_HARNESS_LOG_INSPECTOR_H_
#define HARROW_SIM_HARNESS_LOG_INSPECTOR_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/sequence_checker.h"
#include "models/verdict.h"
#include "sim/disk/image.h"

namespace harrow::harness {

struct LogContents {
  std::vector<models::LogBatch> batches;
  // Of the batches after `counted`, the last sequence that an earlier inspection saw:
  std::uint64_t fragmented = 0;  // records of two and more fragments
  std::uint64_t shared = 0;      // records that carry entries of two and more writes
  std::uint64_t last_sequence = 0;
};

// Every intact record of every log, up to each log's first bad place.
LogContents InspectLogs(const disk::Image& image, std::uint64_t counted);

// Rule sequence on those records.
models::Verdict CheckLogs(const LogContents& contents);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_LOG_INSPECTOR_H_
