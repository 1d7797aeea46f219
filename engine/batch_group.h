// The batches of a group, written as one: one record of the log, with the entries of all of them
// behind a header of its own. Nothing is copied.
//
// Threading: one thread at a time.
// Invariants:
//  1. The pieces of Record(), one after the other, are the contents of the write batch that has the
//     entries of each batch in turn.
//  2. The batches stay as they are and outlive their being here; their own sequences do not matter.
#ifndef HARROW_ENGINE_BATCH_GROUP_H_
#define HARROW_ENGINE_BATCH_GROUP_H_

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "engine/internal_key.h"
#include "engine/write_batch.h"

namespace harrow::engine {

class BatchGroup {
 public:
  BatchGroup();
  BatchGroup(const BatchGroup&) = delete;
  BatchGroup& operator=(const BatchGroup&) = delete;

  void Append(const WriteBatch& batch);
  // Of the first entry. After the last Append: it completes the record.
  void SetSequence(SequenceNumber sequence);
  void Clear();

  std::uint32_t Count() const { return count_; }  // entries
  SequenceNumber Sequence() const { return sequence_; }
  std::span<const WriteBatch* const> batches() const { return batches_; }
  // Valid until the next change.
  std::span<const std::string_view> Record() const { return pieces_; }

 private:
  SequenceNumber sequence_ = 0;
  std::uint32_t count_ = 0;
  std::array<char, WriteBatch::kHeaderSize> header_{};
  std::vector<std::string_view> pieces_;  // the header, and the entries of each batch
  std::vector<const WriteBatch*> batches_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BATCH_GROUP_H_
