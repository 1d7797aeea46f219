// The first failure of each cause prints as it comes, with the command that reproduces it; a progress line only on a terminal;
// then the causes, each with its smallest scenario, and the counts.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/run_options.h"
#include "sim/harness/command/sweep_output.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/shrink.h"
#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/shrink_causes.h"
#include "sim/harness/sweep/sweep.h"
#include "sim/harness/sweep/sweep_record.h"
#include "sim/harness/sweep/sweep_text.h"

namespace harrow::harness {
namespace {

volatile sig_atomic_t g_signalled = 0;

void OnSignal(int) {
  g_signalled = 1;
  InterruptSweep();
  InterruptShrink();
}

int Complain(const absl::Status& status, int code) {
  std::fprintf(stderr, "harrow run: %s\n", std::string(status.message()).c_str());
  return code;
}

class Printer {
 public:
  Printer(std::string program, const RunOptions& options, const SweepRecord& record)
      : program_(std::move(program)),
        options_(options),
        record_(record),
        terminal_(isatty(STDERR_FILENO) == 1) {}

  // Of each cause the first; the others only count.
  void Failed(const Failure& failure) {
    if (record_.results().by_cause.contains(failure.cause)) return;
    ClearLine();
    std::printf("\n%s", FailureText(program_, options_.header, failure).c_str());
    EndWhenUnread();
  }

  void Progressed(const SweepProgress& progress) {
    EndWhenUnread();
    if (!terminal_) return;
    const double seconds =
        static_cast<double>(std::max<std::uint64_t>(progress.elapsed_ms, 1)) / 1000;
    const double rate = static_cast<double>(progress.done) / seconds;
    const SweepResults& results = record_.results();
    const std::uint64_t all = options_.sweep.space.Positions(options_.sweep.shard);
    std::string line = std::to_string(results.total.done);
    if (all != SeedSpace::kNoBound) line += "/" + std::to_string(all);
    char rest[128];
    std::snprintf(rest, sizeof(rest), " seeds, %.0f/s, %.0f s, %zu red", rate, seconds,
                  results.red.size());
    line += rest;
    if (!results.by_cause.empty())
      line += " of " + std::to_string(results.by_cause.size()) + " causes";
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), Left(progress, rate, all).c_str());
    shown_ = true;
  }

  void Shrinking(std::size_t at, std::size_t causes) {
    if (!terminal_) return;
    std::fprintf(stderr, "\r\033[Kshrinking a failure of cause %zu of %zu", at, causes);
    shown_ = true;
  }

  void ClearLine() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
    shown_ = false;
  }

 private:
  // A sweep whose output nobody can read has no purpose.
  static void EndWhenUnread() {
    pollfd output{STDOUT_FILENO, 0, 0};
    const bool no_reader = poll(&output, 1, 0) == 1 && (output.revents & (POLLERR | POLLNVAL)) != 0;
    if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0 || no_reader)
      InterruptSweep(EndReason::kOutput);
  }

  // By the seeds that remain, or the time, whichever ends first.
  std::string Left(const SweepProgress& progress, double rate, std::uint64_t all) const {
    double left = -1;
    if (options_.sweep.time_ms != 0)
      left =
          (static_cast<double>(options_.sweep.time_ms) - static_cast<double>(progress.elapsed_ms)) /
          1000;
    if (all != SeedSpace::kNoBound && rate > 0) {
      const double by_seeds = static_cast<double>(all - record_.results().total.done) / rate;
      left = left < 0 ? by_seeds : std::min(left, by_seeds);
    }
    if (left < 0) return {};
    char text[48];
    std::snprintf(text, sizeof(text), ", %.0f s left", left);
    return text;
  }

  const std::string program_;
  const RunOptions& options_;
  const SweepRecord& record_;
  const bool terminal_;
  bool shown_ = false;
};

absl::StatusOr<std::unique_ptr<SweepRecord>> OpenRecord(const RunOptions& options) {
  SweepHeader header = options.header;
  if (options.out.empty()) return std::make_unique<SweepRecord>(header);
  header.build = BuildOfThisProgram();
  absl::StatusOr<std::unique_ptr<SweepRecord>> record = SweepRecord::Open(
      options.out, options.resume ? SweepRecord::Mode::kResume : SweepRecord::Mode::kNew, header);
  if (absl::IsAlreadyExists(record.status()))
    return absl::FailedPreconditionError(
        "--out: expected a file that is not there yet, or --resume to go on with it, found " +
        std::string(record.status().message()));
  if (!record.ok())
    return absl::Status(record.status().code(), "--out: " + std::string(record.status().message()));
  return record;
}

int CodeOf(const absl::Status& status) {
  if (absl::IsFailedPrecondition(status)) return kExitUsage;
  return absl::IsInvalidArgument(status) ? kExitBadInput : kExitOutput;
}

