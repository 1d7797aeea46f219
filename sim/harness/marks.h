// Rare paths: how often a run, or a sweep of runs, took each that the engine, the disk, the scheduler and the harness have marked
// (their coverage_mark.h, and Mark below). A sweep that is clean says little about a path that it never took.
//
// The rooms count for the whole process; a run's marks are what they count while it runs, recoveries included.
//
// Threading: one simulated machine, one OS thread; sums are values.
// Invariants: every mark has a name of its own.
#ifndef HARROW_SIM_HARNESS_MARKS_H_
#define HARROW_SIM_HARNESS_MARKS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "engine/coverage_mark.h"
#include "sim/disk/coverage_mark.h"
#include "sim/kernel/coverage_mark.h"

namespace harrow::harness {

// The harness's own.
enum class Mark : std::uint8_t {
  kSubsetsInFull,      // every subset of what was pending at a crash point
  kSubsetsDrawn,       // too much was pending for that
  kNestedEqual,        // crashes inside the recovery from an equal image have been judged
  kRecoveriesCompared  // of one image: without, and after a crash inside
};
inline constexpr std::size_t kHarnessMarkCount = 4;

void Reached(Mark mark);

class Marks {
 public:
  // By number: first the engine's, then the disk's, the scheduler's, the harness's.
  static constexpr std::size_t kSize =
      engine::kMarkCount + disk::kMarkCount + kernel::kMarkCount + kHarnessMarkCount;

  // What the process has counted.
  static Marks SoFar();
  Marks Since(const Marks& before) const;

  std::uint64_t Get(std::size_t mark) const { return counts_[mark]; }
  void Add(std::size_t mark, std::uint64_t amount) { counts_[mark] += amount; }
  void Add(const Marks& other);
  bool operator==(const Marks& other) const = default;

 private:
  std::array<std::uint64_t, kSize> counts_{};
};

static_assert(std::is_trivially_copyable_v<Marks>, "crosses process borders as bytes");

std::string_view MarkName(std::size_t mark);  // "log: bad length"
// Whether a run of the target can take the path: those of our engine only where that is the target.
bool MarkConcerns(std::size_t mark, std::string_view target);

// Two columns, one mark a line; last the names of those that were never reached, and could have been.
std::string FormatMarks(const Marks& marks, std::string_view target);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_MARKS_H_
