// For each life: run it; judge the recoveries from images taken during its own recovery (against what had been promised
// before it), then its read-back, settle that as the new base, judge its history, and last the recoveries from images taken
// after. Recovery is a function of the image's content, so equal images are recovered from once and judged each.
#include "sim/harness/run.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "models/idempotence_checker.h"
#include "models/life_checkers.h"
#include "models/recovery_checker.h"
#include "models/space_checker.h"
#include "sim/disk/image.h"
#include "sim/harness/life.h"
#include "sim/harness/log_inspector.h"
#include "sim/harness/machine_setup.h"
#include "sim/harness/marks.h"
#include "sim/harness/recover_image.h"
#include "sim/harness/run_counts.h"
#include "sim/harness/run_digest.h"
#include "sim/harness/run_text.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

using models::Verdict;

// A recovery that crashes at every point, to any depth, goes on for ever.
constexpr std::uint64_t kNestedImagesMax = 20'000;

std::string Inflight(const kernel::Outcome& outcome) {
  switch (outcome.end) {
    case kernel::End::kDeadlock:
      return "every task waits for ever: " + outcome.detail;
    case kernel::End::kStepLimit:
      return "the step limit was reached after " + std::to_string(outcome.steps) +
             " steps: " + outcome.detail;
    default:
      return "the run was aborted: " + outcome.detail;
  }
}

// The ends that say something about the rule "live".
Verdict CheckOutcome(const kernel::Outcome& outcome) {
  if (outcome.end == kernel::End::kFinished || outcome.end == kernel::End::kStopped)
    return Verdict::Ok();
  return Verdict::Violated(models::Rule::kLive, "every operation returns", Inflight(outcome));
}

// What is wrong after the medium was damaged is wrong because the damage was not noticed.
Verdict BlameDamage(Verdict verdict) {
  if (verdict.kind != Verdict::Kind::kViolated) return verdict;
  switch (verdict.violation.rule) {
    case models::Rule::kPrefix:
    case models::Rule::kAtomic:
    case models::Rule::kNoInvention:
    case models::Rule::kIndeterminate:
    case models::Rule::kLinearizable:
      verdict.violation.rule = models::Rule::kCorruption;
      return verdict;
    default:
      return verdict;
  }
}

// kNone, or why the machine could not go on.
FailureClass::Kind CutShort(const kernel::Outcome& outcome) {
  if (outcome.end == kernel::End::kUnserved) return FailureClass::Kind::kUnserved;
  if (outcome.end == kernel::End::kOutOfMemory) return FailureClass::Kind::kMemory;
  return FailureClass::Kind::kNone;
}

class Runner {
 public:
  Runner(const Scenario& scenario, Recording* recording)
      : scenario_(scenario),
        recording_(recording),
        recorder_(scenario.key_count, TargetOf(scenario).undertakes) {
    checker_.Reset(scenario.key_count);
  }

  RunResult Run() {
    for (std::uint32_t index = 0; index < scenario_.lives.size() && !result_.failed(); ++index) {
      RunOneLife(index);
    }
    if (!result_.failed()) JudgeFinalImage();
    digest_.Add(recorder_.history());
    digest_.Add(DigestedEnd());
    result_.hash = digest_.hash();
    CountHistory(recorder_.history(), &result_.counts);
    if (recording_ != nullptr) recording_->history = recorder_.history();
    return std::move(result_);
  }

 private:
  std::string DigestedEnd() const {
    if (result_.failure.kind == FailureClass::Kind::kRule)
      return std::string(models::ToText(result_.failure.rule));
    return result_.failed() ? ToText(result_.failure) : "ok";
  }

