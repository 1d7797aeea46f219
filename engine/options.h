// What a database is opened with, and what a read or a write asks for. Names are LevelDB's where
// the meaning is, and RocksDB's where LevelDB has a constant.
//
// Units: every size is in bytes. Values below a stated minimum are raised to it.
// Absent: a choice about checksums (every log record and every table block is verified when it is
// read from its file), `env` (files are POSIX files), `comparator` (keys are ordered as bytes) and
// `reuse_logs` (refused: DECISIONS.md says why).
#ifndef HARROW_ENGINE_OPTIONS_H_
#define HARROW_ENGINE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <memory>

namespace harrow::engine {

class BlockCache;
class FilterPolicy;
class InfoLog;
class Snapshot;

// The number is what a block's trailer holds.
enum class CompressionType : std::uint8_t { kNoCompression = 0, kSnappyCompression = 1 };

struct Options {
  bool create_if_missing = false;  // a missing database is then NotFound
  bool error_if_exists = false;    // an existing one is then FailedPrecondition

  // Where the database says what it does; nullptr: a file LOG in its directory.
  std::shared_ptr<InfoLog> info_log;

  // A memtable that has grown past this is written to a table. At least 4 KiB. While the one before
  // it is still being written it may grow by half as much again.
  std::size_t write_buffer_size = 4 << 20;
  // A compaction starts another output once one has grown past this.
  std::size_t max_file_size = 2 << 20;
  // Tables kept open at once; iterators may hold more.
  std::size_t max_open_files = 500;

  // A write that waits for others looks whether it is done, or next, so many times at once, then so
  // many times with its processor given away in between, and then sleeps. A sync waits as long for
  // others to join it.
  std::uint32_t write_thread_max_spins = 100;
  std::uint32_t write_thread_max_yields = 200;

  // Added to the niceness of the thread that flushes. Where all processors are busy each writer that
  // is woken would else wait for the end of its time slice.
  int flush_niceness = 10;

  // Whether finished tables are read through memory maps, where the system grants them: nothing is
  // copied, and no call is made for a block. What it costs is that a disk which fails under a map
  // ends the process (SIGBUS), where the call would have failed with Internal.
  bool allow_mmap_reads = true;

  std::size_t block_size = 4 << 10;  // uncompressed payload of a table's data block
  int block_restart_interval = 16;   // entries between two restart points of a block
  CompressionType compression = CompressionType::kSnappyCompression;  // of new tables
  // Verified, uncompressed data blocks, of any number of databases; nullptr: 8 MiB of the
  // database's own. Blocks that are not compressed and lie in a map need no place in it.
  std::shared_ptr<BlockCache> block_cache;
  // Of new tables, and consulted in tables that were written with one of its name; nullptr: none.
  std::shared_ptr<const FilterPolicy> filter_policy;

  // In level-0 tables: a compaction starts, a write is held up for 1 ms, a write waits. The first is
  // at least 1, each other one at least the one before it.
  std::size_t level0_file_num_compaction_trigger = 4;
  std::size_t level0_slowdown_writes_trigger = 8;
  std::size_t level0_stop_writes_trigger = 12;
  // Level 1 is compacted when it is larger than this, each further level at so many times the one
  // before. At least 1 byte, and the factor at least 2.
  std::uint64_t max_bytes_for_level_base = 10 << 20;
  std::uint64_t max_bytes_for_level_multiplier = 10;
  // Reads that look into a table in vain bring its compaction about after one for each 16 KiB of it,
  // and not before so many.
  std::uint64_t wasted_seeks_min = 100;
};

struct WriteOptions {
  // On return the write, and every write acknowledged before it was issued, survives a power loss.
  bool sync = false;
};

struct ReadOptions {
  // Whether blocks read for this stay in the block cache; off for scans of much.
  bool fill_cache = true;
  // Read as of this; nullptr: as of the call.
  const Snapshot* snapshot = nullptr;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_OPTIONS_H_
