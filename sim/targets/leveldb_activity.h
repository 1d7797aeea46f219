// Reads off stock LevelDB's info log what it is at work on.
//
// Threading: on a task.
#ifndef HARROW_SIM_TARGETS_LEVELDB_ACTIVITY_H_
#define HARROW_SIM_TARGETS_LEVELDB_ACTIVITY_H_

#include <cstdarg>
#include <cstdint>

#include "leveldb/env.h"
#include "sim/targets/activity.h"

namespace harrow::targets {

class LevelDbActivity : public leveldb::Logger {
 public:
  // nullptr: nobody is told.
  explicit LevelDbActivity(ActivityObserver* observer) : observer_(observer) {}

  // Nothing is formatted: the format says what happens.
  void Logv(const char* format, std::va_list arguments) override;

 private:
  void Begin(Activity activity);
  void EndAll();

  ActivityObserver* const observer_;
  // One thread works in the background: what it is at, as bits.
  std::uint32_t begun_ = 0;
};

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_ACTIVITY_H_
