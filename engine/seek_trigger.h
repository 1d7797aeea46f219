// Remembers the table that reads have looked into in vain too often, until it is compacted.
//
// A lookup that goes on from one table to another costs the first of them one of the seeks that it
// may waste (table_file.h); so does, for each MiB that an iterator reads, the key that it is at. A
// second table that wastes too many while one is chosen has its turn when it wastes one more.
//
// Threading: Charge from any thread, without a lock; the rest under the database's lock.
// Source: LevelDB, Version::UpdateStats and RecordReadSample. Its period is random around 1 MiB;
// this one is fixed, so that equal reads have equal effects.
#ifndef HARROW_ENGINE_SEEK_TRIGGER_H_
#define HARROW_ENGINE_SEEK_TRIGGER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/version.h"

namespace harrow::engine {

class SeekTrigger {
 public:
  // What an iterator reads between two samples.
  static constexpr std::size_t kSamplePeriod = std::size_t{1} << 20;

  // True: Choose is due.
  bool Charge(const WastedSeek& seek) const {
    return seek.file != nullptr && seek.file->WasteSeek() &&
           !chosen_.load(std::memory_order_relaxed);
  }
  // Unless another table is chosen already.
  void Choose(const WastedSeek& seek);
  // The chosen table; nullptr where there is none, or the version has it no more at its level.
  FileRef ChosenIn(const Version& version) const;
  // Its level, where there is one.
  int level() const { return level_; }
  // The chosen table is being compacted, or gone.
  void Clear();

 private:
  std::atomic<bool> chosen_{false};
  int level_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_SEEK_TRIGGER_H_
