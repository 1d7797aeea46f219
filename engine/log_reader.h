// Reads the records of a log, in the format of log_format.h, up to its end or to the first place
// that is not as a writer leaves it; it never goes on past such a place.
//
// What a crash may leave of the bytes that were not synced: a shorter file, and pages that are
// zero, old or torn, followed by pages that are intact. So the first bad place of the last log ends
// what can be recovered, and whatever lies after it was never promised; to resume at a later record
// would make a hole. In an earlier log, whose bytes were all promised, a bad place is damage. The
// reader cannot tell the two apart; its caller, who knows which log this is, can.
//
// Threading: one thread at a time. The bytes outlive the reader and do not change.
// Invariants:
//  1. Records come in order, each exactly as written; the n-th ReadRecord that returns kRecord
//     returns the n-th record of the log.
//  2. After kEnd or kBad every further ReadRecord returns the same.
//  3. For every cut of an undamaged log, the records that end at or before the cut are returned;
//     then kEnd if the cut is the end of a record (or 0), else kBad.
// Not checked: the bytes of block trailers between two fragments, which hold nothing.
#ifndef HARROW_ENGINE_LOG_READER_H_
#define HARROW_ENGINE_LOG_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/log_format.h"

namespace harrow::engine {

enum class LogRead {
  kRecord,  // *record is the next record
  kEnd,     // the log ends after the last record
  kBad,     // stop() says where and why
};

enum class LogStopReason {
  kNone,             // no bad place was met
  kCutHeader,        // the log ends within a trailer, after one, or within a header
  kCutPayload,       // the log ends within a payload
  kCutRecord,        // the log ends after a FIRST or MIDDLE fragment
  kZeroes,           // seven zero bytes where a header should be
  kBadLength,        // a payload that would cross its block
  kBadChecksum,      // header and payload do not belong together
  kBadType,          // an unknown type, under a good checksum
  kUnexpectedStart,  // FULL or FIRST where a MIDDLE or LAST was due
  kUnexpectedPart,   // MIDDLE or LAST without a FIRST
};

// In lower case, as it appears in messages: "bad checksum".
const char* LogStopReasonName(LogStopReason reason);

// Where a reader stopped. Offsets are bytes from the start of the log.
struct LogStop {
  LogStopReason reason = LogStopReason::kNone;
  // End of the last complete record: the length of the log's good part.
  std::uint64_t good_size = 0;
  // Of the header that is bad or missing; at least good_size, and more where fragments of the same
  // record, or a trailer, come before it.
  std::uint64_t bad_offset = 0;
  // Of the log.
  std::uint64_t size = 0;
};

class LogReader {
 public:
  explicit LogReader(std::string_view log) : LogReader(log, 0) {}
  // From a place where a fragment or a trailer starts: 0, or what ResumeOffset gave.
  LogReader(std::string_view log, std::uint64_t start) : log_(log), offset_(start) {
    stop_.size = log.size();
    stop_.good_size = start;
  }

  // *record points into the log, or into *scratch for a record of several fragments; it is valid
  // until *scratch changes.
  LogRead ReadRecord(std::string_view* record, std::string* scratch);

  const LogStop& stop() const { return stop_; }

  // End of the last record returned: stop().good_size, also before the end is reached.
  std::uint64_t good_size() const { return stop_.good_size; }

  // After kBad: whether the log has, at or after the bad place, a fragment whose checksum is right.
  // If not, a torn tail is all there is. If so, then either a crash kept later pages and lost
  // earlier ones, or the middle of the log is damaged. Tries every byte when called: it is for
  // deciding and reporting, not for every recovery.
  bool IntactFragmentFollows() const;

  // After kBad: whether nothing but zeros follows the last complete record, as at the end of a log
  // that was made longer.
  bool OnlyZeroesFollow() const;

  // After kBad: where another reader may go on, for those who want what is left of a damaged log;
  // the log's size if nowhere. It is after the bad place, or is the start of a record there: behind
  // a fragment that is bad in itself when its size leads to one that is not, else the next block,
  // since every block starts with a fragment. So no payload is ever taken for a fragment.
  std::uint64_t ResumeOffset() const;

  // After kBad: DataLoss that names the log, the reason and the offsets.
  absl::Status StopStatus(std::string_view log_name) const;

 private:
  struct Fragment {
    FragmentType type;
    std::string_view payload;
  };
  // The fragment at `offset`, which is not within a trailer.
  LogStopReason ParseFragment(std::uint64_t offset, Fragment* fragment) const;
  LogRead StopAt(LogStopReason reason, std::uint64_t bad_offset);

  std::string_view log_;
  std::uint64_t offset_;  // of the next fragment or trailer
  bool ended_ = false;
  LogStop stop_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_READER_H_
