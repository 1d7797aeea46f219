// xoshiro256** over SplitMix64. The seed passes fmix64 before SplitMix64 expands it, because
// SplitMix64's increment is the golden constant: seeds that differ by a multiple of it would give
// one stream, shifted.
#include "sim/kernel/random.h"

#include "sim/kernel/check.h"

namespace harrow::kernel {
namespace {

std::uint64_t RotateLeft(std::uint64_t value, int by) {
  return (value << by) | (value >> (64 - by));
}

std::uint64_t SplitMix(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t Mix(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  value ^= value >> 33;
  return value;
}

std::uint64_t Mix(std::uint64_t a, std::uint64_t b) {
  return Mix(Mix(a ^ 0x2545f4914f6cdd1dULL) + RotateLeft(Mix(b ^ 0x8ebc6af09c88c6e3ULL), 23));
}

Random::Random(std::uint64_t seed) : seed_(seed) {
  std::uint64_t state = Mix(seed ^ 0x6a09e667f3bcc909ULL);
  for (std::uint64_t& word : state_) word = SplitMix(state);
}

Random Random::Child(std::string_view purpose) const {
  std::uint64_t name = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : purpose) name = (name ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return Random(Mix(seed_, name));
}

std::uint64_t Random::Next() {
  const std::uint64_t result = RotateLeft(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = RotateLeft(state_[3], 45);
  return result;
}

// Lemire's multiplication with rejection: exact, and no division on the usual path.
std::uint64_t Random::Below(std::uint64_t bound) {
  KERNEL_CHECK(bound > 0);
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(Next()) * bound;
  if (static_cast<std::uint64_t>(product) < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (static_cast<std::uint64_t>(product) < threshold) {
      product = static_cast<Wide>(Next()) * bound;
    }
  }
  return static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t Random::Between(std::uint64_t low, std::uint64_t high) {
  KERNEL_CHECK(low <= high);
  const std::uint64_t span = high - low + 1;
  return span == 0 ? Next() : low + Below(span);
}

bool Random::OneIn(std::uint64_t n) {
  KERNEL_CHECK(n > 0);
  return Below(n) == 0;
}

}  // namespace harrow::kernel
