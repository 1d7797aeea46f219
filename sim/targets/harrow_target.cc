#include "sim/targets/harrow_target.h"

#include <string>
#include <utility>

#include "engine/block_cache.h"
#include "engine/db.h"
#include "engine/file_info_log.h"
#include "engine/filter_policy.h"
#include "engine/info_log.h"
#include "engine/write_batch.h"
#include "sim/targets/harrow_activity.h"
#include "sim/targets/leveldb_files.h"
#include "sim/targets/leveldb_names.h"
#include "sim/targets/leveldb_text.h"
#include "sim/targets/scan_along.h"

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

class HarrowIterator : public TargetIterator {
 public:
  explicit HarrowIterator(std::unique_ptr<engine::Iterator> iterator)
      : iterator_(std::move(iterator)) {}

  void SeekToFirst() override { iterator_->SeekToFirst(); }
  void SeekToLast() override { iterator_->SeekToLast(); }
  void Seek(std::string_view key) override { iterator_->Seek(key); }
  void Next() override { iterator_->Next(); }
  void Prev() override { iterator_->Prev(); }
  bool Valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return iterator_->key(); }
  std::string_view value() const override { return iterator_->value(); }
  absl::Status status() const override { return iterator_->status(); }

 private:
  const std::unique_ptr<engine::Iterator> iterator_;
};

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

  absl::Status CompactRange(const TargetRange& range) override {
    return db_->CompactRange(range.begin, range.end);
  }

  absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                   std::string* value) override {
    return db_->Get(ReadAt(snapshot), key, value);
  }

  absl::Status Scan(const TargetSnapshot* snapshot, ScanPath path,
                    const PairVisitor& visit) override {
    HarrowIterator iterator(db_->NewIterator(ReadAt(snapshot)));
    return ScanAlong(path, &iterator, visit);
  }

  std::unique_ptr<TargetSnapshot> TakeSnapshot() override {
    return std::make_unique<HarrowSnapshot>(db_->GetSnapshot());
  }

  std::unique_ptr<TargetIterator> NewIterator(const TargetSnapshot* snapshot) override {
    return std::make_unique<HarrowIterator>(db_->NewIterator(ReadAt(snapshot)));
  }

  void Inspect(const TargetRange& range) override {
    for (const char* property : {"leveldb.num-files-at-level0", "leveldb.stats", "leveldb.sstables",
                                 "leveldb.approximate-memory-usage"})
      db_->GetProperty(property);
    const engine::KeyRange whole{range.begin.value_or(""), range.end.value_or("\xff")};
    db_->GetApproximateSizes({&whole, 1});
    db_->counters();
  }

 private:
  const std::unique_ptr<engine::Db> db_;
};

absl::Status OpenHarrow(std::string_view path, const TargetOptions& options,
                        ActivityObserver* observer, std::unique_ptr<Target>* target) {
  engine::Options engine_options;
  engine_options.create_if_missing = true;
  // Each operation on a file is a crash point; a LOG takes them from those that matter, so most go without.
  std::shared_ptr<engine::InfoLog> file;
  if (options.info_log != 0) file = std::make_shared<engine::FileInfoLog>(std::string(path));
  engine_options.info_log = std::make_shared<HarrowActivity>(observer, std::move(file));
  engine_options.write_buffer_size = options.write_buffer_bytes;
  engine_options.block_size = options.block_bytes;
  engine_options.max_file_size = options.max_file_bytes;
  engine_options.max_open_files = options.max_open_tables;
  // One processor: looking again without giving way would show nothing new.
  engine_options.write_thread_max_spins = 0;
  // Faults on a map are not modelled, and the disk refuses it.
  engine_options.allow_mmap_reads = false;
  engine_options.level0_file_num_compaction_trigger = options.level0_compaction_trigger;
  engine_options.level0_slowdown_writes_trigger = options.level0_slowdown_trigger;
  engine_options.level0_stop_writes_trigger = options.level0_stop_trigger;
  engine_options.max_bytes_for_level_base = options.level_base_bytes;
  engine_options.max_bytes_for_level_multiplier = options.level_factor;
  engine_options.wasted_seeks_min = options.wasted_seeks;
  engine_options.compression = options.compression == 0
                                   ? engine::CompressionType::kNoCompression
                                   : engine::CompressionType::kSnappyCompression;
  if (options.bloom_bits != 0) {
    engine_options.filter_policy =
        engine::NewBloomFilterPolicy(static_cast<int>(options.bloom_bits));
  }
  engine_options.write_thread_max_yields = static_cast<std::uint32_t>(options.writer_yields);
  engine_options.block_cache = engine::NewLruBlockCache(options.block_cache_bytes);
  engine_options.block_restart_interval = static_cast<int>(options.restart_interval);
  absl::StatusOr<std::unique_ptr<engine::Db>> db =
      engine::Db::Open(engine_options, std::string(path));
  if (!db.ok()) return std::move(db).status();
  *target = std::make_unique<HarrowTarget>(std::move(*db));
  return absl::OkStatus();
}

}  // namespace

const TargetKind& HarrowKind() {
  static constexpr TargetKind kKind = {
      "harrow",    kHarrowOptions,        &ClassifyLevelDbPath, &DescribeLevelDbBytes,
      &OpenHarrow, &MisplacedLevelDbFiles};
  return kKind;
}

}  // namespace harrow::targets
