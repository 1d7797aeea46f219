// A persistent, ordered map from bytes to bytes in one directory, in LevelDB's on-disk formats.
//
//   auto db = Db::Open({.create_if_missing = true}, "/var/lib/thing");
//   if (!db.ok()) return db.status();
//   absl::Status s = (*db)->Put({.sync = true}, "key", "value");
//
// Threading: Open and the destructor by one thread; everything else from any number at once. Only a
// CompactRange may still be under way when the destructor starts.
// Snapshots and iterators must be gone before the Db is.
// Invariants:
//  1. An acknowledged write is visible to every read that starts after it; a batch is visible as a
//     whole or not at all.
//  2. After an acknowledged sync write, that write and all writes acknowledged before it was issued
//     survive a power loss. What survives of later writes is a prefix of them.
//  3. A failed write is not visible in this instance; after a reopen it may be, as a whole, at its
//     own place in the order.
//  4. Once a log append or sync, a rotation, a flush, a compaction or a manifest write has failed,
//     every later write fails with that status until the database is reopened. Reads go on.
// Errors: NotFound for an absent key or database, FailedPrecondition for one that is open elsewhere
// (or exists, where that is refused), DataLoss for damaged files, Internal for failed I/O,
// ResourceExhausted for a full disk.
// Source: LevelDB, doc/impl.md; the deviations are in recovery.h and writer_queue.h.
#ifndef HARROW_ENGINE_DB_H_
#define HARROW_ENGINE_DB_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/iterator.h"
#include "engine/options.h"
#include "engine/snapshot_list.h"
#include "engine/write_batch.h"

namespace harrow::engine {

// What an instance has done since it was opened.
struct DbCounters {
  std::uint64_t groups = 0;          // records written to the log
  std::uint64_t groups_of_many = 0;  // of them, with two writers or more
  std::uint64_t rotations = 0;       // of the log and the memtable
  std::uint64_t flushes = 0;         // immutable memtables made durable tables
  std::uint64_t flushes_below_level0 = 0;
  std::uint64_t compactions = 0;         // that merged tables
  std::uint64_t moves = 0;               // that only named a table one level down
  std::uint64_t seek_compactions = 0;    // of both, those that wasted seeks asked for
  std::uint64_t manual_compactions = 0;  // and those that CompactRange asked for
  std::uint64_t delays = 0;              // writes held up for 1 ms by level-0 files
  std::uint64_t room_waits = 0;          // waits for a flush or a compaction to make room
  std::uint64_t background_errors = 0;   // 0 or 1
};

// User keys from start on and below limit.
struct KeyRange {
  std::string_view start;
  std::string_view limit;
};

class Db {
 public:
  // Recovers what is there, or makes a new database if the options say so. A failed open leaves
  // every byte that a later one needs.
  static absl::StatusOr<std::unique_ptr<Db>> Open(const Options& options, const std::string& path);

  // Waits for background work under way. The memtable is not flushed; the log has it.
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  absl::Status Put(const WriteOptions& options, std::string_view key, std::string_view value);
  absl::Status Delete(const WriteOptions& options, std::string_view key);
  // The whole batch or nothing of it. An empty one writes nothing, but syncs when asked to.
  absl::Status Write(const WriteOptions& options, const WriteBatch& batch);
  // Returns when every write acknowledged before the call is in a durable table.
  absl::Status Flush();
  // Flushes, and then merges what the tables have between the two user keys, both included, down to
  // the deepest level where there is any of it: what newer writes and deletions hide from every
  // snapshot is gone from there. Nothing as an end is open. Other calls go on meanwhile. A
  // destructor that starts while it runs makes it return Cancelled, and waits for that.
  absl::Status CompactRange(std::optional<std::string_view> begin,
                            std::optional<std::string_view> end);

  // NotFound, and *value untouched, for an absent key.
  absl::Status Get(const ReadOptions& options, std::string_view key, std::string* value);
  // Over the live pairs as of the call (or of the snapshot), with user keys. Never nullptr.
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options);
  // The state as of now; released by its destructor.
  std::unique_ptr<Snapshot> GetSnapshot();

  // By LevelDB's names, of which properties.h has the list: "leveldb.stats". Nothing for any other.
  std::optional<std::string> GetProperty(std::string_view property);
  // About how many bytes of tables each range takes up, to a block; memtables are not counted.
  std::vector<std::uint64_t> GetApproximateSizes(std::span<const KeyRange> ranges);

  // The sticky error of invariant 4, or OK.
  absl::Status background_error() const;
  DbCounters counters() const;

 private:
  class Impl;
  explicit Db(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DB_H_