  void RunOneLife(std::uint32_t index) {
    result_.place = Place{};
    result_.place.life = index;
    RecordedLife* recorded = nullptr;
    if (recording_ != nullptr) {
      recorded = &recording_->lives.emplace_back();
      recorded->start = medium_.image;
    }
    start_.image = medium_.image;
    // What a life finds in the cache of a machine that stayed up may yet be lost.
    start_.on_medium = medium_.warm == nullptr || profile().MachineStaysUp();
    LifeResult life =
        RunLife(scenario_, scenario_.lives[index], std::move(medium_), &recorder_, recorded);
    digest_.Add(life.trace_hash);
    CountLife(life, &result_.counts);
    result_.meetings.Add(life.meetings);
    result_.medium.Add(life.medium);
    result_.effects.Add(faults::EffectCells::Of(scenario_.lives[index].faults, life.fired));
    JudgeLife(index, life);
    KeepStruck(life);
    ExpectAfter(index, life);
    medium_ = std::move(life.end);
    at_ = life.ended_at;
    image_kind_ = std::max(image_kind_, life.end_kind);
  }

  // Of the life that failed: up to the crash image, or to the end of the read-back, that it failed in; else all of it.
  void KeepStruck(const LifeResult& life) {
    for (const StruckFault& fault : life.struck) {
      const std::uint64_t crash = result_.place.before_mutation;
      const bool later =
          result_.failed() && result_.place.explored_image && crash != 0 && fault.mutation >= crash;
      const bool after_reading = failed_reading_back_ && !fault.during_recovery;
      if (!later && !after_reading) result_.struck.push_back(fault.fired);
    }
  }

  void JudgeLife(std::uint32_t index, const LifeResult& life) {
    const models::History& history = recorder_.history();
    if (!AcceptOutcome(life.outcome)) return;
    if (!Accept(models::CheckOpen(history, index))) return;
    failed_reading_back_ = true;
    if (!JudgeCaptured(life, true)) return;
    const models::Life& record = history.lives[index];
    if (record.read_back) {
      const bool damaged = models::DamagedBefore(history, record.read_back_responded);
      const models::ImageKind kind = damaged ? models::ImageKind::kDamaged : image_kind_;
      if (!Accept(CheckRecovered(at_, kind, record.recovered)) ||
          (record.harmed > record.read_back_responded && !damaged &&
           !Accept(CheckExpected(record.recovered)))) {
        if (recording_ != nullptr) recording_->judged = record.recovered;
        return;
      }
      checker_.Settle(history, record.recovered, FirstWriteOf(history, index));
      image_kind_ = models::ImageKind::kClean;
    } else if (record.read_back_responded != models::kNever &&
               record.reads_harmed == models::kNever &&
               !models::DamagedBefore(history, record.read_back_responded)) {
      Accept(Verdict::Violated(models::Rule::kOpen, "a database that opened can be read",
                               "the read-back failed: " + record.read_back_error));
      return;
    }
    failed_reading_back_ = false;
    if (!Accept(models::CheckPoisoned(history, index))) return;
    if (!Accept(models::CheckNoSpuriousError(history, index))) return;
    const bool damaged = models::DamagedBefore(history, record.ended);
    Verdict linearizable = models::CheckLinearizable(history, index);
    if (!Accept(damaged ? BlameDamage(std::move(linearizable)) : std::move(linearizable))) return;
    const LogContents logs = InspectLogs(life.end.image, counted_sequence_);
    counted_sequence_ = logs.last_sequence;
    result_.counts.Add(Count::kGroupsOfSeveral, logs.shared);
    result_.counts.Add(Count::kFragmentedRecords, logs.fragmented);
    // A log whose name a listing missed may be left over, with numbers that were given out again.
    if (!damaged && !Accept(CheckLogs(logs))) return;
    if (life.idle.has_value() && !Accept(CheckFiles(index, *life.idle))) return;
    JudgeCaptured(life, false);
  }

  static models::WriteId FirstWriteOf(const models::History& history, std::uint32_t life) {
    auto first = static_cast<models::WriteId>(history.writes.size());
    while (first > 0 && history.writes[first - 1].life >= life) --first;
    return first;
  }

