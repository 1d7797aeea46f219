// A sweep's results in words: the summary of `harrow run` and `harrow merge`, and the commands that reproduce.
//
// Threading: pure functions.
#ifndef HARROW_SIM_HARNESS_SWEEP_SWEEP_TEXT_H_
#define HARROW_SIM_HARNESS_SWEEP_SWEEP_TEXT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/results.h"

namespace harrow::harness {

// "harrow replay 0x5d --profile=ext4": what a command needs for one of this sweep's seeds.
std::string SeedCommand(const std::string& program, const std::string& command,
                        const SweepHeader& header, std::uint64_t seed);

// One red seed as it is found: what was found, what the target wrote, the command that reproduces.
std::string FailureText(const std::string& program, const SweepHeader& header,
                        const Failure& failure);

// "10000 seeds from 0x1 in 12.0 s (23.0 CPU s, 435 a CPU second), 120 red of 2 causes, 7 known; 500 run twice; at most 60 MiB a worker"
std::string SummaryLine(const SweepResults& results, std::size_t causes);
// The known findings with how many seeds showed each, "known findings:" before them; or nothing.
std::string KnownText(const SweepResults& results);
// Seeds without a verdict, and those that were still running, one line for each kind; or nothing.
std::string OpenEnds(const SweepResults& results);
// What is not there of an unfinished sweep: shards, and seeds of the shards that are; or nothing.
std::string MissingText(const SweepResults& results);
// A block for each cause.
std::string CausesText(const std::string& program, const SweepHeader& header,
                       const std::vector<CauseGroup>& groups);
// The text of a cause's smallest failure, for people.
std::string ReportOf(const CauseGroup& group);
// "rule durable", or "rule durable (90), rule prefix (3)".
std::string ClassesOf(const CauseGroup& group);

// Killed at the end of a session, and not done by a later one; ascending.
std::vector<std::uint64_t> UnfinishedSeeds(const SweepResults& results);
std::vector<std::uint32_t> MissingShards(const SweepHeader& header);
std::uint64_t ElapsedMs(const SweepResults& results);  // of all sessions together

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SWEEP_SWEEP_TEXT_H_
