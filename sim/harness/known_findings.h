// Failures that are on record elsewhere, so that a sweep counts them and stays green: one a line,
//
//   RULES in PROFILES [with OPTION VALUE [and OPTION VALUE ...]] [after FAULTS]: WHERE IT IS ON RECORD
//
//   poisoned in any after log write, log sync: google/leveldb 577, only a failed sync is remembered
//   durable-before prefix in ext4 xfs after nothing: google/leveldb 193, the old log is not synced at a rotation
//
// RULES and PROFILES are names with spaces between, or "any"; in place of RULES "died SIGNAL at FRAME": the target died of that
// signal (a number) in a function or library whose name begins so. What had struck by then is not known, so "after" does not go
// with it. FAULTS (faults/fault_pattern.h) have commas between: one of them had struck (RunResult::struck); "nothing": no
// harmful one had; "nothing but" and FAULTS: none but these. The first line that fits a failure has it. Comments are those of
// scenarios. At most kKnownFindingsMax lines.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_KNOWN_FINDINGS_H_
#define HARROW_SIM_HARNESS_KNOWN_FINDINGS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "faults/fault_pattern.h"
#include "models/verdict.h"
#include "sim/disk/profile.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// Of a list, at most.
inline constexpr std::size_t kKnownFindingsMax = 64;

struct KnownOption {
  std::uint64_t targets::TargetOptions::*option = nullptr;
  std::uint64_t value = 0;
};

struct KnownFinding {
  int signal = 0;                           // 0: a broken rule
  std::string frame;                        // of a death
  std::vector<models::Rule> rules;          // empty: any
  std::vector<disk::ProfileName> profiles;  // empty: any
  std::vector<KnownOption> options;         // all of them; empty: whatever they are
  bool after_nothing = false;
  std::vector<faults::FaultPattern> after;  // after_nothing: but these; else empty: whatever struck
  std::string record;
};

using KnownFindings = std::vector<KnownFinding>;

// InvalidArgument: "NAME:3: column 9: expected …, found …". ToText(finding) parses back to an equal line.
absl::StatusOr<KnownFindings> ParseKnownFindings(std::string_view name, std::string_view text);
std::string ToText(const KnownFinding& finding);

// Which of them a failed run shows, and which a scenario whose run died; nothing for a run that did not break a rule.
std::optional<std::size_t> FindKnown(const KnownFindings& known, const Scenario& scenario,
                                     const RunResult& result);
// `cause` as CauseOfDeath words it (sweep/cause.h).
std::optional<std::size_t> FindKnownDeath(const KnownFindings& known, const Scenario& scenario,
                                          const FailureClass& failure, std::string_view cause);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_KNOWN_FINDINGS_H_
