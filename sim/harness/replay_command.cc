#include <cstdio>
#include <string>

#include "sim/harness/commands.h"
#include "sim/harness/exit_code.h"
#include "sim/harness/flags.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

// The one scenario a command's arguments name; prints the error and returns an exit code otherwise.
int OneScenario(const char* command, const std::vector<std::string>& arguments,
                Scenario* scenario) {
  if (arguments.size() != 1) {
    std::fprintf(stderr, "harrow %s: expected one seed or scenario file, found %zu arguments\n",
                 command, arguments.size());
    return kExitUsage;
  }
  absl::StatusOr<Scenario> parsed = ScenarioFromArgument(arguments[0]);
  if (!parsed.ok()) {
    std::fprintf(stderr, "harrow %s: %s\n", command,
                 std::string(parsed.status().message()).c_str());
    return absl::IsFailedPrecondition(parsed.status()) ? kExitUsage : kExitBadInput;
  }
  *scenario = *std::move(parsed);
  return kExitOk;
}

}  // namespace

int ReplayCommand(const std::vector<std::string>& arguments) {
  Scenario scenario;
  if (const int code = OneScenario("replay", arguments, &scenario); code != kExitOk) return code;
  if (OnlyHash()) {
    const RunResult result = RunScenario(scenario);
    const std::string verdict =
        result.verdict.ok() ? "ok" : std::string(models::ToText(result.verdict.violation.rule));
    std::printf("%s hash=%s verdict=%s\n", SeedText(scenario.seed).c_str(),
                SeedText(result.hash).c_str(), verdict.c_str());
    return result.verdict.ok() ? kExitOk : kExitRuleBroken;
  }
  Recording recording;
  const RunResult result = RunScenario(scenario, &recording);
  std::fputs(ReplayText(scenario, result, recording).c_str(), stdout);
  return result.verdict.ok() ? kExitOk : kExitRuleBroken;
}

int ScenarioCommand(const std::vector<std::string>& arguments) {
  Scenario scenario;
  if (const int code = OneScenario("scenario", arguments, &scenario); code != kExitOk) return code;
  std::fputs(ToText(scenario).c_str(), stdout);
  return kExitOk;
}

}  // namespace harrow::harness
