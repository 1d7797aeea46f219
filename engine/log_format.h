// The bytes of a log file.
//
//   log     := block* cut block      every block has 32768 bytes; the last one may be cut
//   block   := fragment* trailer
//   trailer := zero bytes            fewer than 7: no header fits in them
//   fragment := header payload       never crosses a block
//   header  := fixed32 masked CRC-32C of type and payload, fixed16 payload size, byte type
//   record  := FULL | FIRST MIDDLE* LAST    the concatenation of the payloads
//
// Where exactly 7 bytes are left in a block, a record that does not end there starts with a FIRST
// fragment without payload. A header of zero bytes is none: a preallocated or lost stretch of the
// file.
#ifndef HARROW_ENGINE_LOG_FORMAT_H_
#define HARROW_ENGINE_LOG_FORMAT_H_

#include <cstddef>
#include <cstdint>

namespace harrow::engine {

enum class FragmentType : std::uint8_t { kZero = 0, kFull = 1, kFirst = 2, kMiddle = 3, kLast = 4 };

inline constexpr std::size_t kLogBlockSize = 32768;
inline constexpr std::size_t kLogHeaderSize = 4 + 2 + 1;

static_assert(kLogBlockSize - kLogHeaderSize <= 0xffff, "a payload's size must fit 16 bits");

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_FORMAT_H_