  const disk::Profile& profile() const { return disk::GetProfile(scenario_.profile); }

  Verdict CheckFiles(std::uint32_t index, const disk::Image& idle) const {
    const targets::FileJudge judge = TargetOf(scenario_).judge_files;
    const models::Life& record = recorder_.history().lives[index];
    if (judge == nullptr || record.harmed != models::kNever ||
        models::DamagedBefore(recorder_.history(), record.ended))
      return Verdict::Ok();
    return models::CheckSpace(judge(idle, kDatabaseDirectory));
  }

  // Whether a crash at this time, inside the life's recovery, must leave what the life began on to be brought back once more.
  bool IsBoundToStart(std::uint32_t index, models::Time at) const {
    const models::History& history = recorder_.history();
    return start_.on_medium && profile().SyncsHold() && history.lives[index].harmed > at &&
           !models::DamagedBefore(history, at);
  }

  // What recovering the image that the life at hand began on brings back; nullptr: nothing, as a verdict of its own has said.
  const std::vector<models::Cell>* RecoveredStart() {
    if (start_.expected.has_value()) return &*start_.expected;
    const Recovered& recovered = Recover(start_.image);
    return recovered.read ? &recovered.cells : nullptr;
  }

  // What the life leaves behind must bring back.
  void ExpectAfter(std::uint32_t index, const LifeResult& life) {
    std::optional<std::vector<models::Cell>> expected;
    if (!result_.failed() && life.crashed && life.ended_in_recovery &&
        IsBoundToStart(index, life.ended_at)) {
      if (const std::vector<models::Cell>* start = RecoveredStart(); start != nullptr)
        expected = *start;
    }
    const bool nested = life.crashed && life.ended_in_recovery;
    start_.crashes = life.crashed ? (nested ? start_.crashes : 0) + 1 : 0;
    start_.expected = std::move(expected);
  }

  Verdict CheckExpected(std::span<const models::Cell> cells) const {
    if (!start_.expected.has_value()) return Verdict::Ok();
    return models::CheckIdempotent(recorder_.history(), {*start_.expected, cells});
  }

  void CountDepth(std::uint32_t crashes) {
    if (crashes < 2) return;
    result_.counts.Add(Count::kCrashStatesInRecovery);
    result_.counts.Add(crashes == 2 ? Count::kCrashStatesTwoDeep : Count::kCrashStatesDeeper);
  }

  bool JudgeCaptured(const LifeResult& life, bool during_recovery) {
    const std::uint32_t index = result_.place.life;
    for (const CapturedImage& captured : life.captured) {
      if (captured.during_recovery != during_recovery) continue;
      result_.place.explored_image = true;
      result_.place.before_mutation = captured.before_mutation;
      result_.place.choice = captured.choice;
      if (recording_ != nullptr) recording_->failing_crash = *captured.view;
      Obligation owed = {captured.at, captured.kind, nullptr};
      if (during_recovery && IsBoundToStart(index, captured.at)) owed.cells = RecoveredStart();
      const ExplorePlan& explore = scenario_.lives[index].explore;
      const std::uint32_t crashes = during_recovery ? start_.crashes + 1 : 1;
      if (!JudgeImage(captured.image, owed, {&explore, explore.nested_depth, crashes}))
        return false;
      if (recording_ != nullptr) recording_->failing_crash.reset();
    }
    result_.place.explored_image = false;
    return true;
  }

  void JudgeFinalImage() {
    result_.place.life = static_cast<std::uint32_t>(scenario_.lives.size());
    if (recording_ != nullptr && !recording_->lives.empty())
      recording_->failing_crash = recording_->lives.back().crash;
    const std::vector<models::Cell>* const expected =
        start_.expected.has_value() ? &*start_.expected : nullptr;
    if (JudgeImage(medium_.image, {at_, image_kind_, expected}, {nullptr, 0, start_.crashes}) &&
        recording_ != nullptr)
      recording_->failing_crash.reset();
  }

