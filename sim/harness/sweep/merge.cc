// Sessions are known by when and where they began; blocks by what they cover; failures by their seed.
#include "sim/harness/sweep/merge.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sim/harness/sweep/result_lines.h"

namespace harrow::harness {
namespace {

// The number of each session of `from` in `into`.
std::map<std::uint32_t, std::uint32_t> JoinSessions(const SweepResults& from, SweepResults* into) {
  std::map<std::uint32_t, std::uint32_t> numbers;
  for (const Session& session : from.sessions) {
    const auto same = std::find_if(
        into->sessions.begin(), into->sessions.end(), [&session](const Session& known) {
          return known.shard == session.shard && known.started_us == session.started_us;
        });
    if (same != into->sessions.end()) {
      numbers[session.number] = same->number;
      if (!same->end.has_value()) same->end = session.end;
      continue;
    }
    Session added = session;
    added.number = static_cast<std::uint32_t>(into->sessions.size() + 1);
    numbers[session.number] = added.number;
    into->sessions.push_back(std::move(added));
  }
  return numbers;
}

bool SameShrunk(const ShrunkCause& a, const ShrunkCause& b) {
  return a.cause == b.cause && a.seed == b.seed && a.scenario == b.scenario;
}

}  // namespace

absl::Status JoinResults(const SweepResults& from, SweepResults* into) {
  if (const std::string name = FirstDifference(from.header, into->header); !name.empty())
    return absl::FailedPreconditionError("expected a sweep with the same --" + name);
  std::vector<std::uint32_t>& shards = into->header.shards;
  shards.insert(shards.end(), from.header.shards.begin(), from.header.shards.end());
  std::sort(shards.begin(), shards.end());
  shards.erase(std::unique(shards.begin(), shards.end()), shards.end());
  std::map<std::uint32_t, std::uint32_t> numbers = JoinSessions(from, into);
  for (const auto& [place, block] : from.blocks) {
    DoneBlock added = block;
    added.session = numbers[block.session];
    if (absl::Status status = AddBlock(std::move(added), &into->blocks); !status.ok())
      return status;
  }
  for (const Failure& failure : from.failures) {
    // What has no seed is known by the session and the moment.
    const bool known =
        !failure.seed.has_value() &&
        std::any_of(into->failures.begin(), into->failures.end(), [&](const Failure& other) {
          return !other.seed.has_value() && other.session == numbers[failure.session] &&
                 other.elapsed_ms == failure.elapsed_ms;
        });
    if (known) continue;
    Failure added = failure;
    added.session = numbers[failure.session];
    into->AddFailure(std::move(added));
  }
  for (const ShrunkCause& shrunk : from.shrunk) {
    const bool known =
        std::any_of(into->shrunk.begin(), into->shrunk.end(),
                    [&shrunk](const ShrunkCause& other) { return SameShrunk(shrunk, other); });
    if (known) continue;
    ShrunkCause added = shrunk;
    added.session = numbers[shrunk.session];
    into->shrunk.push_back(std::move(added));
  }
  into->SumUp();
  return absl::OkStatus();
}

std::string ResultFileText(const SweepResults& results) {
  std::string text = HeaderLine(results.header);
  for (const Session& session : results.sessions) text += SessionLine(session);
  for (const auto& [place, block] : results.blocks) text += DoneLine(block);
  for (const Failure& failure : results.failures) text += FailureLine(failure);
  for (const ShrunkCause& shrunk : results.shrunk) text += CauseLine(shrunk);
  for (const Session& session : results.sessions) {
    if (session.end.has_value()) text += EndLine(session.number, *session.end);
  }
  return text;
}

}  // namespace harrow::harness
