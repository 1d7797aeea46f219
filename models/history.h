// What clients asked and what they were told, over a chain of lives: the only thing the checkers
// see besides the states that recovery brought back. It is recorded from outside (calls and
// returns), so the same oracle judges any target.
//
// Time is a counter of events: every call and every return takes the next number, across all lives
// of a run.
//
// Threading: built by one simulated machine; read-only for the checkers.
// Invariants:
//  1. writes[i].id == i; a value read back names (write id, entry index), so each value written in
//  a run is unique.
//  2. invoked < responded; responded == kNever for a call that never returned.
//  3. Within one client of one life, calls do not overlap.
//  4. writes, reads, snapshots, second opens and lives are each in order of their calls, so also of
//  their lives.
#ifndef HARROW_MODELS_HISTORY_H_
#define HARROW_MODELS_HISTORY_H_

#include <cstdint>
#include <string>
#include <vector>

namespace harrow::models {

using Time = std::uint64_t;
inline constexpr Time kNever = ~Time{0};
using WriteId = std::uint32_t;
using KeyId = std::uint32_t;  // dense, 0 … key_count-1; the harness maps ids to key bytes

enum class Result : std::uint8_t { kPending, kOk, kFailed };

// What one key was seen to hold.
struct Cell {
  enum class Kind : std::uint8_t {
    kAbsent,
    kValue,   // the value of entry `entry` of write `write`, byte for byte
    kGarbage  // bytes that no issued write put at this key
  };
  Kind kind = Kind::kAbsent;
  WriteId write = 0;
  std::uint32_t entry = 0;
  bool operator==(const Cell&) const = default;
};

struct Entry {
  KeyId key = 0;
  bool deletion = false;
  std::uint32_t value_size = 0;
};

// A put, a delete, a batch, or (flush, with no entries) a forced flush, or a compaction that was asked
// for, which flushes first. Entries apply in order; a later entry of the same batch for the same key
// wins.
struct Write {
  WriteId id = 0;
  std::uint32_t life = 0;
  std::uint32_t client = 0;
  bool sync = false;
  bool flush = false;
  bool compaction = false;  // with flush
  std::vector<Entry> entries;
  Time invoked = 0;
  Time responded = kNever;
  Result result = Result::kPending;
  std::string error;  // the status text of a failure
};

// A get (one key), a scan (every key of the key space), or a move of an iterator (the keys that it
// passed and found, in a row), at the present or at a snapshot. An iterator is a snapshot.
struct Read {
  std::uint32_t life = 0;
  std::uint32_t client = 0;
  std::int32_t snapshot = -1;  // index into snapshots, or -1: the present
  bool scan = false;
  bool move = false;
  KeyId key = 0;  // of the first cell
  Time invoked = 0;
  Time responded = kNever;
  Result result = Result::kPending;
  std::string error;
  std::vector<Cell> cells;  // of `key` and those after it: one for a get, key_count for a scan
};

struct Snapshot {
  std::uint32_t life = 0;
  std::uint32_t client = 0;
  Time invoked = 0;
  Time responded = kNever;
  bool iterator = false;  // an iterator at the present, which shows one state as long as it lives
};

// An attempt to open the store once more while it is open.
struct SecondOpen {
  std::uint32_t life = 0;
  std::uint32_t client = 0;
  Time invoked = 0;
  Time responded = kNever;
  bool opened = false;
};

enum class LifeEnd : std::uint8_t {
  kRunning,
  kClosed,
  kKilled,  // the process died and the machine stayed up: nothing that was written is lost
  kCrashed
};

// What was written and not made durable may be gone afterwards.
inline bool LosesCache(LifeEnd end) { return end != LifeEnd::kClosed && end != LifeEnd::kKilled; }

struct Life {
  Time started = 0;
  Time open_responded = kNever;  // kNever: the life ended while it was opening
  Result open = Result::kPending;
  std::string open_error;
  // The full read-back right after opening; empty when the life ended first. Indexed by KeyId.
  bool read_back = false;
  Time read_back_responded = kNever;
  std::vector<Cell> recovered;
  std::string read_back_error;  // a read-back that failed
  LifeEnd end = LifeEnd::kRunning;
  Time ended = kNever;  // the crash, or the return of close
  // Faults that a correct target may answer with an error were injected: when the first one of the
  // life hit, or kNever.
  Time harmed = kNever;
  // The first of them that hit a call which reading needs (open, read, list, stat), or kNever: only then may reads fail.
  Time reads_harmed = kNever;
  // The first harmful fault on an append to or a sync of the write-ahead log, or kNever.
  Time log_harmed = kNever;
  // When the medium first lost, without a word, something that was durable, or kNever. From then on,
  // in later lives too, opens and reads may fail.
  Time damaged = kNever;
};

// What a store undertakes beyond what every store must. One that does not is not judged by it.
struct Undertakings {
  // After a write that failed every later one fails until the store is opened again, and no reader of the life sees it (rule
  // poisoned). Else a failed write is undone, or it is there, at any place from its
  // start to the end of the life.
  bool errors_stick = true;
  // What is open cannot be opened a second time (rule open).
  bool opens_once = true;
  // Only what hits an open, a read, a list or a stat fails a read. Else reads take locks, and undo what a crash left.
  bool reads_only_read = true;
  // What an opening finds it does not write to, but starts files of its own. Else, on a machine that stayed up, a sync may be
  // told of an error that a life before met.
  bool fresh_files = true;
};

struct History {
  std::uint32_t key_count = 0;
  Undertakings undertakes;
  std::vector<Life> lives;
  std::vector<Write> writes;
  std::vector<Read> reads;
  std::vector<Snapshot> snapshots;
  std::vector<SecondOpen> second_opens;
};

// Whether the medium had been damaged before time `at`.
bool DamagedBefore(const History& history, Time at);

}  // namespace harrow::models

#endif  // HARROW_MODELS_HISTORY_H_
