// For each life: run it; judge the recoveries from images taken during its own recovery (against what had been promised
// before it), then its read-back, settle that as the new base, judge its history, and last the recoveries from images taken
// after. Recovery is a function of the image's content, so equal images are recovered from once and judged each.
#include "sim/harness/run.h"

#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "models/life_checkers.h"
#include "models/recovery_checker.h"
#include "sim/disk/image.h"
#include "sim/harness/life.h"
#include "sim/harness/log_inspector.h"
#include "sim/harness/run_counts.h"
#include "sim/harness/run_digest.h"
#include "sim/harness/run_text.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

using models::Verdict;

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
      : scenario_(scenario), recording_(recording), recorder_(scenario.key_count) {
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
    LifeResult life =
        RunLife(scenario_, scenario_.lives[index], std::move(medium_), &recorder_, recorded);
    digest_.Add(life.trace_hash);
    CountLife(life, &result_.counts);
    result_.meetings.Add(life.meetings);
    JudgeLife(index, life);
    KeepStruck(life);
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
      if (!Accept(CheckRecovered(at_, kind, record.recovered))) {
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
    JudgeCaptured(life, false);
  }

  static models::WriteId FirstWriteOf(const models::History& history, std::uint32_t life) {
    auto first = static_cast<models::WriteId>(history.writes.size());
    while (first > 0 && history.writes[first - 1].life >= life) --first;
    return first;
  }

  bool JudgeCaptured(const LifeResult& life, bool during_recovery) {
    for (const CapturedImage& captured : life.captured) {
      if (captured.during_recovery != during_recovery) continue;
      result_.place.explored_image = true;
      result_.place.before_mutation = captured.before_mutation;
      result_.place.choice = captured.choice;
      if (during_recovery) result_.counts.Add(Count::kCrashStatesInRecovery);
      if (recording_ != nullptr) recording_->failing_crash = *captured.view;
      if (!JudgeImage(captured.image, captured.at, captured.kind)) return false;
      if (recording_ != nullptr) recording_->failing_crash.reset();
    }
    result_.place.explored_image = false;
    return true;
  }

  void JudgeFinalImage() {
    result_.place.life = static_cast<std::uint32_t>(scenario_.lives.size());
    if (recording_ != nullptr && !recording_->lives.empty())
      recording_->failing_crash = recording_->lives.back().crash;
    if (JudgeImage(medium_.image, at_, image_kind_) && recording_ != nullptr)
      recording_->failing_crash.reset();
  }

  bool JudgeImage(const disk::Image& image, models::Time at, models::ImageKind kind) {
    const Recovered& recovered = Recover(image);
    const bool accepted =
        AcceptOutcome(recovered.outcome) && Accept(JudgeRecovered(recovered, at, kind));
    if (!accepted && recording_ != nullptr) {
      RecoverImage(scenario_, image, recorder_.history(), RecordRecovery(image));
      recording_->judged = recovered.cells;
    }
    return accepted;
  }

  // A recovery is on record while it runs, and afterwards if it fails.
  RecordedLife* RecordRecovery(const disk::Image& image) {
    if (recording_ == nullptr) return nullptr;
    RecordedLife& recovery = recording_->failing_recovery.emplace();
    recovery.start = image;
    return &recovery;
  }

  Verdict JudgeRecovered(const Recovered& recovered, models::Time at, models::ImageKind kind) {
    if (!recovered.opened || !recovered.read) {
      if (kind == models::ImageKind::kDamaged) return Verdict::Ok();
      return Verdict::Violated(
          models::Rule::kOpen, "what a crash leaves can always be opened and read",
          (recovered.opened ? "reading failed: " : "opening failed: ") + recovered.error);
    }
    return CheckRecovered(at, kind, recovered.cells);
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
      place->second = RecoverImage(scenario_, image, recorder_.history(), RecordRecovery(image));
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
  models::Time at_ = 0;
  bool failed_reading_back_ = false;    // else it failed later, or not at all
  std::uint64_t counted_sequence_ = 0;  // of log records, by the counts
  // The least that a life since the last settled read-back left.
  models::ImageKind image_kind_ = models::ImageKind::kClean;
  std::map<std::uint64_t, Recovered> recovered_;  // by content
};

}  // namespace

RunResult RunScenario(const Scenario& scenario, Recording* recording) {
  return Runner(scenario, recording).Run();
}

}  // namespace harrow::harness
