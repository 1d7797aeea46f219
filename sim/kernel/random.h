// The project's one integer PRNG, with child streams by name: a new draw in one place moves none
// elsewhere.
//
// Threading: a value; not shared.
// Source: xoshiro256** (Blackman, Vigna 2018), seeded by SplitMix64 over a seed that went through a
// different finaliser first (streams seeded by multiples of the golden constant would be shifted
// copies of one another).
#ifndef HARROW_SIM_KERNEL_RANDOM_H_
#define HARROW_SIM_KERNEL_RANDOM_H_

#include <cstdint>
#include <string_view>

namespace harrow::kernel {

// A bijective finaliser (MurmurHash3's fmix64); Mix(a, b) combines two words.
std::uint64_t Mix(std::uint64_t value);
std::uint64_t Mix(std::uint64_t a, std::uint64_t b);

class Random {
 public:
  explicit Random(std::uint64_t seed);

  // The stream for one purpose; depends on this stream's seed, not on what was drawn from it.
  Random Child(std::string_view purpose) const;

  std::uint64_t Next();
  // Uniform in [0, bound); bound > 0.
  std::uint64_t Below(std::uint64_t bound);
  // Uniform in [low, high].
  std::uint64_t Between(std::uint64_t low, std::uint64_t high);
  bool OneIn(std::uint64_t n);  // n > 0

 private:
  std::uint64_t seed_;
  std::uint64_t state_[4];
};

}  // namespace harrow::kernel

#endif  // HARROW_SIM_KERNEL_RANDOM_H_
