// Everything observable about a run, folded into one 64-bit hash: the figure that must be equal wherever the same scenario is
// run again.
//
// Threading: one thread.
#ifndef HARROW_SIM_HARNESS_RUN_DIGEST_H_
#define HARROW_SIM_HARNESS_RUN_DIGEST_H_

#include <cstdint>
#include <span>
#include <string_view>

#include "models/history.h"

namespace harrow::harness {

class RunDigest {
 public:
  void Add(std::uint64_t value);
  void Add(std::string_view text);
  void Add(std::span<const models::Cell> cells);
  void Add(const models::History& history);
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0x6861'7272'6f77ULL;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RUN_DIGEST_H_
