// The processors' instruction takes eight bytes a cycle but needs three cycles for its result, so
// three neighbouring stretches are summed side by side and then joined (Gopal et al., "Fast CRC
// computation for iSCSI polynomial using CRC32 instruction", Intel 2011). Joining needs the sum of
// A followed by n zero bytes, a linear map of the sum of A, kept as four tables for each n.
#include <array>
#include <bit>

#include "engine/check.h"
#include "engine/coding.h"
#include "engine/crc32c.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#define HARROW_CRC32C_ACCELERATED 1
#define HARROW_CRC32C_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define HARROW_CRC32C_ACCELERATED 1
#define HARROW_CRC32C_TARGET
#endif

namespace harrow::engine::crc32c {

#if defined(HARROW_CRC32C_ACCELERATED)
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // bit-reversed

// Column i is what bit i of a sum becomes.
using Map = std::array<std::uint32_t, 32>;

constexpr std::uint32_t Apply(const Map& map, std::uint32_t sum) {
  std::uint32_t result = 0;
  for (; sum != 0; sum &= sum - 1) {
    result ^= map[static_cast<std::size_t>(std::countr_zero(sum))];
  }
  return result;
}

constexpr Map Twice(const Map& map) {
  Map result{};
  for (std::size_t bit = 0; bit < 32; ++bit) result[bit] = Apply(map, map[bit]);
  return result;
}

// What zero_size zero bytes behind it make of a sum.
template <std::size_t zero_size>
struct Shift {
  static_assert(std::has_single_bit(zero_size));

  std::array<std::array<std::uint32_t, 256>, 4> tables{};

  constexpr Shift() {
    Map map{kPolynomial};  // of one zero bit
    for (std::size_t bit = 1; bit < 32; ++bit) map[bit] = std::uint32_t{1} << (bit - 1);
    for (std::size_t bits = 1; bits < zero_size * 8; bits *= 2) map = Twice(map);
    for (std::size_t n = 0; n < 4; ++n) {
      for (std::uint32_t byte = 0; byte < 256; ++byte) {
        tables[n][byte] = Apply(map, byte << (8 * n));
      }
    }
  }

  std::uint32_t operator()(std::uint64_t sum) const {
    return tables[0][sum & 0xff] ^ tables[1][(sum >> 8) & 0xff] ^ tables[2][(sum >> 16) & 0xff] ^
           tables[3][(sum >> 24) & 0xff];
  }
};

constexpr std::size_t kLong = 1024;
constexpr std::size_t kShort = 128;
constexpr Shift<kLong> kShiftLong;
constexpr Shift<kShort> kShiftShort;

#if defined(__x86_64__)
HARROW_CRC32C_TARGET inline std::uint64_t Step8(std::uint64_t sum, const char* data) {
  return _mm_crc32_u64(sum, DecodeFixed64(data));
}
HARROW_CRC32C_TARGET inline std::uint64_t Step1(std::uint64_t sum, const char* data) {
  return _mm_crc32_u8(static_cast<std::uint32_t>(sum), static_cast<unsigned char>(*data));
}
#else
inline std::uint64_t Step8(std::uint64_t sum, const char* data) {
  return __crc32cd(static_cast<std::uint32_t>(sum), DecodeFixed64(data));
}
inline std::uint64_t Step1(std::uint64_t sum, const char* data) {
  return __crc32cb(static_cast<std::uint32_t>(sum), static_cast<unsigned char>(*data));
}
#endif

template <std::size_t stretch>
HARROW_CRC32C_TARGET inline std::uint64_t ThreeStretches(std::uint64_t sum, const char* data,
                                                         const Shift<stretch>& shift) {
  std::uint64_t second = 0;
  std::uint64_t third = 0;
  for (std::size_t i = 0; i < stretch; i += 8) {
    sum = Step8(sum, data + i);
    second = Step8(second, data + i + stretch);
    third = Step8(third, data + i + 2 * stretch);
  }
  return shift(shift(sum) ^ second) ^ third;
}

}  // namespace

HARROW_CRC32C_TARGET std::uint32_t ExtendAccelerated(std::uint32_t crc, const char* data,
                                                     std::size_t size) {
  std::uint64_t sum = ~crc;
  for (; size >= 3 * kLong; data += 3 * kLong, size -= 3 * kLong) {
    sum = ThreeStretches(sum, data, kShiftLong);
  }
  for (; size >= 3 * kShort; data += 3 * kShort, size -= 3 * kShort) {
    sum = ThreeStretches(sum, data, kShiftShort);
  }
  for (; size >= 8; data += 8, size -= 8) sum = Step8(sum, data);
  for (; size > 0; ++data, --size) sum = Step1(sum, data);
  return ~static_cast<std::uint32_t>(sum);
}

#if defined(__x86_64__)
bool HasAcceleration() { return __builtin_cpu_supports("sse4.2") != 0; }
#else
bool HasAcceleration() { return true; }
#endif

#else  // no instruction known for this machine

bool HasAcceleration() { return false; }
std::uint32_t ExtendAccelerated(std::uint32_t, const char*, std::size_t) {
  HARROW_CHECK(HasAcceleration());
  return 0;
}

#endif

}  // namespace harrow::engine::crc32c
