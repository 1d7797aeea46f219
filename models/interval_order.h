// Can calls that each take effect at one instant of their interval be put in one order, when some
// must come before others besides?
//
// Threading: one thread; scratch memory is kept between calls, results do not depend on it.
// Source: the interval order of Herlihy and Wing, Linearizability, TOPLAS 1990; placed front to
// back after Kahn, CACM 1962, without writing the interval order out as edges.
#ifndef HARROW_MODELS_INTERVAL_ORDER_H_
#define HARROW_MODELS_INTERVAL_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "models/history.h"

namespace harrow::models {

// A call takes effect after `invoked` and no later than `latest`. Real time puts one call before
// another if its latest is below the other's invoked.
struct Interval {
  Time invoked = 0;
  Time latest = kNever;
};

inline bool Precedes(const Interval& a, const Interval& b) { return a.latest < b.invoked; }

struct Edge {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

class IntervalOrder {
 public:
  // Orders the calls i with in[i] != 0; every edge is between such calls. If there is no order,
  // cycle() has a circle: each comes before the next, and the last before the first.
  bool Exists(std::span<const Interval> calls, std::span<const std::uint8_t> in,
              std::span<const Edge> edges);
  const std::vector<std::uint32_t>& cycle() const { return cycle_; }

 private:
  void Prepare(std::span<const Interval> calls, std::span<const std::uint8_t> in,
               std::span<const Edge> edges);
  std::size_t PlaceAll(std::span<const Interval> calls);
  void FindCycle(std::span<const Interval> calls, std::span<const Edge> edges);

  std::vector<std::uint32_t> by_invoked_;
  std::vector<std::uint32_t> by_latest_;
  std::vector<std::uint32_t> edges_begin_;  // by call: into edges_of_; one more at the end
  std::vector<std::uint32_t> edges_of_;     // the `to` ends, by `from`
  std::vector<std::uint32_t> waits_;        // by call: edges from calls not yet placed
  std::vector<std::uint8_t> called_;        // by call: as far as real time goes it may be placed
  std::vector<std::uint8_t> placed_;
  std::vector<std::uint32_t> ready_;
  std::vector<std::uint32_t> cycle_;
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_INTERVAL_ORDER_H_
