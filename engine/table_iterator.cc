// A seek finds the block by the index and the place by the block; steps that leave a block go on in
// its neighbour.
#include "engine/table_iterator.h"

#include <utility>

#include "engine/internal_key.h"

namespace harrow::engine {

TableIterator::TableIterator(std::shared_ptr<const Table> table, const ReadOptions& options)
    : table_(std::move(table)), options_(options), block_(table_->index_.block_count()) {}

void TableIterator::SeekToFirst() {
  status_ = absl::OkStatus();
  if (Load(0)) data_.SeekToFirst();
  SkipForward();
}

void TableIterator::SeekToLast() {
  status_ = absl::OkStatus();
  if (Load(table_->index_.block_count() - 1)) data_.SeekToLast();
  SkipBackward();
}

void TableIterator::Seek(std::string_view target) {
  HARROW_CHECK(target.size() >= kTagSize);
  status_ = absl::OkStatus();
  if (Load(table_->index_.Find(target))) data_.Seek(target);
  SkipForward();
}

void TableIterator::Next() {
  HARROW_CHECK(Valid());
  data_.Next();
  if (!data_.Valid()) SkipForward();
}

void TableIterator::Prev() {
  HARROW_CHECK(Valid());
  data_.Prev();
  if (!data_.Valid()) SkipBackward();
}

bool TableIterator::Load(std::size_t block) {
  const std::size_t count = table_->index_.block_count();
  if (block < count && block == block_ && data_.status().ok()) return true;
  data_.Clear();
  bytes_ = {};
  block_ = count;
  // Before the first block the number wraps to one that is past the end.
  if (block >= count) return false;
  const absl::Status status = table_->ReadDataBlock(options_, block, &bytes_);
  if (!status.ok()) {
    status_ = status;
    return false;
  }
  data_.Reset(bytes_.bytes);
  block_ = block;
  return true;
}

void TableIterator::Fail(const absl::Status& status) {
  Load(table_->index_.block_count());
  status_ = table_->Annotate(status);
}

void TableIterator::SkipForward() {
  while (!data_.Valid()) {
    if (!data_.status().ok()) return Fail(data_.status());
    if (block_ == table_->index_.block_count()) return;
    if (Load(block_ + 1)) data_.SeekToFirst();
  }
}

void TableIterator::SkipBackward() {
  while (!data_.Valid()) {
    if (!data_.status().ok()) return Fail(data_.status());
    if (block_ == table_->index_.block_count()) return;
    if (Load(block_ - 1)) data_.SeekToLast();
  }
}

std::unique_ptr<Iterator> Table::NewIterator(const ReadOptions& options) const {
  return std::make_unique<TableIterator>(shared_from_this(), options);
}

}  // namespace harrow::engine
