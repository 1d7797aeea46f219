// The promise is the item's own (it was recovered, synced, flushed …) or that of the write that
// could not have been there without it; the finding is what the failed key holds instead.

#include "models/recovery_report.h"

#include <algorithm>
#include <cstdint>

#include "models/check.h"
#include "models/describe.h"

namespace harrow::models {

const Write& RecoveryReport::WriteOf(std::uint32_t item) const {
  return history_.writes[problem_.items[item].write];
}

std::string RecoveryReport::Found(KeyId key) const {
  const Cell& cell = recovered_[key];
  const std::string name = KeyName(key);
  if (cell.kind == Cell::Kind::kAbsent) return name + " is absent after recovery";
  if (problem_.goals[key].kind == KeyGoal::Kind::kUnchanged) {
    return name + " still holds " + DescribeCell(history_, cell) +
           " after recovery, as before this life";
  }
  return name + " holds " + DescribeCell(history_, cell) + " after recovery";
}

KeyId RecoveryReport::SeenAt(std::uint32_t item) const {
  const RecoveryItem& it = problem_.items[item];
  for (std::uint32_t t = it.touch_begin; t < it.touch_end; ++t) {
    const KeyGoal& goal = problem_.goals[problem_.touches[t].key];
    if (goal.kind == KeyGoal::Kind::kHeld && goal.touch == t) return problem_.touches[t].key;
  }
  return kNone;
}

std::string RecoveryReport::Effect(std::uint32_t item) const {
  const RecoveryItem& it = problem_.items[item];
  if (it.effective == kNever) return Describe(WriteOf(item)) + " was in flight";
  const bool read_first = it.effective < it.acknowledged;
  return Describe(WriteOf(item)) +
         (read_first ? " was seen by a read that returned " : " was acknowledged ") +
         At(it.effective);
}

std::string RecoveryReport::Promise(std::uint32_t item) const {
  const RecoveryItem& it = problem_.items[item];
  if (it.seen) {
    return Describe(WriteOf(item)) + " is there, since " + KeyName(SeenAt(item)) +
           " holds it, and so all of it must be";
  }
  const std::uint32_t by = search_.ForcedBy(item);
  if (by != kNone) {
    std::string text = Effect(item) + ", before " + Describe(WriteOf(by)) + " was called " +
                       At(problem_.items[by].invoked);
    if (problem_.items[by].seen) text += ", which is there (" + KeyName(SeenAt(by)) + " holds it)";
    return text;
  }
  const RecoverySegment& segment = problem_.segments[it.segment];
  if (it.sync) return Effect(item);
  if (it.acknowledged < segment.sync_invoked) {
    const Write& sync = history_.writes[segment.sync_write];
    return Effect(item) + ", before " + Describe(sync) + " was called " + At(sync.invoked) +
           ", which was acknowledged " + At(sync.responded);
  }
  if (it.acknowledged < segment.flush_invoked) {
    const Write& flush = history_.writes[segment.flush_write];
    return Effect(item) + ", before " + Describe(flush) + " was called " + At(flush.invoked) +
           ", which returned ok " + At(flush.responded);
  }
  return Effect(item) +
         ", and nothing was lost with the cache: the store was closed, or dropped "
         "with its cache kept";
}

std::string RecoveryReport::Evidence(std::uint32_t item, KeyId key) const {
  const KeyGoal& goal = problem_.goals[key];
  if (goal.kind != KeyGoal::Kind::kHeld) return Found(key);
  const std::uint32_t holder = problem_.touches[goal.touch].item;
  if (!search_.Precedes(holder, item)) return Found(key);
  if (problem_.items[holder].effective == kNever) {
    return Found(key) + ", written in an earlier life than " + NameOf(WriteOf(item));
  }
  return Found(key) + ", which was in effect " + At(problem_.items[holder].effective) +
         ", before " + NameOf(WriteOf(item)) + " was called " + At(problem_.items[item].invoked);
}

std::string RecoveryReport::Cycle() const {
  const auto& cycle = search_.failure().cycle;
  std::string text;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::uint32_t a = cycle[i];
    const std::uint32_t b = cycle[(i + 1) % cycle.size()];
    if (!text.empty()) text += "; ";
    text += NameOf(WriteOf(a)) + " before " + NameOf(WriteOf(b));
    if (search_.Precedes(a, b)) {
      text += " (over " + At(problem_.items[a].latest) + ", called " +
              At(problem_.items[b].invoked) + ")";
      continue;
    }
    const RecoveryItem& it = problem_.items[b];
    for (std::uint32_t t = it.touch_begin; t < it.touch_end; ++t) {
      const KeyGoal& goal = problem_.goals[problem_.touches[t].key];
      if (goal.kind != KeyGoal::Kind::kHeld || goal.touch != t) continue;
      const RecoveryItem& other = problem_.items[a];
      const auto touches = problem_.touches.begin();
      const KeyId key = problem_.touches[t].key;
      if (std::any_of(touches + other.touch_begin, touches + other.touch_end,
                      [key](const RecoveryTouch& touch) { return touch.key == key; })) {
        text += " (" + KeyName(key) + " holds #" + std::to_string(it.write) + ")";
        break;
      }
    }
  }
  return text;
}

