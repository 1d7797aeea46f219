#include "sim/harness/sweep/sweep_text.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>
#include <string_view>

#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

constexpr std::size_t kShownSeeds = 20;
constexpr std::size_t kShownGaps = 8;
constexpr std::size_t kShownOutputLines = 20;
constexpr std::size_t kShownScenarioLines = 60;

std::string SeedsLine(const std::string& what, const std::vector<std::uint64_t>& seeds) {
  if (seeds.empty()) return {};
  std::string line = what;
  for (std::size_t at = 0; at < seeds.size() && at < kShownSeeds; ++at)
    line += (at == 0 ? ": " : " ") + SeedText(seeds[at]);
  if (seeds.size() > kShownSeeds)
    line += " and " + std::to_string(seeds.size() - kShownSeeds) + " more";
  return line + "\n";
}

std::string Indented(std::string_view text, std::string_view indent, std::size_t most_lines) {
  std::string out;
  std::size_t lines = 0;
  while (!text.empty()) {
    const std::size_t size = std::min(text.find('\n'), text.size());
    if (++lines > most_lines) return out + std::string(indent) + "...\n";
    out += std::string(indent) + std::string(text.substr(0, size)) + "\n";
    text.remove_prefix(std::min(size + 1, text.size()));
  }
  return out;
}

// Anything but printable ASCII and line ends could do something to a terminal.
std::string Harmless(std::string text) {
  for (char& byte : text) {
    if (byte != '\n' && (byte < ' ' || byte > '~')) byte = '?';
  }
  return text;
}

// What the shrunk scenario shows, and the scenario, which can be saved and replayed; without one, what a seed shows.
std::string CauseReport(const CauseGroup& group) {
  const ShrunkCause* const shrunk = group.smallest;
  if (shrunk == nullptr) return Indented(Harmless(group.first->text), "  ", kShownOutputLines);
  std::string text = "  seed " + SeedText(shrunk->seed) + " shrunk to " + ToText(shrunk->size) +
                     (shrunk->finished ? "" : ", and perhaps smaller") + ":\n";
  text += Indented(Harmless(shrunk->text), "    ", kShownOutputLines);
  return text + Indented(Harmless(shrunk->scenario), "    | ", kShownScenarioLines);
}

bool WasInterrupted(const SweepResults& results) {
  return !results.sessions.empty() && results.sessions.back().end.has_value() &&
         results.sessions.back().end->reason == EndReason::kInterrupted;
}

}  // namespace

std::string SeedCommand(const std::string& program, const std::string& command,
                        const SweepHeader& header, std::uint64_t seed) {
  std::string text = program + " " + command + " " + SeedText(seed);
  if (header.target != SweepHeader{}.target) text += " --target=" + header.target;
  if (!header.profile.empty()) text += " --profile=" + header.profile;
  if (!header.strategy.empty()) text += " --strategy=" + header.strategy;
  return text;
}

std::string FailureText(const std::string& program, const SweepHeader& header,
                        const Failure& failure) {
  std::string text = failure.seed.has_value()
                         ? "seed " + SeedText(*failure.seed) + " is red\n"
                         : "a worker ended between two seeds and was replaced\n";
  text += failure.text;
  if (!failure.output.empty()) {
    text += "  output:\n" + Indented(Harmless(failure.output), "    ", kShownOutputLines);
  }
  if (failure.hash != 0) text += "  hash:     " + SeedText(failure.hash) + "\n";
  if (failure.seed.has_value())
    text += "  reproduce: " + SeedCommand(program, "replay", header, *failure.seed) + "\n";
  return text;
}

std::string SummaryLine(const SweepResults& results, std::size_t causes) {
  const double seconds = static_cast<double>(std::max<std::uint64_t>(ElapsedMs(results), 1)) / 1000;
  const double cpu =
      static_cast<double>(std::max<std::uint64_t>(results.total.cpu_us, 1)) / 1'000'000;
  std::uint64_t memory_kib = 0;
  for (const Session& session : results.sessions) {
    if (session.end.has_value()) memory_kib = std::max(memory_kib, session.end->peak_memory_kib);
  }
  const bool interrupted = WasInterrupted(results);
  char line[256];
  std::snprintf(line, sizeof(line),
                "%s%" PRIu64 " seeds from %s in %.1f s (%.1f CPU s, %.0f a CPU second), %zu red",
                interrupted ? "interrupted: " : "", results.total.done,
                SeedText(results.header.space.first_seed).c_str(), seconds, cpu,
                static_cast<double>(results.total.done) / cpu, results.red.size());
  std::string text = line;
  if (causes != 0) text += " of " + std::to_string(causes) + (causes == 1 ? " cause" : " causes");
  if (causes > 1 && interrupted) text += " (those of one bug not joined yet)";
  if (!results.header.known.empty()) {
    const auto& known = results.total.known;
    text += ", " + std::to_string(std::accumulate(known.begin(), known.end(), std::uint64_t{0})) +
            " known";
  }
  return text + "; " + std::to_string(results.total.rechecked) + " run twice; at most " +
         std::to_string(memory_kib / 1024) + " MiB a worker\n";
}

