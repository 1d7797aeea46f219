#include "faults/effect_cells.h"

namespace harrow::faults {
namespace {

constexpr std::array<std::string_view, kEffectCount> kNames = {
    "error",         "short write",      "short read",  "interrupt",   "failed sync",
    "applied error", "failed writeback", "missed name", "flipped bit", "rot",
    "delay"};

}  // namespace

std::string_view ToText(EffectKind kind) { return kNames[static_cast<std::size_t>(kind)]; }

EffectCells EffectCells::Of(const Plan& plan, const std::vector<Fired>& fired) {
  EffectCells cells;
  for (const Fired& one : fired) {
    const bool persistent = plan.rules[one.rule].count == Rule::kForever;
    const auto lasting =
        static_cast<std::size_t>(persistent ? Lasting::kPersistent : Lasting::kTransient);
    ++cells.On(one.effect.kind, one.operation)[lasting];
    ++cells.On(one.effect.kind, one.file)[lasting];
  }
  return cells;
}

void EffectCells::Add(const EffectCells& other) {
  for (std::size_t effect = 0; effect < kEffectCount; ++effect) {
    for (std::size_t lasting = 0; lasting < 2; ++lasting) {
      for (std::size_t at = 0; at < kOperationCount; ++at)
        by_operation_[effect][at][lasting] += other.by_operation_[effect][at][lasting];
      for (std::size_t at = 0; at < kFileCount; ++at)
        by_file_[effect][at][lasting] += other.by_file_[effect][at][lasting];
    }
  }
}

}  // namespace harrow::faults
