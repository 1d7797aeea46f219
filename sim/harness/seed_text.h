// A seed as people write it: a decimal number, a hexadecimal one after "0x", or a commit hash.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SEED_TEXT_H_
#define HARROW_SIM_HARNESS_SEED_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harrow::harness {

// Decimal digits that fit 64 bits are a number; otherwise 7 to 64 hexadecimal digits are a commit hash, of which the first 16
// digits count (fewer: all of them). Decimal digits alone that do not fit are a mistyped number, unless they are as many as a
// whole hash has: 40 or 64.
std::optional<std::uint64_t> ParseSeed(std::string_view text);
std::string SeedText(std::uint64_t seed);  // "0x1f"

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SEED_TEXT_H_
