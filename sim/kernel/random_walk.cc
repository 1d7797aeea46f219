// Clears the lowest set bits of the mask until the drawn one is the lowest.
#include "sim/kernel/random_walk.h"

#include <bit>

namespace harrow::kernel {

TaskId PickUniformly(std::uint64_t enabled, Random& random) {
  std::uint64_t skip = random.Below(static_cast<std::uint64_t>(std::popcount(enabled)));
  for (; skip > 0; --skip) enabled &= enabled - 1;
  return static_cast<TaskId>(std::countr_zero(enabled));
}

}  // namespace harrow::kernel
