// A call may be placed when no unplaced one ended before it was called, and no edge into it comes
// from an unplaced one. The earliest end of the unplaced ones only grows, so one sweep over the
// calls by invocation and one by end serve the whole placement.

#include "models/interval_order.h"

#include <algorithm>
#include <cstddef>

#include "models/check.h"

namespace harrow::models {

bool IntervalOrder::Exists(std::span<const Interval> calls, std::span<const std::uint8_t> in,
                           std::span<const Edge> edges) {
  MODELS_CHECK(calls.size() == in.size());
  Prepare(calls, in, edges);
  if (PlaceAll(calls) == by_invoked_.size()) return true;
  FindCycle(calls, edges);
  return false;
}

void IntervalOrder::Prepare(std::span<const Interval> calls, std::span<const std::uint8_t> in,
                            std::span<const Edge> edges) {
  by_invoked_.clear();
  for (std::uint32_t i = 0; i < calls.size(); ++i) {
    if (in[i] != 0) by_invoked_.push_back(i);
  }
  by_latest_ = by_invoked_;
  const auto invoked_first = [calls](std::uint32_t a, std::uint32_t b) {
    return calls[a].invoked != calls[b].invoked ? calls[a].invoked < calls[b].invoked : a < b;
  };
  const auto latest_first = [calls](std::uint32_t a, std::uint32_t b) {
    return calls[a].latest != calls[b].latest ? calls[a].latest < calls[b].latest : a < b;
  };
  if (!std::is_sorted(by_invoked_.begin(), by_invoked_.end(), invoked_first)) {
    std::sort(by_invoked_.begin(), by_invoked_.end(), invoked_first);
  }
  std::sort(by_latest_.begin(), by_latest_.end(), latest_first);

  waits_.assign(calls.size(), 0);
  called_.assign(calls.size(), 0);
  placed_.assign(calls.size(), 0);
  edges_begin_.assign(calls.size() + 1, 0);
  edges_of_.resize(edges.size());
  for (const Edge& edge : edges) {
    ++waits_[edge.to];
    ++edges_begin_[edge.from];
  }
  std::uint32_t begin = 0;
  for (std::uint32_t& slot : edges_begin_) {
    begin += slot;
    slot = begin;
  }
  for (const Edge& edge : edges) edges_of_[--edges_begin_[edge.from]] = edge.to;
}

std::size_t IntervalOrder::PlaceAll(std::span<const Interval> calls) {
  std::size_t count = 0;
  std::size_t next = 0;      // into by_invoked_: the first not yet called
  std::size_t earliest = 0;  // into by_latest_: the first not yet placed
  ready_.clear();
  while (true) {
    while (earliest < by_latest_.size() && placed_[by_latest_[earliest]] != 0) ++earliest;
    if (earliest == by_latest_.size()) return count;
    const Time bound = calls[by_latest_[earliest]].latest;
    for (; next < by_invoked_.size() && calls[by_invoked_[next]].invoked <= bound; ++next) {
      called_[by_invoked_[next]] = 1;
      if (waits_[by_invoked_[next]] == 0) ready_.push_back(by_invoked_[next]);
    }
    if (ready_.empty()) return count;
    const std::uint32_t call = ready_.back();
    ready_.pop_back();
    placed_[call] = 1;
    ++count;
    for (std::uint32_t e = edges_begin_[call]; e < edges_begin_[call + 1]; ++e) {
      const std::uint32_t to = edges_of_[e];
      if (--waits_[to] == 0 && called_[to] != 0) ready_.push_back(to);
    }
  }
}

// Each unplaced call has an unplaced predecessor, so walking back must come round.
void IntervalOrder::FindCycle(std::span<const Interval> calls, std::span<const Edge> edges) {
  const auto predecessor = [&](std::uint32_t call) {
    for (const Edge& edge : edges) {
      if (edge.to == call && placed_[edge.from] == 0) return edge.from;
    }
    for (const std::uint32_t other : by_latest_) {
      if (placed_[other] == 0 && Precedes(calls[other], calls[call])) return other;
    }
    MODELS_CHECK(false && "an unplaced call has an unplaced predecessor");
    return call;
  };
  std::uint32_t call = 0;
  for (const std::uint32_t candidate : by_latest_) {
    if (placed_[candidate] == 0) call = candidate;
  }
  std::vector<std::uint32_t> walk;
  while (std::find(walk.begin(), walk.end(), call) == walk.end()) {
    walk.push_back(call);
    call = predecessor(call);
  }
  cycle_.assign(std::find(walk.begin(), walk.end(), call), walk.end());
  std::reverse(cycle_.begin(), cycle_.end());
}

}  // namespace harrow::models
