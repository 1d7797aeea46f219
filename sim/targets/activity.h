// What a store is at work on, as far as it tells: for counting what met what (sim/harness/meetings.h). Nothing is judged by it.
//
// Threading: an observer is called on the task that does the work. It allocates nothing and blocks on nothing.
#ifndef HARROW_SIM_TARGETS_ACTIVITY_H_
#define HARROW_SIM_TARGETS_ACTIVITY_H_

#include <cstdint>

namespace harrow::targets {

enum class Activity : std::uint8_t {
  kRotation,
  kFlush,             // a memtable becomes a table
  kFlushBelowLevel0,  // ... of a deeper level
  kCompaction0,       // tables of level 0 are merged into level 1
  kDeepCompaction,    // ... of a deeper level
  kMove,              // a table is named one level down
  kSeekCompaction,    // a compaction or move that wasted seeks brought about
  kManualCompaction,  // ... that was asked for
  kSlowdown,          // a writer is held up
  kStop,              // a writer waits for tables of level 0 to go
  kMemtableWait,      // ... for a memtable to be flushed
  kRemoval,           // of files that nothing needs
  kActivityKinds
};

class ActivityObserver {
 public:
  virtual ~ActivityObserver() = default;
  virtual void Begins(Activity activity) = 0;
  virtual void Ends(Activity activity) = 0;
  // What is begun and over at once.
  virtual void Happens(Activity activity) = 0;
};

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_ACTIVITY_H_
