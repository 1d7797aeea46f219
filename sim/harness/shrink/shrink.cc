// The scenario runs once to learn how it fails, the search goes down from there, and what it found runs again in a fresh process;
// should it not fail there, the step before it does.
#include "sim/harness/shrink/shrink.h"

#include <signal.h>

#include <utility>
#include <vector>

#include "sim/harness/shrink/crash_vulnerability.h"
#include "sim/harness/shrink/failing_profiles.h"
#include "sim/harness/shrink/search.h"
#include "sim/harness/shrink/trial_pool.h"

namespace harrow::harness {
namespace {

volatile sig_atomic_t interrupted = 0;

constexpr std::uint64_t kProgressMs = 200;
constexpr std::uint64_t kProfilesMs = 5'000;

class Shrinking {
 public:
  Shrinking(const Scenario& scenario, const ShrinkOptions& options)
      : scenario_(scenario), options_(options), pool_(PoolOptions()) {}

  ShrinkResult Run() {
    ShrinkResult result;
    result.smallest = scenario_;
    // The time bound is for the search: without a first run, however long it hangs, there is nothing to say.
    const Trial first = FirstRun();
    if (first.failure.kind == FailureClass::Kind::kNone) {
      result.interrupted = interrupted != 0;
      result.elapsed_ms = Elapsed();
      result.tried = pool_.tried();
      return result;
    }
    Better(scenario_, first);
    const SearchResult found = SearchSmallest(
        scenario_, first, &pool_,
        [this](const Scenario& better, const Trial& trial) { Better(better, trial); });
    result.finished = found.finished;
    Confirm(&result);
    result.interrupted = interrupted != 0;
    result.tried = pool_.tried();
    result.elapsed_ms = Elapsed();
    return result;
  }

 private:
  struct Step {
    Scenario scenario;
    Trial trial;
  };

  TrialPoolOptions PoolOptions() {
    TrialPoolOptions pool;
    pool.jobs = options_.jobs;
    pool.known = options_.known;
    pool.hang = {options_.hang_ms, options_.hang_ms};
    pool.stopped = [this] {
      return interrupted != 0 || (bounded_ && IsPast(options_.time_ms)) ||
             (profiles_end_ms_ != 0 && WallMs() >= profiles_end_ms_);
    };
    // The rest is for writing the schedule down and making it and the details plain.
    pool.late = [this] { return IsPast(options_.time_ms / 2); };
    pool.tick = [this] { Tick(); };
    return pool;
  }

  bool IsPast(std::uint64_t search_ms) const {
    return options_.time_ms != 0 && WallMs() - search_started_ms_ >= search_ms;
  }
  std::uint64_t Elapsed() const { return WallMs() - started_ms_; }

  // Twice in one process: a scenario whose runs differ cannot be shrunk by anything but that.
  Trial FirstRun() {
    bounded_ = false;
    Trial first = pool_.RunFresh(scenario_, TrialMode::kTwice).trial;
    bounded_ = true;
    search_started_ms_ = WallMs();
    mode_ = first.failure.kind == FailureClass::Kind::kNotDeterministic ? TrialMode::kTwice
                                                                        : TrialMode::kOnce;
    if (options_.any_failure) {
      pool_.WantAnyFailure(mode_);
    } else {
      pool_.Want(first.failure, mode_);
    }
    return first;
  }

  void Better(const Scenario& scenario, const Trial& trial) {
    steps_.push_back({scenario, trial});
    Report();
  }

  void Tick() {
    if (!steps_.empty() && WallMs() - reported_ms_ >= kProgressMs) Report();
  }

  void Report() {
    reported_ms_ = WallMs();
    if (options_.progressed)
      options_.progressed({&steps_.back().scenario, pool_.tried(), Elapsed()});
  }

  // What only the earlier runs of a process made fail does not fail in a fresh one.
  void Confirm(ShrinkResult* result) {
    bounded_ = false;
    while (steps_.size() > 1 && interrupted == 0) {
      Trial again = pool_.RunFresh(steps_.back().scenario, mode_).trial;
      if (again.failure == steps_.back().trial.failure) {
        steps_.back().trial = std::move(again);
        break;
      }
      if (interrupted == 0) steps_.pop_back();
    }
    result->smallest = steps_.back().scenario;
    result->failure = steps_.back().trial.failure;
    result->hash = steps_.back().trial.hash;
    result->text = steps_.back().trial.text;
    if (result->failure.kind != FailureClass::Kind::kRule || interrupted != 0) return;
    result->text += FindVulnerability(result->smallest, [] { return interrupted != 0; });
    pool_.Want(result->failure, mode_);
    profiles_end_ms_ = WallMs() + kProfilesMs;
    if (const auto failing = FailingProfiles(result->smallest, &pool_); failing.has_value())
      result->text += ProfilesLine(*failing);
  }

  const Scenario& scenario_;
  const ShrinkOptions& options_;
  const std::uint64_t started_ms_ = WallMs();
  std::uint64_t search_started_ms_ = 0;
  std::uint64_t reported_ms_ = 0;
  bool bounded_ = true;
  std::uint64_t profiles_end_ms_ = 0;  // of the last step; 0: it has not begun
  TrialMode mode_ = TrialMode::kOnce;
  std::vector<Step> steps_;  // each smaller than the one before
  TrialPool pool_;
};

}  // namespace

ShrinkResult Shrink(const Scenario& scenario, const ShrinkOptions& options) {
  return Shrinking(scenario, options).Run();
}

void InterruptShrink() { interrupted = 1; }

}  // namespace harrow::harness
