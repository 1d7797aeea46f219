// The parts put together: writes go through the queue to the log and the memtable; reads pin a view
// and a sequence under the lock and go on without it.
#include "engine/db.h"

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/check.h"
#include "engine/compactor.h"
#include "engine/coverage_mark.h"
#include "engine/db_iterator.h"
#include "engine/db_state.h"
#include "engine/file.h"
#include "engine/flusher.h"
#include "engine/info_log.h"
#include "engine/log_file.h"
#include "engine/pinned_view.h"
#include "engine/properties.h"
#include "engine/recovery.h"
#include "engine/room.h"
#include "engine/worker.h"
#include "engine/writer_queue.h"

namespace harrow::engine {

class Db::Impl final : public WriteBackend, public ReadSampler, public ViewKeeper {
 public:
  Impl(const Options& options, const std::string& directory, FileLock file_lock)
      : file_lock_(std::move(file_lock)),
        state_(options, directory),
        log_(directory),
        queue_(&state_.mutex, &state_.error, this,
               {options.write_thread_max_spins, options.write_thread_max_yields}),
        compactor_(&state_, &queue_),
        compaction_worker_(&state_.mutex, &compactor_, /*niceness=*/0),
        flusher_(&state_, &queue_, &compaction_worker_),
        flush_worker_(&state_.mutex, &flusher_, options.flush_niceness),
        room_(&state_, &log_, &flush_worker_) {}
  ~Impl() override;

  absl::Status Recover();
  absl::Status Flush();
  absl::Status CompactRange(const UserKeyRange& range);
  absl::Status Get(const ReadOptions& options, std::string_view key, std::string* value);
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options);
  std::unique_ptr<Snapshot> GetSnapshot();
  std::optional<std::string> GetProperty(std::string_view property);
  std::vector<std::uint64_t> GetApproximateSizes(std::span<const KeyRange> ranges);
  absl::Status background_error();
  DbCounters counters();
  WriterQueue& queue() { return queue_; }

  absl::Status MakeRoom(std::unique_lock<std::mutex>& lock, bool force) override {
    return room_.MakeRoom(lock, force);
  }
  bool HasRoom() const override { return room_.HasRoom(); }
  absl::Status Append(const BatchGroup& group) override { return log_.Append(group); }
  absl::Status Sync() override { return log_.Sync(); }
  // Only the leader changes state_.memtable, so it may look without the lock.
  absl::Status Apply(const BatchGroup& group) override {
    InsertInto(group, state_.memtable.get());
    return absl::OkStatus();
  }
  void Sample(const Version& version, std::string_view internal_key) override {
    NoteSeek(version.SampleRead(internal_key));
  }
  void Released(std::uint64_t view_number) override;

 private:
  struct Pinned {
    PinnedView view;
    SequenceNumber sequence;
  };
  Pinned Pin(const ReadOptions& options);
  // The version that the table is of is pinned.
  void NoteSeek(const WastedSeek& seek);
  absl::Status CompactLevels(const UserKeyRange& range);
  void LogOpening();

  FileLock file_lock_;  // released last
  DbState state_;
  WriteAheadLog log_;
  WriterQueue queue_;
  Compactor compactor_;
  Worker compaction_worker_;
  Flusher flusher_;
  Worker flush_worker_;
  Room room_;
};

Db::Impl::~Impl() {
  {
    std::unique_lock<std::mutex> lock(state_.mutex);
    state_.closing.store(true);
    state_.changed.notify_all();
    while (state_.manual_call_count > 0) state_.changed.wait(lock);
  }
  flush_worker_.Stop();
  compaction_worker_.Stop();
  // Readers that kept old tables in use are gone.
  std::unique_lock<std::mutex> lock(state_.mutex);
  flusher_.CloseRetiredLogs(lock);
  compactor_.RemoveObsoleteFiles(lock);
  if (state_.log_number != 0) state_.options.info_log->Log("closed");
}

absl::Status Db::Impl::Recover() {
  absl::StatusOr<Recovered> recovered =
      engine::Recover(state_.options, state_.directory, &state_.versions);
  if (!recovered.ok()) {
    // Where there is no database there shall be no LOG either.
    if (!absl::IsNotFound(recovered.status())) {
      state_.options.info_log->Log("open failed: " + recovered.status().ToString());
    }
    return recovered.status();
  }
  LogOpening();

  std::unique_lock<std::mutex> lock(state_.mutex);
  state_.log_number = recovered->log->number();
  log_.Start(std::move(recovered->log));
  queue_.Start(recovered->last_sequence);
  state_.RefreshView();
  state_.obsolete.Add(recovered->unneeded);
  compactor_.RemoveObsoleteFiles(lock);
  return compaction_worker_.Wake();
}

