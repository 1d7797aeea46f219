#include "sim/harness/command/run_options.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "sim/harness/command/flags.h"
#include "sim/harness/command/scenario_argument.h"
#include "sim/harness/command/text_file.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

constexpr std::uint64_t kNoBound = ~std::uint64_t{0};

absl::Status ReadSeeds(SweepOptions* sweep) {
  const std::optional<std::uint64_t> seed = ParseSeed(TextFlag("seed"));
  if (!seed.has_value()) return BadFlag("seed", "a number or a commit hash", TextFlag("seed"));
  sweep->space.first_seed = *seed;
  const absl::StatusOr<std::uint64_t> seeds = CountFlag("seeds", 1, kNoBound);
  if (!seeds.ok()) return seeds.status();
  sweep->space.seeds = *seeds;
  const absl::StatusOr<std::uint64_t> time = DurationFlag("time");
  if (!time.ok()) return time.status();
  sweep->time_ms = *time;
  if (*time != 0 && !IsGiven("seeds")) sweep->space.seeds = SeedSpace::kNoBound;
  const absl::StatusOr<std::uint64_t> recheck = CountFlag("recheck", 0, kNoBound);
  if (!recheck.ok()) return recheck.status();
  sweep->recheck_one_in = *recheck;
  return absl::OkStatus();
}

absl::Status ReadBounds(SweepOptions* sweep) {
  const absl::StatusOr<std::uint32_t> jobs = JobsFlag();
  if (!jobs.ok()) return jobs.status();
  sweep->jobs = *jobs;
  const absl::StatusOr<std::uint64_t> hang = DurationFlag("hang");
  if (!hang.ok()) return hang.status();
  sweep->hang_ms = *hang;
  const absl::StatusOr<std::uint64_t> memory = SizeFlag("memory");
  if (!memory.ok()) return memory.status();
  sweep->memory_bytes = *memory;
  const absl::StatusOr<std::uint64_t> failures = CountFlag("max_failures", 1, kNoBound);
  if (!failures.ok()) return failures.status();
  sweep->max_failures = *failures;
  const int ends = (IsGiven("max_failures") ? 1 : 0) + (BoolFlag("until_red") ? 1 : 0) +
                   (BoolFlag("keep_going") ? 1 : 0);
  if (ends > 1)
    return absl::InvalidArgumentError(
        "expected at most one of --max_failures, --until_red and --keep_going");
  if (BoolFlag("until_red")) sweep->max_failures = 1;
  if (BoolFlag("keep_going")) sweep->max_failures = kNoBound;
  return absl::OkStatus();
}

absl::Status ReadOutputs(RunOptions* options) {
  options->out = TextFlag("out");
  options->resume = BoolFlag("resume");
  if (options->resume && options->out.empty())
    return absl::InvalidArgumentError("--resume: expected a result file in --out");
  if (TextFlag("shrink") == "0") return absl::OkStatus();
  const absl::StatusOr<std::uint64_t> shrink = DurationFlag("shrink");
  if (!shrink.ok()) return BadFlag("shrink", "a duration such as 2s, or 0", TextFlag("shrink"));
  options->shrink_ms = *shrink;
  return absl::OkStatus();
}

absl::Status ReadKnown(RunOptions* options) {
  const std::string path = TextFlag("known_findings");
  if (path.empty()) return absl::OkStatus();
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (!text.ok())
    return absl::NotFoundError("--known_findings: " + std::string(text.status().message()));
  absl::StatusOr<KnownFindings> known = ParseKnownFindings(path, *text);
  if (!known.ok()) return known.status();
  options->sweep.known = *std::move(known);
  for (const KnownFinding& finding : options->sweep.known)
    options->header.known.push_back(ToText(finding));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<RunOptions> RunOptionsFromFlags() {
  RunOptions options;
  absl::StatusOr<GeneratorLimits> limits = LimitsFromFlags();
  if (!limits.ok()) return limits.status();
  options.sweep.limits = *std::move(limits);
  for (const absl::Status& status :
       {ReadSeeds(&options.sweep), ReadBounds(&options.sweep), ReadOutputs(&options)}) {
    if (!status.ok()) return status;
  }
  absl::StatusOr<Shard> shard =
      ChooseShard(TextFlag("shard_index"), TextFlag("shard_count"),
                  [](const char* name) -> const char* { return std::getenv(name); });
  if (!shard.ok()) return shard.status();
  options.shard = *std::move(shard);
  options.sweep.shard = options.shard.index;
  options.sweep.space.shard_count = options.shard.count;
  options.header.space = options.sweep.space;
  options.header.target = TextFlag("target");
  options.header.profile = TextFlag("profile");
  options.header.strategy = TextFlag("strategy");
  if (absl::Status status = ReadKnown(&options); !status.ok()) return status;
  options.header.recheck_one_in = options.sweep.recheck_one_in;
  options.header.shards = {options.shard.index};
  return options;
}

}  // namespace harrow::harness
