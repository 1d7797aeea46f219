// The bytes of a table file, apart from the insides of its blocks (block_builder.h).
//
//   table     := stored block*, metaindex, index, footer
//   stored block := block, byte compression, fixed32 masked CRC-32C of block and compression
//   metaindex := stored block                 names other blocks: that of the filters, if any
//   index     := stored block                 for each data block: a key at or after its last and
//                                             before the next block's first, and its handle
//   handle    := varint64 offset, varint64 size         size without the 5 bytes of the trailer
//   compression := 0 for none, 1 for Snappy
//   footer    := metaindex handle, index handle, zero bytes up to 40, fixed64 magic
#ifndef HARROW_ENGINE_TABLE_FORMAT_H_
#define HARROW_ENGINE_TABLE_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/coding.h"
#include "engine/options.h"

namespace harrow::engine {

inline constexpr std::uint64_t kTableMagic = 0xdb4775248b80fb57;
inline constexpr std::size_t kBlockTrailerSize = 1 + 4;

struct TableOptions {
  // Bytes of keys and values after which a data block is closed.
  std::size_t block_size = 4096;
  // Keys from one key that is stored whole to the next.
  int restart_interval = 16;
  CompressionType compression = CompressionType::kSnappyCompression;
  std::shared_ptr<const FilterPolicy> filter_policy;  // nullptr: no filters are written or read
  bool allow_mmap_reads = true;
  std::shared_ptr<BlockCache> block_cache;  // nullptr: blocks are kept nowhere
};

struct BlockHandle {
  static constexpr std::size_t kEncodedSizeMax = 2 * kMaxVarint64Size;

  std::uint64_t offset = 0;  // of the block in the file
  std::uint64_t size = 0;    // of the block without its trailer

  void AppendTo(std::string* to) const;
  // Takes a handle off the front of *input; false if there is none.
  bool DecodeFrom(std::string_view* input);
};

struct Footer {
  static constexpr std::size_t kEncodedSize = 2 * BlockHandle::kEncodedSizeMax + 8;

  BlockHandle metaindex;
  BlockHandle index;

  void AppendTo(std::string* to) const;
  // From the last kEncodedSize bytes of a table. DataLoss if they are no footer.
  absl::Status DecodeFrom(std::string_view bytes);
};

// A block as its file has it, without the trailer.
struct StoredBlock {
  CompressionType compression = CompressionType::kNoCompression;
  std::string_view bytes;
};

// With its trailer.
void AppendStoredBlock(std::string* to, const StoredBlock& block);

// Of a stored block, trailer included: DataLoss for a wrong checksum or an unknown compression.
absl::Status VerifyStoredBlock(std::string_view stored);
// One that was verified, apart.
StoredBlock TakeStoredBlockApart(std::string_view stored);
// Both in turn.
absl::StatusOr<StoredBlock> CheckStoredBlock(std::string_view stored);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_FORMAT_H_
