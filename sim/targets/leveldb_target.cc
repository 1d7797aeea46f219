#include "sim/targets/leveldb_target.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "leveldb/cache.h"
#include "leveldb/db.h"
#include "leveldb/filter_policy.h"
#include "leveldb/iterator.h"
#include "leveldb/write_batch.h"
#include "sim/kernel/check.h"
#include "sim/kernel/library_state.h"
#include "sim/targets/leveldb_activity.h"
#include "sim/targets/leveldb_files.h"
#include "sim/targets/leveldb_names.h"
#include "sim/targets/leveldb_text.h"
#include "sim/targets/scan_along.h"

namespace harrow::targets {
namespace {

leveldb::Slice SliceOf(std::string_view text) { return {text.data(), text.size()}; }
std::string_view ViewOf(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status StatusOf(const leveldb::Status& status) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (status.IsNotFound()) return absl::NotFoundError(text);
  if (status.IsCorruption()) return absl::DataLossError(text);
  if (status.IsInvalidArgument()) return absl::InvalidArgumentError(text);
  if (status.IsNotSupportedError()) return absl::UnimplementedError(text);
  return absl::UnavailableError(text);
}

class LevelDbSnapshot : public TargetSnapshot {
 public:
  explicit LevelDbSnapshot(leveldb::DB* db) : db_(db), snapshot_(db->GetSnapshot()) {}
  ~LevelDbSnapshot() override { db_->ReleaseSnapshot(snapshot_); }
  LevelDbSnapshot(const LevelDbSnapshot&) = delete;
  LevelDbSnapshot& operator=(const LevelDbSnapshot&) = delete;
  const leveldb::Snapshot* get() const { return snapshot_; }

 private:
  leveldb::DB* const db_;
  const leveldb::Snapshot* const snapshot_;
};

class LevelDbIterator : public TargetIterator {
 public:
  explicit LevelDbIterator(leveldb::Iterator* iterator) : iterator_(iterator) {}

  void SeekToFirst() override { iterator_->SeekToFirst(); }
  void SeekToLast() override { iterator_->SeekToLast(); }
  void Seek(std::string_view key) override { iterator_->Seek(SliceOf(key)); }
  void Next() override { iterator_->Next(); }
  void Prev() override { iterator_->Prev(); }
  bool Valid() const override { return iterator_->Valid(); }
  std::string_view key() const override { return ViewOf(iterator_->key()); }
  std::string_view value() const override { return ViewOf(iterator_->value()); }
  absl::Status status() const override { return StatusOf(iterator_->status()); }

 private:
  const std::unique_ptr<leveldb::Iterator> iterator_;
};

class LevelDbTarget : public Target {
 public:
  LevelDbTarget(const TargetOptions& options, ActivityObserver* observer) : log_(observer) {
    if (options.bloom_bits != 0)
      filter_.reset(leveldb::NewBloomFilterPolicy(static_cast<int>(options.bloom_bits)));
    cache_.reset(leveldb::NewLRUCache(options.block_cache_bytes));
  }

  absl::Status Open(std::string_view path, const TargetOptions& options) {
    leveldb::Options stock;
    stock.create_if_missing = true;
    stock.paranoid_checks = options.paranoid_checks != 0;
    // With none of its own it would write one beside the database, whose operations on files would be crash points as well.
    stock.info_log = &log_;
    stock.write_buffer_size = options.write_buffer_bytes;
    stock.max_open_files = static_cast<int>(options.max_open_tables);
    stock.block_cache = cache_.get();
    stock.block_size = options.block_bytes;
    stock.block_restart_interval = static_cast<int>(options.restart_interval);
    stock.max_file_size = options.max_file_bytes;
    stock.compression =
        options.compression == 0 ? leveldb::kNoCompression : leveldb::kSnappyCompression;
    stock.reuse_logs = options.reuse_logs != 0;
    stock.filter_policy = filter_.get();
    leveldb::DB* db = nullptr;
    const leveldb::Status status = leveldb::DB::Open(stock, std::string(path), &db);
    db_.reset(db);
    return StatusOf(status);
  }

