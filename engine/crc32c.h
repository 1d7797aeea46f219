// CRC-32C (Castagnoli, RFC 3720 appendix B.4), with the SSE4.2 or ARMv8 instructions where the
// processor has them, else by tables.
//
// Threading: pure functions. The path is chosen at the first call; all paths give the same value.
// Stored sums are masked, as LevelDB's are: the sum of bytes that themselves hold sums is weak.
#ifndef HARROW_ENGINE_CRC32C_H_
#define HARROW_ENGINE_CRC32C_H_

#include <cstddef>
#include <cstdint>

namespace harrow::engine::crc32c {

// The sum of A followed by data[0, size), where crc is the sum of A (0 for an empty A).
std::uint32_t Extend(std::uint32_t crc, const char* data, std::size_t size);

inline std::uint32_t Value(const char* data, std::size_t size) { return Extend(0, data, size); }

inline constexpr std::uint32_t kMaskDelta = 0xa282ead8U;

inline std::uint32_t Mask(std::uint32_t crc) { return ((crc >> 15) | (crc << 17)) + kMaskDelta; }
inline std::uint32_t Unmask(std::uint32_t masked) {
  const std::uint32_t rotated = masked - kMaskDelta;
  return (rotated >> 17) | (rotated << 15);
}

// The single paths, for tests and measurement.
std::uint32_t ExtendPortable(std::uint32_t crc, const char* data, std::size_t size);
bool HasAcceleration();
// Needs HasAcceleration().
std::uint32_t ExtendAccelerated(std::uint32_t crc, const char* data, std::size_t size);

}  // namespace harrow::engine::crc32c

#endif  // HARROW_ENGINE_CRC32C_H_
