#include <utility>

#include "engine/db.h"
#include "engine/filter_policy.h"
#include "tests/property/interchange/store.h"

namespace harrow::interchange {
namespace {

class HarrowSnapshot final : public HeldSnapshot {
 public:
  explicit HarrowSnapshot(std::unique_ptr<engine::Snapshot> taken) : snapshot(std::move(taken)) {}
  const std::unique_ptr<engine::Snapshot> snapshot;
};

engine::ReadOptions AsOf(const HeldSnapshot* snapshot) {
  engine::ReadOptions options;
  if (snapshot != nullptr) {
    options.snapshot = static_cast<const HarrowSnapshot*>(snapshot)->snapshot.get();
  }
  return options;
}

class HarrowStore final : public Store {
 public:
  explicit HarrowStore(std::unique_ptr<engine::Db> db) : db_(std::move(db)) {}

  absl::Status Write(const std::vector<Change>& changes, bool sync) override {
    engine::WriteBatch batch;
    for (const Change& change : changes) {
      const std::string key = KeyBytes(change.key);
      change.put ? batch.Put(key, ValueBytes(change)) : batch.Delete(key);
    }
    return db_->Write({.sync = sync}, batch);
  }
  absl::Status Flush() override { return db_->Flush(); }
  absl::Status CompactRange(const std::optional<KeyRange>& range) override {
    if (!range.has_value()) return db_->CompactRange(std::nullopt, std::nullopt);
    return db_->CompactRange(range->first, range->last);
  }
  absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                 const HeldSnapshot* snapshot) override {
    std::string value;
    const absl::Status status = db_->Get(AsOf(snapshot), key, &value);
    if (absl::IsNotFound(status)) return std::nullopt;
    if (!status.ok()) return status;
    return value;
  }
  std::unique_ptr<engine::Iterator> NewIterator(const HeldSnapshot* snapshot) override {
    return db_->NewIterator(AsOf(snapshot));
  }
  std::unique_ptr<HeldSnapshot> TakeSnapshot() override {
    return std::make_unique<HarrowSnapshot>(db_->GetSnapshot());
  }

 private:
  const std::unique_ptr<engine::Db> db_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenHarrow(const StoreOptions& options,
                                                  const std::string& directory) {
  engine::Options ours;
  ours.create_if_missing = true;
  ours.write_buffer_size = options.write_buffer_size;
  ours.max_file_size = options.max_file_size;
  ours.max_bytes_for_level_base = options.max_bytes_for_level_base;
  ours.block_size = options.block_size;
  ours.block_restart_interval = options.restart_interval;
  ours.compression = options.snappy ? engine::CompressionType::kSnappyCompression
                                    : engine::CompressionType::kNoCompression;
  if (options.bloom_bits_per_key > 0) {
    ours.filter_policy = engine::NewBloomFilterPolicy(options.bloom_bits_per_key);
  }
  absl::StatusOr<std::unique_ptr<engine::Db>> db = engine::Db::Open(ours, directory);
  if (!db.ok()) return db.status();
  return std::make_unique<HarrowStore>(*std::move(db));
}

void showValue(Make make, std::ostream& out) {
  out << (make == Make::kHarrow ? "harrow" : "leveldb");
}

absl::StatusOr<std::unique_ptr<Store>> Open(Make make, const StoreOptions& options,
                                            const std::string& directory) {
  return make == Make::kHarrow ? OpenHarrow(options, directory) : OpenLevelDb(options, directory);
}

}  // namespace harrow::interchange
