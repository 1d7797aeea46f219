// Rare paths by name, and how often each was taken: what a sweep without a failure must have been
// through to mean anything.
//
// A mark costs one relaxed addition on a path that is seldom taken. The counts are the process's,
// over all databases in it, and only grow.
//
// Threading: safe from any thread.
// Invariants: nothing in the engine reads a count.
// Not marked: places of a log that no crash leaves (an unknown type under a good checksum, a part
// of a record out of its order).
#ifndef HARROW_ENGINE_COVERAGE_MARK_H_
#define HARROW_ENGINE_COVERAGE_MARK_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace harrow::engine {

enum class Mark : std::uint8_t {
  // Writing.
  kBlockTrailer,        // fewer bytes are left in a log's block than a header has
  kEmptyFirstFragment,  // exactly a header's: a FIRST fragment without payload
  kMarkerAppended,      // the first sync of a log that followed one with unsynced writes
  kEarlierLogSynced,    // a sync syncs the log before the one in use first
  kGroupFull,           // a group ends at its limit of bytes, with writers left
  kSyncBehindUnsynced,  // a writer that syncs is left out of a group that does not
  kFlushBehindWriters,  // a forced flush ends a group
  kTurnsUsedUp,         // a leader could go on for the next writer, but has had its turns
  kErrorWithFollowers,  // a group of several fails
  kErrorWithWaiting,    // a group fails while more writers wait behind it
  kRotationWaits,       // the memtable is full, and the one before it is being flushed
  kRotationFailed,
  kFlushOfNothing,  // a forced flush of an empty memtable
  // Behind it.
  kFlushAfterError,        // a write failed while a memtable was being written
  kFlushAvoidsCompaction,  // a flush stays in level 0: a compaction is at work where it would go
  kEditsQueue,             // an edit waits for another one to be written
  kEditFailed,             // the manifest's end is unknown from then on
  kInputsGrown,            // a compaction takes more of its level, since that costs nothing
  kCutByOverlap,           // an output ends since it overlaps too much of the level after its own
  kCutPutOff,              // an output is full within a user key's entries, and goes on
  kHiddenKept,             // a hidden entry stays for a snapshot
  kDeletionDropped,        // nothing deeper has its key
  kCompactionCutShort,     // by the close
  kManualInPieces,         // a range compacted by hand takes more than one compaction
  kReaderWasLast,          // a reader lets go of the last version that had a table
  // Opening.
  kLogCutHeader,
  kLogCutPayload,
  kLogCutRecord,  // a log ends between two fragments of a record
  kLogZeroes,
  kLogBadLength,
  kLogBadChecksum,
  kSeveralLogs,        // with records in two and more
  kEarlierLogBad,      // and no later one has anything synced
  kLogGap,             // each looks whole, yet writes between two of them are gone
  kRecoveryFlush,      // what is replayed becomes a table
  kReplayFills,        // a memtable, before the logs are at their end
  kManifestTorn,       // in its last edit
  kOpenRefused,        // for what the directory looks like, or a failed look
  kLeftoverTable,      // one that no version names
  kLeftoverTemporary,  // a CURRENT that was never put in its place
  kMarkKinds
};

inline constexpr std::size_t kMarkCount = static_cast<std::size_t>(Mark::kMarkKinds);

// "log: ends within a payload"
std::string_view ToText(Mark mark);

// Out of line, so that the paths that are not rare stay as short as they were.
[[gnu::cold]] void Reached(Mark mark);

std::uint64_t ReachedCount(Mark mark);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COVERAGE_MARK_H_
