// What flushes and merges did to a level since the database was opened: a line of leveldb.stats.
//
// Threading: a value, under the database's lock.
#ifndef HARROW_ENGINE_LEVEL_ACTIVITY_H_
#define HARROW_ENGINE_LEVEL_ACTIVITY_H_

#include <cstdint>

namespace harrow::engine {

struct LevelActivity {
  std::uint64_t time_us = 0;  // for people: nothing is decided by it
  std::uint64_t bytes_read = 0;
  std::uint64_t bytes_written = 0;

  void Add(const LevelActivity& more) {
    time_us += more.time_us;
    bytes_read += more.bytes_read;
    bytes_written += more.bytes_written;
  }
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LEVEL_ACTIVITY_H_
