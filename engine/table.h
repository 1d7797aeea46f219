// A table file opened for reading: an immutable sorted map from internal keys to values.
//
// Index and filters are in memory as long as the table. Data blocks are read where they lie when the
// file is mapped and they are not compressed; otherwise they come from the block cache, or from the
// file by way of it.
//
// Threading: safe from any number of threads; iterators one thread each.
// Invariants:
//  1. The checksum of a block is verified when the block is first read from its file, and again
//     whenever it is read, not mapped, anew.
//  2. No bytes make it read outside a block or the file, or loop without end.
// Errors: DataLoss for any damage that is met, but for that of a filter; whatever
// RandomAccessFile::Read fails with.
// Filters: the table is read with those that were written under the name of the policy at hand, and
// without if there are none or they are damaged: every pair is in the data blocks, and it would be
// a pity to lose sight of them for the sake of a shortcut.
#ifndef HARROW_ENGINE_TABLE_H_
#define HARROW_ENGINE_TABLE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/block_cache.h"
#include "engine/file.h"
#include "engine/filter_block.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/options.h"
#include "engine/table_format.h"
#include "engine/table_index.h"

namespace harrow::engine {

enum class LookupResult {
  kAbsent,   // the table has no change of the key at or before the lookup's sequence
  kFound,    // the newest is a put
  kDeleted,  // the newest is a deletion
};

class Table : public std::enable_shared_from_this<Table> {
 public:
  static absl::StatusOr<std::shared_ptr<Table>> Open(RandomAccessFile file,
                                                     const TableOptions& options);

  // *value changes only for kFound.
  absl::StatusOr<LookupResult> Get(const ReadOptions& options, const LookupKey& key,
                                   std::string* value) const;

  // Over internal keys. It shares ownership of the table.
  std::unique_ptr<Iterator> NewIterator(const ReadOptions& options) const;

  // Where in the file the entry at or after the internal key is, to a block; the file's size behind
  // the last one. Reads nothing.
  std::uint64_t ApproximateOffsetOf(std::string_view internal_key) const;

  const std::string& path() const { return file_.path(); }
  std::uint64_t file_size() const { return file_.size(); }

 private:
  friend class TableIterator;
  explicit Table(RandomAccessFile file) : file_(std::move(file)) {}

  absl::Status Load(const TableOptions& options);
  absl::Status LoadFilters(const BlockHandle& metaindex);

  // What the block has for the key; past_end: nothing at or after it.
  absl::StatusOr<LookupResult> GetFrom(std::size_t index, const ReadOptions& options,
                                       const LookupKey& key, std::string* value,
                                       bool* past_end) const;
  // A data block, by its number in the index.
  absl::Status ReadDataBlock(const ReadOptions& options, std::size_t index,
                             BlockBytes* block) const;
  enum class Checksum : std::uint8_t { kVerify, kKnownGood };
  // Any block, from the file or its map.
  absl::Status ReadBlock(const BlockHandle& handle, Checksum checksum, BlockBytes* block) const;
  absl::Status Annotate(const absl::Status& status) const;  // adds the path

  RandomAccessFile file_;
  TableIndex index_;
  std::unique_ptr<CachedBlocks> cached_;  // nullptr: there is no cache
  // What is known of a data block of a mapped file: nothing, or that its checksum was right.
  enum class BlockState : std::uint8_t { kUnknown, kPlain, kCompressed };
  std::unique_ptr<std::atomic<BlockState>[]> states_;
  std::shared_ptr<const FilterPolicy> filter_policy_;  // or nullptr
  BlockBytes filter_block_;
  FilterBlockReader filters_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_H_
