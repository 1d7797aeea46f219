// A loop: look at the state, do one thing about it, look again.
#include "engine/room.h"

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/coverage_mark.h"

namespace harrow::engine {

absl::Status Room::MakeRoom(std::unique_lock<std::mutex>& lock, bool force) {
  RetireLog();
  bool may_delay = !force;
  while (true) {
    if (!state_->error.ok()) return state_->error.status();
    // Only a CompactRange may be under way then.
    if (state_->closing.load()) return absl::CancelledError("the database closes");
    const std::size_t level0_count = state_->versions.current()->level(0).size();
    if (may_delay && level0_count >= state_->options.level0_slowdown_writes_trigger) {
      may_delay = false;
      state_->options.info_log->Log(absl::StrCat("held up: ", level0_count, " tables in level 0"));
      Delay(lock);
      state_->options.info_log->Log("goes on");
    } else if (force ? state_->memtable->empty() : MemTableHasRoom()) {
      if (force) Reached(Mark::kFlushOfNothing);
      return absl::OkStatus();
    } else if (state_->immutable != nullptr ||
               level0_count >= state_->options.level0_stop_writes_trigger) {
      state_->options.info_log->Log(
          state_->immutable != nullptr
              ? std::string("waits: a memtable is being flushed")
              : absl::StrCat("waits: ", level0_count, " tables in level 0"));
      Wait(lock);
      state_->options.info_log->Log("goes on");
    } else {
      Rotate(lock);
      force = false;  // the new memtable has room
    }
  }
}

bool Room::HasRoom() const {
  return state_->error.ok() && !state_->closing.load() &&
         state_->versions.current()->level(0).size() <
             state_->options.level0_slowdown_writes_trigger &&
         MemTableHasRoom();
}

bool Room::MemTableHasRoom() const {
  const std::size_t size = state_->options.write_buffer_size;
  const std::size_t size_max = state_->immutable == nullptr ? size : size + size / 2;
  return state_->memtable->ApproximateMemoryUsage() <= size_max;
}

void Room::RetireLog() {
  std::unique_ptr<LogFile> log = log_->TakeBelow(state_->versions.log_number());
  if (log == nullptr) return;
  state_->retired_logs.push_back(std::move(log));
  WakeFlusher();
}

void Room::Delay(std::unique_lock<std::mutex>& lock) {
  ++state_->delay_count;
  lock.unlock();
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  lock.lock();
}

void Room::Wait(std::unique_lock<std::mutex>& lock) {
  ++state_->room_wait_count;
  if (state_->immutable != nullptr) Reached(Mark::kRotationWaits);
  state_->changed.wait(lock);
}

void Room::Rotate(std::unique_lock<std::mutex>& lock) {
  // Since the last rotation the memtable of the earlier log has been flushed.
  RetireLog();
  const std::uint64_t number = state_->versions.NewFileNumber();
  lock.unlock();
  state_->options.info_log->Log(absl::StrCat("rotates to log ", number));
  const absl::Status status = log_->Rotate(number);
  std::shared_ptr<MemTable> fresh = std::make_shared<MemTable>();
  if (status.ok()) state_->options.info_log->Log(absl::StrCat("rotated to log ", number));
  lock.lock();
  if (!status.ok()) {
    Reached(Mark::kRotationFailed);
    state_->error.Record(status);
    return;
  }
  state_->immutable = std::exchange(state_->memtable, std::move(fresh));
  state_->log_number = number;
  ++state_->rotation_count;
  state_->RefreshView();
  WakeFlusher();
}

void Room::WakeFlusher() {
  const absl::Status status = flush_worker_->Wake();
  if (!status.ok()) state_->error.Record(status);
}

}  // namespace harrow::engine
