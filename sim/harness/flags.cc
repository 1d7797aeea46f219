// gflags holds the flags; the words are walked here, because gflags ends the process with status 1 on a bad one.
#include "sim/harness/flags.h"

#include <gflags/gflags.h>
#include <sys/stat.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <utility>

#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"
#include "sim/harness/sweep_worker.h"

DEFINE_string(seed, "1", "run: the first seed of the sweep: a number or a commit hash");
DEFINE_string(seeds, "10000", "run: how many seeds; without a bound when --time is given");
DEFINE_string(time, "",
              "run: begins no seed after this much wall time (30s, 5m, 2h), and kills what still "
              "runs 2 s later");
DEFINE_string(jobs, "1", "run: worker processes");
DEFINE_string(recheck, "20",
              "run: one seed in this many runs twice and must hash the same; 0: none");
DEFINE_string(hang, "60s", "run: a seed that takes longer than this is reported as hung");
DEFINE_string(max_failures, "10", "run: ends after this many failures");
DEFINE_string(target, "harrow", "what is put under test: harrow");
DEFINE_string(profile, "", "the file system's rules: ext4, strict; empty: the seed chooses");
DEFINE_string(strategy, "",
              "how tasks are interleaved: default, random, pct, pos; empty: the seed chooses");
DEFINE_bool(hash, false,
            "replay: prints one line, the seed's hash and verdict, instead of the steps");

namespace harrow::harness {
namespace {

constexpr std::uint64_t kMaxFileBytes = 64 << 20;

// The flags above, as opposed to those of libraries that are linked in, and who takes them.
struct OwnFlag {
  std::string_view name;
  bool run;
  bool replay;
  bool scenario;
};
constexpr OwnFlag kOwnFlags[] = {
    {"seed", true, false, false},         {"seeds", true, false, false},
    {"time", true, false, false},         {"jobs", true, false, false},
    {"recheck", true, false, false},      {"hang", true, false, false},
    {"max_failures", true, false, false}, {"target", true, true, true},
    {"profile", true, true, true},        {"strategy", true, true, true},
    {"hash", false, true, false},
};

bool Takes(std::string_view command, const OwnFlag& flag) {
  if (command == "run") return flag.run;
  if (command == "replay") return flag.replay;
  if (command == "scenario") return flag.scenario;
  return command.empty();
}

absl::Status CheckFlagOf(std::string_view command, const std::string& name) {
  for (const OwnFlag& flag : kOwnFlags) {
    if (flag.name != name) continue;
    if (Takes(command, flag)) return absl::OkStatus();
    return absl::InvalidArgumentError("--" + name + " is no flag of this command; harrow " +
                                      std::string(command) + " --help lists those it takes");
  }
  return absl::InvalidArgumentError("unknown flag --" + Printable(name) + "; harrow " +
                                    std::string(command) + " --help lists the flags");
}

absl::Status BadFlag(std::string_view name, std::string_view expected, std::string_view found) {
  return absl::InvalidArgumentError("--" + std::string(name) + ": expected " +
                                    std::string(expected) + ", found \"" + Printable(found) + "\"");
}

bool IsGiven(const char* name) {
  google::CommandLineFlagInfo info;
  return google::GetCommandLineFlagInfo(name, &info) && !info.is_default;
}

absl::StatusOr<std::uint64_t> CountFlag(std::string_view name, const std::string& value,
                                        std::uint64_t low, std::uint64_t high) {
  std::uint64_t count = 0;
  const char* const last = value.data() + value.size();
  const auto [end, error] = std::from_chars(value.data(), last, count);
  if (error != std::errc{} || end != last || count < low || count > high) {
    return BadFlag(name, "a number from " + std::to_string(low) + " to " + std::to_string(high),
                   value);
  }
  return count;
}

// "90s", "5m", "2h", in milliseconds.
absl::StatusOr<std::uint64_t> DurationFlag(std::string_view name, const std::string& value) {
  constexpr std::string_view kExpected = "a duration such as 30s, 5m or 2h";
  if (value.size() < 2) return BadFlag(name, kExpected, value);
  std::uint64_t unit_ms = 0;
  if (value.back() == 's') unit_ms = 1000;
  if (value.back() == 'm') unit_ms = 60'000;
  if (value.back() == 'h') unit_ms = 3'600'000;
  const absl::StatusOr<std::uint64_t> count =
      CountFlag(name, value.substr(0, value.size() - 1), 1, 1'000'000);
  if (unit_ms == 0 || !count.ok()) return BadFlag(name, kExpected, value);
  return *count * unit_ms;
}

absl::StatusOr<std::string> ReadWholeFile(const std::string& path) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  const std::string shown = Printable(path);
  if (file == nullptr) return absl::NotFoundError(shown + ": " + std::strerror(errno));
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t size = std::fread(buffer, 1, sizeof(buffer), file.get())) {
    text.append(buffer, size);
    if (text.size() > kMaxFileBytes)
      return absl::InvalidArgumentError(shown + ": expected at most 64 MiB, found more");
  }
  if (std::ferror(file.get()) != 0) return absl::NotFoundError(shown + ": " + std::strerror(errno));
  return text;
}