absl::Status Db::Impl::Flush() {
  absl::Status status = queue_.Write(nullptr, /*sync=*/false);
  if (!status.ok()) return status;
  std::unique_lock<std::mutex> lock(state_.mutex);
  const std::uint64_t target = state_.rotation_count;
  while (state_.flush_count < target && state_.error.ok() && !state_.closing.load()) {
    state_.changed.wait(lock);
  }
  if (state_.flush_count >= target) return absl::OkStatus();
  return state_.error.ok() ? absl::CancelledError("the database closes") : state_.error.status();
}

absl::Status Db::Impl::CompactRange(const UserKeyRange& range) {
  {
    std::lock_guard<std::mutex> lock(state_.mutex);
    ++state_.manual_call_count;
  }
  absl::Status status = Flush();
  if (status.ok()) status = CompactLevels(range);
  std::lock_guard<std::mutex> lock(state_.mutex);
  --state_.manual_call_count;
  state_.changed.notify_all();
  return status;
}

absl::Status Db::Impl::CompactLevels(const UserKeyRange& range) {
  std::unique_lock<std::mutex> lock(state_.mutex);
  const auto manual = std::make_shared<ManualCompaction>(*state_.versions.current(), range);
  state_.manual.Add(manual);
  absl::Status status = compaction_worker_.Wake();
  if (!status.ok()) state_.error.Record(status);
  while (!manual->done() && state_.error.ok() && !state_.closing.load()) state_.changed.wait(lock);
  state_.manual.Remove(manual);
  if (manual->done()) return absl::OkStatus();
  return state_.error.ok() ? absl::CancelledError("the database closes") : state_.error.status();
}

void Db::Impl::LogOpening() {
  const Options& options = state_.options;
  std::string line = "opened:";
  for (int level = 0; level < kLevelCount; ++level) {
    absl::StrAppend(&line, " ", state_.versions.current()->level(level).size());
  }
  absl::StrAppend(&line, " tables by level; write_buffer_size ", options.write_buffer_size,
                  ", max_file_size ", options.max_file_size, ", block_size ", options.block_size,
                  ", max_open_files ", options.max_open_files, ", compression ",
                  static_cast<int>(options.compression));
  options.info_log->Log(line);
}

Db::Impl::Pinned Db::Impl::Pin(const ReadOptions& options) {
  std::lock_guard<std::mutex> lock(state_.mutex);
  return {PinnedView(state_.view, this),
          options.snapshot == nullptr ? queue_.published_sequence() : options.snapshot->sequence()};
}

absl::Status Db::Impl::Get(const ReadOptions& options, std::string_view key, std::string* value) {
  const Pinned pinned = Pin(options);
  const LookupKey lookup(key, pinned.sequence);
  absl::Status status;
  if (pinned.view->memtable->Get(lookup, value, &status)) return status;
  if (pinned.view->immutable != nullptr && pinned.view->immutable->Get(lookup, value, &status)) {
    return status;
  }
  WastedSeek wasted;
  absl::StatusOr<LookupResult> result =
      pinned.view->version->Get(options, lookup, &state_.tables, value, &wasted);
  NoteSeek(wasted);
  if (!result.ok()) return result.status();
  return *result == LookupResult::kFound ? absl::OkStatus() : absl::NotFoundError("no such key");
}

std::unique_ptr<Iterator> Db::Impl::NewIterator(const ReadOptions& options) {
  Pinned pinned = Pin(options);
  return NewDbIterator(options, std::move(pinned.view), &state_.tables, pinned.sequence, this);
}

void Db::Impl::Released(std::uint64_t view_number) {
  if (state_.view_number.load() == view_number) return;
  std::lock_guard<std::mutex> lock(state_.mutex);
  if (!state_.obsolete.HasRemovable()) return;
  Reached(Mark::kReaderWasLast);
  const absl::Status status = compaction_worker_.Wake();
  if (!status.ok()) state_.error.Record(status);
}

