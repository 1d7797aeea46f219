#include "sim/harness/command/scenario_argument.h"

#include <sys/stat.h>

#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

#include "sim/harness/command/exit_code.h"
#include "sim/harness/command/flags.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {

absl::StatusOr<GeneratorLimits> LimitsFromFlags() {
  GeneratorLimits limits;
  limits.target = TextFlag("target");
  if (targets::FindTarget(limits.target) == nullptr)
    return BadFlag("target", "a target (" + targets::TargetNames() + ")", limits.target);
  if (const std::string profile = TextFlag("profile"); !profile.empty()) {
    limits.profile = disk::ParseProfileName(profile);
    if (!limits.profile.has_value())
      return BadFlag("profile", "a profile (" + disk::ProfileNames() + ")", profile);
  }
  if (const std::string strategy = TextFlag("strategy"); !strategy.empty()) {
    limits.strategy = ParseStrategyKind(strategy);
    if (!limits.strategy.has_value())
      return BadFlag("strategy", "default, random, pct or pos", strategy);
  }
  return limits;
}

bool IsFile(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0;
}

absl::StatusOr<Scenario> ScenarioFromArgument(const std::string& argument) {
  const std::optional<std::uint64_t> seed = ParseSeed(argument);
  if (seed.has_value() && !IsFile(argument)) {
    const absl::StatusOr<GeneratorLimits> limits = LimitsFromFlags();
    if (!limits.ok()) return absl::FailedPreconditionError(limits.status().message());
    return GenerateScenario(*seed, *limits);
  }
  if (!IsFile(argument)) {
    return absl::FailedPreconditionError(
        "expected a seed (a number or a commit hash) or a scenario file, found \"" +
        Printable(argument) + "\"");
  }
  for (const char* const name : {"target", "profile", "strategy"}) {
    if (IsGiven(name))
      return absl::FailedPreconditionError(
          "--" + std::string(name) + ": expected a seed; the file \"" + Printable(argument) +
          "\" says itself what target, profile and strategy it runs with");
  }
  const absl::StatusOr<std::string> text = ReadFile(argument);
  if (!text.ok()) return text.status();
  return ParseScenario(argument, *text);
}

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

}  // namespace harrow::harness
