// One pass over the writes since the base gives each its interval of possible effect; one pass over
// the reads of the same lives shortens the intervals of those that were seen. A life's calls count
// up to its end or the image, whichever comes first: what returned later was in flight.

#include "models/recovery_problem.h"

#include <algorithm>
#include <utility>

#include "models/check.h"

namespace harrow::models {
namespace {

constexpr std::uint32_t kRefused = kNone - 1;

Time LimitOf(const Life& life, Time at) { return std::min(at, life.ended); }

// The number of power losses between the lives `from` and `to`: each ends a segment.
std::uint32_t LossesBetween(const History& history, std::uint32_t from, std::uint32_t to) {
  std::uint32_t losses = 0;
  for (std::uint32_t life = from; life < to; ++life) {
    if (LosesCache(history.lives[life].end)) ++losses;
  }
  return losses;
}

// The life that ran when the image was taken.
std::uint32_t LifeAt(const History& history, Time at) {
  auto life = static_cast<std::uint32_t>(history.lives.size());
  while (life > 1 && history.lives[life - 1].started >= at) --life;
  return life - 1;
}

}  // namespace

void RecoveryProblem::Build(const History& history, WriteId first_write, Time at, ImageKind image) {
  items.clear();
  touches.clear();
  segments.clear();
  item_of_.clear();
  first_write_ = first_write;
  touched_by_.assign(history.key_count, 0);
  if (first_write >= history.writes.size() || history.writes[first_write].invoked >= at) return;

  std::uint32_t life = history.writes[first_write].life;
  Time limit = LimitOf(history.lives[life], at);
  Time first_failure = kNever;  // in this life
  const bool held = image == ImageKind::kClean || image == ImageKind::kPowerLoss;
  Time previous = 0;
  segments.emplace_back();
  for (std::size_t id = first_write; id < history.writes.size(); ++id) {
    const Write& write = history.writes[id];
    MODELS_CHECK(write.id == id);
    MODELS_CHECK(write.invoked >= previous);
    previous = write.invoked;
    if (write.invoked >= at) break;
    if (write.life != life) {
      MODELS_CHECK(write.life > life);
      segments.resize(segments.size() + LossesBetween(history, life, write.life));
      life = write.life;
      limit = LimitOf(history.lives[life], at);
      first_failure = kNever;
    }
    item_of_.push_back(kNone);
    if (write.invoked >= limit) continue;
    const bool returned = write.responded <= limit;
    const bool acknowledged = returned && write.result == Result::kOk;
    if (write.invoked > first_failure && !acknowledged && !write.flush) {
      item_of_.back() = kRefused;
      continue;
    }
    if (history.undertakes.errors_stick && returned && write.result == Result::kFailed &&
        !write.flush) {
      first_failure = std::min(first_failure, write.responded);
    }
    AddWrite(write, limit, history.lives[life].ended,
             static_cast<std::uint32_t>(segments.size() - 1), held);
  }
  if (image == ImageKind::kClean && LossesBetween(history, life, LifeAt(history, at)) == 0) {
    segments.back().keeps_all = true;
  }
  ObserveReads(history, at);
}

void RecoveryProblem::AddWrite(const Write& write, Time limit, Time end, std::uint32_t segment,
                               bool held) {
  const bool acknowledged = write.responded <= limit && write.result == Result::kOk;
  RecoverySegment& joined = segments[segment];
  if (write.flush) {
    if (acknowledged && held && write.invoked >= joined.flush_invoked) {
      joined.flush_invoked = write.invoked;
      joined.flush_write = write.id;
    }
    return;
  }
  if (acknowledged && held && write.sync && write.invoked >= joined.sync_invoked) {
    joined.sync_invoked = write.invoked;
    joined.sync_write = write.id;
  }
  if (write.entries.empty() && !write.sync) return;
  RecoveryItem item;
  item.write = write.id;
  item.segment = segment;
  item.invoked = write.invoked;
  item.acknowledged = acknowledged ? write.responded : kNever;
  item.effective = item.acknowledged;
  item.latest = std::min(item.acknowledged, end);
  item.sync = write.sync && held;
  item.touch_begin = static_cast<std::uint32_t>(touches.size());
  AddTouches(write);
  item.touch_end = static_cast<std::uint32_t>(touches.size());
  item_of_.back() = static_cast<std::uint32_t>(items.size());
  items.push_back(item);
}

void RecoveryProblem::AddTouches(const Write& write) {
  const auto item = static_cast<std::uint32_t>(items.size());
  for (std::size_t i = write.entries.size(); i-- > 0;) {
    const Entry& entry = write.entries[i];
    MODELS_CHECK(entry.key < touched_by_.size());
    if (touched_by_[entry.key] == write.id + 1) continue;
    touched_by_[entry.key] = write.id + 1;
    touches.push_back({entry.key, static_cast<std::uint32_t>(i), item, entry.deletion});
  }
}

void RecoveryProblem::ObserveReads(const History& history, Time at) {
  const std::uint32_t life = history.writes[first_write_].life;
  auto read = std::partition_point(history.reads.begin(), history.reads.end(),
                                   [life](const Read& r) { return r.life < life; });
  for (; read != history.reads.end() && read->invoked < at; ++read) {
    if (read->result != Result::kOk || read->snapshot >= 0) continue;
    if (read->responded > LimitOf(history.lives[read->life], at)) continue;
    for (const Cell& cell : read->cells) {
      if (cell.kind != Cell::Kind::kValue) continue;
      const std::uint32_t index = ItemOf(cell.write);
      if (index == kNone || history.writes[cell.write].life != read->life) continue;
      RecoveryItem& item = items[index];
      item.effective = std::min(item.effective, read->responded);
      item.latest = std::min(item.latest, item.effective);
    }
  }
}

std::uint32_t RecoveryProblem::ItemOf(WriteId write) const {
  if (write < first_write_ || write - first_write_ >= item_of_.size()) return kNone;
  const std::uint32_t item = item_of_[write - first_write_];
  return item == kRefused ? kNone : item;
}

std::uint32_t RecoveryProblem::TouchOf(WriteId write, std::uint32_t entry) const {
  const std::uint32_t index = ItemOf(write);
  if (index == kNone) return kNone;
  for (std::uint32_t t = items[index].touch_begin; t < items[index].touch_end; ++t) {
    if (touches[t].entry == entry) return t;
  }
  return kNone;
}

bool RecoveryProblem::Refused(WriteId write) const {
  return write >= first_write_ && write - first_write_ < item_of_.size() &&
         item_of_[write - first_write_] == kRefused;
}

void RecoveryProblem::Split() {
  split_items_.clear();
  for (const RecoveryItem& item : items) {
    for (std::uint32_t t = item.touch_begin; t < item.touch_end; ++t) {
      const KeyGoal& goal = goals[touches[t].key];
      RecoveryItem& part = split_items_.emplace_back(item);
      part.touch_begin = t;
      part.touch_end = t + 1;
      part.seen = goal.kind == KeyGoal::Kind::kHeld && goal.touch == t;
      touches[t].item = static_cast<std::uint32_t>(split_items_.size() - 1);
    }
  }
  std::swap(items, split_items_);
}

}  // namespace harrow::models
