#include "sim/targets/harrow_target.h"

#include <string>
#include <utility>

#include "engine/db.h"
#include "engine/info_log.h"
#include "engine/write_batch.h"

namespace harrow::targets {
namespace {

class HarrowSnapshot : public TargetSnapshot {
 public:
  explicit HarrowSnapshot(std::unique_ptr<engine::Snapshot> snapshot)
      : snapshot_(std::move(snapshot)) {}
  const engine::Snapshot* get() const { return snapshot_.get(); }

 private:
  std::unique_ptr<engine::Snapshot> snapshot_;
};

engine::ReadOptions ReadAt(const TargetSnapshot* snapshot) {
  engine::ReadOptions options;
  if (snapshot != nullptr) options.snapshot = static_cast<const HarrowSnapshot*>(snapshot)->get();
  return options;
}

// Where a turn or a seek lands on another pair, that pair is visited: out of order, as the caller will notice.
absl::Status Wind(engine::Iterator* iterator,
                  const std::function<void(std::string_view, std::string_view)>& visit) {
  iterator->Seek("");
  for (std::uint64_t step = 1; iterator->Valid(); ++step) {
    visit(iterator->key(), iterator->value());
    const std::string here(iterator->key());
    if (step % 6 == 3) {
      iterator->Next();
      if (!iterator->Valid()) break;
      iterator->Prev();
    } else if (step % 6 == 0) {
      iterator->Seek(here);
    }
    if (!iterator->Valid()) break;
    if (iterator->key() != here) visit(iterator->key(), iterator->value());
    iterator->Next();
  }
  return iterator->status();
}

class HarrowTarget : public Target {
 public:
  explicit HarrowTarget(std::unique_ptr<engine::Db> db) : db_(std::move(db)) {}

  absl::Status Write(std::span<const TargetEntry> entries, bool sync) override {
    engine::WriteBatch batch;
    for (const TargetEntry& entry : entries) {
      if (entry.deletion) {
        batch.Delete(entry.key);
      } else {
        batch.Put(entry.key, entry.value);
      }
    }
    return db_->Write({.sync = sync}, batch);
  }

  absl::Status Flush() override { return db_->Flush(); }

  absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                   std::string* value) override {
    return db_->Get(ReadAt(snapshot), key, value);
  }

  absl::Status Scan(const TargetSnapshot* snapshot, ScanPath path,
                    const std::function<void(std::string_view, std::string_view)>& visit) override {
    const std::unique_ptr<engine::Iterator> iterator = db_->NewIterator(ReadAt(snapshot));
    if (path == ScanPath::kWinding) return Wind(iterator.get(), visit);
    if (path == ScanPath::kBackward) {
      for (iterator->SeekToLast(); iterator->Valid(); iterator->Prev())
        visit(iterator->key(), iterator->value());
    } else {
      for (iterator->SeekToFirst(); iterator->Valid(); iterator->Next())
        visit(iterator->key(), iterator->value());
    }
    return iterator->status();
  }

  std::unique_ptr<TargetSnapshot> TakeSnapshot() override {
    return std::make_unique<HarrowSnapshot>(db_->GetSnapshot());
  }

 private:
  const std::unique_ptr<engine::Db> db_;
};

}  // namespace

absl::Status OpenHarrow(std::string_view path, const TargetOptions& options,
                        std::unique_ptr<Target>* target) {
  engine::Options engine_options;
  engine_options.create_if_missing = true;
  // Each operation on a file is a crash point; a LOG would take them from those that matter.
  engine_options.info_log = engine::NewDiscardingInfoLog();
  engine_options.write_buffer_size = options.write_buffer_bytes;
  engine_options.block_size = options.block_bytes;
  engine_options.max_file_size = options.max_file_bytes;
  engine_options.max_open_files = options.max_open_tables;
  // One processor, on which looking again is a step of the schedule: sleep at once.
  engine_options.write_thread_max_spins = 0;
  engine_options.write_thread_max_yields = 0;
  // Faults on a map are not modelled, and the disk refuses it.
  engine_options.allow_mmap_reads = false;
  absl::StatusOr<std::unique_ptr<engine::Db>> db =
      engine::Db::Open(engine_options, std::string(path));
  if (!db.ok()) return std::move(db).status();
  *target = std::make_unique<HarrowTarget>(std::move(*db));
  return absl::OkStatus();
}

}  // namespace harrow::targets
