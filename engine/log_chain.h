// The logs that a manifest needs, one after the other: where the first bad place is, and what may be
// replayed.
//
// The writes of the logs have consecutive sequence numbers. So the numbers tell that nothing is
// missing between two logs; within one, other makers of the format leave out numbers after a failed
// write, and the first record may have a number below the one that they put into the manifest.
//
// Threading: one thread at a time.
// Invariants:
//  1. What is replayed is a prefix of the writes: everything before the first bad place.
//  2. last_sequence() is at or above every number that can be read in any log, and above those that
//     the unreadable bytes after a bad place could hold.
#ifndef HARROW_ENGINE_LOG_CHAIN_H_
#define HARROW_ENGINE_LOG_CHAIN_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/internal_key.h"
#include "engine/log_replay.h"
#include "engine/log_scan.h"

namespace harrow::engine {

class LogChain {
 public:
  // The manifest's last sequence.
  explicit LogChain(SequenceNumber last_sequence)
      : last_sequence_(last_sequence), next_(last_sequence + 1) {}

  // In the order of their numbers. NotFound: the log is missing. Any other failure: unreadable.
  void Add(std::string path, absl::StatusOr<std::string> contents);

  // As columns of the table in recovery_table.h, each with what an error says about it.
  Look earlier_look() const;
  absl::Status earlier_why() const;
  Look last_look() const;
  absl::Status last_why() const;
  // Of a log after the first bad place.
  bool marker() const { return marker_; }

  SequenceNumber last_sequence() const { return last_sequence_; }
  // Hands out the records before the first bad place and drops the bytes on the way.
  absl::Status Replay(LogReplay* replay);

 private:
  struct Log {
    std::string path;
    std::string contents;
    Look look = Look::kEmpty;
    absl::Status why;
  };
  const Log* WorstEarlier() const;
  void Follow(const LogScan& scan, Log* log);

  std::vector<Log> logs_;
  std::optional<std::size_t> short_before_;  // the log with numbers too high
  std::optional<std::size_t> bad_;           // the log with the first bad place
  bool marker_ = false;
  SequenceNumber last_sequence_;
  SequenceNumber next_;  // that the next record must have
  bool has_records_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_CHAIN_H_
