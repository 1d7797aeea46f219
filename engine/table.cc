// A search goes through the index, and the filters if there are any, to one data block, and through
// that. Blocks that are compressed or read from a file that is not mapped get memory of their own,
// which the cache may keep.
#include "engine/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/block.h"
#include "engine/check.h"
#include "engine/compression.h"

namespace harrow::engine {

absl::StatusOr<std::shared_ptr<Table>> Table::Open(RandomAccessFile file,
                                                   const TableOptions& options) {
  std::shared_ptr<Table> table(new Table(std::move(file)));
  const absl::Status status = table->Load(options);
  if (!status.ok()) return status;
  return table;
}

absl::Status Table::Annotate(const absl::Status& status) const {
  return absl::Status(status.code(), absl::StrCat(path(), ": ", status.message()));
}

absl::Status Table::Load(const TableOptions& options) {
  if (file_size() < Footer::kEncodedSize) {
    return Annotate(absl::DataLossError("table too short for a footer"));
  }
  if (options.allow_mmap_reads) file_.Map();
  char bytes[Footer::kEncodedSize];
  absl::Status status = file_.Read(file_size() - sizeof bytes, sizeof bytes, bytes);
  if (!status.ok()) return status;
  Footer footer;
  status = footer.DecodeFrom({bytes, sizeof bytes});
  if (!status.ok()) return Annotate(status);

  BlockBytes index_block;
  status = ReadBlock(footer.index, Checksum::kVerify, &index_block);
  if (!status.ok()) return status;
  absl::StatusOr<TableIndex> index = TableIndex::Decode(index_block.bytes);
  if (!index.ok()) return Annotate(index.status());
  index_ = *std::move(index);
  if (file_.mapped()) states_ = std::make_unique<std::atomic<BlockState>[]>(index_.block_count());
  if (options.block_cache != nullptr) {
    cached_ = std::make_unique<CachedBlocks>(options.block_cache, index_.block_count());
  }
  if (options.filter_policy == nullptr) return absl::OkStatus();
  filter_policy_ = options.filter_policy;
  status = LoadFilters(footer.metaindex);
  return absl::IsDataLoss(status) ? absl::OkStatus() : status;
}

absl::Status Table::LoadFilters(const BlockHandle& metaindex) {
  BlockBytes names;
  absl::Status status = ReadBlock(metaindex, Checksum::kVerify, &names);
  if (!status.ok()) return status;
  const std::string name = FilterBlockName(*filter_policy_);
  BlockCursor cursor(names.bytes);
  // One by one: these are no internal keys, and few.
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    if (cursor.key() != name) continue;
    BlockHandle handle;
    std::string_view encoded = cursor.value();
    if (!handle.DecodeFrom(&encoded)) return absl::DataLossError("bad block handle of filters");
    status = ReadBlock(handle, Checksum::kVerify, &filter_block_);
    if (!status.ok()) return status;
    filters_ = FilterBlockReader(filter_policy_.get(), filter_block_.bytes);
    break;
  }
  return cursor.status();
}

absl::Status Table::ReadDataBlock(const ReadOptions& options, std::size_t index,
                                  BlockBytes* block) const {
  const BlockHandle& handle = index_.handle(index);
  const BlockState state =
      states_ == nullptr ? BlockState::kUnknown : states_[index].load(std::memory_order_relaxed);
  if (state == BlockState::kPlain) {
    *block = {file_.map().substr(handle.offset, handle.size), nullptr};
    return absl::OkStatus();
  }
  if (cached_ != nullptr) {
    *block = cached_->Find(index);
    if (block->owner != nullptr) return absl::OkStatus();
  }
  absl::Status status = ReadBlock(
      handle, state == BlockState::kUnknown ? Checksum::kVerify : Checksum::kKnownGood, block);
  if (!status.ok()) return status;
  const bool in_map = block->owner == nullptr;
  if (states_ != nullptr && state == BlockState::kUnknown) {
    states_[index].store(in_map ? BlockState::kPlain : BlockState::kCompressed,
                         std::memory_order_relaxed);
  }
  if (cached_ != nullptr && options.fill_cache && !in_map) cached_->Keep(index, *block);
  return absl::OkStatus();
}

