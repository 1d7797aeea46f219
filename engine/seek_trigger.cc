// A table is remembered by its number, which keeps no version alive.
#include "engine/seek_trigger.h"

#include "engine/check.h"

namespace harrow::engine {

void SeekTrigger::Choose(const WastedSeek& seek) {
  if (chosen_.load(std::memory_order_relaxed)) return;
  // What comes after it was read as well, so it is not at the last level.
  HARROW_CHECK(seek.level + 1 < kLevelCount);
  level_ = seek.level;
  number_ = seek.file->number;
  chosen_.store(true, std::memory_order_relaxed);
}

FileRef SeekTrigger::ChosenIn(const Version& version) const {
  return chosen_.load(std::memory_order_relaxed) ? version.Find(level_, number_) : nullptr;
}

void SeekTrigger::Clear() { chosen_.store(false, std::memory_order_relaxed); }

}  // namespace harrow::engine
