// Pairs go into the data block until it is large enough; then it is stored, and its index entry
// follows when the next key is known. Stored blocks collect in a buffer that goes to the file in
// large pieces.
#include "engine/table_builder.h"

#include <algorithm>

#include "engine/check.h"
#include "engine/compression.h"
#include "engine/internal_key.h"

namespace harrow::engine {

TableBuilder::TableBuilder(const TableOptions& options, AppendFile* file)
    : options_(options), file_(file), data_block_(options.restart_interval), index_block_(1) {
  HARROW_CHECK(file_->size() == 0);
  if (options_.filter_policy == nullptr) return;
  filter_block_.emplace(options_.filter_policy.get());
  filter_block_->StartBlock(0);
}

TableBuilder::~TableBuilder() { HARROW_CHECK(closed_); }

absl::Status TableBuilder::Add(std::string_view key, std::string_view value) {
  HARROW_CHECK(!closed_);
  if (!failure_.ok()) return failure_;
  HARROW_CHECK(key.size() >= kTagSize);
  if (index_entry_pending_) {
    // Within a block the order is the block builder's to check.
    HARROW_CHECK(CompareInternalKey(block_key_, key) < 0);
    FindShortestSeparator(&block_key_, key);
    AddIndexEntry();
  }
  if (filter_block_.has_value()) filter_block_->AddKey(ExtractUserKey(key));
  data_block_.Add(key, value);
  ++entry_count_;
  if (data_block_.CurrentSize() >= options_.block_size) {
    EndDataBlock();
    if (buffer_.size() >= kAppendSize) return Flush();
  }
  return absl::OkStatus();
}

void TableBuilder::Expect(std::size_t bytes) {
  // An append is due once the buffer holds kAppendSize; one more block may be behind it.
  buffer_.reserve(std::min(bytes, kAppendSize) + options_.block_size);
}

absl::Status TableBuilder::Finish() {
  HARROW_CHECK(!closed_);
  closed_ = true;
  if (!failure_.ok()) return failure_;
  if (!data_block_.empty()) EndDataBlock();
  Footer footer;
  BlockBuilder metaindex_block(options_.restart_interval);
  if (filter_block_.has_value()) {
    std::string handle;
    Store({CompressionType::kNoCompression, filter_block_->Finish()}).AppendTo(&handle);
    metaindex_block.Add(FilterBlockName(*options_.filter_policy), handle);
  }
  footer.metaindex = StoreBlock(&metaindex_block);
  if (index_entry_pending_) {
    FindShortSuccessor(&block_key_);
    AddIndexEntry();
  }
  footer.index = StoreBlock(&index_block_);
  footer.AppendTo(&buffer_);
  return Flush();
}

void TableBuilder::Abandon() {
  HARROW_CHECK(!closed_);
  closed_ = true;
}

void TableBuilder::EndDataBlock() {
  HARROW_CHECK(!index_entry_pending_);
  block_key_ = data_block_.last_key();
  pending_handle_ = StoreBlock(&data_block_);
  index_entry_pending_ = true;
  if (filter_block_.has_value()) filter_block_->StartBlock(FileSize());
}

void TableBuilder::AddIndexEntry() {
  std::string handle;
  pending_handle_.AppendTo(&handle);
  index_block_.Add(block_key_, handle);
  index_entry_pending_ = false;
}

BlockHandle TableBuilder::StoreBlock(BlockBuilder* block) {
  StoredBlock stored{CompressionType::kNoCompression, block->Finish()};
  if (options_.compression == CompressionType::kSnappyCompression &&
      CompressBySnappy(stored.bytes, &compressed_)) {
    stored = {CompressionType::kSnappyCompression, compressed_};
  }
  const BlockHandle handle = Store(stored);
  block->Reset();
  return handle;
}

BlockHandle TableBuilder::Store(const StoredBlock& block) {
  const BlockHandle handle{FileSize(), block.bytes.size()};
  AppendStoredBlock(&buffer_, block);
  return handle;
}

absl::Status TableBuilder::Flush() {
  failure_ = file_->Append(buffer_);
  if (failure_.ok()) flushed_size_ += buffer_.size();
  buffer_.clear();
  return failure_;
}

}  // namespace harrow::engine
