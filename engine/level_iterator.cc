// A seek finds the first table whose largest key is at or after the target; steps that leave a
// table go on in its neighbour.
#include "engine/level_iterator.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "engine/check.h"
#include "engine/table_iterator.h"

namespace harrow::engine {
namespace {

class LevelIterator final : public Iterator {
 public:
  LevelIterator(const FileList* files, TableCache* tables, const ReadOptions& options)
      : files_(files), tables_(tables), options_(options) {}

  bool Valid() const override { return table_ != nullptr && table_->Valid(); }

  void SeekToFirst() override {
    if (!Open(0)) return;
    table_->SeekToFirst();
    SkipForward();
  }

  void SeekToLast() override {
    if (!Open(files_->size() - 1)) return;
    table_->SeekToLast();
    SkipBackward();
  }

  void Seek(std::string_view target) override {
    const auto file =
        std::partition_point(files_->begin(), files_->end(), [&](const FileRef& candidate) {
          return CompareInternalKey(candidate->largest.Encode(), target) < 0;
        });
    if (!Open(static_cast<std::size_t>(file - files_->begin()))) return;
    table_->Seek(target);
    SkipForward();
  }

  void Next() override {
    HARROW_CHECK(Valid());
    table_->Next();
    SkipForward();
  }

  void Prev() override {
    HARROW_CHECK(Valid());
    table_->Prev();
    SkipBackward();
  }

  std::string_view key() const override { return table_->key(); }
  std::string_view value() const override { return table_->value(); }

  absl::Status status() const override {
    if (!status_.ok() || table_ == nullptr) return status_;
    return table_->status();
  }

 private:
  // Makes `index` the table at hand; false past the ends and on failure.
  bool Open(std::size_t index) {
    status_ = absl::OkStatus();
    if (index >= files_->size()) {
      table_ = nullptr;
      return false;
    }
    if (table_ != nullptr && index_ == index) return true;
    table_ = nullptr;
    absl::StatusOr<std::shared_ptr<const Table>> table = tables_->Find(*(*files_)[index]);
    if (!table.ok()) {
      status_ = table.status();
      return false;
    }
    table_ = std::make_unique<TableIterator>(*std::move(table), options_);
    index_ = index;
    return true;
  }

  void SkipForward() {
    while (!table_->Valid() && table_->status().ok()) {
      if (!Open(index_ + 1)) return;
      table_->SeekToFirst();
    }
  }

  void SkipBackward() {
    while (!table_->Valid() && table_->status().ok()) {
      // Before the first table the index wraps to one that is past the end.
      if (!Open(index_ - 1)) return;
      table_->SeekToLast();
    }
  }

  const FileList* const files_;
  TableCache* const tables_;
  const ReadOptions options_;
  std::unique_ptr<TableIterator> table_;
  std::size_t index_ = 0;  // of table_, where there is one
  absl::Status status_;
};

}  // namespace

std::unique_ptr<Iterator> NewLevelIterator(const FileList* files, TableCache* tables,
                                           const ReadOptions& options) {
  return std::make_unique<LevelIterator>(files, tables, options);
}

}  // namespace harrow::engine
