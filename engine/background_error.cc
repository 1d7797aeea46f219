// The first failure is kept.
#include "engine/background_error.h"

#include "engine/check.h"

namespace harrow::engine {

void BackgroundError::Record(const absl::Status& failure) {
  HARROW_CHECK(!failure.ok());
  if (!status_.ok()) return;
  status_ = failure;
  failed_.store(true, std::memory_order_relaxed);
  changed_->notify_all();
  info_log_->Log("background error, no more writes: " + failure.ToString());
}

}  // namespace harrow::engine
