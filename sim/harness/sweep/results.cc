#include "sim/harness/sweep/results.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace harrow::harness {
namespace {

constexpr std::array<std::string_view, 5> kReasons = {"complete", "time", "failures", "interrupted",
                                                      "output"};

bool Holds(const DoneBlock& outer, const DoneBlock& inner) {
  return outer.shard == inner.shard && outer.first <= inner.first &&
         inner.first - outer.first < outer.size && inner.size <= outer.size;
}

}  // namespace

std::string FirstDifference(const SweepHeader& a, const SweepHeader& b) {
  if (a.target != b.target) return "target";
  if (a.profile != b.profile) return "profile";
  if (a.strategy != b.strategy) return "strategy";
  if (a.space.first_seed != b.space.first_seed) return "seed";
  if (a.space.seeds != b.space.seeds) return "seeds";
  if (a.recheck_one_in != b.recheck_one_in) return "recheck";
  if (a.known != b.known) return "known_findings";
  if (a.space.shard_count != b.space.shard_count) return "shard_count";
  return {};
}

std::string_view ToText(EndReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }

std::optional<EndReason> ParseEndReason(std::string_view name) {
  const auto* const found = std::find(kReasons.begin(), kReasons.end(), name);
  if (found == kReasons.end()) return std::nullopt;
  return static_cast<EndReason>(found - kReasons.begin());
}

bool SweepResults::AddFailure(Failure failure) {
  if (failure.seed.has_value() && !red.insert(*failure.seed).second) return false;
  if (++by_cause[failure.cause] > kFullFailuresOfACause) {
    failure.text.clear();
    failure.output.clear();
  }
  failures.push_back(std::move(failure));
  return true;
}

void SweepResults::SumUp() {
  total = Tally();
  done.clear();
  unknown.clear();
  for (const auto& [place, block] : blocks) {
    total.Add(block.tally);
    done[block.shard].Add({block.first, block.first + block.size});
    unknown.insert(unknown.end(), block.unknown.begin(), block.unknown.end());
  }
  std::sort(unknown.begin(), unknown.end());
}

std::uint64_t SweepResults::MissingSeeds() const {
  std::uint64_t missing = 0;
  for (const std::uint32_t shard : header.shards) {
    const auto found = done.find(shard);
    const PositionSet none;
    const PositionSet& of_shard = found == done.end() ? none : found->second;
    const std::uint64_t positions = header.space.Positions(shard);
    const std::uint64_t end = positions == SeedSpace::kNoBound ? of_shard.end() : positions;
    missing += end - of_shard.size();
  }
  return missing;
}

absl::Status AddBlock(DoneBlock block, DoneBlocks* blocks) {
  auto next = blocks->lower_bound({block.shard, block.first});
  if (next != blocks->begin() && Holds(std::prev(next)->second, block)) --next;
  if (next != blocks->end() && Holds(next->second, block)) {
    if (next->second.size == block.size && !(next->second.tally == block.tally))
      return absl::DataLossError("two results of positions " + std::to_string(block.first) +
                                 " to " + std::to_string(block.first + block.size - 1) +
                                 " of shard " + std::to_string(block.shard) + " differ");
    return absl::OkStatus();
  }
  while (next != blocks->end() && Holds(block, next->second)) next = blocks->erase(next);
  blocks->insert_or_assign({block.shard, block.first}, std::move(block));
  return absl::OkStatus();
}

}  // namespace harrow::harness
