#include "sim/harness/seed_text.h"

#include <array>
#include <charconv>

namespace harrow::harness {
namespace {

constexpr std::size_t kSeedDigits = 16;
constexpr std::size_t kShortestHash = 7;
constexpr std::size_t kWholeHash = 40;
constexpr std::size_t kLongestHash = 64;

std::optional<std::uint64_t> Number(std::string_view digits, int base) {
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc{} || end != digits.data() + digits.size() || digits.empty())
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<std::uint64_t> ParseSeed(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) return Number(text.substr(2), 16);
  if (const std::optional<std::uint64_t> decimal = Number(text, 10)) return decimal;
  if (text.size() < kShortestHash || text.size() > kLongestHash) return std::nullopt;
  bool letters = false;
  for (const char digit : text) {
    const bool decimal = digit >= '0' && digit <= '9';
    const bool letter = (digit >= 'a' && digit <= 'f') || (digit >= 'A' && digit <= 'F');
    if (!decimal && !letter) return std::nullopt;
    letters = letters || letter;
  }
  if (!letters && text.size() != kWholeHash && text.size() != kLongestHash) return std::nullopt;
  return Number(text.substr(0, kSeedDigits), 16);
}

std::string SeedText(std::uint64_t seed) {
  std::array<char, 16> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), seed, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

}  // namespace harrow::harness
