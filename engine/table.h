// A table file opened for reading: an immutable sorted map from internal keys to values.
//
// Threading: safe from any number of threads; iterators one thread each.
// Invariants:
//  1. The checksum of a block is checked each time the block is read.
//  2. No bytes make it read outside a block or the file, or loop without end.
// Errors: DataLoss for any damage that is met, but for that of a filter; whatever
// RandomAccessFile::Read fails with. Not here: a cache of blocks. A small table is in memory whole.
// Filters: the table is read with those that were written under the name of the policy at hand, and
// without if there are none or they are damaged: every pair is in the data blocks, and it would be
// a pity to lose sight of them for the sake of a shortcut.
#ifndef HARROW_ENGINE_TABLE_H_
#define HARROW_ENGINE_TABLE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/file.h"
#include "engine/filter_block.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/table_format.h"

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
  absl::StatusOr<LookupResult> Get(const LookupKey& key, std::string* value) const;

  // Over internal keys. It shares ownership of the table.
  std::unique_ptr<Iterator> NewIterator() const;

  // Where in the file the entry at or after the internal key is, to a block; the file's size behind
  // the last one. Reads nothing.
  std::uint64_t ApproximateOffsetOf(std::string_view internal_key) const;

  const std::string& path() const { return file_.path(); }
  std::uint64_t file_size() const { return file_.size(); }

 private:
  friend class TableIterator;
  // A block's bytes: in `owned`, or in the table's `whole_`.
  struct BlockBytes {
    std::string_view block;
    std::unique_ptr<char[]> owned;
  };
  Table(RandomAccessFile file, std::shared_ptr<const FilterPolicy> filter_policy)
      : file_(std::move(file)), filter_policy_(std::move(filter_policy)) {}

  absl::Status Load(const TableOptions& options);
  absl::Status LoadFilters(const BlockHandle& metaindex);
  // `size` bytes at `offset`, which lie within the file.
  absl::Status ReadBytes(std::uint64_t offset, std::uint64_t size, BlockBytes* bytes) const;
  absl::Status ReadBlock(const BlockHandle& handle, BlockBytes* bytes) const;
  // The block that an index entry's value points to.
  absl::Status ReadDataBlock(std::string_view encoded_handle, BlockBytes* bytes) const;
  absl::Status Annotate(const absl::Status& status) const;  // adds the path

  RandomAccessFile file_;
  BlockBytes whole_;  // of a small table; else empty
  BlockBytes index_;
  const std::shared_ptr<const FilterPolicy> filter_policy_;  // or nullptr
  BlockBytes filter_bytes_;
  FilterBlockReader filters_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_H_
