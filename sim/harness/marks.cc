// The rooms' marks one behind the other.
#include "sim/harness/marks.h"

#include <cinttypes>
#include <cstdio>

#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

constexpr std::array<std::string_view, kHarnessMarkCount> kNames = {
    "crash states: every subset of what was pending",
    "crash states: subsets drawn instead",
    "nested crashes: of an equal image, judged before",
    "nested crashes: compared with the recovery without",
};

constexpr std::size_t kFirstOfDisk = engine::kMarkCount;
constexpr std::size_t kFirstOfKernel = kFirstOfDisk + disk::kMarkCount;
constexpr std::size_t kFirstOfHarness = kFirstOfKernel + kernel::kMarkCount;

std::array<std::uint64_t, kHarnessMarkCount> g_counts{};

std::uint64_t CountOf(std::size_t mark) {
  if (mark < kFirstOfDisk) return engine::ReachedCount(static_cast<engine::Mark>(mark));
  if (mark < kFirstOfKernel)
    return disk::ReachedCount(static_cast<disk::Mark>(mark - kFirstOfDisk));
  if (mark < kFirstOfHarness)
    return kernel::ReachedCount(static_cast<kernel::Mark>(mark - kFirstOfKernel));
  return g_counts[mark - kFirstOfHarness];
}

}  // namespace

void Reached(Mark mark) {
  const kernel::IgnoreAccesses counting;
  ++g_counts[static_cast<std::size_t>(mark)];
}

Marks Marks::SoFar() {
  Marks marks;
  for (std::size_t mark = 0; mark < kSize; ++mark) marks.counts_[mark] = CountOf(mark);
  return marks;
}

Marks Marks::Since(const Marks& before) const {
  Marks since;
  for (std::size_t mark = 0; mark < kSize; ++mark)
    since.counts_[mark] = counts_[mark] - before.counts_[mark];
  return since;
}

void Marks::Add(const Marks& other) {
  for (std::size_t mark = 0; mark < kSize; ++mark) counts_[mark] += other.counts_[mark];
}

std::string_view MarkName(std::size_t mark) {
  if (mark < kFirstOfDisk) return engine::ToText(static_cast<engine::Mark>(mark));
  if (mark < kFirstOfKernel) return disk::ToText(static_cast<disk::Mark>(mark - kFirstOfDisk));
  if (mark < kFirstOfHarness)
    return kernel::ToText(static_cast<kernel::Mark>(mark - kFirstOfKernel));
  return kNames[mark - kFirstOfHarness];
}

bool MarkConcerns(std::size_t mark, std::string_view target) {
  return mark >= kFirstOfDisk || target == "harrow";
}

std::string FormatMarks(const Marks& marks, std::string_view target) {
  std::string text = "rare paths:\n";
  std::string never;
  for (std::size_t mark = 0; mark < Marks::kSize; ++mark) {
    const std::string_view name = MarkName(mark);
    if (marks.Get(mark) == 0) {
      if (MarkConcerns(mark, target))
        never += (never.empty() ? "never reached: " : "; ") + std::string(name);
      continue;
    }
    char line[96];
    std::snprintf(line, sizeof(line), "  %-52.*s %14" PRIu64 "\n", static_cast<int>(name.size()),
                  name.data(), marks.Get(mark));
    text += line;
  }
  return text + (never.empty() ? "every rare path was reached\n" : never + "\n");
}

}  // namespace harrow::harness