  // What recovering an image must bring back.
  struct Obligation {
    models::Time at = 0;
    models::ImageKind kind = models::ImageKind::kPowerLoss;
    const std::vector<models::Cell>* cells = nullptr;  // exactly; nullptr: whatever the rest allows
  };

  // How deep crashes inside recoveries go from an image.
  struct Descent {
    const ExplorePlan* explore = nullptr;
    std::uint32_t left = 0;
    std::uint32_t crashes = 0;  // that led to the image, without a read-back between
  };

  bool JudgeImage(const disk::Image& image, const Obligation& owed, const Descent& descent) {
    CountDepth(descent.crashes);
    const bool deeper = descent.left > 0 && owed.kind != models::ImageKind::kDamaged &&
                        nested_count_ < kNestedImagesMax;
    const Recovered& recovered = Recover(image);
    const bool accepted =
        AcceptOutcome(recovered.outcome) && Accept(JudgeRecovered(recovered, owed));
    if (!accepted && recording_ != nullptr) {
      RecoverImage(scenario_, image, recorder_.history(), {nullptr, RecordRecovery(image)});
      recording_->judged = recovered.cells;
    }
    return accepted && (!deeper || JudgeNested(image, recovered, owed, descent));
  }

  // A nested image owes what the one it comes from does, and beyond that exactly what recovering that one brings back. So where
  // those of an equal image have been judged, they are not judged again.
  bool JudgeNested(const disk::Image& image, const Recovered& recovered, const Obligation& owed,
                   const Descent& descent) {
    if (!crashed_in_.insert(image.ContentHash()).second) {
      Reached(Mark::kNestedEqual);
      return true;
    }
    Obligation nested_owed = owed;
    if (recovered.read && profile().SyncsHold()) nested_owed.cells = &recovered.cells;
    Place& place = result_.place;
    const Recovered crashing = RecoverImage(scenario_, image, recorder_.history(),
                                            {descent.explore, RecordRecovery(image)});
    result_.medium.Add(crashing.medium);
    if (recording_ != nullptr) recording_->failing_recovery.reset();
    for (const NestedImage& nested : crashing.nested) {
      ++nested_count_;
      place.nested[place.nested_depth++] = {nested.before_mutation, nested.choice};
      if (!JudgeImage(nested.image, nested_owed,
                      {descent.explore, descent.left - 1, descent.crashes + 1})) {
        RecordCrashedRecovery(image, nested, descent);
        return false;
      }
      --place.nested_depth;
    }
    return true;
  }

  // From the innermost to the outermost.
  void RecordCrashedRecovery(const disk::Image& image, const NestedImage& failed,
                             const Descent& descent) {
    if (recording_ == nullptr) return;
    RecordedLife recovery;
    recovery.start = image;
    const Recovered again =
        RecoverImage(scenario_, image, recorder_.history(), {descent.explore, &recovery});
    for (const NestedImage& nested : again.nested) {
      if (nested.before_mutation == failed.before_mutation && nested.choice == failed.choice)
        recovery.crash = *nested.view;
    }
    std::vector<RecordedLife>& all = recording_->crashed_recoveries;
    all.insert(all.begin(), std::move(recovery));
  }

  // A recovery is on record while it runs, and afterwards if it fails.
  RecordedLife* RecordRecovery(const disk::Image& image) {
    if (recording_ == nullptr) return nullptr;
    RecordedLife& recovery = recording_->failing_recovery.emplace();
    recovery.start = image;
    return &recovery;
  }

