// The parent forks the workers, then sleeps on their pipes: it reads results, replaces workers that died (their seed is a
// failure) and kills those that hang, use up their memory or run past the end of the sweep, until all have ended.
#include "sim/harness/sweep/sweep.h"

#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "sim/harness/scenario_text.h"
#include "sim/harness/sweep/cause.h"
#include "sim/harness/sweep/crash_report.h"
#include "sim/harness/sweep/sweep_worker.h"
#include "sim/harness/sweep/worker_process.h"
#include "sim/kernel/check.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

// 1 + the reason; 0: none.
volatile sig_atomic_t g_interrupted = 0;

constexpr int kPollMs = 50;
constexpr std::uint64_t kWatchEveryMs = 20;
constexpr std::uint64_t kReportEveryMs = 100;
// A machine that slept, or a parent that was stopped or waited to write, makes no seed hang: between two looks at a worker at
// most so much counts.
constexpr std::uint64_t kMostBetweenLooksMs = 500;
// From the signal that asks a hung worker where it hangs to the one that ends it.
constexpr std::uint64_t kAskMs = 300;

using Killed = WorkerProcess::Killed;

std::uint64_t MicrosecondsOf(const rusage& usage) {
  const auto us = [](const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(time.tv_usec);
  };
  return us(usage.ru_utime) + us(usage.ru_stime);
}

