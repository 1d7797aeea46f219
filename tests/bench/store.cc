// Two adapters of the same shape.
#include "tests/bench/store.h"

#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/write_batch.h>

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "engine/db.h"
#include "engine/iterator.h"
#include "engine/write_batch.h"

namespace harrow::bench {
namespace {

[[noreturn]] void Fail(const char* what, const std::string& status) {
  std::fprintf(stderr, "engine_bench: %s: %s\n", what, status.c_str());
  std::exit(1);
}

class EngineStore final : public Store {
 public:
  EngineStore(const std::string& directory, const StoreOptions& options) {
    engine::Options db_options;
    db_options.create_if_missing = true;
    db_options.write_buffer_size = options.write_buffer_size;
    db_options.allow_mmap_reads = options.map_tables;
    db_options.compression = options.compression == Compression::kNone
                                 ? engine::CompressionType::kNoCompression
                                 : engine::CompressionType::kSnappyCompression;
    auto opened = engine::Db::Open(db_options, directory);
    Require("open", opened.status());
    db_ = *std::move(opened);
  }

  void Put(const Entry& entry, Durability durability) override {
    Require("put", db_->Put(OptionsOf(durability), entry.key, entry.value));
  }
  void PutAll(std::span<const Entry> entries, Durability durability) override {
    engine::WriteBatch batch;
    for (const Entry& entry : entries) batch.Put(entry.key, entry.value);
    Require("write", db_->Write(OptionsOf(durability), batch));
  }
  bool Get(std::string_view key, std::string* value) override {
    const absl::Status status = db_->Get({}, key, value);
    if (absl::IsNotFound(status)) return false;
    Require("get", status);
    return true;
  }
  void Scan(const std::function<bool(const Entry&)>& visit) override {
    const std::unique_ptr<engine::Iterator> it = db_->NewIterator({});
    for (it->Seek(""); it->Valid() && visit({it->key(), it->value()});) it->Next();
    Require("scan", it->status());
  }
  void Compact() override { Require("compact", db_->CompactRange({}, {})); }

 private:
  static engine::WriteOptions OptionsOf(Durability durability) {
    return {.sync = durability == Durability::kSynced};
  }
  static void Require(const char* what, const absl::Status& status) {
    if (!status.ok()) Fail(what, status.ToString());
  }

  std::unique_ptr<engine::Db> db_;
};

class StockStore final : public Store {
 public:
  StockStore(const std::string& directory, const StoreOptions& options)
      : cache_(leveldb::NewLRUCache(options.block_cache_size)) {
    leveldb::Options db_options;
    db_options.create_if_missing = true;
    db_options.write_buffer_size = options.write_buffer_size;
    db_options.block_cache = cache_.get();
    db_options.compression = options.compression == Compression::kNone
                                 ? leveldb::kNoCompression
                                 : leveldb::kSnappyCompression;
    leveldb::DB* db = nullptr;
    Require("open stock", leveldb::DB::Open(db_options, directory, &db));
    db_.reset(db);
  }

  void Put(const Entry& entry, Durability durability) override {
    Require("put to stock", db_->Put(OptionsOf(durability), Slice(entry.key), Slice(entry.value)));
  }
  void PutAll(std::span<const Entry> entries, Durability durability) override {
    leveldb::WriteBatch batch;
    for (const Entry& entry : entries) batch.Put(Slice(entry.key), Slice(entry.value));
    Require("write to stock", db_->Write(OptionsOf(durability), &batch));
  }
  bool Get(std::string_view key, std::string* value) override {
    const leveldb::Status status = db_->Get(leveldb::ReadOptions(), Slice(key), value);
    if (status.IsNotFound()) return false;
    Require("get from stock", status);
    return true;
  }
  void Scan(const std::function<bool(const Entry&)>& visit) override {
    const std::unique_ptr<leveldb::Iterator> it(db_->NewIterator(leveldb::ReadOptions()));
    for (it->SeekToFirst(); it->Valid() && visit({View(it->key()), View(it->value())});) it->Next();
    Require("scan of stock", it->status());
  }
  void Compact() override { db_->CompactRange(nullptr, nullptr); }

 private:
  static leveldb::Slice Slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
  static std::string_view View(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }
  static leveldb::WriteOptions OptionsOf(Durability durability) {
    leveldb::WriteOptions options;
    options.sync = durability == Durability::kSynced;
    return options;
  }
  static void Require(const char* what, const leveldb::Status& status) {
    if (!status.ok()) Fail(what, status.ToString());
  }

  const std::unique_ptr<leveldb::Cache> cache_;  // outlives the database
  std::unique_ptr<leveldb::DB> db_;
};

}  // namespace

std::unique_ptr<Store> OpenStore(Maker maker, const std::string& directory,
                                 const StoreOptions& options) {
  if (maker == Maker::kEngine) return std::make_unique<EngineStore>(directory, options);
  return std::make_unique<StockStore>(directory, options);
}

}  // namespace harrow::bench
