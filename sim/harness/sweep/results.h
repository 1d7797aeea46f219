// What a sweep found, as data: the content of one result file, or of several joined. RESULTS.md has the format.
//
//   absl::StatusOr<ReadResults> read = ReadResultFile("nightly.jsonl");
//   for (const auto& [place, block] : read->results.blocks) …
//
// Threading: values.
// Invariants:
//  1. Blocks are disjoint; `total`, `done` and `unknown` are what they add up to.
//  2. At most one failure for a seed.
#ifndef HARROW_SIM_HARNESS_SWEEP_RESULTS_H_
#define HARROW_SIM_HARNESS_SWEEP_RESULTS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/harness/shrink/shrink.h"
#include "sim/harness/sweep/failure.h"
#include "sim/harness/sweep/seed_space.h"
#include "sim/harness/sweep/tally.h"

namespace harrow::harness {

// What decides which seeds run, and how.
struct SweepHeader {
  SeedSpace space;
  std::string target = "harrow";
  std::string profile;   // empty: the seed chooses
  std::string strategy;  // empty: the seed chooses
  std::uint64_t recheck_one_in = 20;
  std::vector<std::string> known;           // findings that are no failures (known_findings.h)
  std::uint64_t build = 0;                  // of the program: a hash of its bytes
  std::vector<std::uint32_t> shards = {0};  // whose results these are, ascending
};
// The name of the first option, besides the shards, in which two sweeps differ: "seeds"; or empty.
std::string FirstDifference(const SweepHeader& a, const SweepHeader& b);

// Why a session ended.
enum class EndReason : std::uint8_t {
  kComplete,     // every seed is done
  kTime,         // the time was over
  kFailures,     // as many failures as were asked for
  kInterrupted,  // by a signal
  kOutput        // what was found could no longer be written
};
std::string_view ToText(EndReason reason);  // "complete", "time", …
std::optional<EndReason> ParseEndReason(std::string_view name);

struct SessionEnd {
  EndReason reason = EndReason::kComplete;
  std::uint64_t elapsed_ms = 0;
  std::uint64_t cpu_us = 0;               // of all workers, also for seeds that did not end
  std::uint64_t peak_memory_kib = 0;      // of the largest worker
  std::vector<std::uint64_t> unfinished;  // seeds killed at the end of the time, or interrupted
};

// One start of the program on this sweep.
struct Session {
  std::uint32_t number = 1;
  std::uint32_t shard = 0;
  std::uint64_t started_us = 0;  // since 1970
  std::uint32_t jobs = 1;
  std::optional<SessionEnd> end;  // none: it was killed, or still runs
};

// Seeds that are done: positions [first, first + size) of a shard. `size` is a power of two and divides `first`, so two
// blocks are apart, or one holds the other.
struct DoneBlock {
  std::uint32_t session = 1;
  std::uint32_t shard = 0;
  std::uint64_t first = 0;
  std::uint64_t size = 0;
  std::uint64_t elapsed_ms = 0;  // when it was written, since its session began
  Tally tally;
  std::vector<std::uint64_t> unknown;  // seeds with a verdict that reached a bound, nothing red
};

// By shard and first position.
using DoneBlocks = std::map<std::pair<std::uint32_t, std::uint64_t>, DoneBlock>;

// A representative of a cause, shrunk.
struct ShrunkCause {
  std::uint32_t session = 1;
  std::string cause;
  std::uint64_t seed = 0;
  std::string fingerprint;  // equal for shrunk scenarios of one bug
  std::vector<std::string>
      nearby;  // causes that it shows as well, varied a little (nearby_causes.h)
  ScenarioSize size;
  bool finished = false;  // nothing smaller fails
  std::string text;       // its failure report
  std::string scenario;   // as text
};

struct SweepResults {
  SweepHeader header;
  std::vector<Session> sessions;
  DoneBlocks blocks;
  std::vector<Failure> failures;  // in order of arrival
  std::vector<ShrunkCause> shrunk;

  Tally total;
  std::map<std::uint32_t, PositionSet> done;  // by shard
  std::vector<std::uint64_t> unknown;         // ascending

  std::set<std::uint64_t> red;                    // the seeds of `failures`
  std::map<std::string, std::uint64_t> by_cause;  // failures of each, those without a seed too

  // Adds a failure unless its seed has one; false: it has.
  bool AddFailure(Failure failure);
  // Brings `total`, `done` and `unknown` up to date with `blocks`.
  void SumUp();
  // Of all shards of the header; of an unbounded sweep, below the last seed done.
  std::uint64_t MissingSeeds() const;
};

// Adds `block`, unless one as large or larger holds it; those that it holds go. DataLoss when two of one
// size differ.
absl::Status AddBlock(DoneBlock block, DoneBlocks* blocks);

struct ReadResults {
  SweepResults results;
  std::uint64_t whole_bytes = 0;  // what follows is a torn last line
};

// Errors: InvalidArgument or NotFound, one printable line with the file, the line and what was expected. A torn last line is
// no error; a file in which the first line is torn holds nothing: OutOfRange.
absl::StatusOr<ReadResults> ParseResults(std::string_view name, std::string_view text);
absl::StatusOr<ReadResults> ReadResultFile(const std::string& path);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_RESULTS_H_
