// A filter is an array of bits and, in the byte behind it, how many of them each key sets. One hash
// gives all of a key's bits: the further ones lie at multiples of the rotated hash behind the first
// (Kirsch and Mitzenmacher, "Less hashing, same performance", 2006).
#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/coding.h"
#include "engine/filter_policy.h"

namespace harrow::engine {
namespace {

// The format's hash, of Murmur's kind. Bytes are unsigned, the rest of a word comes low byte first.
std::uint32_t BloomHash(std::string_view key) {
  constexpr std::uint32_t kFactor = 0xc6a4a793;
  constexpr std::uint32_t kSeed = 0xbc9f1d34;
  std::uint32_t hash = kSeed ^ (static_cast<std::uint32_t>(key.size()) * kFactor);
  for (; key.size() >= 4; key.remove_prefix(4)) {
    hash = (hash + DecodeFixed32(key.data())) * kFactor;
    hash ^= hash >> 16;
  }
  if (key.empty()) return hash;
  for (std::size_t i = 0; i < key.size(); ++i) {
    hash += std::uint32_t{static_cast<unsigned char>(key[i])} << (8 * i);
  }
  hash *= kFactor;
  return hash ^ (hash >> 24);
}

std::uint32_t StepOf(std::uint32_t hash) { return (hash >> 17) | (hash << 15); }

class BloomFilterPolicy final : public FilterPolicy {
 public:
  explicit BloomFilterPolicy(int bits_per_key)
      : bits_per_key_(static_cast<std::size_t>(std::max(bits_per_key, 0))),
        // The best number is bits times ln 2.
        probe_count_(std::clamp<std::size_t>(bits_per_key_ * 69 / 100, 1, kProbeCountMax)) {}

  std::string_view Name() const override { return "leveldb.BuiltinBloomFilter2"; }

  void CreateFilter(std::span<const std::string_view> keys, std::string* to) const override {
    // Of few keys a short filter would let most others pass.
    const std::size_t byte_count = (std::max<std::size_t>(keys.size() * bits_per_key_, 64) + 7) / 8;
    const std::size_t bit_count = byte_count * 8;
    const std::size_t start = to->size();
    to->resize(start + byte_count, '\0');
    to->push_back(static_cast<char>(probe_count_));
    char* const bits = to->data() + start;
    for (const std::string_view key : keys) {
      std::uint32_t hash = BloomHash(key);
      const std::uint32_t step = StepOf(hash);
      for (std::size_t i = 0; i < probe_count_; ++i, hash += step) {
        const std::size_t bit = hash % bit_count;
        bits[bit / 8] = static_cast<char>(bits[bit / 8] | (1 << (bit % 8)));
      }
    }
  }

  bool KeyMayMatch(std::string_view key, std::string_view filter) const override {
    if (filter.size() < 2) return filter.size() == 1;  // of no keys at all, or no filter
    const std::size_t bit_count = (filter.size() - 1) * 8;
    // The number of the maker's policy, not of this one. Larger ones are kept for other encodings.
    const auto probe_count = static_cast<unsigned char>(filter.back());
    if (probe_count > kProbeCountMax) return true;
    std::uint32_t hash = BloomHash(key);
    const std::uint32_t step = StepOf(hash);
    for (unsigned i = 0; i < probe_count; ++i, hash += step) {
      const std::size_t bit = hash % bit_count;
      if ((filter[bit / 8] & (1 << (bit % 8))) == 0) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t kProbeCountMax = 30;

  const std::size_t bits_per_key_;
  const std::size_t probe_count_;
};

}  // namespace

std::shared_ptr<const FilterPolicy> NewBloomFilterPolicy(int bits_per_key) {
  return std::make_shared<const BloomFilterPolicy>(bits_per_key);
}

}  // namespace harrow::engine
