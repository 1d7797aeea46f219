// A cursor over a table, and one data block of it at a time.
//
// Threading: as Iterator.
// Invariants: as Iterator; status() stays until the next seek.
#ifndef HARROW_ENGINE_TABLE_ITERATOR_H_
#define HARROW_ENGINE_TABLE_ITERATOR_H_

#include <cstddef>
#include <memory>
#include <string_view>

#include "engine/block.h"
#include "engine/check.h"
#include "engine/iterator.h"
#include "engine/table.h"

namespace harrow::engine {

class TableIterator final : public Iterator {
 public:
  TableIterator(std::shared_ptr<const Table> table, const ReadOptions& options);

  bool Valid() const override { return data_.Valid(); }
  std::string_view key() const override {
    HARROW_CHECK(Valid());
    return data_.key();
  }
  std::string_view value() const override {
    HARROW_CHECK(Valid());
    return data_.value();
  }
  absl::Status status() const override { return status_; }

  void SeekToFirst() override;
  void SeekToLast() override;
  void Seek(std::string_view target) override;
  void Next() override;
  void Prev() override;

 private:
  // Aims data_ at a block; false past the ends, where it then stands nowhere, and on failure.
  bool Load(std::size_t block);
  void Fail(const absl::Status& status);
  // To the next block that has a pair, unless the current one has.
  void SkipForward();
  void SkipBackward();

  const std::shared_ptr<const Table> table_;
  const ReadOptions options_;
  std::size_t block_;  // that data_ is aimed at; the number of blocks: at none
  BlockBytes bytes_;   // of that block
  BlockCursor data_;
  absl::Status status_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_ITERATOR_H_
