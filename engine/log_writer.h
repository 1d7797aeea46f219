// Appends records to a log file, in the format of log_format.h.
//
// Threading: one thread at a time.
// Invariants:
//  1. A record reaches the file in one AppendFile::Append, with the block trailers before and inside
//     it; so one failing call leaves at most one record torn.
//  2. After a failed append the writer refuses further records, with the status of that failure: an
//     unknown part of the record is in the file, and a record after it could never be read.
// Not here: syncing.
#ifndef HARROW_ENGINE_LOG_WRITER_H_
#define HARROW_ENGINE_LOG_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/file.h"

namespace harrow::engine {

class LogWriter {
 public:
  // Appends after the `offset` bytes that the log already has. `file` outlives the writer.
  explicit LogWriter(AppendFile* file, std::uint64_t offset = 0);
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  // The payload is the pieces, one after the other; it may be empty.
  absl::Status AddRecord(std::span<const std::string_view> pieces);
  absl::Status AddRecord(std::string_view payload) { return AddRecord({&payload, 1}); }

  // Bytes of the log after the last successful record.
  std::uint64_t offset() const { return offset_; }

 private:
  AppendFile* const file_;
  std::uint64_t offset_;
  std::string buffer_;  // the bytes of one record; kept for its capacity
  absl::Status failure_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_WRITER_H_
