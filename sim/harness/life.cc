// A life is one simulation whose root task opens the target, reads back, starts a thread for each client and joins them. The
// observer of the disk sits between: before each mutation it takes the images asked for and, at the crash point, stops the
// machine. Dedicated host memory holds what outlives the run; everything else is dropped with the machine.
#include "sim/harness/life.h"

#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "sim/disk/posix.h"
#include "sim/harness/client.h"
#include "sim/harness/crash_view.h"
#include "sim/harness/file_call_recorder.h"
#include "sim/harness/machine_setup.h"
#include "sim/harness/marks.h"
#include "sim/harness/run_text.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/check.h"
#include "sim/kernel/random.h"
#include "sim/targets/target.h"

namespace harrow::harness {
namespace {

Harm HarmOf(const disk::Profile& profile, const models::Undertakings& undertakes,
            const faults::Fired& fired) {
  Harm harm;
  harm.reads = !undertakes.reads_only_read;
  const bool reported_later = profile.failed_sync == disk::FailedSyncRule::kReportsLater &&
                              fired.operation == faults::OpKind::kSync &&
                              fired.effect.kind == faults::EffectKind::kFailedSync;
  harm.damage = reported_later || Damages(fired.effect);
  switch (fired.operation) {
    case faults::OpKind::kWrite:
    case faults::OpKind::kSync:
      // Nobody has been told of what only the next sync reports.
      harm.log = fired.file == faults::FileKind::kLog && !reported_later &&
                 fired.effect.kind != faults::EffectKind::kFailedWriteback;
      break;
    case faults::OpKind::kOpen:
    case faults::OpKind::kRead:
    case faults::OpKind::kList:
    case faults::OpKind::kStat:
      harm.reads = true;
      break;
    default:
      break;
  }
  return harm;
}

kernel::SimulationOptions MakeSimulationOptions(const Scenario& scenario, const LifePlan& plan,
                                                std::size_t number, bool record) {
  kernel::SimulationOptions options;
  options.strategy = plan.schedule.strategy;
  options.replay = plan.schedule.replay;
  options.deviations = plan.schedule.deviations;
  options.spurious_wakeup_one_in = plan.schedule.spurious_wakeup_one_in;
  options.step_limit = scenario.step_limit;
  options.record_deviations = record;
  // What two lives make of random bytes must not be the same, or one takes what the other left for its own.
  options.entropy_seed = kernel::Mix(plan.schedule.strategy.seed ^ scenario.seed, number);
  return options;
}

class LifeRunner : public disk::Observer {
 public:
  LifeRunner(const Scenario& scenario, const LifePlan& plan, Medium start, Recorder* recorder,
             RecordedLife* recorded)
      : scenario_(scenario),
        plan_(plan),
        recorder_(recorder),
        recorded_(recorded),
        kind_(TargetOf(scenario)) {
    disk::DiskOptions options = DiskOptionsOf(scenario);
    options.plan = plan.faults;
    options.seed = kernel_seed();
    disk_ = start.warm != nullptr ? std::make_unique<disk::Disk>(options, std::move(*start.warm))
                                  : std::make_unique<disk::Disk>(options, start.image);
  }

  LifeResult Run() {
    recorder_->BeginLife(recorded_);
    if (!kind_.undertakes.fresh_files && HarmedSincePowerLoss())
      recorder_->Harmed({.reads = !kind_.undertakes.reads_only_read});
    meetings_.BeginOptions(scenario_.options);
    meetings_.Begin(Party::kRecovery);
    kernel::Trace unrecorded;
    kernel::Trace& trace = recorded_ != nullptr ? recorded_->trace : unrecorded;
    if (recorded_ != nullptr) trace = kernel::Trace(true);
    const disk::Mount mount(disk_.get(), this);
    result_.outcome = kernel::RunSimulation(
        MakeSimulationOptions(scenario_, plan_, recorder_->history().lives.size(),
                              recorded_ != nullptr),
        trace, [this] { Root(); });
    result_.trace_hash = trace.hash();
    if (!crashed_) EndWithoutCrashPoint();
    result_.mutations = disk_->stats().mutations;
    result_.fired = disk_->injector().fired();
    result_.meetings = meetings_.meetings();
    result_.medium = disk_->cells();
    if (recorded_ != nullptr) RecordEnd();
    const bool killed = crashed_ && disk_->profile().MachineStaysUp();
    if (closed_ || killed) result_.end.warm = std::move(disk_);
    return std::move(result_);
  }

