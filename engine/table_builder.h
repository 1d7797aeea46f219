// Writes a table file (table_format.h has its grammar), to the byte as LevelDB does.
//
// Threading: one thread at a time.
// Invariants:
//  1. The file is written from offset 0, in pieces of 64 KiB or more and a last one.
//  2. After a failed append every call returns that failure and writes nothing.
// Not here: syncing and closing the file; making its name durable.
#ifndef HARROW_ENGINE_TABLE_BUILDER_H_
#define HARROW_ENGINE_TABLE_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "engine/block_builder.h"
#include "engine/file.h"
#include "engine/filter_block.h"
#include "engine/table_format.h"

namespace harrow::engine {

class TableBuilder {
 public:
  // `file` is empty (checked) and outlives the builder.
  TableBuilder(const TableOptions& options, AppendFile* file);
  TableBuilder(const TableBuilder&) = delete;
  TableBuilder& operator=(const TableBuilder&) = delete;
  // Finish() or Abandon() was called (checked).
  ~TableBuilder();

  // `key` is an internal key after all keys added before (checked).
  absl::Status Add(std::string_view key, std::string_view value);
  // About how many bytes will be added, if the caller knows: saves growing the buffer step by step.
  void Expect(std::size_t bytes);
  // Writes what is left; the table is then whole. Nothing may be added after it.
  absl::Status Finish();
  // Gives up; the file's contents are then of no use.
  void Abandon();

  std::uint64_t EntryCount() const { return entry_count_; }
  // Bytes of the file so far, those not yet handed over included; of the whole file after Finish().
  std::uint64_t FileSize() const { return flushed_size_ + buffer_.size(); }

 private:
  static constexpr std::size_t kAppendSize = std::size_t{64} << 10;

  void EndDataBlock();
  // Of the last data block, under block_key_.
  void AddIndexEntry();
  // Ends a block and moves it into the buffer, compressed where that is asked for and pays.
  BlockHandle StoreBlock(BlockBuilder* block);
  BlockHandle Store(const StoredBlock& block);
  absl::Status Flush();

  const TableOptions options_;
  AppendFile* const file_;
  std::string buffer_;  // blocks that are not in the file yet
  std::uint64_t flushed_size_ = 0;
  BlockBuilder data_block_;
  BlockBuilder index_block_;
  std::optional<FilterBlockBuilder> filter_block_;
  std::string compressed_;  // kept for its capacity
  std::string block_key_;   // the last of the data block that ended last; made short for the index
  std::uint64_t entry_count_ = 0;
  // A data block ended and its index entry waits for the next key, to find a short key between.
  bool index_entry_pending_ = false;
  BlockHandle pending_handle_;
  absl::Status failure_;
  bool closed_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_BUILDER_H_
