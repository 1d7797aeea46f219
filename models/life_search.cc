// Depth first over the writes that may come next, the one that must end first tried first. An
// observer that may come next and fits is placed at once: it changes nothing, so an order with it
// later stays one. A write waits while the value it would replace is still to be observed, since
// values are unique and never come back. Configurations that failed are remembered as the set of
// calls placed and the states somebody is still to observe.

#include "models/life_search.h"

#include <algorithm>

namespace harrow::models {
namespace {

std::uint64_t Mix(std::uint64_t x) {  // the finaliser of SplitMix64 (Stafford's variant 13)
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

std::uint64_t CallHash(std::uint32_t call) { return Mix(call + 0x9e3779b97f4a7c15ULL); }

std::uint64_t KeyHash(KeyId key, std::uint32_t state) {
  return Mix(((std::uint64_t{key} << 32) | state) ^ 0xd1b54a32d192ed03ULL);
}

constexpr std::uint32_t kUnobservedState = kInitialState - 1;

}  // namespace

LifeSearch::Outcome LifeSearch::Decide(std::uint32_t steps_max) {
  Prepare();
  while (true) {
    Frame frame;
    frame.begin = frame.next = candidates_.size();
    Advance();
    if (required_left_ == 0) return Outcome::kFeasible;
    frame.trail = trail_.size();
    frame.hash = hash_;
    frames_.push_back(frame);
    if (candidates_.size() == frame.begin) NoteStuck();
    if (!failed_.empty() && failed_.count(hash_) != 0) candidates_.resize(frame.begin);
    if (!Backtrack()) return Outcome::kInfeasible;
    Place(candidates_[frames_.back().next++]);
    if (++steps_ > steps_max) return Outcome::kUnknown;
  }
}

// Goes back to the last configuration with a call that was not tried; false if there is none.
bool LifeSearch::Backtrack() {
  while (!frames_.empty()) {
    const Frame& frame = frames_.back();
    TakeBack(frame.trail);
    if (frame.next < candidates_.size()) return true;
    failed_.insert(frame.hash);
    candidates_.resize(frame.begin);
    frames_.pop_back();
  }
  return false;
}

void LifeSearch::Prepare() {
  const std::size_t count = problem_.calls.size();
  waits_.assign(count, 0);
  edges_begin_.assign(count + 1, 0);
  edges_of_.resize(problem_.edges.size());
  for (const Edge& edge : problem_.edges) {
    ++waits_[edge.to];
    ++edges_begin_[edge.from];
  }
  std::uint32_t begin = 0;
  for (std::uint32_t& slot : edges_begin_) {
    begin += slot;
    slot = begin;
  }
  for (const Edge& edge : problem_.edges) edges_of_[--edges_begin_[edge.from]] = edge.to;
  states_ = problem_.initial;
  needs_.assign(problem_.touches.size(), 0);
  initial_needs_.assign(states_.size(), 0);
  absent_needs_.assign(states_.size(), 0);
  for (const Observation& observation : problem_.observations) {
    ++NeedsOf(observation.key, observation.state);
  }
  for (std::size_t call = 0; call < count; ++call) {
    if (problem_.in[call] != 0 && problem_.calls[call].required) ++required_left_;
  }
  LinkByInvocation();
}

void LifeSearch::LinkByInvocation() {
  const auto earlier = [this](std::uint32_t a, std::uint32_t b) {
    const Time at = problem_.intervals[a].invoked;
    const Time bt = problem_.intervals[b].invoked;
    return at != bt ? at < bt : a < b;
  };
  std::vector<std::uint32_t> writes;  // in order already
  std::vector<std::uint32_t> readers;
  for (std::uint32_t call = 0; call < problem_.calls.size(); ++call) {
    if (problem_.in[call] == 0) continue;
    const bool write = problem_.calls[call].kind == LifeCall::Kind::kWrite;
    (write ? writes : readers).push_back(call);
  }
  if (!std::is_sorted(readers.begin(), readers.end(), earlier)) {
    std::sort(readers.begin(), readers.end(), earlier);
  }
  std::vector<std::uint32_t> order(writes.size() + readers.size());
  std::merge(writes.begin(), writes.end(), readers.begin(), readers.end(), order.begin(), earlier);
  const auto ends = static_cast<std::uint32_t>(problem_.calls.size());
  next_.assign(ends + 1, ends);
  prev_.assign(ends + 1, ends);
  std::uint32_t last = ends;
  for (const std::uint32_t call : order) {
    next_[last] = call;
    prev_[call] = last;
    last = call;
  }
  next_[last] = ends;
  prev_[ends] = last;
}

Time LifeSearch::EarliestEnd() const {
  Time end = kNever;
  for (std::uint32_t call = next_.back(); call + 1 != next_.size(); call = next_[call]) {
    if (problem_.intervals[call].invoked > end) break;
    end = std::min(end, problem_.intervals[call].latest);
  }
  return end;
}

bool LifeSearch::Fits(const LifeCall& observer) const {
  return std::all_of(problem_.observations.begin() + observer.begin,
                     problem_.observations.begin() + observer.end,
                     [this](const Observation& observation) {
                       return states_[observation.key] == observation.state;
                     });
}

std::uint32_t& LifeSearch::NeedsOf(KeyId key, std::uint32_t state) {
  if (state == kAbsentState) return absent_needs_[key];
  return state == kInitialState ? initial_needs_[key] : needs_[state];
}

std::uint64_t LifeSearch::StateHash(KeyId key) {
  return KeyHash(key, NeedsOf(key, states_[key]) == 0 ? kUnobservedState : states_[key]);
}

bool LifeSearch::MayOverwrite(const LifeCall& write) const {
  for (std::uint32_t t = write.begin; t < write.end; ++t) {
    const KeyId key = problem_.touches[t].key;
    const std::uint32_t state = states_[key];
    if (state == kAbsentState) continue;
    if ((state == kInitialState ? initial_needs_[key] : needs_[state]) != 0) return false;
  }
  return true;
}

void LifeSearch::Advance() {
  const auto ends = static_cast<std::uint32_t>(problem_.calls.size());
  const std::size_t begin = candidates_.size();
  bool placed = true;
  while (placed) {
    placed = false;
    candidates_.resize(begin);
    const Time end = EarliestEnd();
    for (std::uint32_t call = next_[ends]; call != ends; call = next_[call]) {
      if (problem_.intervals[call].invoked > end) break;
      if (waits_[call] != 0) continue;
      const LifeCall& it = problem_.calls[call];
      if (it.kind == LifeCall::Kind::kWrite) {
        if (MayOverwrite(it)) candidates_.push_back(call);
      } else if (Fits(it)) {
        Place(call);  // its links stay as they were, so the walk goes on from it
        placed = true;
      }
    }
  }
  std::sort(candidates_.begin() + static_cast<std::ptrdiff_t>(begin), candidates_.end(),
            [this](std::uint32_t a, std::uint32_t b) {
              const Time at = problem_.intervals[a].latest;
              const Time bt = problem_.intervals[b].latest;
              return at != bt ? at < bt : a < b;
            });
}

void LifeSearch::Place(std::uint32_t call) {
  next_[prev_[call]] = next_[call];
  prev_[next_[call]] = prev_[call];
  trail_.push_back(call);
  hash_ ^= CallHash(call);
  for (std::uint32_t e = edges_begin_[call]; e < edges_begin_[call + 1]; ++e) {
    --waits_[edges_of_[e]];
  }
  const LifeCall& it = problem_.calls[call];
  if (it.required) --required_left_;
  if (it.kind == LifeCall::Kind::kWrite) {
    PlaceWrite(it);
  } else {
    PlaceObserver(it);
  }
}

void LifeSearch::PlaceObserver(const LifeCall& observer) {
  for (std::uint32_t o = observer.begin; o < observer.end; ++o) {
    const Observation& observation = problem_.observations[o];
    hash_ ^= StateHash(observation.key);
    --NeedsOf(observation.key, observation.state);
    hash_ ^= StateHash(observation.key);
  }
}

void LifeSearch::TakeBackObserver(const LifeCall& observer) {
  for (std::uint32_t o = observer.begin; o < observer.end; ++o) {
    const Observation& observation = problem_.observations[o];
    hash_ ^= StateHash(observation.key);
    ++NeedsOf(observation.key, observation.state);
    hash_ ^= StateHash(observation.key);
  }
}

void LifeSearch::PlaceWrite(const LifeCall& write) {
  for (std::uint32_t t = write.begin; t < write.end; ++t) {
    const LifeTouch& touch = problem_.touches[t];
    old_states_.push_back(states_[touch.key]);
    hash_ ^= StateHash(touch.key);
    states_[touch.key] = touch.deletion ? kAbsentState : t;
    hash_ ^= StateHash(touch.key);
  }
}

void LifeSearch::TakeBackWrite(const LifeCall& write) {
  for (std::uint32_t t = write.end; t-- > write.begin;) {
    const KeyId key = problem_.touches[t].key;
    hash_ ^= StateHash(key);
    states_[key] = old_states_.back();
    hash_ ^= StateHash(key);
    old_states_.pop_back();
  }
}

void LifeSearch::TakeBack(std::size_t trail) {
  while (trail_.size() > trail) {
    const std::uint32_t call = trail_.back();
    trail_.pop_back();
    const LifeCall& it = problem_.calls[call];
    if (it.kind == LifeCall::Kind::kWrite) {
      TakeBackWrite(it);
    } else {
      TakeBackObserver(it);
    }
    if (it.required) ++required_left_;
    for (std::uint32_t e = edges_begin_[call]; e < edges_begin_[call + 1]; ++e) {
      ++waits_[edges_of_[e]];
    }
    hash_ ^= CallHash(call);
    next_[prev_[call]] = call;
    prev_[next_[call]] = call;
  }
}

// Of the observers still to be placed where the search got furthest, the one that ends first.
void LifeSearch::NoteStuck() {
  if (trail_.size() < deepest_) return;
  deepest_ = trail_.size();
  stuck_ = kNoCall;
  for (std::uint32_t call = next_.back(); call + 1 != next_.size(); call = next_[call]) {
    if (problem_.calls[call].kind == LifeCall::Kind::kWrite) continue;
    if (stuck_ == kNoCall || problem_.intervals[call].latest < problem_.intervals[stuck_].latest) {
      stuck_ = call;
    }
  }
}

}  // namespace harrow::models
