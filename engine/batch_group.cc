// A batch's entries are its contents without the header.
#include "engine/batch_group.h"

#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {

BatchGroup::BatchGroup() { pieces_.emplace_back(header_.data(), header_.size()); }

void BatchGroup::Append(const WriteBatch& batch) {
  HARROW_CHECK(batch.Count() <= UINT32_MAX - count_);
  count_ += batch.Count();
  pieces_.push_back(batch.Contents().substr(WriteBatch::kHeaderSize));
  batches_.push_back(&batch);
}

void BatchGroup::SetSequence(SequenceNumber sequence) {
  HARROW_CHECK(sequence <= kMaxSequenceNumber);
  sequence_ = sequence;
  EncodeFixed64(header_.data(), sequence_);
  EncodeFixed32(header_.data() + 8, count_);
}

void BatchGroup::Clear() {
  sequence_ = 0;
  count_ = 0;
  pieces_.resize(1);
  batches_.clear();
}

}  // namespace harrow::engine