  void BeforeMutation(const disk::Disk&, const disk::MutationEvent& event) override {
    if (crashed_) return;
    if (event.operation == faults::OpKind::kCreate) CountCreated(event.file);
    if (plan_.explore.every != 0 && event.mutation % plan_.explore.every == 0)
      Capture(event.mutation);
    if (plan_.end.kind == EndPlan::Kind::kCrash && event.mutation == plan_.end.before_mutation) {
      Crash(event.mutation);
      kernel::Stop();
    }
  }

  void Struck(const faults::Fired& fired) override {
    meetings_.Happen(PartyOf(fired.effect));
    result_.struck.push_back({fired, disk_->stats().mutations, InRecovery()});
  }
  void Faulted(const faults::Fired& fired) override {
    recorder_->Harmed(HarmOf(disk_->profile(), kind_.undertakes, fired));
  }

  void Called(const disk::Disk& disk, const disk::CallRecord& call) override {
    RecordCall(disk, call, {kind_.describe, &recorder_->history()}, recorded_);
  }

 private:
  std::uint64_t kernel_seed() const { return plan_.schedule.strategy.seed ^ scenario_.seed; }

  void CountCreated(faults::FileKind file) {
    if (file == faults::FileKind::kLog) ++result_.logs_created;
    if (file == faults::FileKind::kTable) ++result_.tables_created;
  }

  void Root() {
    std::unique_ptr<targets::Target> target;
    const absl::Status opened = kind_.open(kDatabasePath, scenario_.options, &meetings_, &target);
    if (kernel::Dropped()) return;
    recorder_->Opened(opened);
    if (!opened.ok()) {
      if (TraceIsRecorded()) {
        const kernel::HostMemory host;
        NoteText("open failed: " + opened.ToString());
      }
      return FinishOnTask(std::move(target));
    }
    if (ReadBack(target.get())) RunClients(target.get());
    FinishOnTask(std::move(target));
  }

  // Reads everything twice, by a scan and by gets; where the two disagree the gets are reported as an invention.
  bool ReadBack(targets::Target* target) {
    const models::History& history = recorder_->history();
    std::vector<models::Cell> scanned;
    absl::Status status =
        ScanCells(target, nullptr, targets::ScanPath::kForward, history, &scanned);
    if (kernel::Dropped()) return false;
    if (status.ok()) {
      std::vector<models::Cell> got;
      status = GetCells(target, scenario_.key_style, history, &got);
      if (kernel::Dropped()) return false;
      for (std::size_t key = 0; status.ok() && key < got.size(); ++key) {
        if (!(got[key] == scanned[key])) scanned[key].kind = models::Cell::Kind::kGarbage;
      }
    }
    recorder_->ReadBack(status, scanned);
    meetings_.End(Party::kRecovery);
    if (TraceIsRecorded()) {
      const kernel::HostMemory host;
      NoteText(status.ok() ? "read back: " + DescribeState(history, scanned)
                           : "read-back failed: " + status.ToString());
    }
    return status.ok();
  }

