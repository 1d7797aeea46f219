// A run step by step, as data: what a replay prints and what a report draws. Filled only when asked for; a run that is recorded
// and one that is not do the same. It is filled as the run goes, so that one that dies leaves what there was.
//
// Threading: built by one simulated machine; values afterwards.
// Invariants:
//  1. Every event of kind kFile that is no note has one FileCall, and `files`, `marks` and `captures` are in order of `event`.
//  2. A crash before mutation M lies before the event whose FileCall has mutation M, had it been made.
#ifndef HARROW_SIM_HARNESS_RECORDING_H_
#define HARROW_SIM_HARNESS_RECORDING_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/crash.h"
#include "faults/plan.h"
#include "models/history.h"
#include "models/recovery_checker.h"
#include "sim/disk/image.h"
#include "sim/disk/pending_item.h"
#include "sim/kernel/simulation.h"
#include "sim/kernel/trace.h"

namespace harrow::harness {

// A file call that landed on the simulated disk.
struct FileCall {
  std::size_t event = 0;  // index into the events of the trace
  std::string call;       // libc's name: "fdatasync"
  faults::OpKind operation = faults::OpKind::kWrite;
  faults::FileKind file = faults::FileKind::kAny;
  std::string path;    // relative to the root; of a rename the new one
  std::string from;    // of a rename the old one
  std::string detail;  // what else was asked or answered: "w create trunc", "unlock", "5 names"
  std::uint64_t offset = 0;     // reads, writes and allocations; of a truncation the new size
  std::uint64_t size = 0;       // asked for, bytes
  std::int64_t result = 0;      // >= 0, or -errno
  std::uint64_t file_size = 0;  // before the call, of an open descriptor's file
  std::uint64_t inode = 0;      // of an open descriptor's file; numbers last until a power loss
  std::uint64_t mutation = 0;   // its number among the life's mutations; 0: it changes nothing
  std::string meaning;          // what the bytes are to the target; may be empty
  std::vector<models::WriteId> writes;  // whose values begin in the bytes, in order, each once
  std::string fault;        // the rules that hit it, as faults::ToText has them; empty: none
  std::string consequence;  // what a failed sync did with the file's pages; empty: none failed
};

// A call of a client, or its return.
struct ClientMark {
  enum class Kind : std::uint8_t { kWrite, kRead, kSnapshot };
  std::size_t event = 0;  // index of the note in the trace's events
  std::uint32_t client = 0;
  bool returned = false;
  Kind kind = Kind::kWrite;
  std::size_t index = 0;  // into the history's list of that kind
};

// A moment at which images were taken of what a power loss would leave.
struct CaptureMark {
  std::size_t event = 0;              // it lies before this event of the life's trace
  std::uint64_t before_mutation = 0;  // 0: the end of the life
  models::Time at = 0;
};

// A power loss, and what the medium made of it.
struct CrashView {
  std::size_t event = 0;  // the crash lies before this event of the life's trace
  models::Time at = 0;
  std::uint64_t before_mutation = 0;  // 0: the end of the life
  faults::CrashImageChoice choice;
  models::ImageKind kind = models::ImageKind::kPowerLoss;
  disk::Image cache;     // as the target saw the disk
  disk::Image durable;   // what was durable: with nothing that was pending
  disk::Image survived;  // what this choice left
  // What was pending, in order, each with what became of it: "db/000004.log size 0 -> 124: lost".
  std::vector<std::string> decisions;
  // Numbered as Survivors::kSubset does, and which of it survived as a whole and in part: bit N is item N, up to 64.
  std::vector<disk::PendingItem> pending;
  std::uint64_t kept = 0;
  std::uint64_t torn = 0;
};

struct RecordedLife {
  kernel::Trace trace;
  kernel::Outcome outcome;         // with the deviations that replay its schedule
  disk::Image start;               // what the life began on
  disk::Image end;                 // what it left
  std::vector<std::string> fired;  // faults that hit, as rules
  std::vector<FileCall> files;
  std::vector<ClientMark> marks;
  std::vector<CaptureMark> captures;
  std::optional<CrashView> crash;
};

struct Recording {
  std::vector<RecordedLife> lives;
  models::History history;
  // When the verdict comes from a recovery outside the chain: the crash it recovers from, and the recovery, a life without
  // clients. The crash lies in the last of `lives`. No crash: that life was closed, and the recovery is from what it left.
  std::optional<CrashView> failing_crash;
  // Recoveries that crashed in their turn, each from what the one before left; the first from that crash.
  std::vector<RecordedLife> crashed_recoveries;
  std::optional<RecordedLife> failing_recovery;
  // What the verdict judged: each key's recovered cell. Empty unless it is about a recovered state.
  std::vector<models::Cell> judged;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RECORDING_H_
