// With the index: block by block. Without it: from each block's start the checksum grows byte by
// byte until the five bytes that follow are a trailer with just this sum.
#include "engine/table_salvage.h"

#include <string>
#include <vector>

#include "engine/block.h"
#include "engine/compression.h"
#include "engine/crc32c.h"
#include "engine/internal_key.h"
#include "engine/table_format.h"

namespace harrow::engine {
namespace {

class Salvager {
 public:
  Salvager(std::string_view table, const EntrySink& sink) : table_(table), sink_(sink) {}

  // False where footer or index cannot be read; nothing has been taken then.
  bool FindBlocks(std::vector<BlockHandle>* blocks) {
    Footer footer;
    if (table_.size() < Footer::kEncodedSize ||
        !footer.DecodeFrom(table_.substr(table_.size() - Footer::kEncodedSize)).ok()) {
      return false;
    }
    std::string scratch;
    std::string_view index;
    if (!Unpack(footer.index, &scratch, &index)) return false;
    BlockCursor cursor(index);
    for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
      std::string_view value = cursor.value();
      BlockHandle handle;
      if (handle.DecodeFrom(&value)) blocks->push_back(handle);
    }
    return cursor.status().ok();
  }

  absl::Status TakeBlock(const BlockHandle& handle) {
    std::string scratch;
    std::string_view block;
    if (!Unpack(handle, &scratch, &block)) return absl::OkStatus();
    BlockCursor cursor(block);
    for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
      ParsedInternalKey parsed;
      if (!ParseInternalKey(cursor.key(), &parsed)) continue;
      if (!last_key_.empty() && CompareInternalKey(cursor.key(), last_key_) <= 0) continue;
      last_key_ = cursor.key();
      absl::Status status = sink_(cursor.key(), cursor.value());
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  // The data blocks are the first of a table. What follows them, filters or an empty metaindex, is
  // not like one, so that the index is never taken for data.
  absl::Status TakeFromFront() {
    std::uint64_t start = 0;
    for (std::uint64_t size; (size = SizeOfBlockAt(start)) > 0; start += size) {
      const BlockHandle handle{start, size - kBlockTrailerSize};
      if (!IsData(handle)) break;
      absl::Status status = TakeBlock(handle);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

 private:
  // Whether it has entries, all with internal keys, and after those taken so far.
  bool IsData(const BlockHandle& handle) const {
    std::string scratch;
    std::string_view block;
    if (!Unpack(handle, &scratch, &block)) return false;
    BlockCursor cursor(block);
    std::string last = last_key_;
    bool any = false;
    for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
      ParsedInternalKey parsed;
      if (!ParseInternalKey(cursor.key(), &parsed)) return false;
      if (!last.empty() && CompareInternalKey(cursor.key(), last) <= 0) return false;
      last = cursor.key();
      any = true;
    }
    return any && cursor.status().ok();
  }

  // With its trailer; 0 for none.
  std::uint64_t SizeOfBlockAt(std::uint64_t start) const {
    std::uint32_t crc = 0;
    for (std::uint64_t at = start; at < table_.size() && table_.size() - at >= kBlockTrailerSize;
         ++at) {
      crc = crc32c::Extend(crc, table_.data() + at, 1);
      if (at > start && crc32c::Unmask(DecodeFixed32(table_.data() + at + 1)) == crc) {
        return at + kBlockTrailerSize - start;
      }
    }
    return 0;
  }

  // Points into the table or into *scratch; false for a block that is damaged or not there.
  bool Unpack(const BlockHandle& handle, std::string* scratch, std::string_view* block) const;

  const std::string_view table_;
  const EntrySink& sink_;
  std::string last_key_;
};

bool Salvager::Unpack(const BlockHandle& handle, std::string* scratch,
                      std::string_view* block) const {
  if (handle.offset > table_.size() || table_.size() - handle.offset < kBlockTrailerSize ||
      handle.size > table_.size() - handle.offset - kBlockTrailerSize) {
    return false;
  }
  const std::string_view stored =
      table_.substr(static_cast<std::size_t>(handle.offset),
                    static_cast<std::size_t>(handle.size) + kBlockTrailerSize);
  const absl::StatusOr<StoredBlock> checked = CheckStoredBlock(stored);
  if (!checked.ok()) return false;
  *block = checked->bytes;
  if (checked->compression == CompressionType::kNoCompression) return true;
  const absl::StatusOr<std::size_t> size = SnappyUncompressedSize(checked->bytes);
  if (!size.ok()) return false;
  scratch->resize(*size);
  *block = *scratch;
  return UncompressSnappy(checked->bytes, scratch->data()).ok();
}

}  // namespace

absl::Status SalvageTable(std::string_view table, const EntrySink& sink) {
  Salvager salvager(table, sink);
  std::vector<BlockHandle> blocks;
  if (!salvager.FindBlocks(&blocks)) return salvager.TakeFromFront();
  for (const BlockHandle& block : blocks) {
    absl::Status status = salvager.TakeBlock(block);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace harrow::engine
