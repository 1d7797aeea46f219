// What is printed is a scenario file: the report stands in it as comments. With --out it goes there, at each step down, and the
// report alone to standard output.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/fingerprint.h"
#include "sim/harness/shrink/shrink.h"

namespace harrow::harness {
namespace {

struct ShrinkFlags {
  ShrinkOptions options;
  std::string out;  // empty: standard output
};

absl::StatusOr<ShrinkFlags> ReadFlags() {
  ShrinkFlags flags;
  const absl::StatusOr<std::uint64_t> time = DurationFlag("time");
  if (!time.ok()) return time.status();
  if (IsGiven("time")) flags.options.time_ms = *time;
  const absl::StatusOr<std::uint32_t> jobs = JobsFlag();
  if (!jobs.ok()) return jobs.status();
  flags.options.jobs = *jobs;
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang");
  if (!hang.ok()) return hang.status();
  if (IsGiven("hang")) flags.options.hang_ms = *hang;
  flags.out = TextFlag("out");
  return flags;
}

std::string AsComment(std::string_view text) {
  std::string comment;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    comment += "# " + std::string(text.substr(0, size)) + "\n";
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return comment;
}

class Output {
 public:
  Output(std::string program, const ShrinkFlags& flags)
      : program_(std::move(program)), flags_(flags), terminal_(isatty(STDERR_FILENO) == 1) {}

  void Progressed(const ShrinkProgress& progress) {
    // What a pipe or a device was given cannot be taken back.
    const bool replaceable = !flags_.out.empty() && !IsSpecial(flags_.out);
    if (replaceable && SizeOf(*progress.best) != saved_) Save(ToText(*progress.best));
    saved_ = SizeOf(*progress.best);
    if (!terminal_) return;
    std::fprintf(stderr, "\r\033[K%" PRIu64 " tried, %.1f s: %s", progress.tried,
                 static_cast<double>(progress.elapsed_ms) / 1000,
                 ToText(Measure(*progress.best)).c_str());
    shown_ = true;
  }

  // False: the file could not be written.
  bool Finish(const ShrinkResult& result) {
    ClearLine();
    const std::string report = Report(result);
    if (flags_.out.empty()) {
      std::printf("%s%s", AsComment(report).c_str(), ToText(result.smallest).c_str());
    } else {
      Save(AsComment(report) + ToText(result.smallest));
      std::fputs(report.c_str(), stdout);
    }
    if (written_.ok()) return true;
    std::fprintf(stderr, "harrow shrink: --out: %s\n", std::string(written_.message()).c_str());
    return false;
  }

  void ClearLine() {
    if (shown_) std::fprintf(stderr, "\r\033[K");
    shown_ = false;
  }

 private:
  void Save(const std::string& text) {
    written_ = WriteFile(flags_.out, text);
    if (!written_.ok()) InterruptShrink();
  }

  std::string Report(const ShrinkResult& result) const {
    std::string text = result.text;
    if (result.hash != 0) text += "  hash:     " + SeedText(result.hash) + "\n";
    text += "  cause:    " + Fingerprint(result.smallest, result.failure, result.text) + "\n";
    text += "  size:     " + ToText(Measure(result.smallest)) + "\n";
    char how[128];
    std::snprintf(how, sizeof(how), "%" PRIu64 " scenarios tried in %.1f s, ", result.tried,
                  static_cast<double>(result.elapsed_ms) / 1000);
    text += "  search:   " + std::string(how);
    if (result.finished) {
      text += "none that is smaller fails\n";
    } else {
      text += result.interrupted ? "interrupted\n" : "the time was over\n";
    }
    const std::string file = flags_.out.empty() ? "FILE" : flags_.out;
    text += "  reproduce: " + program_ + " replay " + file + "\n";
    return text;
  }

  const std::string program_;
  const ShrinkFlags& flags_;
  const bool terminal_;
  bool shown_ = false;
  ScenarioWeight saved_;
  absl::Status written_;
};

int ExitCodeOf(const ShrinkResult& result) {
  const bool none = result.failure.kind == FailureClass::Kind::kNone;
  return none && result.interrupted ? kExitInterrupted : ExitCodeOf(result.failure.kind);
}

void OnSignal(int) { InterruptShrink(); }

}  // namespace

int ShrinkCommand(const std::string& program, const std::vector<std::string>& arguments) {
  absl::StatusOr<ShrinkFlags> flags = ReadFlags();
  if (!flags.ok()) {
    std::fprintf(stderr, "harrow shrink: %s\n", std::string(flags.status().message()).c_str());
    return kExitUsage;
  }
  Scenario scenario;
  if (const int code = OneScenario("shrink", arguments, &scenario); code != kExitOk) return code;
  struct sigaction action {};
  action.sa_handler = &OnSignal;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  Output output(program, *flags);
  flags->options.progressed = [&output](const ShrinkProgress& progress) {
    output.Progressed(progress);
  };
  const ShrinkResult result = Shrink(scenario, flags->options);
  if (result.failure.kind == FailureClass::Kind::kNone) {
    output.ClearLine();
    std::printf(result.interrupted ? "interrupted before the scenario was run\n"
                                   : "the scenario does not fail\n");
    return ExitCodeOf(result);
  }
  return output.Finish(result) ? ExitCodeOf(result) : kExitOutput;
}

}  // namespace harrow::harness