class Sweep {
 public:
  Sweep(const SweepOptions& options, SweepResults* results, const SweepListener& listener)
      : options_(options),
        results_(results),
        listener_(listener),
        remaining_(results->done[options.shard], options.space.Positions(options.shard)),
        workers_(options.jobs) {
    void* memory = mmap(nullptr, sizeof(SharedSweep), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    KERNEL_CHECK(memory != MAP_FAILED);
    shared_ = new (memory) SharedSweep();
  }
  ~Sweep() { munmap(shared_, sizeof(SharedSweep)); }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  SweepEnd Run() {
    started_ms_ = watched_ms_ = MonotonicMs();
    StopWhenDue();
    for (std::uint32_t index = 0; index < options_.jobs && !stopping_; ++index) Fork(index);
    while (AnyAlive()) {
      ReadPipes();
      ReapEnded();
      Watch();
      StopWhenDue();
      KillLate();
      Report();
    }
    return Finish();
  }

 private:
  std::uint64_t Elapsed() const { return MonotonicMs() - started_ms_; }

  void Fork(std::uint32_t index) {
    WorkerTask task;
    task.options = &options_;
    task.remaining = &remaining_;
    task.shared = shared_;
    task.slot = &shared_->slots[index];
    ForkWorker(task, index, &workers_);
  }

  bool AnyAlive() const {
    return std::any_of(workers_.begin(), workers_.end(),
                       [](const WorkerProcess& worker) { return worker.alive(); });
  }

  void ReadPipes() {
    std::vector<pollfd> polled;
    for (const WorkerProcess& worker : workers_)
      polled.push_back({worker.alive() ? worker.pipe : -1, POLLIN, 0});
    if (poll(polled.data(), polled.size(), kPollMs) <= 0) return;
    for (std::size_t index = 0; index < polled.size(); ++index) {
      if ((polled[index].revents & POLLIN) != 0) Receive(&workers_[index]);
      // A worker that ended closes its pipe; reaping it may take a moment more.
      if ((polled[index].revents & (POLLIN | POLLHUP)) == POLLHUP) usleep(1000);
    }
  }

  // False at the end of the pipe.
  bool Receive(WorkerProcess* worker) {
    const bool more = ReadPipe(worker);
    while (std::optional<ReceivedSeed> seed = TakeMessage(worker)) AddSeed(*std::move(seed));
    return more;
  }

  std::uint64_t PositionOf(std::uint64_t index) const { return remaining_.At(index); }
  std::uint64_t SeedOf(std::uint64_t index) const {
    return options_.space.SeedAt(options_.shard, PositionOf(index));
  }

  void AddSeed(ReceivedSeed seed) {
    const SeedMessage& message = seed.message;
    if (message.failure.kind != FailureClass::Kind::kNone) {
      Failure failure;
      failure.seed = SeedOf(message.index);
      failure.what = message.failure;
      failure.hash = message.hash;
      failure.strategy = ToText(message.strategy);
      failure.cause = std::move(seed.cause);
      failure.text = std::move(seed.text);
      failure.output = std::move(seed.output);
      for (std::size_t at = 0; at < Tally::kProfiles.size(); ++at) {
        if (message.tally.profiles[at] != 0) failure.profile = disk::ToText(Tally::kProfiles[at]);
      }
      AddFailure(std::move(failure));
    }
    AddDone({PositionOf(message.index), Elapsed(), message.tally, message.unknown});
  }

  void AddDone(const DoneSeed& seed) {
    PositionSet& done = results_->done[options_.shard];
    // A worker killed from outside as it took the seed, which another then took.
    if (done.Contains(seed.position)) return;
    results_->total.Add(seed.tally);
    done.Add({seed.position, seed.position + 1});
    if (seed.unknown) {
      std::vector<std::uint64_t>& unknown = results_->unknown;
      const std::uint64_t value = options_.space.SeedAt(options_.shard, seed.position);
      unknown.insert(std::upper_bound(unknown.begin(), unknown.end(), value), value);
    }
    ++done_;
    if (listener_.done) listener_.done(seed);
  }

  void AddFailure(Failure failure) {
    failure.session = options_.session;
    failure.elapsed_ms = Elapsed();
    if (failure.seed.has_value() && results_->red.contains(*failure.seed)) return;
    if (listener_.failed) listener_.failed(failure);
    results_->AddFailure(std::move(failure));
  }

  void ReapEnded() {
    for (std::uint32_t index = 0; index < workers_.size(); ++index) {
      WorkerProcess& worker = workers_[index];
      if (!worker.alive()) continue;
      int status = 0;
      rusage usage{};
      if (wait4(worker.pid, &status, WNOHANG, &usage) != worker.pid) continue;
      while (Receive(&worker)) {
      }
      end_.cpu_us += MicrosecondsOf(usage);
      end_.peak_memory_kib =
          std::max(end_.peak_memory_kib, static_cast<std::uint64_t>(usage.ru_maxrss));
      const bool as_planned =
          AccountFor(worker, status, MicrosecondsOf(usage), &shared_->slots[index]);
      CloseWorker(&worker);
      StopWhenDue();
      if (!as_planned && !shared_->stop.load()) Fork(index);
    }
  }

  // Names the seed that a worker left behind. True for a worker that ran out of seeds, or was stopped.
  bool AccountFor(const WorkerProcess& worker, int status, std::uint64_t cpu_us, WorkerSlot* slot) {
    std::uint64_t running = slot->running.exchange(0);
    // It died after it reported the seed.
    const bool reported = running != 0 && worker.last == running - 1;
    if (reported) running = 0;
    // It was about to take a seed that nobody has taken yet.
    if (running > shared_->next.load()) running = 0;
    if (worker.killed == Killed::kStopped && WIFSIGNALED(status)) {
      if (running != 0) end_.unfinished.push_back(SeedOf(running - 1));
      return true;
    }
    // It ended by itself, or its seed did just before it was killed.
    if (running == 0 && (status == 0 || worker.killed != Killed::kNot))
      return remaining_.size() <= shared_->next.load();
    Failure failure;
    DescribeDeath(worker, status, running != 0 ? "the target" : "the worker", &failure);
    if (running == 0) {
      ++worker_deaths_;
      AddFailure(std::move(failure));
      return false;
    }
    const std::uint64_t index = running - 1;
    failure.seed = SeedOf(index);
    const Scenario scenario = GenerateScenario(*failure.seed, options_.limits);
    failure.profile = disk::ToText(scenario.profile);
    Tally tally = Tally::OfDeath(scenario);
    const std::optional<std::size_t> known =
        FindKnownDeath(options_.known, scenario, failure.what, failure.cause);
    if (known.has_value()) {
      tally.known[*known] = 1;
    } else {
      AddFailure(std::move(failure));
    }
    tally.cpu_us = cpu_us - std::min(cpu_us, worker.reported_cpu_us);
    AddDone({PositionOf(index), Elapsed(), tally, false});
    return false;
  }

  void DescribeDeath(const WorkerProcess& worker, int status, const std::string& who,
                     Failure* failure) {
    failure->output = ReadableOutput(EndOfOutput(worker.output));
    const std::string headline = SanitizerHeadline(failure->output);
    failure->what.kind = FailureClass::Kind::kDied;
    if (worker.killed == Killed::kHung) {
      failure->what.kind = FailureClass::Kind::kHung;
      failure->text =
          who + " did not end within " + std::to_string(options_.hang_ms / 1000) + " s\n";
    } else if (worker.killed == Killed::kMemory) {
      failure->what.kind = FailureClass::Kind::kMemory;
      failure->text = who + " used " + std::to_string(worker.resident_bytes >> 20) +
                      " MiB of memory, more than the " +
                      std::to_string(options_.memory_bytes >> 20) + " MiB allowed\n";
    } else if (!headline.empty()) {
      failure->text = "sanitizer report: " + headline + "\n";
    } else if (WIFSIGNALED(status)) {
      failure->what.signal = WTERMSIG(status);
      failure->text = who + " died of signal " + std::to_string(WTERMSIG(status)) + " (" +
                      strsignal(WTERMSIG(status)) + ")\n";
    } else {
      failure->text =
          who + " ended the process with status " + std::to_string(WEXITSTATUS(status)) + "\n";
    }
    failure->cause = CauseOfDeath(failure->what, failure->output);
  }

  void Watch() {
    const std::uint64_t now = MonotonicMs();
    if (now - watched_ms_ < kWatchEveryMs) return;
    looked_ms_ = std::min(now - watched_ms_, kMostBetweenLooksMs);
    watched_ms_ = now;
    for (std::uint32_t index = 0; index < workers_.size(); ++index) {
      WorkerProcess& worker = workers_[index];
      if (!worker.alive() || worker.killed == Killed::kStopped) continue;
      TrimOutput(worker);
      WatchMemory(&worker);
      WatchTime(shared_->slots[index], &worker);
    }
  }

  void WatchMemory(WorkerProcess* worker) const {
    if (options_.memory_bytes == 0 || worker->killed == Killed::kMemory) return;
    const std::uint64_t resident = ResidentBytes(worker->pid);
    if (resident <= options_.memory_bytes) return;
    worker->killed = Killed::kMemory;
    worker->resident_bytes = resident;
    kill(worker->pid, SIGKILL);
  }

  void WatchTime(const WorkerSlot& slot, WorkerProcess* worker) const {
    if (worker->killed == Killed::kMemory) return;
    if (worker->killed == Killed::kHung) {
      if (watched_ms_ - worker->asked_ms >= kAskMs) kill(worker->pid, SIGKILL);
      return;
    }
    const std::uint64_t running = slot.running.load();
    worker->watched_ms = running == worker->watched ? worker->watched_ms + looked_ms_ : 0;
    worker->watched = running;
    if (running == 0 || worker->watched_ms < options_.hang_ms) return;
    worker->killed = Killed::kHung;
    worker->asked_ms = watched_ms_;
    kill(worker->pid, kernel::kSanitized ? SIGKILL : kReportAndEndSignal);
  }

  void StopWhenDue() {
    if (!stopping_) {
      const bool over = options_.time_ms != 0 && Elapsed() >= options_.time_ms;
      const bool enough =
          results_->failures.size() >= options_.max_failures || worker_deaths_ >= kMaxWorkerDeaths;
      if (over) end_.reason = EndReason::kTime;
      if (enough) end_.reason = EndReason::kFailures;
      stopping_ = over || enough;
    }
    if (g_interrupted != 0 && interrupted_ms_ == 0) {
      interrupted_ms_ = MonotonicMs();
      end_.reason = static_cast<EndReason>(g_interrupted - 1);
      stopping_ = true;
    }
    if (stopping_) shared_->stop.store(true);
  }

  // A worker gets some time to end its seed; then it is killed and its seed named.
  void KillLate() {
    const std::uint64_t now = MonotonicMs();
    const bool late =
        (interrupted_ms_ != 0 && now - interrupted_ms_ >= kInterruptGraceMs) ||
        (options_.time_ms != 0 && now - started_ms_ >= options_.time_ms + kTimeGraceMs);
    if (!late) return;
    for (WorkerProcess& worker : workers_) {
      if (!worker.alive() || worker.killed != Killed::kNot) continue;
      worker.killed = Killed::kStopped;
      kill(worker.pid, SIGKILL);
    }
  }

  void Report() {
    const std::uint64_t now = MonotonicMs();
    if (!listener_.progressed || now - reported_ms_ < kReportEveryMs) return;
    reported_ms_ = now;
    listener_.progressed({done_, now - started_ms_});
  }

  SweepEnd Finish() {
    SweepEnd end;
    end.claimed = shared_->next.load();
    end.done = done_;
    // What ended the sweep may have come when nothing was left to do.
    if (done_ == remaining_.size()) end_.reason = EndReason::kComplete;
    end_.elapsed_ms = Elapsed();
    if (listener_.progressed) listener_.progressed({done_, end_.elapsed_ms});
    end.session = std::move(end_);
    return end;
  }

  const SweepOptions& options_;
  SweepResults* const results_;
  const SweepListener& listener_;
  const RemainingPositions remaining_;
  std::vector<WorkerProcess> workers_;
  SharedSweep* shared_ = nullptr;
  SessionEnd end_;
  std::uint64_t done_ = 0;
  std::uint64_t worker_deaths_ = 0;
  std::uint64_t started_ms_ = 0;
  std::uint64_t watched_ms_ = 0;  // when the workers were looked at
  std::uint64_t looked_ms_ = 0;   // what counts of the time before that
  std::uint64_t reported_ms_ = 0;
  std::uint64_t interrupted_ms_ = 0;
  bool stopping_ = false;
};

}  // namespace

SweepEnd RunSweep(const SweepOptions& options, SweepResults* results,
                  const SweepListener& listener) {
  KERNEL_CHECK(options.jobs >= 1 && options.jobs <= SharedSweep::kMaxJobs);
  return Sweep(options, results, listener).Run();
}

void InterruptSweep(EndReason reason) { g_interrupted = 1 + static_cast<int>(reason); }

}  // namespace harrow::harness