  void RunClients(targets::Target* target) {
    ClientWorld world{target, recorder_,
                      [this] {
                        std::unique_ptr<targets::Target> second;
                        return kind_.open(kDatabasePath, scenario_.options, nullptr, &second);
                      },
                      &meetings_, scenario_.key_style};
    if (plan_.clients.size() == 1) return RunClient(0, plan_.clients[0], world);
    std::vector<std::thread> threads;
    threads.reserve(plan_.clients.size());
    for (std::uint32_t client = 0; client < plan_.clients.size(); ++client) {
      threads.emplace_back(
          [this, client, &world] { RunClient(client, plan_.clients[client], world); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  void FinishOnTask(std::unique_ptr<targets::Target> target) {
    if (kernel::Dropped()) return;
    if (plan_.end.kind == EndPlan::Kind::kClose) {
      if (plan_.end.idle && !WaitUntilIdle()) return;
      meetings_.Begin(Party::kClose);
      target.reset();
      if (kernel::Dropped()) return;
      meetings_.End(Party::kClose);
      closed_ = true;
      if (plan_.explore.every != 0) Capture(0);
      return;
    }
    if (plan_.explore.every != 0) Capture(0);
    Crash(0);
    kernel::Stop();
  }

  // The clock moves on only when no task can run: nothing is left to do but what waits for a call, or for hours. False: the
  // machine was dropped.
  bool WaitUntilIdle() {
    std::this_thread::sleep_for(std::chrono::hours(12));
    if (kernel::Dropped()) return false;
    const kernel::HostMemory host;
    NoteText("the target is idle");
    result_.idle = disk_->Everything();
    return true;
  }

  void Capture(std::uint64_t before_mutation) {
    const kernel::HostMemory host;  // images outlive the run
    meetings_.Happen(Party::kCrashImage);
    const models::Time at = recorder_->Moment();
    std::optional<CrashView> view;
    if (recorded_ != nullptr) {
      view = ViewAt({before_mutation, at});
      recorded_->captures.push_back({view->event, before_mutation, at});
    }
    for (const faults::CrashImageChoice& planned : plan_.explore.images) {
      if (planned.survivors != faults::Survivors::kEverySubset) {
        CaptureImage(planned, before_mutation, at, view);
        continue;
      }
      CaptureEverySubset(before_mutation, at, view);
    }
  }

  void CaptureEverySubset(std::uint64_t before_mutation, models::Time at,
                          const std::optional<CrashView>& view) {
    const std::size_t pending = disk_->PendingCount();
    const bool all = pending <= faults::kSubsetItemsMax;
    Reached(all ? Mark::kSubsetsInFull : Mark::kSubsetsDrawn);
    const std::uint64_t count = all ? std::uint64_t{1} << pending : faults::kSubsetsInstead;
    std::set<std::uint64_t> seen;  // at one moment all owe the same, and equal ones are one
    for (std::uint64_t mask = 0; mask < count; ++mask) {
      const faults::CrashImageChoice subset = {faults::Survivors::kSubset, mask, 0};
      const faults::CrashImageChoice drawn = {faults::Survivors::kRandom, 0, mask};
      CaptureImage(all ? subset : drawn, before_mutation, at, view);
      if (!seen.insert(result_.captured.back().image.ContentHash()).second)
        result_.captured.pop_back();
    }
  }

  void CaptureImage(const faults::CrashImageChoice& choice, std::uint64_t before_mutation,
                    models::Time at, const std::optional<CrashView>& view) {
    CapturedImage captured;
    captured.choice = choice;
    // A random choice is drawn anew for each moment, or every image would lose the same pages.
    captured.choice.seed = kernel::Mix(choice.seed, disk_->stats().mutations);
    captured.image = disk_->Crash(captured.choice);
    if (view.has_value()) {
      captured.view = std::make_unique<CrashView>(*view);
      Survive(captured.choice, captured.view.get());
    }
    captured.at = at;
    captured.kind = KindOf(choice);
    captured.before_mutation = before_mutation;
    captured.during_recovery = InRecovery();
    result_.captured.push_back(std::move(captured));
  }

  CrashView ViewAt(const CrashMoment& moment) const {
    return FindAtCrash(*disk_, *recorded_, moment);
  }

  void Survive(const faults::CrashImageChoice& choice, CrashView* view) const {
    LeaveAtCrash(*disk_, choice, view);
    view->kind = KindOf(choice);
  }

  // `before_mutation` 0: the end of the life.
  void Crash(std::uint64_t before_mutation) {
    const kernel::HostMemory host;
    crashed_ = true;
    meetings_.Happen(Party::kCrash);
    result_.end.image = disk_->Crash(plan_.end.image);
    result_.crashed = true;
    result_.end_kind = KindOf(plan_.end.image);
    EndLife(disk_->profile().MachineStaysUp() ? models::LifeEnd::kKilled
                                              : models::LifeEnd::kCrashed);
    if (recorded_ == nullptr) return;
    recorded_->crash = ViewAt({before_mutation, result_.ended_at});
    Survive(plan_.end.image, &*recorded_->crash);
  }

  // An image that keeps everything is what the death of the process alone leaves, and owes as much as a close: every write
  // that was acknowledged has reached the kernel. Unless a fault made the kernel lose some of it.
  models::ImageKind KindOf(const faults::CrashImageChoice& choice) const {
    const disk::Profile& profile = disk_->profile();
    if (models::DamagedBefore(recorder_->history(), models::kNever))
      return models::ImageKind::kDamaged;
    if (!profile.SyncsHold()) return models::ImageKind::kUnheld;
    const bool whole = profile.MachineStaysUp() || choice.survivors == faults::Survivors::kAll;
    return whole && !HarmedSincePowerLoss() ? models::ImageKind::kClean
                                            : models::ImageKind::kPowerLoss;
  }

  // What a close leaves: all of the cache, unless a failed writeback took it back.
  models::ImageKind KindOfClose() const {
    const bool reverts = disk_->profile().failed_sync == disk::FailedSyncRule::kRevertsCache;
    if (models::DamagedBefore(recorder_->history(), models::kNever))
      return models::ImageKind::kDamaged;
    return reverts && HarmedSincePowerLoss() ? models::ImageKind::kPowerLoss
                                             : models::ImageKind::kClean;
  }

  bool HarmedSincePowerLoss() const {
    const std::vector<models::Life>& lives = recorder_->history().lives;
    for (std::size_t at = lives.size(); at > 0; --at) {
      if (at < lives.size() && models::LosesCache(lives[at - 1].end)) break;
      if (lives[at - 1].harmed != models::kNever) return true;
    }
    return false;
  }

  // The machine stopped by itself: a clean close, or a deadlock, a step limit, an abort.
  void EndWithoutCrashPoint() {
    result_.end.image = disk_->Everything();
    result_.crashed = !closed_;
    result_.end_kind = closed_ ? KindOfClose() : models::ImageKind::kPowerLoss;
    const bool whole = closed_ && result_.end_kind != models::ImageKind::kPowerLoss;
    EndLife(whole ? models::LifeEnd::kClosed : models::LifeEnd::kCrashed);
  }

  void RecordEnd() {
    recorded_->outcome = result_.outcome;
    recorded_->end = result_.end.image;
    recorded_->fired = DescribeFired(result_.fired);
  }

  void EndLife(models::LifeEnd end) {
    result_.ended_in_recovery = InRecovery();
    recorder_->EndLife(end);
    result_.ended_at = recorder_->history().lives.back().ended;
  }

  bool InRecovery() const {
    return recorder_->history().lives.back().read_back_responded == models::kNever;
  }

  const Scenario& scenario_;
  const LifePlan& plan_;
  Recorder* const recorder_;
  RecordedLife* const recorded_;  // nullptr: nothing is recorded
  const targets::TargetKind& kind_;
  std::unique_ptr<disk::Disk> disk_;
  MeetingCounter meetings_;
  bool crashed_ = false;
  bool closed_ = false;
  LifeResult result_;
};

}  // namespace

LifeResult RunLife(const Scenario& scenario, const LifePlan& plan, Medium start, Recorder* recorder,
                   RecordedLife* recorded) {
  return LifeRunner(scenario, plan, std::move(start), recorder, recorded).Run();
}

}  // namespace harrow::harness
