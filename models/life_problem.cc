// A value names its writer w, so that an observer r of it fixes much of the order at once: any
// other write of the key that ended before r was called came before w, and any that was called
// after w had ended comes after r (Gibbons and Korach, Testing Shared Memories, SIAM J. Comput.
// 1997, for a given reads-from relation). An absence does the same where one deletion alone could
// have caused it.

#include "models/life_problem.h"

#include <algorithm>

#include "models/check.h"
#include "models/describe.h"

namespace harrow::models {
namespace {

std::string ReturnedText(const History& history, const Read& read, KeyId key, const Cell& cell) {
  return Describe(read) + " found " + DescribeCell(history, cell) +
         (read.scan || read.move ? " at " + KeyName(key) : "");
}

}  // namespace

Verdict LifeProblem::Build() {
  const Life& life = history_.lives[life_];
  AddWrites();
  initial.assign(history_.key_count, kAbsentState);
  if (life.read_back) {
    MODELS_CHECK(life.recovered.size() == history_.key_count);
    for (KeyId key = 0; key < history_.key_count; ++key) {
      if (life.recovered[key].kind != Cell::Kind::kAbsent) initial[key] = kInitialState;
    }
  }
  Verdict verdict = AddReads();
  if (!verdict.ok()) return verdict;
  if (!life.read_back && !observations.empty()) {
    return Verdict::Unknown("life L" + std::to_string(life_) +
                            " has no read-back to start its states from");
  }
  Tighten();
  return Verdict::Ok();
}

bool LifeProblem::Failed(const Write& write) const {
  return history_.undertakes.errors_stick && write.result == Result::kFailed &&
         write.responded <= history_.lives[life_].ended;
}

bool LifeProblem::Returned(const Read& read) const {
  return read.result == Result::kOk && read.responded <= history_.lives[life_].ended;
}

std::uint32_t LifeProblem::AddCall(LifeCall::Kind kind, std::uint32_t source, Interval interval) {
  LifeCall call;
  call.kind = kind;
  call.source = source;
  call.required = interval.latest != kNever;
  call.begin = call.end = static_cast<std::uint32_t>(
      kind == LifeCall::Kind::kWrite ? touches.size() : observations.size());
  calls.push_back(call);
  intervals.push_back(interval);
  return static_cast<std::uint32_t>(calls.size() - 1);
}

void LifeProblem::AddWrites() {
  touched_by_.assign(history_.key_count, 0);
  const auto begin =
      std::partition_point(history_.writes.begin(), history_.writes.end(),
                           [this](const Write& write) { return write.life < life_; });
  first_write_ = static_cast<WriteId>(begin - history_.writes.begin());
  for (auto write = begin; write != history_.writes.end() && write->life == life_; ++write) {
    MODELS_CHECK(write->id == static_cast<WriteId>(write - history_.writes.begin()));
    touches_begin_.push_back(static_cast<std::uint32_t>(touches.size()));
    if (!Failed(*write) && !write->entries.empty()) AddWrite(*write);
  }
  touches_begin_.push_back(static_cast<std::uint32_t>(touches.size()));
}

void LifeProblem::AddWrite(const Write& write) {
  const bool acknowledged =
      write.result == Result::kOk && write.responded <= history_.lives[life_].ended;
  const Interval interval{write.invoked, acknowledged ? write.responded : kNever};
  std::uint32_t call = kNoCall;
  for (std::size_t i = write.entries.size(); i-- > 0;) {
    const Entry& entry = write.entries[i];
    MODELS_CHECK(entry.key < touched_by_.size());
    if (touched_by_[entry.key] == write.id + 1) continue;
    touched_by_[entry.key] = write.id + 1;
    if (call == kNoCall || batches_ == Batches::kTorn) {
      call = AddCall(LifeCall::Kind::kWrite, write.id, interval);
    }
    touches.push_back({entry.key, call, static_cast<std::uint32_t>(i), entry.deletion});
    calls[call].end = static_cast<std::uint32_t>(touches.size());
  }
}

std::uint32_t LifeProblem::TouchOf(WriteId write, std::uint32_t entry) const {
  const std::size_t index = write - first_write_;
  for (std::uint32_t t = touches_begin_[index]; t < touches_begin_[index + 1]; ++t) {
    if (touches[t].entry == entry) return t;
  }
  return kNoCall;
}

Verdict LifeProblem::AddReads() {
  const auto begin = std::partition_point(history_.reads.begin(), history_.reads.end(),
                                          [this](const Read& read) { return read.life < life_; });
  std::vector<std::uint32_t> snapshots;
  for (auto read = begin; read != history_.reads.end() && read->life == life_; ++read) {
    if (!Returned(*read)) continue;
    MODELS_CHECK(read->key + read->cells.size() <= history_.key_count);
    MODELS_CHECK(read->move || read->cells.size() == (read->scan ? history_.key_count : 1));
    if (read->snapshot >= 0) {
      snapshots.push_back(static_cast<std::uint32_t>(read->snapshot));
      continue;
    }
    const auto index = static_cast<std::uint32_t>(read - history_.reads.begin());
    const std::uint32_t call =
        AddCall(LifeCall::Kind::kRead, index, {read->invoked, read->responded});
    for (std::size_t i = 0; i < read->cells.size(); ++i) {
      const KeyId key = read->key + static_cast<KeyId>(i);
      Verdict verdict = Observe(index, key, read->cells[i], &observations.emplace_back());
      if (!verdict.ok()) return verdict;
    }
    calls[call].end = static_cast<std::uint32_t>(observations.size());
  }
  std::sort(snapshots.begin(), snapshots.end());
  snapshots.erase(std::unique(snapshots.begin(), snapshots.end()), snapshots.end());
  for (const std::uint32_t snapshot : snapshots) {
    Verdict verdict = AddSnapshot(snapshot);
    if (!verdict.ok()) return verdict;
  }
  return Verdict::Ok();
}

Verdict LifeProblem::AddSnapshot(std::uint32_t snapshot) {
  MODELS_CHECK(snapshot < history_.snapshots.size());
  const Snapshot& taken = history_.snapshots[snapshot];
  MODELS_CHECK(taken.life == life_);
  MODELS_CHECK(taken.responded != kNever);
  const std::uint32_t call =
      AddCall(LifeCall::Kind::kSnapshot, snapshot, {taken.invoked, taken.responded});
  std::vector<std::uint32_t> seen(history_.key_count, kNoCall);  // by key: the observation
  const auto begin = std::partition_point(history_.reads.begin(), history_.reads.end(),
                                          [this](const Read& read) { return read.life < life_; });
  for (auto read = begin; read != history_.reads.end() && read->life == life_; ++read) {
    if (!Returned(*read) || read->snapshot != static_cast<std::int32_t>(snapshot)) continue;
    const auto index = static_cast<std::uint32_t>(read - history_.reads.begin());
    for (std::size_t i = 0; i < read->cells.size(); ++i) {
      const KeyId key = read->key + static_cast<KeyId>(i);
      Observation observation;
      Verdict verdict = Observe(index, key, read->cells[i], &observation);
      if (!verdict.ok()) return verdict;
      if (seen[key] == kNoCall) {
        seen[key] = static_cast<std::uint32_t>(observations.size());
        observations.push_back(observation);
        continue;
      }
      const Observation& before = observations[seen[key]];
      if (before.state == observation.state) continue;
      const Read& first = history_.reads[before.read];
      return Verdict::Violated(Rule::kLinearizable,
                               "a snapshot never changes: " +
                                   ReturnedText(history_, first, key, first.cells[key - first.key]),
                               ReturnedText(history_, *read, key, read->cells[i]));
    }
  }
  calls[call].end = static_cast<std::uint32_t>(observations.size());
  return Verdict::Ok();
}

// Why a value that names an issued or unissued write cannot have been read; ok if it can.
Verdict LifeProblem::JudgeValue(const Read& read, KeyId key, const Cell& cell) const {
  const char* const demand = "every value read comes from a write that was issued for its key";
  const std::string found = ReturnedText(history_, read, key, cell);
  if (cell.write >= history_.writes.size() ||
      history_.writes[cell.write].invoked > read.responded) {
    return Verdict::Violated(Rule::kNoInvention, demand,
                             found + ", though no such write had been issued by then");
  }
  const Write& write = history_.writes[cell.write];
  if (cell.entry >= write.entries.size() || write.entries[cell.entry].key != key ||
      write.entries[cell.entry].deletion) {
    return Verdict::Violated(Rule::kNoInvention, demand,
                             found + ", but " + Describe(write) + " put no such value there");
  }
  if (write.life != life_) {
    return Verdict::Violated(Rule::kLinearizable,
                             "life L" + std::to_string(life_) + " began with " +
                                 DescribeCell(history_, history_.lives[life_].recovered[key]) +
                                 " at " + KeyName(key),
                             found);
  }
  if (Failed(write)) {
    return Verdict::Violated(Rule::kPoisoned,
                             Describe(write) + " failed " + At(write.responded) +
                                 ", so no reader of its life may see it",
                             found);
  }
  if (TouchOf(cell.write, cell.entry) == kNoCall) {
    return Verdict::Violated(
        Rule::kAtomic,
        Describe(write) + " writes " + KeyName(key) + " more than once, and its last entry counts",
        found + ", an earlier entry of it");
  }
  return Verdict::Ok();
}

Verdict LifeProblem::Observe(std::uint32_t read_index, KeyId key, const Cell& cell,
                             Observation* observation) {
  const Read& read = history_.reads[read_index];
  const Life& life = history_.lives[life_];
  *observation = {key, kAbsentState, read_index};
  if (cell.kind == Cell::Kind::kAbsent) return Verdict::Ok();
  if (cell.kind == Cell::Kind::kGarbage) {
    return Verdict::Violated(Rule::kNoInvention,
                             "every value read comes from a write that was issued for its key",
                             ReturnedText(history_, read, key, cell));
  }
  const bool before = cell.write < first_write_;
  if (before && (!life.read_back || cell == life.recovered[key])) {
    observation->state = kInitialState;
    return Verdict::Ok();
  }
  const bool issued =
      cell.write < history_.writes.size() && history_.writes[cell.write].life == life_;
  if (issued && history_.writes[cell.write].invoked < read.responded) {
    const std::uint32_t touch = TouchOf(cell.write, cell.entry);
    if (touch != kNoCall && touches[touch].key == key && !touches[touch].deletion) {
      observation->state = touch;
      return Verdict::Ok();
    }
  }
  return JudgeValue(read, key, cell);
}

// An observer comes after the call of what it saw, and what was seen took effect before the
// observer ended. Then it is known which of the writes without a response matter.
void LifeProblem::Tighten() {
  for (std::uint32_t reader = 0; reader < calls.size(); ++reader) {
    if (calls[reader].kind == LifeCall::Kind::kWrite) continue;
    for (std::uint32_t o = calls[reader].begin; o < calls[reader].end; ++o) {
      if (observations[o].state >= kInitialState) continue;
      const std::uint32_t writer = touches[observations[o].state].call;
      calls[writer].required = true;
      intervals[writer].latest = std::min(intervals[writer].latest, intervals[reader].latest);
      intervals[reader].invoked = std::max(intervals[reader].invoked, intervals[writer].invoked);
    }
  }
  in.assign(calls.size(), 1);
  for (std::uint32_t call = 0; call < calls.size(); ++call) {
    const LifeCall& it = calls[call];
    if (it.kind != LifeCall::Kind::kWrite || it.required) continue;
    const bool deletes = std::any_of(touches.begin() + it.begin, touches.begin() + it.end,
                                     [](const LifeTouch& touch) { return touch.deletion; });
    if (!deletes) in[call] = 0;
  }
  ListByKey();
}

void LifeProblem::ListByKey() {
  key_begin_.assign(history_.key_count + 1, 0);
  for (const LifeTouch& touch : touches) {
    if (in[touch.call] != 0) ++key_begin_[touch.key];
  }
  std::uint32_t end = 0;
  for (std::uint32_t& slot : key_begin_) {
    end += slot;
    slot = end;
  }
  key_writes_.resize(end);
  for (std::size_t t = touches.size(); t-- > 0;) {
    const LifeTouch& touch = touches[t];
    if (in[touch.call] == 0) continue;
    const Interval& interval = intervals[touch.call];
    key_writes_[--key_begin_[touch.key]] = {touch.call, touch.deletion, interval.invoked,
                                            interval.latest};
  }
  for (KeyId key = 0; key < history_.key_count; ++key) {
    for (std::uint32_t i = key_begin_[key] + 1; i < key_begin_[key + 1]; ++i) {
      key_writes_[i].latest_max =
          std::max(key_writes_[i].latest_max, key_writes_[i - 1].latest_max);
    }
  }
}

std::span<const LifeProblem::KeyWrite> LifeProblem::WritesBetween(KeyId key, Time from,
                                                                  Time to) const {
  const auto all_begin = key_writes_.begin() + key_begin_[key];
  const auto all_end = key_writes_.begin() + key_begin_[key + 1];
  const auto end = std::partition_point(
      all_begin, all_end, [to](const KeyWrite& write) { return write.invoked <= to; });
  const auto begin = std::partition_point(
      all_begin, end, [from](const KeyWrite& write) { return write.latest_max < from; });
  return {begin, end};
}

bool LifeProblem::Constrain() {
  for (std::uint32_t reader = 0; reader < calls.size(); ++reader) {
    if (calls[reader].kind == LifeCall::Kind::kWrite) continue;
    for (std::uint32_t o = calls[reader].begin; o < calls[reader].end; ++o) {
      const std::uint32_t state = observations[o].state;
      const bool fits = state == kInitialState  ? ConstrainInitial(reader, o)
                        : state == kAbsentState ? ConstrainAbsent(reader, o)
                                                : ConstrainSeen(reader, o, touches[state].call);
      if (!fits) return false;
    }
  }
  return true;
}

bool LifeProblem::ConstrainSeen(std::uint32_t reader, std::uint32_t observation,
                                std::uint32_t writer) {
  const Interval& read = intervals[reader];
  const Interval& seen = intervals[writer];
  for (const KeyWrite& write :
       WritesBetween(observations[observation].key, seen.invoked, read.latest)) {
    if (write.call == writer) continue;
    const Interval& other = intervals[write.call];
    if (Precedes(other, read)) {
      if (Precedes(seen, other)) {
        contradiction_ = {observation, write.call};
        return false;
      }
      if (!Precedes(other, seen)) edges.push_back({write.call, writer});
    } else if (Precedes(seen, other) && !Precedes(read, other)) {
      edges.push_back({reader, write.call});
    }
  }
  return true;
}

bool LifeProblem::ConstrainInitial(std::uint32_t reader, std::uint32_t observation) {
  const Interval& read = intervals[reader];
  for (const KeyWrite& write : WritesBetween(observations[observation].key, 0, read.latest)) {
    if (Precedes(intervals[write.call], read)) {
      contradiction_ = {observation, write.call};
      return false;
    }
    edges.push_back({reader, write.call});
  }
  return true;
}

// The absence came from the state at the start, or from a deletion that no put follows for certain
// before the observer. Where only one of these is possible it counts as seen.
bool LifeProblem::ConstrainAbsent(std::uint32_t reader, std::uint32_t observation) {
  const KeyId key = observations[observation].key;
  const std::span<const KeyWrite> writes = WritesBetween(key, 0, intervals[reader].latest);
  std::uint32_t last_put = kNoCall;  // of those before the observer, the one called last
  std::uint32_t deletions = 0;
  std::uint32_t deletion = kNoCall;
  for (std::size_t i = writes.size(); i-- > 0;) {
    const KeyWrite& write = writes[i];
    if (last_put != kNoCall && write.latest_max < intervals[last_put].invoked) break;
    if (write.deletion) {
      if (last_put != kNoCall && Precedes(intervals[write.call], intervals[last_put])) continue;
      ++deletions;
      deletion = write.call;
    } else if (last_put == kNoCall && Precedes(intervals[write.call], intervals[reader])) {
      last_put = write.call;
    }
  }
  if (initial[key] == kAbsentState && last_put == kNoCall) {
    if (deletions > 0) return true;
    for (const KeyWrite& write : writes) edges.push_back({reader, write.call});
    return true;
  }
  if (deletions == 0) {
    contradiction_ = {observation, last_put};
    return false;
  }
  if (deletions > 1) return true;
  calls[deletion].required = true;
  intervals[deletion].latest = std::min(intervals[deletion].latest, intervals[reader].latest);
  intervals[reader].invoked = std::max(intervals[reader].invoked, intervals[deletion].invoked);
  if (!Precedes(intervals[deletion], intervals[reader])) edges.push_back({deletion, reader});
  return ConstrainSeen(reader, observation, deletion);
}

}  // namespace harrow::models
