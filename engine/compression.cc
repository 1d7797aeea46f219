// The size that compressed bytes claim is believed only as far as their number allows: the element
// that makes most of the fewest bytes is a copy, 64 bytes of 3.
#include "engine/compression.h"

#include <snappy.h>

namespace harrow::engine {

bool CompressBySnappy(std::string_view block, std::string* to) {
  to->resize(snappy::MaxCompressedLength(block.size()));
  std::size_t size = 0;
  snappy::RawCompress(block.data(), block.size(), to->data(), &size);
  to->resize(size);
  return size < block.size() - block.size() / 8;
}

absl::StatusOr<std::size_t> SnappyUncompressedSize(std::string_view compressed) {
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(compressed.data(), compressed.size(), &size) ||
      size / 64 > compressed.size() / 3) {
    return absl::DataLossError("a snappy block claims a size that it cannot have");
  }
  return size;
}

absl::Status UncompressSnappy(std::string_view compressed, char* to) {
  if (!snappy::RawUncompress(compressed.data(), compressed.size(), to)) {
    return absl::DataLossError("a snappy block is damaged");
  }
  return absl::OkStatus();
}

}  // namespace harrow::engine
