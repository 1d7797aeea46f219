#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <utility>

#include "tests/property/interchange/store.h"

namespace harrow::interchange {
namespace {

leveldb::Slice SliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ViewOf(const leveldb::Slice& slice) { return {slice.data(), slice.size()}; }

absl::Status StatusOf(const leveldb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::InternalError("leveldb: " + status.ToString());
}

class LevelDbSnapshot final : public HeldSnapshot {
 public:
  explicit LevelDbSnapshot(leveldb::DB* db) : snapshot(db->GetSnapshot()), db_(db) {}
  LevelDbSnapshot(const LevelDbSnapshot&) = delete;
  LevelDbSnapshot& operator=(const LevelDbSnapshot&) = delete;
  ~LevelDbSnapshot() override { db_->ReleaseSnapshot(snapshot); }
  const leveldb::Snapshot* const snapshot;

 private:
  leveldb::DB* const db_;
};

leveldb::ReadOptions AsOf(const HeldSnapshot* snapshot) {
  leveldb::ReadOptions options;
  options.verify_checksums = true;
  if (snapshot != nullptr) {
    options.snapshot = static_cast<const LevelDbSnapshot*>(snapshot)->snapshot;
  }
  return options;
}

class LevelDbIterator final : public engine::Iterator {
 public:
  explicit LevelDbIterator(std::unique_ptr<leveldb::Iterator> it) : it_(std::move(it)) {}
  bool Valid() const override { return it_->Valid(); }
  void SeekToFirst() override { it_->SeekToFirst(); }
  void SeekToLast() override { it_->SeekToLast(); }
  void Seek(std::string_view target) override { it_->Seek(SliceOf(target)); }
  void Next() override { it_->Next(); }
  void Prev() override { it_->Prev(); }
  std::string_view key() const override { return ViewOf(it_->key()); }
  std::string_view value() const override { return ViewOf(it_->value()); }
  absl::Status status() const override { return StatusOf(it_->status()); }

 private:
  const std::unique_ptr<leveldb::Iterator> it_;
};

class LevelDbStore final : public Store {
 public:
  LevelDbStore(std::unique_ptr<const leveldb::FilterPolicy> filter, std::unique_ptr<leveldb::DB> db)
      : filter_(std::move(filter)), db_(std::move(db)) {}

  absl::Status Write(const std::vector<Change>& changes, bool sync) override {
    leveldb::WriteBatch batch;
    for (const Change& change : changes) {
      const std::string key = KeyBytes(change.key);
      change.put ? batch.Put(key, ValueBytes(change)) : batch.Delete(key);
    }
    leveldb::WriteOptions options;
    options.sync = sync;
    return StatusOf(db_->Write(options, &batch));
  }
  absl::Status Flush() override {
    // It has no call for that alone: a compaction flushes first, and this one finds no tables.
    const std::string behind_all(400, '\xff');
    const leveldb::Slice key(behind_all);
    db_->CompactRange(&key, &key);
    return absl::OkStatus();
  }
  absl::Status CompactRange(const std::optional<KeyRange>& range) override {
    if (!range.has_value()) {
      db_->CompactRange(nullptr, nullptr);
    } else {
      const leveldb::Slice first(range->first);
      const leveldb::Slice last(range->last);
      db_->CompactRange(&first, &last);
    }
    return absl::OkStatus();
  }
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                 const HeldSnapshot* snapshot) override {
    std::string value;
    const leveldb::Status status = db_->Get(AsOf(snapshot), SliceOf(key), &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) return StatusOf(status);
    return value;
  }
  std::unique_ptr<engine::Iterator> NewIterator(const HeldSnapshot* snapshot) override {
    return std::make_unique<LevelDbIterator>(
        std::unique_ptr<leveldb::Iterator>(db_->NewIterator(AsOf(snapshot))));
  }
  std::unique_ptr<HeldSnapshot> TakeSnapshot() override {
    return std::make_unique<LevelDbSnapshot>(db_.get());
  }

 private:
  const std::unique_ptr<const leveldb::FilterPolicy> filter_;  // outlives the database
  const std::unique_ptr<leveldb::DB> db_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenLevelDb(const StoreOptions& options,
                                                   const std::string& directory) {
  std::unique_ptr<const leveldb::FilterPolicy> filter;
  if (options.bloom_bits_per_key > 0) {
    filter.reset(leveldb::NewBloomFilterPolicy(options.bloom_bits_per_key));
  }
  leveldb::Options theirs;
  theirs.create_if_missing = true;
  theirs.paranoid_checks = options.paranoid;
  theirs.write_buffer_size = options.write_buffer_size;
  theirs.max_file_size = options.max_file_size;
  theirs.block_size = options.block_size;
  theirs.block_restart_interval = options.restart_interval;
  theirs.compression = options.snappy ? leveldb::kSnappyCompression : leveldb::kNoCompression;
  theirs.filter_policy = filter.get();
  leveldb::DB* db = nullptr;
  const leveldb::Status status = leveldb::DB::Open(theirs, directory, &db);
  if (!status.ok()) return StatusOf(status);
  return std::make_unique<LevelDbStore>(std::move(filter), std::unique_ptr<leveldb::DB>(db));
}

}  // namespace harrow::interchange