absl::Status Table::ReadBlock(const BlockHandle& handle, Checksum checksum,
                              BlockBytes* block) const {
  const std::uint64_t end = file_size() - Footer::kEncodedSize;
  if (handle.offset > end || end - handle.offset < kBlockTrailerSize ||
      handle.size > end - handle.offset - kBlockTrailerSize) {
    return Annotate(absl::DataLossError("block handle beyond the file"));
  }
  const std::size_t size = handle.size + kBlockTrailerSize;
  std::shared_ptr<char[]> read;
  std::string_view bytes;
  if (file_.mapped()) {
    bytes = file_.map().substr(handle.offset, size);
  } else {
    read = std::make_shared_for_overwrite<char[]>(size);
    absl::Status status = file_.Read(handle.offset, size, read.get());
    if (!status.ok()) return status;
    bytes = {read.get(), size};
  }
  if (checksum == Checksum::kVerify) {
    const absl::Status status = VerifyStoredBlock(bytes);
    if (!status.ok()) return Annotate(status);
  }
  const StoredBlock stored = TakeStoredBlockApart(bytes);
  if (stored.compression == CompressionType::kNoCompression) {
    *block = {stored.bytes, std::move(read)};
    return absl::OkStatus();
  }
  const absl::StatusOr<std::size_t> whole = SnappyUncompressedSize(stored.bytes);
  if (!whole.ok()) return Annotate(whole.status());
  auto uncompressed = std::make_shared_for_overwrite<char[]>(*whole);
  const absl::Status status = UncompressSnappy(stored.bytes, uncompressed.get());
  if (!status.ok()) return Annotate(status);
  *block = {{uncompressed.get(), *whole}, uncompressed};
  return absl::OkStatus();
}

absl::StatusOr<LookupResult> Table::Get(const ReadOptions& options, const LookupKey& key,
                                        std::string* value) const {
  for (std::size_t index = index_.Find(key.internal_key()); index < index_.block_count(); ++index) {
    bool past_end = false;
    absl::StatusOr<LookupResult> result = GetFrom(index, options, key, value, &past_end);
    // An index key lies anywhere between two blocks, perhaps between two entries of one user key.
    if (!past_end || index_.user_key(index) != key.user_key()) return result;
  }
  return LookupResult::kAbsent;
}

absl::StatusOr<LookupResult> Table::GetFrom(std::size_t index, const ReadOptions& options,
                                            const LookupKey& key, std::string* value,
                                            bool* past_end) const {
  *past_end = !filters_.KeyMayMatch(index_.handle(index).offset, key.user_key());
  if (*past_end) return LookupResult::kAbsent;
  BlockBytes block;
  const absl::Status status = ReadDataBlock(options, index, &block);
  if (!status.ok()) return status;

  BlockCursor cursor(block.bytes);
  cursor.Seek(key.internal_key());
  if (!cursor.status().ok()) return Annotate(cursor.status());
  *past_end = !cursor.Valid();
  if (*past_end) return LookupResult::kAbsent;
  ParsedInternalKey found;
  if (!ParseInternalKey(cursor.key(), &found)) {
    return Annotate(absl::DataLossError("bad internal key"));
  }
  if (found.user_key != key.user_key()) return LookupResult::kAbsent;
  if (found.type == ValueType::kDeletion) return LookupResult::kDeleted;
  value->assign(cursor.value());
  return LookupResult::kFound;
}

std::uint64_t Table::ApproximateOffsetOf(std::string_view internal_key) const {
  const std::size_t index = index_.Find(internal_key);
  if (index == index_.block_count()) return file_size();
  return std::min(index_.handle(index).offset, file_size());
}

}  // namespace harrow::engine
