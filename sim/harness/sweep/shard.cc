// Each engine is a way to find an index and a count; the first that has set something is taken, and a flag stands in for either.
#include "sim/harness/sweep/shard.h"

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

constexpr std::uint32_t kMostShards = 1'000'000;

std::string Value(const Environment& environment, const char* name) {
  const char* const value = environment(name);
  return value == nullptr ? std::string() : std::string(value);
}

absl::StatusOr<std::uint32_t> Number(const std::string& name, const std::string& value,
                                     std::uint32_t low) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error == std::errc{} && end == value.data() + value.size() && number >= low &&
      number <= kMostShards)
    return number;
  return absl::InvalidArgumentError(name + ": expected a number from " + std::to_string(low) +
                                    " to " + std::to_string(kMostShards) + ", found \"" +
                                    Printable(value) + "\"");
}

// Texts of an index and a count, each with the name of where it is from; empty where that did not say.
struct Named {
  std::string name;
  std::string value;
};
struct Asked {
  Named index;
  Named count;
  std::string missing;  // what to say when there is an index and no count, or the other way round
};

// The tasks of an array are numbered from MIN to MAX in steps; a list with holes cannot be told from its ends.
absl::StatusOr<Asked> FromSlurm(const Environment& environment) {
  Asked asked;
  asked.index.name = "SLURM_ARRAY_TASK_ID";
  asked.count.name = "SLURM_ARRAY_TASK_COUNT";
  asked.missing = "SLURM_ARRAY_TASK_COUNT or --shard_count";
  const std::string id_text = Value(environment, "SLURM_ARRAY_TASK_ID");
  const absl::StatusOr<std::uint32_t> id = Number("SLURM_ARRAY_TASK_ID", id_text, 0);
  if (!id.ok()) return id.status();
  std::uint32_t numbers[3] = {0, *id, 1};
  const char* const names[3] = {"SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX",
                                "SLURM_ARRAY_TASK_STEP"};
  for (int at = 0; at < 3; ++at) {
    const std::string text = Value(environment, names[at]);
    if (text.empty()) continue;
    const absl::StatusOr<std::uint32_t> number = Number(names[at], text, at == 2 ? 1 : 0);
    if (!number.ok()) return number.status();
    numbers[at] = *number;
  }
  const auto [low, high, step] = std::tie(numbers[0], numbers[1], numbers[2]);
  asked.count.value = Value(environment, "SLURM_ARRAY_TASK_COUNT");
  const bool in_steps = *id >= low && *id <= high && (*id - low) % step == 0;
  const bool whole =
      asked.count.value.empty() || asked.count.value == std::to_string((high - low) / step + 1);
  if (!in_steps || !whole)
    return absl::InvalidArgumentError(
        "SLURM_ARRAY_TASK_ID: expected an array in even steps from SLURM_ARRAY_TASK_MIN to "
        "SLURM_ARRAY_TASK_MAX; give --shard_index and --shard_count for another");
  asked.index.value = std::to_string((*id - low) / step);
  return asked;
}

absl::StatusOr<Asked> FromEnvironment(const Environment& environment) {
  Asked asked;
  const std::string total = Value(environment, "GTEST_TOTAL_SHARDS");
  const std::string index = Value(environment, "GTEST_SHARD_INDEX");
  if (!total.empty() || !index.empty()) {
    asked.index = {"GTEST_SHARD_INDEX", index};
    asked.count = {"GTEST_TOTAL_SHARDS", total};
    asked.missing = "both GTEST_SHARD_INDEX and GTEST_TOTAL_SHARDS";
    return asked;
  }
  if (!Value(environment, "SLURM_ARRAY_TASK_ID").empty()) return FromSlurm(environment);
  if (const std::string job = Value(environment, "JOB_COMPLETION_INDEX"); !job.empty()) {
    asked.index = {"JOB_COMPLETION_INDEX", job};
    asked.count = {"JOB_COMPLETIONS", Value(environment, "JOB_COMPLETIONS")};
    asked.missing = "JOB_COMPLETIONS or --shard_count, as JOB_COMPLETION_INDEX is set";
    return asked;
  }
  asked.missing = "both --shard_index and --shard_count";
  return asked;
}

}  // namespace

absl::StatusOr<Shard> ChooseShard(const std::string& flag_index, const std::string& flag_count,
                                  const Environment& environment) {
  Asked asked;
  if (flag_index.empty() || flag_count.empty()) {
    absl::StatusOr<Asked> found = FromEnvironment(environment);
    if (!found.ok()) return found.status();
    asked = *std::move(found);
  }
  if (!flag_index.empty()) asked.index = {"--shard_index", flag_index};
  if (!flag_count.empty()) asked.count = {"--shard_count", flag_count};
  Shard shard;
  if (asked.index.value.empty() && asked.count.value.empty()) return shard;
  if (asked.index.value.empty() || asked.count.value.empty())
    return absl::InvalidArgumentError("expected " + asked.missing);
  const absl::StatusOr<std::uint32_t> count = Number(asked.count.name, asked.count.value, 1);
  if (!count.ok()) return count.status();
  const absl::StatusOr<std::uint32_t> index = Number(asked.index.name, asked.index.value, 0);
  if (!index.ok()) return index.status();
  if (*index >= *count)
    return absl::InvalidArgumentError(asked.index.name + ": expected a number below the " +
                                      std::to_string(*count) + " of " + asked.count.name +
                                      ", found " + std::to_string(*index));
  shard.index = *index;
  shard.count = *count;
  shard.source = asked.index.name;
  shard.status_file = Value(environment, "GTEST_SHARD_STATUS_FILE");
  return shard;
}

}  // namespace harrow::harness
