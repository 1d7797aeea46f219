// Failures print as they come, each with the command that reproduces it; a progress line only on a terminal; then the counts.
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/sweep/sweep.h"
#include "sim/harness/sweep/sweep_worker.h"

namespace harrow::harness {
namespace {

// The flags a replay of one of this sweep's seeds needs, besides the seed.
std::string ReplayFlags(const GeneratorLimits& limits) {
  std::string flags;
  if (limits.target != GeneratorLimits{}.target) flags += " --target=" + limits.target;
  if (limits.profile.has_value())
    flags += " --profile=" + std::string(disk::ToText(*limits.profile));
  if (limits.strategy.has_value()) flags += " --strategy=" + std::string(ToText(*limits.strategy));
  return flags;
}

class Printer {
 public:
  Printer(std::string program, const SweepOptions& options)
      : program_(std::move(program)), options_(options), terminal_(isatty(STDERR_FILENO) == 1) {}

  void Failed(const Failure& failure) {
    ClearLine();
    if (failure.kind == FailureKind::kWorkerDied) {
      std::printf("\na worker ended between two seeds and was replaced\n%s", failure.text.c_str());
      return EndWhenUnread();
    }
    std::printf("\nseed %s is red\n%s", SeedText(failure.seed).c_str(), failure.text.c_str());
    if (failure.hash != 0) std::printf("  hash:     %s\n", SeedText(failure.hash).c_str());
    std::printf("  reproduce: %s replay %s%s\n", program_.c_str(), SeedText(failure.seed).c_str(),
                ReplayFlags(options_.limits).c_str());
    EndWhenUnread();
  }

  void Progressed(const SweepProgress& progress) {
    EndWhenUnread();
    if (!terminal_) return;
    const double seconds =
        static_cast<double>(std::max<std::uint64_t>(progress.elapsed_ms, 1)) / 1000;
    const double rate = static_cast<double>(progress.done) / seconds;
    std::string line = std::to_string(progress.done);
    if (options_.seeds != ~std::uint64_t{0}) line += "/" + std::to_string(options_.seeds);
    char rest[128];
    std::snprintf(rest, sizeof(rest), " seeds, %.0f/s, %.0f s, %" PRIu64 " red", rate, seconds,
                  progress.failures);
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), rest);
    shown_ = true;
  }

  void Summary(const SweepResult& result) {
    ClearLine();
    const double seconds =
        static_cast<double>(std::max<std::uint64_t>(result.elapsed_ms, 1)) / 1000;
    const double cpu = static_cast<double>(std::max<std::uint64_t>(result.cpu_ms, 1)) / 1000;
    std::printf(
        "%s%" PRIu64 " seeds from %s in %.1f s (%.1f CPU s, %.0f a CPU second), %zu red; %" PRIu64
        " run twice; at most %" PRIu64 " MiB a worker\n",
        result.interrupted ? "interrupted: " : "", result.done,
        SeedText(options_.first_seed).c_str(), seconds, cpu, static_cast<double>(result.done) / cpu,
        result.failures.size(), result.rechecked, result.peak_memory_kib / 1024);
    PrintSeeds("no verdict, a bound was reached", result.unknown);
    PrintSeeds("still running when stopped", result.unfinished);
    const std::uint64_t accounted = result.done + result.unfinished.size();
    if (accounted != result.claimed) {
      std::printf("%" PRIu64 " seeds were begun, %" PRIu64 " are accounted for\n", result.claimed,
                  accounted);
    }
    std::printf("exercised:\n%s", FormatCounts(result.counts).c_str());
  }

