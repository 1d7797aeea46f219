// What a failed file call does to a database: the rows of engine/FAILURES.md, and what
// failure_table_test.cc demands.
//
// Each row: a kind of file, operations on it, when they are made, and which of four outcomes follows.
#ifndef HARROW_TESTS_UNIT_ENGINE_FAILURE_TABLE_H_
#define HARROW_TESTS_UNIT_ENGINE_FAILURE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>

#include "faults/plan.h"

namespace harrow::engine {

enum class Phase : std::uint8_t {
  kOpening,        // and recovery
  kWriting,        // nothing is rotated
  kRotating,       // writes that fill the memtable, with a flush behind them, and then a sync write
  kFlushSynced,    // a forced flush when everything in the log is synced
  kFlushUnsynced,  // and when not everything is
  kCompacting,
  kCleaningUp,  // after the edit of a merge; another may follow
  kReading,     // gets and iterators
  kClosing
};
inline constexpr std::size_t kPhaseCount = 9;

enum class Outcome : std::uint8_t {
  kOpenFails,  // with the call's error; what was there stays, and a later open finds all of it
  kReadOnly,   // the background error: writes, flushes and compactions fail with it, reads go on
  kCallFails,  // this call, with the error; nothing else
  kNothing     // nobody notices
};

template <typename Enum>
class SetOf {
 public:
  constexpr SetOf(std::initializer_list<Enum> all) {
    for (const Enum one : all) bits_ |= 1U << static_cast<unsigned>(one);
  }
  constexpr bool Contains(Enum one) const {
    return (bits_ & (1U << static_cast<unsigned>(one))) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
};

struct FailureRow {
  const char* operation;
  SetOf<faults::FileKind> files;
  SetOf<faults::OpKind> operations;
  SetOf<Phase> phases;
  Outcome outcome;
};

namespace failure_table {
using enum faults::FileKind;
using enum faults::OpKind;
using enum Phase;
using enum Outcome;

inline constexpr SetOf<Phase> kAlways = {kOpening,     kWriting,       kRotating,
                                         kFlushSynced, kFlushUnsynced, kCompacting,
                                         kCleaningUp,  kReading,       kClosing};
inline constexpr SetOf<Phase> kBehind = {kRotating, kFlushSynced, kFlushUnsynced, kCompacting,
                                         kCleaningUp};

inline constexpr FailureRow kRows[] = {
    {"LOCK: create, open, lock", {kLock}, {kCreate, kOpen, kLockFile}, {kOpening}, kOpenFails},
    {"CURRENT: open, size, read", {kCurrent}, {kOpen, kStat, kRead}, {kOpening}, kOpenFails},
    {"MANIFEST: open, size, read", {kManifest}, {kOpen, kStat, kRead}, {kOpening}, kOpenFails},
    {"log: open, size, read", {kLog}, {kOpen, kStat, kRead}, {kOpening}, kOpenFails},
    {"directory: list", {kDirectory}, {kList}, {kOpening}, kOpenFails},
    {"directory: open, sync", {kDirectory}, {kOpen, kSyncDir}, {kOpening}, kOpenFails},
    {"table of replayed writes: create, write, sync, close",
     {kTable},
     {kCreate, kWrite, kSync, kClose},
     {kOpening},
     kOpenFails},
    {"new log: create", {kLog}, {kCreate}, {kOpening}, kOpenFails},
    {"new MANIFEST: create, write, sync",
     {kManifest},
     {kCreate, kWrite, kSync},
     {kOpening},
     kOpenFails},
    {"temporary for CURRENT: create, write, sync, close",
     {kTemporary},
     {kCreate, kWrite, kSync, kClose},
     {kOpening},
     kOpenFails},
    {"CURRENT: rename", {kCurrent}, {kRename}, {kOpening}, kOpenFails},
    {"log: write (append), sync", {kLog}, {kWrite, kSync}, {kWriting, kRotating}, kReadOnly},
    {"log that is made longer: allocate", {kLog}, {kAllocate}, {kWriting, kRotating}, kNothing},
    {"log that was made longer: truncate",
     {kLog},
     {kTruncate},
     {kRotating, kFlushSynced, kFlushUnsynced},
     kReadOnly},
    {"log that was made longer: truncate", {kLog}, {kTruncate}, {kClosing}, kNothing},
    {"new log: create", {kLog}, {kCreate}, {kRotating, kFlushSynced, kFlushUnsynced}, kReadOnly},
    {"log all of which is synced: close", {kLog}, {kClose}, {kFlushSynced, kRotating}, kReadOnly},
    {"log whose writes are in a table, or one that was read: close",
     {kLog},
     {kClose},
     {kOpening, kWriting, kFlushUnsynced, kCompacting, kClosing},
     kNothing},
    {"directory: open, sync", {kDirectory}, {kOpen, kSyncDir}, kBehind, kReadOnly},
    {"table: create, write, sync, close",
     {kTable},
     {kCreate, kWrite, kSync, kClose},
     {kRotating, kFlushSynced, kFlushUnsynced, kCompacting},
     kReadOnly},
    {"MANIFEST: write (append), sync", {kManifest}, {kWrite, kSync}, kBehind, kReadOnly},
    {"table that is compacted: open, size, read",
     {kTable},
     {kOpen, kStat, kRead},
     {kCompacting, kCleaningUp},
     kReadOnly},
    {"table: open, size, read", {kTable}, {kOpen, kStat, kRead}, {kReading}, kCallFails},
    {"any file that is not needed any more: unlink",
     {kLog, kManifest, kTable, kTemporary},
     {kUnlink},
     kAlways,
     kNothing},
    {"LOCK, CURRENT, MANIFEST, directory: close",
     {kLock, kCurrent, kManifest, kDirectory},
     {kClose},
     kAlways,
     kNothing},
    {"table that was read: close", {kTable}, {kClose}, {kReading, kCleaningUp, kClosing}, kNothing},
    {"LOG, LOG.old: any",
     {kOther},
     {kCreate, kOpen, kRead, kWrite, kSync, kRename, kUnlink, kStat, kClose},
     kAlways,
     kNothing},
};
}  // namespace failure_table

inline const char* PhaseName(Phase phase) {
  static constexpr const char* kNames[kPhaseCount] = {"opening",
                                                      "writing",
                                                      "rotating",
                                                      "flush of synced writes",
                                                      "flush of unsynced writes",
                                                      "compacting",
                                                      "cleaning up",
                                                      "reading",
                                                      "closing"};
  return kNames[static_cast<std::size_t>(phase)];
}

// The table as it stands in FAILURES.md.
inline std::string FailureTableText() {
  static constexpr const char* kOutcomes[] = {
      "no database is open | - | - | everything |",
      ("read-only: the background error is this failure | fail with it | go on | every "
       "acknowledged "
       "write; the one that failed, or not, as a whole |"),
      "as before | go on | this one fails with the error, the next goes on | everything |",
      "as before | go on | go on | everything |"};
  std::string text =
      "| what fails | while | state after | writes, Flush, CompactRange | reads, iterators | a "
      "reopen "
      "finds |\n|---|---|---|---|---|---|\n";
  for (const FailureRow& row : failure_table::kRows) {
    std::string phases;
    std::size_t count = 0;
    for (std::size_t i = 0; i < kPhaseCount; ++i) {
      if (!row.phases.Contains(static_cast<Phase>(i))) continue;
      ++count;
      phases += (phases.empty() ? "" : ", ") + std::string(PhaseName(static_cast<Phase>(i)));
    }
    text += std::string("| ") + row.operation + " | " + (count == kPhaseCount ? "always" : phases) +
            " | " + kOutcomes[static_cast<std::size_t>(row.outcome)] + "\n";
  }
  return text;
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_FAILURE_TABLE_H_
