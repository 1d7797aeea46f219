// The filters of a table's data blocks, in one block of it.
//
//   filter block := filter*, fixed32 offset of each filter, fixed32 offset of the first of those,
//                   byte log2 of the range                     the range is 2 KiB: the byte is 11
//
// Filter i is of the user keys of the data blocks that start at an offset from i * range up to the
// next range; where none starts it is empty. The metaindex has the block under "filter." and the
// policy's name.
//
// Threading: builder: one thread at a time; reader: constant, safe from any.
#ifndef HARROW_ENGINE_FILTER_BLOCK_H_
#define HARROW_ENGINE_FILTER_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter_policy.h"

namespace harrow::engine {

// The metaindex key of a policy's filter block.
std::string FilterBlockName(const FilterPolicy& policy);

class FilterBlockBuilder {
 public:
  // The policy outlives the builder.
  explicit FilterBlockBuilder(const FilterPolicy* policy) : policy_(policy) {}

  // A data block will start here; offsets ascend.
  void StartBlock(std::uint64_t offset);
  // A key of the block that was started last.
  void AddKey(std::string_view user_key);
  // The bytes are valid as long as the builder; nothing may be added after it.
  std::string_view Finish();

 private:
  void EndFilter();

  const FilterPolicy* const policy_;
  std::string key_bytes_;                // of the filter at hand, one after the other
  std::vector<std::size_t> key_starts_;  // in key_bytes_
  std::vector<std::uint32_t> filter_offsets_;
  std::string block_;
};

class FilterBlockReader {
 public:
  FilterBlockReader() = default;  // has no filters: every key may match
  // The policy and the block's bytes outlive the reader. Any bytes will do: where they are no
  // filters, every key may match.
  FilterBlockReader(const FilterPolicy* policy, std::string_view block);

  // False only if the data block at this offset does not hold the key.
  bool KeyMayMatch(std::uint64_t block_offset, std::string_view user_key) const;

 private:
  const FilterPolicy* policy_ = nullptr;
  std::string_view block_;
  std::size_t offsets_at_ = 0;  // in block_: where the filters end and their offsets start
  std::uint64_t filter_count_ = 0;
  unsigned range_log2_ = 0;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FILTER_BLOCK_H_
