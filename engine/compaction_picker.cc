// A score is a fraction; two are compared by their products, which stay exact. Everything else is
// closing lists of tables under "shares a user key".
#include "engine/compaction_picker.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/check.h"
#include "engine/coverage_mark.h"

namespace harrow::engine {
namespace {

constexpr std::uint64_t kGrandparentOverlapFiles = 10;
constexpr std::uint64_t kExpandedSizeFiles = 25;

std::uint64_t SaturatingProduct(std::uint64_t a, std::uint64_t b) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  return b != 0 && a > kMax / b ? kMax : a * b;
}

// How full a level is: `size` of `size_max`, which is not 0.
struct Score {
  std::uint64_t size = 0;
  std::uint64_t size_max = 1;
};

__extension__ using Wide = unsigned __int128;

bool Higher(const Score& a, const Score& b) {
  return Wide{a.size} * b.size_max > Wide{b.size} * a.size_max;
}

// The level's tables that overlap the range, and those that share a user key with any of these,
// over and over.
FileList ClosedOverlapping(const Version& version, int level, const UserKeyRange& range) {
  FileList files = version.Overlapping(level, range);
  while (!files.empty()) {
    FileList wider = version.Overlapping(level, SpanOf(files));
    if (wider.size() == files.size()) break;
    files = std::move(wider);
  }
  return files;
}

// In key order the level's first table that goes past the pointer; if none does, its first table.
FileRef FirstAfter(const FileList& files, const InternalKey& pointer) {
  FileRef first;
  FileRef first_after;
  for (const FileRef& file : files) {
    if (first == nullptr || Compare(file->smallest, first->smallest) < 0) first = file;
    if (pointer.valid() && Compare(file->largest, pointer) <= 0) continue;
    if (first_after == nullptr || Compare(file->smallest, first_after->smallest) < 0) {
      first_after = file;
    }
  }
  return first_after != nullptr ? first_after : first;
}

UserKeyRange Union(const UserKeyRange& a, const UserKeyRange& b) {
  return {std::min(*a.smallest, *b.smallest), std::max(*a.largest, *b.largest)};
}

}  // namespace

UserKeyRange CompactionPlan::Span() const {
  const UserKeyRange span = SpanOf(inputs);
  return next_inputs.empty() ? span : Union(span, SpanOf(next_inputs));
}

CompactionPicker::CompactionPicker(const Options& options)
    : level0_trigger_(options.level0_file_num_compaction_trigger),
      max_file_size_(options.max_file_size),
      grandparent_overlap_max_(SaturatingProduct(kGrandparentOverlapFiles, max_file_size_)),
      expanded_size_max_(SaturatingProduct(kExpandedSizeFiles, max_file_size_)) {
  HARROW_CHECK(level0_trigger_ >= 1);
  HARROW_CHECK(max_file_size_ >= 1);
  std::uint64_t size_max = options.max_bytes_for_level_base;
  for (std::size_t level = 1; level < level_size_max_.size(); ++level) {
    level_size_max_[level] = size_max;
    HARROW_CHECK(size_max >= 1);
    size_max = SaturatingProduct(size_max, options.max_bytes_for_level_multiplier);
  }
}

std::optional<int> CompactionPicker::LevelToCompact(const Version& version) const {
  Score best{version.level(0).size(), level0_trigger_};
  int best_level = 0;
  for (int level = 1; level + 1 < kLevelCount; ++level) {
    const Score score{version.level_size(level), level_size_max_[static_cast<std::size_t>(level)]};
    if (!Higher(score, best)) continue;
    best = score;
    best_level = level;
  }
  if (best.size < best.size_max) return std::nullopt;
  return best_level;
}

std::optional<CompactionPlan> CompactionPicker::PickBySize(
    const std::shared_ptr<const Version>& version, const CompactPointers& pointers) const {
  const std::optional<int> level = LevelToCompact(*version);
  if (!level.has_value()) return std::nullopt;
  CompactionPlan plan;
  plan.reason = CompactionReason::kSize;
  plan.level = *level;
  plan.version = version;
  plan.inputs = {FirstAfter(version->level(*level), pointers[static_cast<std::size_t>(*level)])};
  return Complete(std::move(plan));
}

CompactionPlan CompactionPicker::PickBySeeks(const std::shared_ptr<const Version>& version,
                                             int level, const FileRef& file) const {
  CompactionPlan plan;
  plan.reason = CompactionReason::kSeeks;
  plan.level = level;
  plan.version = version;
  plan.inputs = {file};
  return Complete(std::move(plan));
}

std::optional<CompactionPlan> CompactionPicker::PickByHand(
    const std::shared_ptr<const Version>& version, int level, const UserKeyRange& range) const {
  CompactionPlan plan;
  plan.reason = CompactionReason::kManual;
  plan.level = level;
  plan.version = version;
  plan.inputs = version->Overlapping(level, range);
  if (plan.inputs.empty()) return std::nullopt;
  // Not at level 0: the rest would be older or newer than what went before it.
  if (level > 0) {
    std::uint64_t size = 0;
    const auto end = std::find_if(plan.inputs.begin(), plan.inputs.end(), [&](const FileRef& file) {
      return (size += file->file_size) >= max_file_size_;
    });
    if (end != plan.inputs.end()) plan.inputs.erase(end + 1, plan.inputs.end());
  }
  return Complete(std::move(plan));
}

CompactionPlan CompactionPicker::Complete(CompactionPlan plan) const {
  HARROW_CHECK(plan.level >= 0 && plan.level + 1 < kLevelCount);
  const Version& version = *plan.version;
  plan.inputs = ClosedOverlapping(version, plan.level, SpanOf(plan.inputs));
  plan.next_inputs = ClosedOverlapping(version, plan.level + 1, SpanOf(plan.inputs));
  if (!plan.next_inputs.empty()) {
    FileList more = ClosedOverlapping(version, plan.level, plan.Span());
    if (more.size() > plan.inputs.size() &&
        TotalFileSize(more) + TotalFileSize(plan.next_inputs) < expanded_size_max_ &&
        ClosedOverlapping(version, plan.level + 1, SpanOf(more)).size() ==
            plan.next_inputs.size()) {
      Reached(Mark::kInputsGrown);
      plan.inputs = std::move(more);
    }
  }
  if (plan.level + 2 < kLevelCount) {
    plan.grandparents = version.Overlapping(plan.level + 2, plan.Span());
  }
  // One by hand rewrites: it is to drop what can be dropped.
  plan.trivial_move = plan.reason != CompactionReason::kManual && plan.inputs.size() == 1 &&
                      plan.next_inputs.empty() &&
                      TotalFileSize(plan.grandparents) <= grandparent_overlap_max_;
  return plan;
}

int CompactionPicker::LevelForFlush(const Version& version, const UserKeyRange& range,
                                    const CompactionPlan* running) const {
  if (running != nullptr) {
    const UserKeyRange span = running->Span();
    if (!span.StartsAfter(*range.largest) && !span.EndsBefore(*range.smallest)) {
      Reached(Mark::kFlushAvoidsCompaction);
      return 0;
    }
  }
  if (version.AnyOverlaps(0, range)) return 0;
  int level = 0;
  while (level < kFlushLevelMax && !version.AnyOverlaps(level + 1, range)) {
    if (level + 2 < kLevelCount &&
        TotalFileSize(version.Overlapping(level + 2, range)) > grandparent_overlap_max_) {
      break;
    }
    ++level;
  }
  return level;
}

}  // namespace harrow::engine