bool IsFile(const std::string& path) {
  struct stat found {};
  return stat(path.c_str(), &found) == 0;
}

absl::Status SetFlag(const std::string& name, const std::string& value) {
  if (google::SetCommandLineOption(name.c_str(), value.c_str()).empty()) {
    return BadFlag(name, "true or false", value);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ParsedWords> ParseFlags(std::string_view command,
                                       const std::vector<std::string>& words) {
  ParsedWords parsed;
  for (const std::string& word : words) {
    if (word == "--help" || word == "-h") parsed.help = true;
  }
  if (parsed.help) return parsed;
  for (std::size_t at = 0; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (word.size() < 2 || word[0] != '-') {
      parsed.arguments.push_back(word);
      continue;
    }
    const std::string body = word.substr(word[1] == '-' ? 2 : 1);
    const std::size_t equals = body.find('=');
    const std::string name = body.substr(0, equals);
    if (absl::Status status = CheckFlagOf(command, name); !status.ok()) return status;
    google::CommandLineFlagInfo info;
    google::GetCommandLineFlagInfo(name.c_str(), &info);
    std::string value;
    if (equals != std::string::npos) {
      value = body.substr(equals + 1);
    } else if (info.type == "bool") {
      value = "true";
    } else if (at + 1 < words.size()) {
      value = words[++at];
    } else {
      return absl::InvalidArgumentError("--" + name +
                                        ": expected a value, found the end of the command");
    }
    if (absl::Status status = SetFlag(name, value); !status.ok()) return status;
  }
  return parsed;
}

absl::StatusOr<GeneratorLimits> LimitsFromFlags() {
  GeneratorLimits limits;
  if (targets::FindTarget(FLAGS_target) == nullptr)
    return BadFlag("target", "harrow", FLAGS_target);
  limits.target = FLAGS_target;
  if (!FLAGS_profile.empty()) {
    limits.profile = disk::ParseProfileName(FLAGS_profile);
    if (!limits.profile.has_value()) return BadFlag("profile", "ext4 or strict", FLAGS_profile);
  }
  if (!FLAGS_strategy.empty()) {
    limits.strategy = ParseStrategyKind(FLAGS_strategy);
    if (!limits.strategy.has_value())
      return BadFlag("strategy", "default, random, pct or pos", FLAGS_strategy);
  }
  return limits;
}

absl::StatusOr<SweepOptions> SweepOptionsFromFlags() {
  SweepOptions options;
  absl::StatusOr<GeneratorLimits> limits = LimitsFromFlags();
  if (!limits.ok()) return limits.status();
  options.limits = *std::move(limits);
  const std::optional<std::uint64_t> seed = ParseSeed(FLAGS_seed);
  if (!seed.has_value()) return BadFlag("seed", "a number or a commit hash", FLAGS_seed);
  options.first_seed = *seed;
  const absl::StatusOr<std::uint64_t> seeds = CountFlag("seeds", FLAGS_seeds, 1, ~std::uint64_t{0});
  if (!seeds.ok()) return seeds.status();
  options.seeds = *seeds;
  if (!FLAGS_time.empty()) {
    const absl::StatusOr<std::uint64_t> time = DurationFlag("time", FLAGS_time);
    if (!time.ok()) return time.status();
    options.time_ms = *time;
    if (!IsGiven("seeds")) options.seeds = ~std::uint64_t{0};
  }
  const absl::StatusOr<std::uint64_t> jobs =
      CountFlag("jobs", FLAGS_jobs, 1, SharedSweep::kMaxJobs);
  if (!jobs.ok()) return jobs.status();
  options.jobs = static_cast<std::uint32_t>(*jobs);
  const absl::StatusOr<std::uint64_t> recheck =
      CountFlag("recheck", FLAGS_recheck, 0, ~std::uint64_t{0});
  if (!recheck.ok()) return recheck.status();
  options.recheck_one_in = *recheck;
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang", FLAGS_hang);
  if (!hang.ok()) return hang.status();
  options.hang_ms = *hang;
  const absl::StatusOr<std::uint64_t> failures =
      CountFlag("max_failures", FLAGS_max_failures, 1, 1'000'000);
  if (!failures.ok()) return failures.status();
  options.max_failures = *failures;
  return options;
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
  const absl::StatusOr<std::string> text = ReadWholeFile(argument);
  if (!text.ok()) return text.status();
  return ParseScenario(argument, *text);
}

bool OnlyHash() { return FLAGS_hash; }

std::string FlagHelp(std::string_view command) {
  std::string text;
  for (const OwnFlag& flag : kOwnFlags) {
    google::CommandLineFlagInfo info;
    if (!Takes(command, flag) ||
        !google::GetCommandLineFlagInfo(std::string(flag.name).c_str(), &info))
      continue;
    const std::string shown = info.default_value.empty() ? "" : " (" + info.default_value + ")";
    std::string head = "  --" + info.name;
    head.resize(std::max<std::size_t>(head.size() + 1, 18), ' ');
    text += head + info.description + shown + "\n";
  }
  return text;
}

}  // namespace harrow::harness
