#include "sim/targets/leveldb_activity.h"

#include <string_view>

#include "sim/kernel/sanitizers.h"

namespace harrow::targets {
namespace {

bool SaysThatWorkEnded(std::string_view line) {
  return line.starts_with("Level-0 table #") || line.starts_with("compacted to") ||
         line.starts_with("Compaction error");
}

}  // namespace

void LevelDbActivity::Logv(const char* format, std::va_list arguments) {
  if (observer_ == nullptr) return;
  const std::string_view line(format);
  if (line.starts_with("Level-0 table #%llu: started")) {
    Begin(Activity::kFlush);
  } else if (line.starts_with("Compacting %d@%d")) {
    va_arg(arguments, int);
    const int level = va_arg(arguments, int);
    Begin(level == 0 ? Activity::kCompaction0 : Activity::kDeepCompaction);
  } else if (SaysThatWorkEnded(line)) {
    EndAll();
  } else if (line.starts_with("Moved #")) {
    observer_->Happens(Activity::kMove);
  } else if (line.starts_with("Manual compaction")) {
    observer_->Happens(Activity::kManualCompaction);
  } else if (line.starts_with("Current memtable full")) {
    observer_->Happens(Activity::kMemtableWait);
  } else if (line.starts_with("Too many L0 files")) {
    observer_->Happens(Activity::kStop);
  } else if (line.starts_with("Delete type=")) {
    observer_->Happens(Activity::kRemoval);
  }
}

void LevelDbActivity::Begin(Activity activity) {
  const kernel::IgnoreAccesses counting;
  begun_ |= 1U << static_cast<unsigned>(activity);
  observer_->Begins(activity);
}

// A flush that falls into a compaction ends with it, as far as the counts go.
void LevelDbActivity::EndAll() {
  const kernel::IgnoreAccesses counting;
  for (unsigned at = 0; begun_ != 0; ++at, begun_ >>= 1) {
    if ((begun_ & 1) != 0) observer_->Ends(static_cast<Activity>(at));
  }
}

}  // namespace harrow::targets
