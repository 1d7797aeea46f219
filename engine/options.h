// What a database is opened with, and what a read or a write asks for.
//
// Units: every size is in bytes. Values below a stated minimum are raised to it.
// Absent: a choice about checksums. Every log record and every table block is verified when read.
#ifndef HARROW_ENGINE_OPTIONS_H_
#define HARROW_ENGINE_OPTIONS_H_

#include <cstddef>

namespace harrow::engine {

class Snapshot;

struct Options {
  bool create_if_missing = true;  // otherwise a missing database is NotFound
  bool error_if_exists = false;   // an existing one is then FailedPrecondition

  // A memtable that has grown past this is written to a table. At least 4 KiB.
  std::size_t write_buffer_size = 4 << 20;
  // A compaction starts another output once one has grown past this.
  std::size_t max_file_size = 2 << 20;
  std::size_t block_size = 4 << 10;  // uncompressed payload of a table's data block
  int block_restart_interval = 16;   // entries between two restart points of a block
  // Tables kept open at once; iterators may hold more.
  std::size_t max_open_files = 500;
};

struct WriteOptions {
  // On return the write, and every write acknowledged before it was issued, survives a power loss.
  bool sync = false;
};

struct ReadOptions {
  // Read as of this; nullptr: as of the call.
  const Snapshot* snapshot = nullptr;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_OPTIONS_H_
