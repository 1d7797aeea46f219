// Blocks made smaller: Snappy's format, read and written by Google's library.
//
// Threading: pure functions.
// Errors: DataLoss for bytes that are not what the compression says. No bytes make it read or write
// outside a buffer, or allocate more than 22 times what it is given.
#ifndef HARROW_ENGINE_COMPRESSION_H_
#define HARROW_ENGINE_COMPRESSION_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace harrow::engine {

// Replaces *to by the block compressed. False when that saves less than an eighth of it: reading
// would cost more than it is worth, and the block is to be stored as it is.
bool CompressBySnappy(std::string_view block, std::string* to);

// What UncompressSnappy will write.
absl::StatusOr<std::size_t> SnappyUncompressedSize(std::string_view compressed);
// `to` has room for SnappyUncompressedSize bytes.
absl::Status UncompressSnappy(std::string_view compressed, char* to);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COMPRESSION_H_