// googletest's protocol: who understands shards says so by touching this file.
absl::Status TouchStatusFile(const Shard& shard) {
  if (shard.status_file.empty()) return absl::OkStatus();
  const int fd = open(shard.status_file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0)
    return absl::UnavailableError("GTEST_SHARD_STATUS_FILE: " + Printable(shard.status_file) +
                                  " could not be written");
  close(fd);
  return absl::OkStatus();
}

SweepEnd Sweep(const RunOptions& options, Printer* printer, SweepRecord* record) {
  SweepListener listener;
  listener.done = [record](const DoneSeed& seed) { record->Done(seed); };
  listener.failed = [record, printer](const Failure& failure) {
    record->Failed(failure);
    printer->Failed(failure);
  };
  listener.progressed = [record, printer](const SweepProgress& progress) {
    record->Tick(progress.elapsed_ms);
    if (!record->status().ok()) InterruptSweep(EndReason::kOutput);
    printer->Progressed(progress);
  };
  SweepOptions sweep = options.sweep;
  record->Begin(sweep.jobs);
  sweep.session = record->session();
  SweepEnd end = RunSweep(sweep, record->mutable_results(), listener);
  record->End(end.session);
  return end;
}

void ShrinkFailures(const RunOptions& options, Printer* printer, SweepRecord* record) {
  if (options.shrink_ms == 0 || record->results().failures.empty()) return;
  constexpr std::uint64_t kCausesShrunk = 5;
  ShrinkCausesOptions shrink;
  shrink.limits = options.sweep.limits;
  shrink.known = options.sweep.known;
  shrink.each_ms = options.shrink_ms;
  shrink.total_ms = kCausesShrunk * options.shrink_ms;
  shrink.jobs = options.sweep.jobs;
  shrink.stopped = [] { return g_signalled != 0; };
  shrink.progressed = [printer](std::size_t at, std::size_t causes) {
    printer->Shrinking(at, causes);
  };
  ShrinkCauses(shrink, record);
}

std::string Summary(const RunOptions& options, const SweepRecord& record, const SweepEnd& end,
                    std::size_t causes) {
  std::string text = SummaryLine(record.results(), causes);
  if (options.shard.count > 1)
    text += "shard " + std::to_string(options.shard.index) + " of " +
            std::to_string(options.shard.count) + ", from " + options.shard.source + "\n";
  if (record.session() > 1)
    text += "session " + std::to_string(record.session()) + " of " + Printable(options.out) + ": " +
            std::to_string(record.done_before()) + " seeds were done before\n";
  text += OpenEnds(record.results());
  const std::uint64_t accounted = end.done + end.session.unfinished.size();
  if (accounted != end.claimed)
    text += std::to_string(end.claimed) + " seeds were begun, " + std::to_string(accounted) +
            " are accounted for\n";
  return text;
}

int Run(const std::string& program, const RunOptions& options, CiOutput* ci, SweepRecord* record) {
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  Printer printer(program, options, *record);
  const SweepEnd end = Sweep(options, &printer, record);
  ShrinkFailures(options, &printer, record);
  printer.ClearLine();
  const SweepResults& results = record->results();
  const std::vector<CauseGroup> groups = GroupByCause(results);
  const ExitCode code = ExitCodeOf(results, Missing::kAllowed);
  const std::string summary = Summary(options, *record, end, groups.size());
  std::printf("%s%s%sexercised:\n%s", summary.c_str(),
              CausesText(program, results.header, groups).c_str(), KnownText(results).c_str(),
              FormatCounts(results.total.counts).c_str());
  if (BoolFlag("meetings")) std::printf("%s", FormatMeetings(results.total.meetings).c_str());
  if (BoolFlag("marks"))
    std::printf("%s", FormatMarks(results.total.marks, results.header.target).c_str());
  absl::Status status = ci->Write(program, results, groups, summary, code);
  if (!record->status().ok())
    status = absl::UnavailableError("--out: " + std::string(record->status().message()));
  return status.ok() ? code : Complain(status, kExitOutput);
}

}  // namespace

int RunCommand(const std::string& program, const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    std::fprintf(stderr, "harrow run: expected only flags, found \"%s\"\n",
                 Printable(arguments[0]).c_str());
    return kExitUsage;
  }
  const absl::StatusOr<RunOptions> options = RunOptionsFromFlags();
  if (!options.ok()) return Complain(options.status(), kExitUsage);
  absl::StatusOr<std::unique_ptr<SweepRecord>> record = OpenRecord(*options);
  if (!record.ok()) return Complain(record.status(), CodeOf(record.status()));
  absl::StatusOr<CiOutput> ci = CiOutput::FromFlags();
  if (!ci.ok()) return Complain(ci.status(), kExitOutput);
  if (const absl::Status status = TouchStatusFile(options->shard); !status.ok())
    return Complain(status, kExitOutput);
  return Run(program, *options, &*ci, record->get());
}

}  // namespace harrow::harness
