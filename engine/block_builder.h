// Builds a block: pairs in key order, each key without what it shares with the one before it.
//
//   block    := entry*, restart*, fixed32 number of restarts
//   entry    := varint32 shared, varint32 unshared, varint32 value size, unshared key bytes, value
//   restart  := fixed32 offset of an entry with shared = 0; the first is 0, also in an empty block
//
// Threading: one thread at a time.
#ifndef HARROW_ENGINE_BLOCK_BUILDER_H_
#define HARROW_ENGINE_BLOCK_BUILDER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace harrow::engine {

class BlockBuilder {
 public:
  // `restart_interval` is at least 1.
  explicit BlockBuilder(int restart_interval);

  // `key` is an internal key after all keys of the block (checked).
  void Add(std::string_view key, std::string_view value);
  // Ends the block. The bytes are valid until Reset().
  std::string_view Finish();
  void Reset();

  // Bytes of the block if it were ended now.
  std::size_t CurrentSize() const;
  bool empty() const { return buffer_.empty(); }
  // The key added last; valid until the next one is.
  std::string_view last_key() const { return last_key_; }

 private:
  const int restart_interval_;
  std::string buffer_;
  std::vector<std::uint32_t> restarts_;  // after the first, which is always 0
  int since_restart_ = 0;                // entries
  bool finished_ = false;
  std::string last_key_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BLOCK_BUILDER_H_
