// The write-ahead log: the log in use, and the one before it for as long as a sync write needs it.
//
//   rotation: the log in use becomes the earlier one, unless it is synced, and a new one, whose
//             name is durable, takes its place.
//   sync:     the earlier log first, then the one in use: so a synced write is never durable while
//             a write before it is not.
//   blocks:   a log that is synced again and again is made longer by whole blocks, so that most of
//             its syncs write nothing but the records. The zeros at its end are what a crash leaves
//             of writes that were not synced, to a reader of the format. They are cut off when
//             the log is rotated out, before its last sync, and when the database is closed.
//   marker:   an empty record. It goes into a log that is not the instance's first before the first
//             sync of that log, when all logs before it are synced. Recovery that finds one
//             knows that damage in an earlier log is damage, not a write that was never synced.
//
// Threading: the leader's; one thread at a time.
// Invariants:
//  1. When Sync() has returned OK, every record appended before it is durable, or in a durable
//     table.
//  2. There is at most one earlier log (checked): a rotation waits until the memtable of the one
//     before is in a table.
#ifndef HARROW_ENGINE_LOG_FILE_H_
#define HARROW_ENGINE_LOG_FILE_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/batch_group.h"
#include "engine/file.h"
#include "engine/internal_key.h"
#include "engine/log_writer.h"

namespace harrow::engine {

// One log being written.
class LogFile {
 public:
  // The caller makes its name durable.
  static absl::StatusOr<std::unique_ptr<LogFile>> Create(const std::string& directory,
                                                         std::uint64_t number);
  LogFile(const LogFile&) = delete;
  LogFile& operator=(const LogFile&) = delete;
  ~LogFile();

  absl::Status Append(std::span<const std::string_view> record) { return log_.AddRecord(record); }
  absl::Status Sync();  // does nothing when all is synced
  // No more records come: the file ends with the last one.
  absl::Status End();
  absl::Status Close() { return file_.Close(); }
  bool synced() const { return synced_size_ == file_.size() && !end_unsynced_; }
  std::uint64_t number() const { return number_; }

 private:
  LogFile(AppendFile file, std::uint64_t number)
      : file_(std::move(file)), log_(&file_), number_(number) {}

  AppendFile file_;
  LogWriter log_;
  const std::uint64_t number_;
  std::uint64_t synced_size_ = 0;
  bool ended_ = false;
  bool end_unsynced_ = false;  // cut, and not synced since
};

class WriteAheadLog {
 public:
  explicit WriteAheadLog(std::string directory) : directory_(std::move(directory)) {}

  // The first log of this instance.
  void Start(std::unique_ptr<LogFile> log);
  // After a failure nothing more may be written.
  absl::Status Rotate(std::uint64_t new_number);
  // Logs below are in durable tables: there is no need to sync them any more, nor to look at how
  // they close. The earlier log, if it is one, or nullptr.
  std::unique_ptr<LogFile> TakeBelow(std::uint64_t log_number);

  absl::Status Append(const BatchGroup& group);
  absl::Status Sync();

 private:
  const std::string directory_;
  std::unique_ptr<LogFile> log_;
  std::unique_ptr<LogFile> earlier_;
  bool marker_due_ = false;
  SequenceNumber next_sequence_ = 0;  // after the last record
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_FILE_H_