std::string KnownText(const SweepResults& results) {
  if (results.header.known.empty()) return {};
  std::string text = "known findings:\n";
  for (std::size_t at = 0; at < results.header.known.size(); ++at) {
    char count[32];
    std::snprintf(count, sizeof(count), "%8" PRIu64 "  ", results.total.known[at]);
    text += count + Harmless(results.header.known[at]) + "\n";
  }
  return text;
}

std::string OpenEnds(const SweepResults& results) {
  return SeedsLine("no verdict, a bound was reached", results.unknown) +
         SeedsLine("still running when stopped", UnfinishedSeeds(results));
}

std::string MissingText(const SweepResults& results) {
  std::string text;
  if (const std::vector<std::uint32_t> shards = MissingShards(results.header); !shards.empty()) {
    text += "missing: shard";
    if (shards.size() > 1) text += "s";
    for (const std::uint32_t shard : shards) text += " " + std::to_string(shard);
    text += " of " + std::to_string(results.header.space.shard_count) + "\n";
  }
  if (results.MissingSeeds() == 0) return text;
  text += "not done: " + std::to_string(results.MissingSeeds()) + " seeds";
  std::size_t shown = 0;
  const SeedSpace& space = results.header.space;
  for (const std::uint32_t shard : results.header.shards) {
    const auto found = results.done.find(shard);
    const PositionSet none;
    const PositionSet& done = found == results.done.end() ? none : found->second;
    const std::uint64_t positions = space.Positions(shard);
    for (const PositionRange& gap :
         done.Gaps(positions == SeedSpace::kNoBound ? done.end() : positions)) {
      if (++shown > kShownGaps) return text + ", ...\n";
      text += shown == 1 ? ": " : ", ";
      text += SeedText(space.SeedAt(shard, gap.begin));
      if (gap.end - gap.begin > 1) text += " to " + SeedText(space.SeedAt(shard, gap.end - 1));
      if (space.shard_count > 1) text += " of shard " + std::to_string(shard);
    }
  }
  return text + "\n";
}

std::string ClassesOf(const CauseGroup& group) {
  std::string text;
  for (const auto& [name, failures] : group.classes) {
    text += (text.empty() ? "" : ", ") + name;
    if (group.classes.size() > 1) text += " (" + std::to_string(failures) + ")";
  }
  return text;
}

std::string ReportOf(const CauseGroup& group) {
  if (group.smallest == nullptr) return group.first->text;
  return group.smallest->text + "  shrunk:   " + ToText(group.smallest->size) +
         (group.smallest->finished ? "" : ", and perhaps smaller") + "\n";
}

std::string CausesText(const std::string& program, const SweepHeader& header,
                       const std::vector<CauseGroup>& groups) {
  std::string text;
  for (std::size_t at = 0; at < groups.size(); ++at) {
    const CauseGroup& group = groups[at];
    text += "\ncause " + std::to_string(at + 1) + ": " + std::to_string(group.failures) +
            (group.failures == 1 ? " failure, " : " failures, ") + ClassesOf(group) + "\n";
    text += CauseReport(group);
    std::string seeds;
    for (const std::uint64_t seed : group.seeds) seeds += " " + SeedText(seed);
    if (group.failures > group.seeds.size() && !group.seeds.empty())
      seeds += " and " + std::to_string(group.failures - group.seeds.size()) + " more";
    if (group.seeds.empty()) continue;
    text += "  seeds:    " + seeds.substr(1) + "\n";
    const std::uint64_t seed = group.smallest == nullptr ? group.seeds[0] : group.smallest->seed;
    text += "  reproduce: " + SeedCommand(program, "replay", header, seed) + "\n";
    text += "  shrink:    " + SeedCommand(program, "shrink", header, seed) + "\n";
  }
  return text;
}

std::vector<std::uint64_t> UnfinishedSeeds(const SweepResults& results) {
  const SeedSpace& space = results.header.space;
  std::set<std::uint64_t> seeds;
  for (const Session& session : results.sessions) {
    if (!session.end.has_value()) continue;
    for (const std::uint64_t seed : session.end->unfinished) {
      const std::uint64_t position = (seed - space.first_seed) / space.shard_count;
      const auto done = results.done.find(session.shard);
      if (done == results.done.end() || !done->second.Contains(position)) seeds.insert(seed);
    }
  }
  return {seeds.begin(), seeds.end()};
}

std::vector<std::uint32_t> MissingShards(const SweepHeader& header) {
  std::vector<std::uint32_t> missing;
  for (std::uint32_t shard = 0; shard < header.space.shard_count; ++shard) {
    if (!std::binary_search(header.shards.begin(), header.shards.end(), shard))
      missing.push_back(shard);
  }
  return missing;
}

std::uint64_t ElapsedMs(const SweepResults& results) {
  std::map<std::uint32_t, std::uint64_t> last;  // by session, of those that were killed
  for (const auto& [place, block] : results.blocks)
    last[block.session] = std::max(last[block.session], block.elapsed_ms);
  std::uint64_t sum = 0;
  for (const Session& session : results.sessions)
    sum += session.end.has_value() ? session.end->elapsed_ms : last[session.number];
  return sum;
}

}  // namespace harrow::harness
