// Turns the logs that a manifest still needs into memtables: the decisions of recovery.h about what
// a log's end means.
//
// Threading: one thread at a time.
// Invariants: those of recovery.h.
#ifndef HARROW_ENGINE_LOG_REPLAY_H_
#define HARROW_ENGINE_LOG_REPLAY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/internal_key.h"
#include "engine/memtable.h"

namespace harrow::engine {

class LogReplay {
 public:
  // `last_sequence` is the manifest's: the number before the first that the logs may hold. `full`
  // takes each memtable that has grown past `memtable_size_max`, and the last one.
  LogReplay(SequenceNumber last_sequence, std::size_t memtable_size_max,
            std::function<absl::Status(const MemTable&)> full);

  // The logs in the order of their numbers. `name` is for messages.
  absl::Status AddLog(const std::string& name, std::string_view contents);
  // After the last log.
  absl::Status Finish();

  SequenceNumber last_sequence() const { return last_sequence_; }
  // Why the replay ended, if it did; the writes after it are left out.
  const absl::Status& stopped() const { return stopped_; }

 private:
  // Of a record whose checksum is right.
  absl::Status AddRecord(const std::string& name, std::string_view record);
  absl::Status Insert(const std::string& name, std::string_view record);

  const std::size_t memtable_size_max_;
  const std::function<absl::Status(const MemTable&)> full_;
  std::unique_ptr<MemTable> memtable_;
  SequenceNumber last_sequence_;
  SequenceNumber next_sequence_;  // that the next record must have
  bool has_records_ = false;      // any log so far
  bool log_has_records_ = false;  // the log at hand
  absl::Status stopped_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_REPLAY_H_
