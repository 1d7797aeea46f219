// A cursor over a block (block_builder.h has its grammar), in the order of internal keys.
//
// Threading: one thread at a time.
// Invariants:
//  1. No bytes make it read outside the block: every number is checked before it is used. What is
//     wrong becomes DataLoss, which stays until the next Reset().
//  2. Every key() has at least kTagSize bytes.
// Not an Iterator: it is a value that other cursors hold, and is aimed at one block after another.
#ifndef HARROW_ENGINE_BLOCK_H_
#define HARROW_ENGINE_BLOCK_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"

namespace harrow::engine {

class BlockCursor {
 public:
  BlockCursor() = default;  // at no block, not valid
  explicit BlockCursor(std::string_view block) { Reset(block); }
  BlockCursor(const BlockCursor&) = delete;
  BlockCursor& operator=(const BlockCursor&) = delete;

  // Aims at a block whose bytes outlive that; not valid until a seek. status() tells if it is none.
  void Reset(std::string_view block);
  // Aims at no block.
  void Clear() { Reset(kEmptyBlock); }

  bool Valid() const { return current_ < restarts_offset_; }
  void SeekToFirst();
  void SeekToLast();
  void Seek(std::string_view target);
  void Next();
  void Prev();
  std::string_view key() const { return key_; }
  std::string_view value() const { return value_; }
  const absl::Status& status() const { return status_; }

 private:
  static constexpr std::string_view kEmptyBlock{"\0\0\0\0", 4};  // no entries, no restarts

  std::uint32_t RestartOffset(std::uint32_t index) const;
  // Makes the entry at a restart the next one to parse.
  void AimAtRestart(std::uint32_t index);
  // Parses the entry after the current one; false at the end or after damage.
  bool ParseNext();
  // Makes room for a longer key; key_ stays.
  void GrowKeyBuffer(std::size_t size);
  void Invalidate();
  void Damaged(const char* what);

  std::string_view block_ = kEmptyBlock;
  std::uint32_t restarts_offset_ = 0;  // of the array of restarts: the end of the entries
  std::uint32_t restarts_count_ = 0;
  std::uint32_t current_ = 0;  // offset of the current entry; restarts_offset_ when not valid
  std::uint32_t next_ = 0;     // offset of the entry after it
  char short_keys_[64];        // never cleared
  std::unique_ptr<char[]> long_keys_;
  char* key_buffer_ = short_keys_;  // for keys that are stored in parts; or long_keys_
  std::size_t key_buffer_size_ = sizeof short_keys_;
  std::string_view key_;  // in the buffer or in the block
  std::string_view value_;
  absl::Status status_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BLOCK_H_
