// Which seeds a sweep, or one shard of it, runs. The seeds of a sweep have ordinals 0, 1, 2, …; ordinal i belongs to shard
// i mod the number of shards, and is position i div that number within it.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_SWEEP_SEED_SPACE_H_
#define HARROW_SIM_HARNESS_SWEEP_SEED_SPACE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace harrow::harness {

struct SeedSpace {
  static constexpr std::uint64_t kNoBound = ~std::uint64_t{0};

  std::uint64_t first_seed = 1;
  std::uint64_t seeds = kNoBound;  // of the whole sweep
  std::uint32_t shard_count = 1;

  std::uint64_t Positions(std::uint32_t shard) const;  // of a shard; kNoBound
  std::uint64_t Ordinal(std::uint32_t shard, std::uint64_t position) const;
  std::uint64_t SeedAt(std::uint32_t shard, std::uint64_t position) const;
  bool operator==(const SeedSpace&) const = default;
};

// [begin, end)
struct PositionRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
  bool operator==(const PositionRange&) const = default;
};

// A set of positions, kept as ranges that neither overlap nor touch.
class PositionSet {
 public:
  void Add(PositionRange range);
  bool Contains(std::uint64_t position) const;
  std::uint64_t size() const;
  std::uint64_t end() const;  // past the last one; 0: none
  // What is missing below `end`, in order.
  std::vector<PositionRange> Gaps(std::uint64_t end) const;

 private:
  std::map<std::uint64_t, std::uint64_t> ranges_;  // begin to end
};

// The positions that a set leaves to do, as one dense list. An unbounded list goes on for ever.
class RemainingPositions {
 public:
  RemainingPositions(const PositionSet& done, std::uint64_t positions);
  std::uint64_t size() const { return size_; }
  std::uint64_t At(std::uint64_t index) const;  // index < size()

 private:
  struct Stretch {
    std::uint64_t index = 0;  // of its first position in the list
    std::uint64_t position = 0;
  };
  std::vector<Stretch> stretches_;
  std::uint64_t size_ = 0;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SEED_SPACE_H_
