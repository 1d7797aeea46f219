// Remembers the table that reads have looked into in vain too often, until it is compacted.
//
// A lookup that goes on from one table to another has wasted a seek in the first of them; so has, for
// each MiB that an iterator reads, one for the key that it is at. Merging the table into the next
// level saves such seeks. LevelDB's estimate: a seek costs as much as compacting 40 KiB; to be on
// the safe side a table may waste one for each 16 KiB of it, and options.wasted_seeks_min at least.
// A second table that wastes too many while one is chosen has its turn when it wastes one more.
//
// Threading: Charge from any thread, without a lock; the rest under the database's lock.
// Source: LevelDB, Version::UpdateStats and RecordReadSample. Its period is random around 1 MiB;
// this one is fixed, so that equal reads have equal effects.
#ifndef HARROW_ENGINE_SEEK_TRIGGER_H_
#define HARROW_ENGINE_SEEK_TRIGGER_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "engine/version.h"

namespace harrow::engine {

class SeekTrigger {
 public:
  // What an iterator reads between two samples.
  static constexpr std::size_t kSamplePeriod = std::size_t{1} << 20;
  static constexpr std::uint64_t kBytesForASeek = 16 << 10;

  // Of any table: what it may waste at least.
  explicit SeekTrigger(std::uint64_t wasted_seeks_min) : wasted_seeks_min_(wasted_seeks_min) {}

  // True: Choose is due.
  bool Charge(const WastedSeek& seek) const {
    return seek.file != nullptr && seek.file->WasteSeek() >= Allowed(*seek.file) &&
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
  std::uint64_t Allowed(const TableFile& file) const {
    return std::max(file.file_size / kBytesForASeek, wasted_seeks_min_);
  }

  const std::uint64_t wasted_seeks_min_;
  std::atomic<bool> chosen_{false};
  int level_ = 0;
  std::uint64_t number_ = 0;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_SEEK_TRIGGER_H_