  Verdict JudgeRecovered(const Recovered& recovered, const Obligation& owed) {
    if (!recovered.opened || !recovered.read) {
      if (owed.kind == models::ImageKind::kDamaged) return Verdict::Ok();
      return Verdict::Violated(
          models::Rule::kOpen, "what a crash leaves can always be opened and read",
          (recovered.opened ? "reading failed: " : "opening failed: ") + recovered.error);
    }
    Verdict verdict = CheckRecovered(owed.at, owed.kind, recovered.cells);
    if (verdict.kind == Verdict::Kind::kViolated || owed.cells == nullptr) return verdict;
    Reached(Mark::kRecoveriesCompared);
    Verdict same = models::CheckIdempotent(recorder_.history(), {*owed.cells, recovered.cells});
    return same.ok() ? verdict : same;
  }

  Verdict CheckRecovered(models::Time at, models::ImageKind kind,
                         std::span<const models::Cell> cells) {
    // What a recovery from damage settled on is itself taken back by a device that lies.
    if (kind == models::ImageKind::kDamaged && !disk::GetProfile(scenario_.profile).SyncsHold())
      return Verdict::Ok();
    Verdict verdict = checker_.Check(recorder_.history(), at, kind, cells);
    return kind == models::ImageKind::kDamaged ? BlameDamage(std::move(verdict)) : verdict;
  }

  const Recovered& Recover(const disk::Image& image) {
    const auto [place, fresh] = recovered_.try_emplace(image.ContentHash());
    if (fresh) {
      place->second =
          RecoverImage(scenario_, image, recorder_.history(), {nullptr, RecordRecovery(image)});
      if (recording_ != nullptr) recording_->failing_recovery.reset();
      result_.counts.Add(Count::kCrashStates);
      digest_.Add(place->second.trace_hash);
      digest_.Add(place->second.cells);
    } else {
      result_.counts.Add(Count::kImagesDeduplicated);
    }
    return place->second;
  }

  bool AcceptOutcome(const kernel::Outcome& outcome) {
    const FailureClass::Kind cut_short = CutShort(outcome);
    if (cut_short == FailureClass::Kind::kNone) return Accept(CheckOutcome(outcome));
    result_.failure.kind = cut_short;
    result_.failure_detail = outcome.detail;
    return false;
  }

  // Remembers the first verdict that is a violation; an unknown one is counted and the run goes on.
  bool Accept(Verdict verdict) {
    if (verdict.kind == Verdict::Kind::kUnknown) result_.counts.Add(Count::kUnknown);
    if (verdict.kind != Verdict::Kind::kViolated) return true;
    result_.failure.kind = FailureClass::Kind::kRule;
    result_.failure.rule = verdict.violation.rule;
    result_.verdict = std::move(verdict);
    return false;
  }

  const Scenario& scenario_;
  Recording* const recording_;
  Recorder recorder_;
  models::RecoveryChecker checker_;
  RunDigest digest_;
  RunResult result_;
  Medium medium_;
  // What the life at hand began on.
  struct Start {
    disk::Image image;
    bool on_medium = true;      // all of it
    std::uint32_t crashes = 0;  // that led to it, without a read-back between
    // By key; of a start that a crash inside a recovery left: what that recovery was about to bring back.
    std::optional<std::vector<models::Cell>> expected;
  };
  Start start_;
  std::set<std::uint64_t> crashed_in_;  // images, by content, of which the nested ones were judged
  std::uint64_t nested_count_ = 0;
  models::Time at_ = 0;
  bool failed_reading_back_ = false;    // else it failed later, or not at all
  std::uint64_t counted_sequence_ = 0;  // of log records, by the counts
  // The least that a life since the last settled read-back left.
  models::ImageKind image_kind_ = models::ImageKind::kClean;
  std::map<std::uint64_t, Recovered> recovered_;  // by content
};

}  // namespace

RunResult RunScenario(const Scenario& scenario, Recording* recording) {
  const Marks before = Marks::SoFar();
  RunResult result = Runner(scenario, recording).Run();
  result.marks = Marks::SoFar().Since(before);
  return result;
}

}  // namespace harrow::harness
