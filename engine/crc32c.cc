// The portable path takes eight bytes a step through eight tables ("slicing by 8", Kounavis and
// Berry, 2005): table n holds the sum of a byte that n zero bytes follow. The path for the machine
// is looked up once and kept in a pointer; threads that race for it find the same.
#include "engine/crc32c.h"

#include <array>
#include <atomic>

#include "engine/coding.h"

namespace harrow::engine::crc32c {
namespace {

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // bit-reversed

using Tables = std::array<std::array<std::uint32_t, 256>, 8>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t sum = byte;
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ ((sum & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = sum;
  }
  for (std::size_t n = 1; n < 8; ++n) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t sum = tables[n - 1][byte];
      tables[n][byte] = (sum >> 8) ^ tables[0][sum & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

std::uint32_t ExtendFirst(std::uint32_t crc, const char* data, std::size_t size);

using ExtendFunction = std::uint32_t (*)(std::uint32_t, const char*, std::size_t);
constinit std::atomic<ExtendFunction> extend{&ExtendFirst};

std::uint32_t ExtendFirst(std::uint32_t crc, const char* data, std::size_t size) {
  const ExtendFunction chosen = HasAcceleration() ? &ExtendAccelerated : &ExtendPortable;
  extend.store(chosen, std::memory_order_relaxed);
  return chosen(crc, data, size);
}

}  // namespace

std::uint32_t Extend(std::uint32_t crc, const char* data, std::size_t size) {
  return extend.load(std::memory_order_relaxed)(crc, data, size);
}

std::uint32_t ExtendPortable(std::uint32_t crc, const char* data, std::size_t size) {
  std::uint32_t sum = ~crc;
  for (; size >= 8; data += 8, size -= 8) {
    const std::uint32_t low = DecodeFixed32(data) ^ sum;
    const std::uint32_t high = DecodeFixed32(data + 4);
    sum = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][(high >> 8) & 0xff] ^
          kTables[1][(high >> 16) & 0xff] ^ kTables[0][high >> 24];
  }
  for (; size > 0; ++data, --size) {
    sum = (sum >> 8) ^ kTables[0][(sum ^ static_cast<unsigned char>(*data)) & 0xff];
  }
  return ~sum;
}

}  // namespace harrow::engine::crc32c
