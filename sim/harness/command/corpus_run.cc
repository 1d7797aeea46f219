// Each file is read, run and compared by itself; the sum of what was met is kept as the set of exit codes.
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <system_error>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/command/corpus.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/shrink/trial_pool.h"

namespace harrow::harness {
namespace {

volatile sig_atomic_t g_interrupted = 0;
void OnSignal(int) { g_interrupted = 1; }

// The scenarios that a path names: itself, or those of the folder by name.
absl::StatusOr<std::vector<std::string>> ScenariosOf(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector<std::string>{path};
  std::vector<std::string> found;
  std::filesystem::directory_iterator entry(path, error);
  for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
    if (entry->path().extension() == ".scenario") found.push_back(entry->path().string());
  }
  if (error) return absl::NotFoundError(Printable(path) + ": " + error.message());
  if (found.empty())
    return absl::NotFoundError(Printable(path) +
                               ": expected a folder with .scenario files, found none");
  std::sort(found.begin(), found.end());
  return found;
}

absl::StatusOr<Scenario> ReadScenario(const std::string& path) {
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok()) return text.status();
  return ParseScenario(path, *text);
}

struct Outcome {
  ExitCode code = kExitOk;
  std::string words;
};

// What a run showed, against what its scenario expects.
Outcome Judge(const Scenario& scenario, const Answer& answer) {
  const FailureClass& failure = answer.trial.failure;
  const bool broken = failure.kind == FailureClass::Kind::kRule;
  if (scenario.expect.has_value() && broken && failure.rule == *scenario.expect)
    return {kExitOk, ToText(failure) + " broken, as expected"};
  if (failure.kind != FailureClass::Kind::kNone)
    return {ExitCodeOf(failure.kind), ToText(failure) + (broken ? " broken" : "")};
  if (answer.unknown != 0) return {kExitUnknown, "no verdict, a bound was reached"};
  if (!scenario.expect.has_value()) return {kExitOk, "every rule held"};
  return {kExitHeld,
          "rule " + std::string(models::ToText(*scenario.expect)) + " held, expected to be broken"};
}

class CorpusRun {
 public:
  CorpusRun(std::string program, std::uint64_t hang_ms)
      : program_(std::move(program)), pool_(PoolOptions(hang_ms)) {}

  void RunPath(const std::string& path) {
    const absl::StatusOr<std::vector<std::string>> files = ScenariosOf(path);
    if (!files.ok()) return Unreadable(files.status());
    for (const std::string& file : *files) {
      if (g_interrupted != 0) return;
      RunFile(file);
    }
  }

  int Finish() {
    if (g_interrupted != 0) met_.insert(kExitInterrupted);
    std::printf("%s%zu scenario%s, %zu not as expected", g_interrupted != 0 ? "interrupted: " : "",
                run_, run_ == 1 ? "" : "s", failed_);
    if (unreadable_ != 0) std::printf(", %zu not read", unreadable_);
    std::printf("\n");
    constexpr std::array kByWeight = {kExitRuleBroken,  kExitTargetDied, kExitNotDeterministic,
                                      kExitUnserved,    kExitHeld,       kExitBadInput,
                                      kExitInterrupted, kExitUnknown};
    for (const ExitCode code : kByWeight) {
      if (met_.contains(code)) return code;
    }
    return kExitOk;
  }

 private:
  static TrialPoolOptions PoolOptions(std::uint64_t hang_ms) {
    TrialPoolOptions options;
    options.hang = {hang_ms, hang_ms};
    options.bounds = HangBounds::kAsGiven;
    options.stopped = [] { return g_interrupted != 0; };
    options.tick = [] {};
    return options;
  }

  void Unreadable(const absl::Status& status) {
    std::fprintf(stderr, "harrow corpus run: %s\n", std::string(status.message()).c_str());
    met_.insert(kExitBadInput);
    ++unreadable_;
  }

  void RunFile(const std::string& file) {
    const absl::StatusOr<Scenario> scenario = ReadScenario(file);
    if (!scenario.ok()) return Unreadable(scenario.status());
    const Answer answer = pool_.RunFresh(*scenario, TrialMode::kTwice);
    if (g_interrupted != 0) return;  // what came back is no answer
    const Outcome outcome = Judge(*scenario, answer);
    const bool good = outcome.code == kExitOk;
    ++run_;
    if (!good) ++failed_;
    met_.insert(outcome.code);
    const std::string shown = Printable(file);
    const std::string name = Printable(std::filesystem::path(file).stem().string());
    std::printf("%-6s %-40s %s\n", good ? "ok" : "FAILED", name.c_str(), outcome.words.c_str());
    if (!good) {
      std::printf("%s  reproduce: %s replay %s\n", answer.trial.text.c_str(), program_.c_str(),
                  shown.c_str());
    }
    std::fflush(stdout);
  }

  const std::string program_;
  TrialPool pool_;
  std::set<ExitCode> met_;
  std::size_t run_ = 0;
  std::size_t failed_ = 0;
  std::size_t unreadable_ = 0;
};

}  // namespace

int RunCorpus(const std::string& program, const std::vector<std::string>& paths) {
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang");
  if (!hang.ok()) {
    std::fprintf(stderr, "harrow corpus run: %s\n", std::string(hang.status().message()).c_str());
    return kExitUsage;
  }
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  CorpusRun run(program, *hang);
  if (paths.empty()) run.RunPath(TextFlag("folder"));
  for (const std::string& path : paths) run.RunPath(path);
  return run.Finish();
}

}  // namespace harrow::harness