  absl::Status Write(std::span<const TargetEntry> entries, bool sync) override {
    leveldb::WriteBatch batch;
    for (const TargetEntry& entry : entries) {
      if (entry.deletion) {
        batch.Delete(SliceOf(entry.key));
      } else {
        batch.Put(SliceOf(entry.key), SliceOf(entry.value));
      }
    }
    leveldb::WriteOptions options;
    options.sync = sync;
    return StatusOf(db_->Write(options, &batch));
  }

  absl::Status Flush() override {
    // The harness's keys are all before it.
    return CompactRange({"\xff", "\xff"});
  }

  absl::Status CompactRange(const TargetRange& range) override {
    const leveldb::Slice begin = SliceOf(range.begin.value_or(""));
    const leveldb::Slice end = SliceOf(range.end.value_or(""));
    db_->CompactRange(range.begin.has_value() ? &begin : nullptr,
                      range.end.has_value() ? &end : nullptr);
    leveldb::WriteBatch nothing;
    return StatusOf(db_->Write(leveldb::WriteOptions(), &nothing));
  }

  absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                   std::string* value) override {
    return StatusOf(db_->Get(ReadAt(snapshot), SliceOf(key), value));
  }

  absl::Status Scan(const TargetSnapshot* snapshot, ScanPath path,
                    const PairVisitor& visit) override {
    LevelDbIterator iterator(db_->NewIterator(ReadAt(snapshot)));
    return ScanAlong(path, &iterator, visit);
  }

  std::unique_ptr<TargetSnapshot> TakeSnapshot() override {
    return std::make_unique<LevelDbSnapshot>(db_.get());
  }

  std::unique_ptr<TargetIterator> NewIterator(const TargetSnapshot* snapshot) override {
    return std::make_unique<LevelDbIterator>(db_->NewIterator(ReadAt(snapshot)));
  }

  void Inspect(const TargetRange& range) override {
    std::string value;
    for (const char* property : {"leveldb.num-files-at-level0", "leveldb.stats", "leveldb.sstables",
                                 "leveldb.approximate-memory-usage"})
      db_->GetProperty(property, &value);
    const leveldb::Range whole(SliceOf(range.begin.value_or("")),
                               SliceOf(range.end.value_or("\xff")));
    std::uint64_t size = 0;
    db_->GetApproximateSizes(&whole, 1, &size);
  }

 private:
  leveldb::ReadOptions ReadAt(const TargetSnapshot* snapshot) const {
    leveldb::ReadOptions options;
    // Else a damaged block is as good as any.
    options.verify_checksums = true;
    if (snapshot != nullptr)
      options.snapshot = static_cast<const LevelDbSnapshot*>(snapshot)->get();
    return options;
  }

  LevelDbActivity log_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<leveldb::DB> db_;  // closed before what it uses goes
};

absl::Status OpenLevelDb(std::string_view path, const TargetOptions& options,
                         ActivityObserver* observer, std::unique_ptr<Target>* target) {
  auto opened = std::make_unique<LevelDbTarget>(options, observer);
  absl::Status status = opened->Open(path, options);
  if (status.ok()) *target = std::move(opened);
  return status;
}

}  // namespace

const TargetKind& LevelDbKind() {
  static constexpr TargetKind kKind = {
      "leveldb",    kLevelDbOptions,       &ClassifyLevelDbPath, &DescribeLevelDbBytes,
      &OpenLevelDb, &MisplacedLevelDbFiles};
  // Its statics hold a worker thread and whether one was started.
  static const bool kRestored = kernel::RestoreBeforeEachRun("libleveldb.so");
  KERNEL_CHECK(kRestored && "libleveldb.so is not loaded");
  return kKind;
}

}  // namespace harrow::targets
