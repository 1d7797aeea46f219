// A run is drawn in a child (recorded_child.h), which leaves the page; results are drawn here.
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "sim/harness/command/commands.h"
#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/recorded_child.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/report/report_page.h"
#include "sim/harness/report/run_report.h"
#include "sim/harness/report/sweep_report.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/shrink/variants.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {
namespace {

int Fail(int code, const std::string& message) {
  std::fprintf(stderr, "harrow report: %s\n", message.c_str());
  return code;
}

int Save(const std::string& path, std::string_view page, int code) {
  const absl::Status written = WriteFile(path, page);
  if (!written.ok()) return Fail(kExitOutput, "--html: " + std::string(written.message()));
  std::printf("wrote %s\n", Printable(path).c_str());
  return code;
}

// Leaves the page, or the page of what was recorded.
// The page draws lives: where a crash inside a recovery is what failed, each recovery becomes one.
void ShowAsChain(Scenario* scenario, RunResult* result, Recording* recording) {
  Scenario chain = Tightened(*scenario, result->place);
  Recording chain_recording;
  RunResult chain_result = RunScenario(chain, &chain_recording);
  if (chain_result.failure != result->failure) return;
  *scenario = std::move(chain);
  *result = std::move(chain_result);
  *recording = std::move(chain_recording);
}

ChildEnd DrawInChild(const Scenario& scenario, const RunReportOptions& options) {
  // Never destroyed: it is read after a target called exit().
  Recording& recording = *new Recording;
  ChildWork work;
  work.recording = &recording;
  work.run = [&] {
    RunResult result = RunScenario(scenario, &recording);
    Scenario shown = scenario;
    if (result.place.nested_depth > 0) ShowAsChain(&shown, &result, &recording);
    TargetEnded();
    Leave(ReportPage(options.title, RunReport(shown, result, recording, options)));
    return ExitCodeOf(result);
  };
  work.unfinished = [&](const std::string& how) {
    RunReportOptions unfinished = options;
    unfinished.unfinished = how;
    Leave(ReportPage(options.title, RunReport(scenario, RunResult{}, recording, unfinished)));
  };
  return RunInChild(work);
}

int ReportRun(const std::string& program, const std::string& argument, const Scenario& scenario,
              const std::string& path) {
  RunReportOptions options;
  const bool file = IsFile(argument);
  options.title = file ? argument : "seed " + SeedText(scenario.seed);
  options.reproduce = program + " replay " + (file ? argument : SeedText(scenario.seed));
  for (const char* const flag : {"target", "profile", "strategy"}) {
    if (IsGiven(flag)) options.reproduce += " --" + std::string(flag) + "=" + TextFlag(flag);
  }
  const ChildEnd end = DrawInChild(scenario, options);
  if (!end.whole || end.left.empty()) {
    const std::string why =
        end.ended ? "the report would be larger than " + std::to_string(kLeftMax >> 20) + " MiB"
                  : end.how;
    return Fail(end.exit_code, why + "; what was recorded could not be drawn: try \"" +
                                   Printable(options.reproduce) + "\"");
  }
  if (!end.ended) Fail(end.exit_code, end.how + "; the report shows the steps up to there");
  return Save(path, end.left, end.exit_code);
}

// A result file begins with an object; no scenario does.
bool IsResultFile(const std::string& path) {
  std::FILE* const file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  const int first = std::fgetc(file);
  std::fclose(file);
  return first == '{';
}

int ReportResults(const std::string& program, const std::string& file, const std::string& path) {
  for (const char* const flag : {"target", "profile", "strategy"}) {
    if (IsGiven(flag)) {
      return Fail(kExitUsage, "--" + std::string(flag) + ": expected a seed; the results in \"" +
                                  Printable(file) + "\" say themselves what ran");
    }
  }
  const absl::StatusOr<ReadResults> read = ReadResultFile(file);
  if (!read.ok()) return Fail(kExitBadInput, std::string(read.status().message()));
  return Save(path, ReportPage(file, SweepReport(read->results, {file, program})), kExitOk);
}

}  // namespace

int ReportCommand(const std::string& program, const std::vector<std::string>& arguments) {
  const std::string path = TextFlag("html");
  if (path.empty()) {
    return Fail(kExitUsage,
                "--html: expected the file to write the report to, such as "
                "--html=report.html");
  }
  if (arguments.size() == 1 && IsFile(arguments[0]) && IsResultFile(arguments[0]))
    return ReportResults(program, arguments[0], path);
  Scenario scenario;
  if (const int code = OneScenario("report", arguments, &scenario); code != kExitOk) return code;
  return ReportRun(program, arguments[0], scenario, path);
}

}  // namespace harrow::harness
