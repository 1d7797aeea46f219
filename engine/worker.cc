// The thread asks for work under the lock before it waits, and Wake notifies under the lock, so
// that no wake-up is lost.
#include "engine/worker.h"

#include <unistd.h>

#include <system_error>

namespace harrow::engine {

absl::Status Worker::Wake() {
  if (stop_ || !job_->HasWork()) return absl::OkStatus();
  if (thread_.joinable()) {
    wake_.notify_one();
    return absl::OkStatus();
  }
  try {
    thread_ = std::thread([this] { Run(); });
  } catch (const std::system_error& failure) {
    return absl::ResourceExhaustedError("cannot start a background thread");
  }
  return absl::OkStatus();
}

void Worker::Stop() {
  {
    std::lock_guard<std::mutex> lock(*mutex_);
    stop_ = true;
    wake_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Worker::Run() {
  // Of this thread alone, as Linux has it. A wish: what comes of it does not matter.
  if (niceness_ != 0) static_cast<void>(::nice(niceness_));
  std::unique_lock<std::mutex> lock(*mutex_);
  while (!stop_) {
    if (job_->HasWork()) {
      job_->Work(lock);
    } else {
      wake_.wait(lock);
    }
  }
}

}  // namespace harrow::engine
