// The place is a level and a user key in it.
#include "engine/manual_compaction.h"

#include "engine/coverage_mark.h"

namespace harrow::engine {
namespace {

std::optional<std::string> Own(const std::optional<std::string_view>& key) {
  if (!key.has_value()) return std::nullopt;
  return std::string(*key);
}

}  // namespace

ManualCompaction::ManualCompaction(const Version& version, const UserKeyRange& range)
    : smallest_(Own(range.smallest)), largest_(Own(range.largest)), from_(smallest_) {
  if (range.empty()) {
    last_level_ = 0;
    return;
  }
  for (int level = 2; level < kLevelCount; ++level) {
    if (version.AnyOverlaps(level, range)) last_level_ = level;
  }
}

std::optional<CompactionPlan> ManualCompaction::NextPiece(
    const CompactionPicker& picker, const std::shared_ptr<const Version>& version) {
  for (; !done(); GoToLevel(level_ + 1)) {
    if (Rest().empty()) continue;
    std::optional<CompactionPlan> piece = picker.PickByHand(version, level_, Rest());
    if (piece.has_value()) return piece;
  }
  return std::nullopt;
}

void ManualCompaction::Advance(const CompactionPlan& piece) {
  if (piece.level == 0) {
    GoToLevel(1);
    return;
  }
  Reached(Mark::kManualInPieces);
  // The first key after the piece.
  from_ = std::string(*SpanOf(piece.inputs).largest) + '\0';
}

UserKeyRange ManualCompaction::Rest() const {
  UserKeyRange rest;
  if (from_.has_value()) rest.smallest = *from_;
  if (largest_.has_value()) rest.largest = *largest_;
  return rest;
}

void ManualCompaction::GoToLevel(int level) {
  level_ = level;
  from_ = smallest_;
}

}  // namespace harrow::engine