void Db::Impl::NoteSeek(const WastedSeek& seek) {
  if (!state_.seeks.Charge(seek)) return;
  std::lock_guard<std::mutex> lock(state_.mutex);
  state_.seeks.Choose(seek);
  const absl::Status status = compaction_worker_.Wake();
  if (!status.ok()) state_.error.Record(status);
}

std::optional<std::string> Db::Impl::GetProperty(std::string_view property) {
  std::lock_guard<std::mutex> lock(state_.mutex);
  return PropertyValue(state_, property);
}

std::vector<std::uint64_t> Db::Impl::GetApproximateSizes(std::span<const KeyRange> ranges) {
  const Pinned pinned = Pin(ReadOptions());
  std::vector<std::uint64_t> sizes;
  for (const KeyRange& range : ranges) {
    const Version& version = *pinned.view->version;
    const std::uint64_t start = ApproximateOffset(version, &state_.tables, range.start);
    const std::uint64_t limit = ApproximateOffset(version, &state_.tables, range.limit);
    sizes.push_back(limit > start ? limit - start : 0);
  }
  return sizes;
}

std::unique_ptr<Snapshot> Db::Impl::GetSnapshot() {
  std::lock_guard<std::mutex> lock(state_.mutex);
  return state_.snapshots.Add(queue_.published_sequence());
}

absl::Status Db::Impl::background_error() {
  std::lock_guard<std::mutex> lock(state_.mutex);
  return state_.error.status();
}

DbCounters Db::Impl::counters() {
  std::lock_guard<std::mutex> lock(state_.mutex);
  DbCounters counters;
  counters.groups = queue_.group_count();
  counters.groups_of_many = queue_.group_of_many_count();
  counters.rotations = state_.rotation_count;
  counters.flushes = state_.flush_count;
  counters.flushes_below_level0 = state_.flush_below_level0_count;
  counters.compactions = state_.compaction_count;
  counters.moves = state_.move_count;
  counters.seek_compactions = state_.seek_compaction_count;
  counters.manual_compactions = state_.manual_compaction_count;
  counters.delays = state_.delay_count;
  counters.room_waits = state_.room_wait_count;
  counters.background_errors = state_.error.ok() ? 0 : 1;
  return counters;
}

Db::Db(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Db::~Db() = default;

absl::StatusOr<std::unique_ptr<Db>> Db::Open(const Options& options, const std::string& path) {
  const std::string lock_path = FilePath(path, {FileType::kLock, 0});
  absl::StatusOr<FileLock> file_lock = FileLock::Acquire(lock_path);
  if (absl::IsNotFound(file_lock.status()) && options.create_if_missing) {
    absl::Status status = MakeDirectory(path);
    if (!status.ok()) return status;
    file_lock = FileLock::Acquire(lock_path);
  }
  if (!file_lock.ok()) return file_lock.status();
  auto impl = std::make_unique<Impl>(options, path, *std::move(file_lock));
  absl::Status status = impl->Recover();
  if (!status.ok()) return status;
  return std::unique_ptr<Db>(new Db(std::move(impl)));
}

absl::Status Db::Put(const WriteOptions& options, std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.Put(key, value);
  return Write(options, batch);
}

absl::Status Db::Delete(const WriteOptions& options, std::string_view key) {
  WriteBatch batch;
  batch.Delete(key);
  return Write(options, batch);
}

absl::Status Db::Write(const WriteOptions& options, const WriteBatch& batch) {
  return impl_->queue().Write(&batch, options.sync);
}

absl::Status Db::Flush() { return impl_->Flush(); }

absl::Status Db::CompactRange(std::optional<std::string_view> begin,
                              std::optional<std::string_view> end) {
  return impl_->CompactRange({begin, end});
}

absl::Status Db::Get(const ReadOptions& options, std::string_view key, std::string* value) {
  return impl_->Get(options, key, value);
}

std::unique_ptr<Iterator> Db::NewIterator(const ReadOptions& options) {
  return impl_->NewIterator(options);
}

std::unique_ptr<Snapshot> Db::GetSnapshot() { return impl_->GetSnapshot(); }

std::optional<std::string> Db::GetProperty(std::string_view property) {
  return impl_->GetProperty(property);
}

std::vector<std::uint64_t> Db::GetApproximateSizes(std::span<const KeyRange> ranges) {
  return impl_->GetApproximateSizes(ranges);
}

absl::Status Db::background_error() const { return impl_->background_error(); }

DbCounters Db::counters() const { return impl_->counters(); }

}  // namespace harrow::engine
