// A table's index, decoded: its data blocks by number, and which of them may hold a key.
//
// Threading: constant; safe from any thread.
// Invariants: keys ascend strictly (checked when it is decoded, with DataLoss).
#ifndef HARROW_ENGINE_TABLE_INDEX_H_
#define HARROW_ENGINE_TABLE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/internal_key.h"
#include "engine/table_format.h"

namespace harrow::engine {

class TableIndex {
 public:
  TableIndex() = default;
  // From the bytes of an index block, which are not needed afterwards.
  static absl::StatusOr<TableIndex> Decode(std::string_view block);

  std::size_t block_count() const { return entries_.size(); }
  const BlockHandle& handle(std::size_t block) const { return entries_[block].handle; }
  std::string_view user_key(std::size_t block) const { return ExtractUserKey(KeyOf(block)); }
  // The first block that may hold keys at or after this internal key; block_count() if none.
  std::size_t Find(std::string_view internal_key) const;

 private:
  struct Entry {
    std::size_t key_start;  // in keys_, up to the next entry's
    BlockHandle handle;
  };

  std::string_view KeyOf(std::size_t block) const;
  // The eight bytes of a user key behind the prefix, first byte highest; zeros behind its end.
  std::uint64_t WordOf(std::string_view user_key) const;

  std::string keys_;
  std::vector<Entry> entries_;
  std::size_t prefix_size_ = 0;       // bytes that all user keys start with
  std::vector<std::uint64_t> words_;  // of every key: ascending
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_INDEX_H_
