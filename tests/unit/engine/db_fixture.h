// A database on a real directory beside the std::map that it must agree with.
#ifndef HARROW_TESTS_UNIT_ENGINE_DB_FIXTURE_H_
#define HARROW_TESTS_UNIT_ENGINE_DB_FIXTURE_H_

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/db.h"
#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/manifest.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {

using Model = std::map<std::string, std::string>;

class DbTest : public testing::Test {
 protected:
  DbTest() {
    options_.create_if_missing = true;
    options_.write_buffer_size = 64 << 10;
    options_.max_file_size = 32 << 10;
    options_.block_size = 1 << 10;
    // Values of one letter would shrink to nothing, and levels would never fill.
    options_.compression = CompressionType::kNoCompression;
  }

  const std::string& path() const { return directory_.path(); }
  void Open() {
    db_.reset();
    absl::StatusOr<std::unique_ptr<Db>> db = Db::Open(options_, path());
    ASSERT_TRUE(db.ok()) << db.status();
    db_ = *std::move(db);
  }
  std::string Get(std::string_view key, const Snapshot* snapshot = nullptr) {
    std::string value = "untouched";
    const absl::Status status = db_->Get({.snapshot = snapshot}, key, &value);
    if (absl::IsNotFound(status)) {
      EXPECT_EQ(value, "untouched");
      return "none";
    }
    EXPECT_TRUE(status.ok()) << status;
    return value;
  }
  absl::Status Put(std::string_view key, std::string_view value) {
    return db_->Put(WriteOptions(), key, value);
  }

  // Writes `count` batches of puts and deletes of few keys to the database and the model.
  void Churn(int count, Model* model) {
    for (int i = 0; i < count; ++i) {
      WriteBatch batch;
      for (auto j = random_() % 4; j > 0; --j) {
        const std::string key = "key" + std::to_string(random_() % 2000);
        if (random_() % 4 == 0) {
          batch.Delete(key);
          model->erase(key);
        } else {
          const std::string value(random_() % (random_() % 100 == 0 ? 40'000 : 200),
                                  static_cast<char>('a' + random_() % 26));
          batch.Put(key, value);
          (*model)[key] = value;
        }
      }
      ASSERT_TRUE(db_->Write({.sync = random_() % 200 == 0}, batch).ok());
    }
  }

  void ExpectState(const Model& model, const Snapshot* snapshot = nullptr) {
    const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot});
    auto forward = model.begin();
    for (it->SeekToFirst(); it->Valid(); it->Next(), ++forward) {
      ASSERT_NE(forward, model.end());
      ASSERT_EQ(it->key(), forward->first);
      ASSERT_EQ(it->value(), forward->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_EQ(forward, model.end());
    auto backward = model.rbegin();
    for (it->SeekToLast(); it->Valid(); it->Prev(), ++backward) {
      ASSERT_NE(backward, model.rend());
      ASSERT_EQ(it->key(), backward->first);
      ASSERT_EQ(it->value(), backward->second);
    }
    ASSERT_TRUE(it->status().ok()) << it->status();
    ASSERT_EQ(backward, model.rend());
    for (int i = 0; i < 200; ++i) {
      const std::string key = "key" + std::to_string(random_() % 2000);
      const auto found = model.find(key);
      ASSERT_EQ(Get(key, snapshot), found == model.end() ? "none" : found->second);
    }
  }

  // A walk of seeks and steps in both directions, held against the model.
  void WalkAtRandom(const Model& model, const Snapshot* snapshot = nullptr) {
    const std::unique_ptr<Iterator> it = db_->NewIterator({.snapshot = snapshot});
    auto at = model.end();
    for (int i = 0; i < 2000; ++i) {
      const auto choice = random_() % 10;
      if (choice == 0 || at == model.end()) {
        const std::string key = "key" + std::to_string(random_() % 2100);
        it->Seek(key);
        at = model.lower_bound(key);
      } else if (choice < 6) {
        it->Next();
        ++at;
      } else {
        it->Prev();
        at = at == model.begin() ? model.end() : std::prev(at);
      }
      ASSERT_EQ(it->Valid(), at != model.end());
      if (at == model.end()) continue;
      ASSERT_EQ(it->key(), at->first);
      ASSERT_EQ(it->value(), at->second);
    }
  }

  std::vector<FileName> Files() const {
    const std::vector<std::string> names = ListDirectory(path()).value();
    std::vector<FileName> files;
    for (const std::string& name : names) files.push_back(ParseFileName(name).value());
    return files;
  }
  std::size_t CountFiles(FileType type) const {
    std::size_t count = 0;
    for (const FileName& file : Files()) count += file.type == type ? 1 : 0;
    return count;
  }
  // Of all tables; one that is removed meanwhile does not count.
  std::uint64_t TableBytes() const {
    std::uint64_t bytes = 0;
    for (const FileName& file : Files()) {
      if (file.type != FileType::kTable) continue;
      bytes += FileSize(FilePath(path(), file)).value_or(0);
    }
    return bytes;
  }
  // As the manifest says, which may just be growing.
  std::size_t Level2Size() const {
    const absl::StatusOr<ManifestState> state = ReadManifest(path(), ReadCurrent(path()).value());
    return state.ok() ? state->version->level(2).size() : 0;
  }
  // What the next file will be called; none is being made.
  std::uint64_t NextFileNumber() const {
    std::uint64_t next = 0;
    for (const FileName& file : Files()) next = std::max(next, file.number + 1);
    return next;
  }

  const ScratchDirectory directory_;
  Options options_;
  std::mt19937 random_{20};
  std::unique_ptr<Db> db_;
};

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_DB_FIXTURE_H_
