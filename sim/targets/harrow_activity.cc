// By how a line begins. Work that failed says no more, but for the background error: that ends all of it.
#include "sim/targets/harrow_activity.h"

#include "sim/kernel/sanitizers.h"

namespace harrow::targets {

void HarrowActivity::Log(std::string_view line) {
  if (file_ != nullptr) file_->Log(line);
  if (observer_ == nullptr) return;
  if (line.starts_with("flush: begins")) {
    Begin(Activity::kFlush);
  } else if (line.starts_with("flush: done")) {
    if (!line.ends_with(" 0")) observer_->Happens(Activity::kFlushBelowLevel0);
    End(Activity::kFlush);
  } else if (line.starts_with("compaction: ") || line.starts_with("move: ")) {
    ReadCompaction(line);
  } else if (line.starts_with("rotates ")) {
    Begin(Activity::kRotation);
  } else if (line.starts_with("rotated ")) {
    End(Activity::kRotation);
  } else if (line.starts_with("removes ")) {
    Begin(Activity::kRemoval);
  } else if (line.starts_with("removal: ")) {
    End(Activity::kRemoval);
  } else if (line.starts_with("held up: ")) {
    Begin(Activity::kSlowdown);
  } else if (line.starts_with("waits: ")) {
    Begin(line.starts_with("waits: a memtable") ? Activity::kMemtableWait : Activity::kStop);
  } else if (line == "goes on") {
    for (const Activity wait : {Activity::kSlowdown, Activity::kStop, Activity::kMemtableWait})
      End(wait);
  } else if (line.starts_with("background error")) {
    for (std::size_t at = 0; at < begun_.size(); ++at) {
      while (begun_[at] != 0) End(static_cast<Activity>(at));
    }
  }
}

void HarrowActivity::ReadCompaction(std::string_view line) {
  if (line.ends_with("done") || line.ends_with("cut short")) {
    for (const Activity kind : {Activity::kCompaction0, Activity::kDeepCompaction, Activity::kMove,
                                Activity::kSeekCompaction, Activity::kManualCompaction})
      End(kind);
    return;
  }
  if (line.starts_with("move: ")) {
    Begin(Activity::kMove);
  } else {
    Begin(line.find("@0 ") != std::string_view::npos ? Activity::kCompaction0
                                                     : Activity::kDeepCompaction);
  }
  if (line.ends_with("by seeks")) Begin(Activity::kSeekCompaction);
  if (line.ends_with("by hand")) Begin(Activity::kManualCompaction);
}

// The tasks that log are switched between, so that what they share here is no race.
void HarrowActivity::Begin(Activity activity) {
  const kernel::IgnoreAccesses counting;
  ++begun_[static_cast<std::size_t>(activity)];
  observer_->Begins(activity);
}

void HarrowActivity::End(Activity activity) {
  const kernel::IgnoreAccesses counting;
  std::uint32_t& begun = begun_[static_cast<std::size_t>(activity)];
  if (begun == 0) return;
  --begun;
  observer_->Ends(activity);
}

}  // namespace harrow::targets
