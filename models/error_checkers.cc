// The rules on errors and opens: each walks the calls of one life once. What returned after the
// life's end (a dropped target being drained) is not looked at.

#include <algorithm>
#include <string>

#include "models/check.h"
#include "models/describe.h"
#include "models/life_checkers.h"

namespace harrow::models {
namespace {

template <typename Call>
const Call* FirstOf(const std::vector<Call>& calls, std::uint32_t life) {
  const auto begin = std::partition_point(calls.begin(), calls.end(),
                                          [life](const Call& call) { return call.life < life; });
  return calls.data() + (begin - calls.begin());
}

template <typename Call>
const Call* EndOf(const std::vector<Call>& calls) {
  return calls.data() + calls.size();
}

template <typename Call>
bool Returned(const Call& call, const Life& life) {
  return call.responded != kNever && call.responded <= life.ended;
}

// From when on the medium of this life was damaged.
Time DamageOf(const History& history, std::uint32_t life) {
  const Life& lived = history.lives[life];
  return DamagedBefore(history, lived.started + 1) ? lived.started : lived.damaged;
}

std::string Quoted(const std::string& error) {
  return error.empty() ? "with no text" : "with \"" + error + "\"";
}

// The failed write of the life that returned first; flushes need not have touched the log.
const Write* FirstFailure(const History& history, std::uint32_t number) {
  const Write* first = nullptr;
  for (const Write* write = FirstOf(history.writes, number);
       write != EndOf(history.writes) && write->life == number; ++write) {
    if (write->flush || write->result != Result::kFailed) continue;
    if (!Returned(*write, history.lives[number])) continue;
    if (first == nullptr || write->responded < first->responded) first = write;
  }
  return first;
}

Verdict CheckFailedUnseen(const History& history, std::uint32_t number) {
  const Life& life = history.lives[number];
  for (const Read* read = FirstOf(history.reads, number);
       read != EndOf(history.reads) && read->life == number; ++read) {
    if (read->result != Result::kOk || !Returned(*read, life)) continue;
    for (const Cell& cell : read->cells) {
      if (cell.kind != Cell::Kind::kValue || cell.write >= history.writes.size()) continue;
      const Write& write = history.writes[cell.write];
      if (write.life != number || write.result != Result::kFailed || !Returned(write, life)) {
        continue;
      }
      return Verdict::Violated(Rule::kPoisoned,
                               Describe(write) + " failed " + At(write.responded) +
                                   ", so no reader of its life may see it",
                               Describe(*read) + " returned " + DescribeCell(history, cell));
    }
  }
  return Verdict::Ok();
}

}  // namespace

Verdict CheckPoisoned(const History& history, std::uint32_t life) {
  MODELS_CHECK(life < history.lives.size());
  if (!history.undertakes.errors_stick) return Verdict::Ok();
  const Life& lived = history.lives[life];
  const Write* const failure = FirstFailure(history, life);
  for (const Write* write = FirstOf(history.writes, life);
       write != EndOf(history.writes) && write->life == life; ++write) {
    if (write->result != Result::kOk || !Returned(*write, lived)) continue;
    const bool after_failure = failure != nullptr && write->invoked > failure->responded;
    if (!after_failure && write->invoked <= lived.log_harmed) continue;
    const std::string found = Describe(*write) + " was called later, " + At(write->invoked) +
                              ", and was acknowledged " + At(write->responded);
    if (after_failure) {
      return Verdict::Violated(Rule::kPoisoned,
                               Describe(*failure) + " failed " + At(failure->responded) + " " +
                                   Quoted(failure->error) +
                                   ", so every later write fails until reopen",
                               found);
    }
    return Verdict::Violated(Rule::kPoisoned,
                             "an append to or a sync of the log failed " + At(lived.log_harmed) +
                                 ", so every later write fails until reopen",
                             found);
  }
  return CheckFailedUnseen(history, life);
}

namespace {

// The verdict on one call of a life in which only what returns after `harmed` may fail.
template <typename Call>
Verdict JudgeCall(const Call& call, const Life& life, Time harmed) {
  if (!Returned(call, life)) {
    if (life.end != LifeEnd::kClosed || call.invoked > life.ended) return Verdict::Ok();
    return Verdict::Violated(Rule::kLive, "every call returns before its life is closed",
                             Describe(call) + " never returned");
  }
  if (call.result == Result::kFailed && harmed >= call.responded) {
    return Verdict::Violated(
        Rule::kLive,
        "no fault that may cause an error had hit before t=" + std::to_string(call.responded),
        Describe(call) + " failed " + At(call.responded) + " " + Quoted(call.error));
  }
  if (call.result == Result::kOk &&
      (life.open != Result::kOk || call.invoked < life.open_responded)) {
    return Verdict::Violated(Rule::kLive, "a call succeeds only on a store that is open",
                             Describe(call) + " succeeded, though the store was not open");
  }
  return Verdict::Ok();
}

}  // namespace

Verdict CheckNoSpuriousError(const History& history, std::uint32_t life) {
  MODELS_CHECK(life < history.lives.size());
  const Life& lived = history.lives[life];
  const Time damaged = DamageOf(history, life);
  const Time harmed = std::min(lived.harmed, damaged);
  const Time reads_harmed = std::min(lived.reads_harmed, damaged);
  if (!lived.read_back_error.empty() && reads_harmed >= lived.read_back_responded) {
    return Verdict::Violated(Rule::kLive, "no fault that may cause an error had hit",
                             "the read-back of life L" + std::to_string(life + 1) + " failed " +
                                 Quoted(lived.read_back_error));
  }
  for (const Write* write = FirstOf(history.writes, life);
       write != EndOf(history.writes) && write->life == life; ++write) {
    Verdict verdict = JudgeCall(*write, lived, harmed);
    if (!verdict.ok()) return verdict;
  }
  for (const Read* read = FirstOf(history.reads, life);
       read != EndOf(history.reads) && read->life == life; ++read) {
    Verdict verdict = JudgeCall(*read, lived, reads_harmed);
    if (!verdict.ok()) return verdict;
  }
  return Verdict::Ok();
}

namespace {

Verdict CheckOpenOnce(const History& history, std::uint32_t life) {
  if (!history.undertakes.opens_once) return Verdict::Ok();
  for (const SecondOpen* second = FirstOf(history.second_opens, life);
       second != EndOf(history.second_opens) && second->life == life; ++second) {
    if (!second->opened) continue;
    return Verdict::Violated(Rule::kOpen, "a store that is open cannot be opened a second time",
                             "L" + std::to_string(life + 1) + ".C" +
                                 std::to_string(second->client) + " opened it again " +
                                 At(second->responded));
  }
  return Verdict::Ok();
}

}  // namespace

Verdict CheckOpen(const History& history, std::uint32_t life) {
  MODELS_CHECK(life < history.lives.size());
  if (Verdict once = CheckOpenOnce(history, life); !once.ok()) return once;
  const Life& lived = history.lives[life];
  const std::string name = "life L" + std::to_string(life + 1);
  if (lived.open == Result::kPending && lived.end == LifeEnd::kClosed) {
    return Verdict::Violated(Rule::kOpen, "opening " + name + " returns", "it never returned");
  }
  const Time harmed = std::min(lived.harmed, DamageOf(history, life));
  if (lived.open != Result::kFailed || harmed < lived.open_responded) return Verdict::Ok();
  return Verdict::Violated(
      Rule::kOpen,
      "no fault that may fail an open had hit: " + name +
          (life == 0 ? " opens" : " opens on what the life before it left"),
      "opening it failed " + At(lived.open_responded) + " " + Quoted(lived.open_error));
}

}  // namespace harrow::models