 private:
  // A sweep whose output nobody can read has no purpose.
  static void EndWhenUnread() {
    pollfd output{STDOUT_FILENO, 0, 0};
    const bool no_reader = poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0;
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || no_reader) InterruptSweep();
  }

  static void PrintSeeds(const char* what, const std::vector<std::uint64_t>& seeds) {
    constexpr std::size_t kShown = 20;
    if (seeds.empty()) return;
    std::string line = what;
    for (std::size_t at = 0; at < seeds.size() && at < kShown; ++at)
      line += (at == 0 ? ": " : " ") + SeedText(seeds[at]);
    if (seeds.size() > kShown) line += " and " + std::to_string(seeds.size() - kShown) + " more";
    std::printf("%s\n", line.c_str());
  }

  void ClearLine() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
    shown_ = false;
  }

  const std::string program_;
  const SweepOptions& options_;
  const bool terminal_;
  bool shown_ = false;
};

bool Any(const SweepResult& result, FailureKind kind) {
  return std::any_of(result.failures.begin(), result.failures.end(),
                     [kind](const Failure& failure) { return failure.kind == kind; });
}

int ExitCodeOf(const SweepResult& result) {
  if (Any(result, FailureKind::kRule)) return kExitRuleBroken;
  if (Any(result, FailureKind::kDied) || Any(result, FailureKind::kHung) ||
      Any(result, FailureKind::kMemory) || Any(result, FailureKind::kWorkerDied))
    return kExitTargetDied;
  if (Any(result, FailureKind::kUnserved)) return kExitUnserved;
  if (Any(result, FailureKind::kNotDeterministic)) return kExitNotDeterministic;
  if (result.interrupted) return kExitInterrupted;
  return result.unknown.empty() && result.unfinished.empty() ? kExitOk : kExitUnknown;
}

absl::StatusOr<SweepOptions> SweepOptionsFromFlags() {
  SweepOptions options;
  absl::StatusOr<GeneratorLimits> limits = LimitsFromFlags();
  if (!limits.ok()) return limits.status();
  options.limits = *std::move(limits);
  const std::optional<std::uint64_t> seed = ParseSeed(TextFlag("seed"));
  if (!seed.has_value()) return BadFlag("seed", "a number or a commit hash", TextFlag("seed"));
  options.first_seed = *seed;
  const absl::StatusOr<std::uint64_t> seeds = CountFlag("seeds", 1, ~std::uint64_t{0});
  if (!seeds.ok()) return seeds.status();
  options.seeds = *seeds;
  const absl::StatusOr<std::uint64_t> time = DurationFlag("time");
  if (!time.ok()) return time.status();
  options.time_ms = *time;
  if (*time != 0 && !IsGiven("seeds")) options.seeds = ~std::uint64_t{0};
  const absl::StatusOr<std::uint64_t> jobs = CountFlag("jobs", 1, SharedSweep::kMaxJobs);
  if (!jobs.ok()) return jobs.status();
  options.jobs = static_cast<std::uint32_t>(*jobs);
  const absl::StatusOr<std::uint64_t> recheck = CountFlag("recheck", 0, ~std::uint64_t{0});
  if (!recheck.ok()) return recheck.status();
  options.recheck_one_in = *recheck;
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang");
  if (!hang.ok()) return hang.status();
  options.hang_ms = *hang;
  const absl::StatusOr<std::uint64_t> failures = CountFlag("max_failures", 1, 1'000'000);
  if (!failures.ok()) return failures.status();
  options.max_failures = *failures;
  return options;
}

void OnSignal(int) { InterruptSweep(); }

}  // namespace

int RunCommand(const std::string& program, const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    std::fprintf(stderr, "harrow run: expected only flags, found \"%s\"\n",
                 Printable(arguments[0]).c_str());
    return kExitUsage;
  }
  const absl::StatusOr<SweepOptions> options = SweepOptionsFromFlags();
  if (!options.ok()) {
    std::fprintf(stderr, "harrow run: %s\n", std::string(options.status().message()).c_str());
    return kExitUsage;
  }
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  Printer printer(program, *options);
  SweepListener listener;
  listener.failed = [&printer](const Failure& failure) { printer.Failed(failure); };
  listener.progressed = [&printer](const SweepProgress& progress) { printer.Progressed(progress); };
  const SweepResult result = RunSweep(*options, listener);
  printer.Summary(result);
  return ExitCodeOf(result);
}

}  // namespace harrow::harness