Verdict RecoveryReport::Explain(Rule rule) const {
  const RecoverySearch::Failure& failure = search_.failure();
  switch (failure.kind) {
    case RecoverySearch::Failure::Kind::kMissing:
      return Verdict::Violated(rule, Promise(failure.item), Evidence(failure.item, failure.key));
    case RecoverySearch::Failure::Kind::kUndeleted:
      if (failure.item == kNone) break;
      return Verdict::Violated(rule, Promise(failure.item),
                               Found(failure.key) + ", and no deletion could have come after " +
                                   NameOf(WriteOf(failure.item)));
    case RecoverySearch::Failure::Kind::kCycle:
      return Verdict::Violated(rule,
                               "what is there after recovery comes from the writes in one order "
                               "that agrees with real time",
                               "the order would have to go round in a circle: " + Cycle());
    case RecoverySearch::Failure::Kind::kExhausted:
      if (failure.item == kNone) break;
      return Verdict::Violated(rule, Promise(failure.item),
                               Found(failure.key) +
                                   ", but each deletion that could have come "
                                   "last contradicts what else was found");
  }
  return Verdict::Violated(rule, KeyName(failure.key) + " held a value when this life began",
                           Found(failure.key) + ", and no deletion of it fits what else was found");
}

bool RecoveryReport::MissingAt(std::uint32_t item, const RecoveryTouch& touch) const {
  const KeyGoal& goal = problem_.goals[touch.key];
  if (goal.kind == KeyGoal::Kind::kUnchanged) return true;
  if (goal.kind == KeyGoal::Kind::kHeld) {
    return search_.Precedes(problem_.touches[goal.touch].item, item);
  }
  if (touch.deletion) return false;
  return std::none_of(
      problem_.touches.begin(), problem_.touches.end(), [&](const RecoveryTouch& other) {
        return other.key == touch.key && other.deletion && !search_.Precedes(other.item, item);
      });
}

Verdict RecoveryReport::HalfBatch() const {
  for (std::uint32_t i = 0; i < problem_.items.size(); ++i) {
    const RecoveryItem& item = problem_.items[i];
    if (!item.seen) continue;
    for (std::uint32_t t = item.touch_begin; t < item.touch_end; ++t) {
      const RecoveryTouch& touch = problem_.touches[t];
      if (MissingAt(i, touch)) {
        return Verdict::Violated(Rule::kAtomic, Promise(i), Evidence(i, touch.key));
      }
    }
  }
  return Verdict::Ok();
}

}  // namespace harrow::models
