// A scenario as text that a person can read and edit, and back.
//
//   file      := "harrow scenario 3" setting* life+
//   setting   := "seed" NUMBER | "target" NAME | "profile" NAME | "keys" COUNT ["varied"] | "step-limit" COUNT
//              | OPTION VALUE                            by the names and in the bounds of option_list.h
//              | "expect" RULE                           RULE by its name in models/verdict.h
//   life      := "life" line*
//   line      := "schedule" NAME ["seed" NUMBER] ["depth" COUNT] ["steps" COUNT] ["spurious" ODDS]
//              | "replay"                                follow the deviations below, not the strategy
//              | "switch" TASK STEP TASK | "spurious" TASK STEP
//              | "fault-seed" NUMBER | "fault" FAULT     FAULT is a rule as in faults/plan.h
//              | "explore" EVERY | "image" SURVIVORS     SURVIVORS as in faults/crash.h
//              | "nested" DEPTH "every" EVERY
//              | "end close" ["idle"] | "end crash" ["before" MUTATION] ["keep" SURVIVORS]
//              | "client" operation*
//   operation := "put" KEY BYTES ["sync"] | "delete" KEY ["sync"]
//              | "batch" ["sync"] "{" [entry ("," entry)*] "}"      entry: put or delete, without sync
//              | "get" KEY | "scan" [PATH] | "snapshot" | "snapshot-get" KEY
//              | "snapshot-scan" [PATH] | "release" | "flush" | "yield" | "sleep" MICROSECONDS
//              | "compact" RANGE | "inspect" RANGE | "open-again"
//              | "iterator" | "snapshot-iterator" | "seek" KEY | "seek-first" | "seek-last"
//              | "next" [COUNT] | "prev" [COUNT] | "drop"
//   RANGE     := ["from" KEY] ["to" KEY]
//   KEY       := "k" COUNT
//   PATH      := "backward" | "winding"
//
// One item a line; leading spaces, empty lines and what follows "#" at the start of a word do not count. A tab counts as a
// space, a carriage return at the end of a line as nothing. Numbers are decimal, or hexadecimal after "0x". A setting stands at
// most once; so do schedule, replay, fault-seed, explore, nested and end within a
// life. SCENARIOS.md says what each item means and what
// it is when it is left out: a setting has the value of the struct's member; a life explores every mutation, and keeps none and
// all, unless it says otherwise.
//
// "harrow scenario 2" is read as well: it has the first four options, and none of the operations from "compact" on. So is
// "harrow scenario 1": there "expect" is unknown besides, and a life that does not say "explore" explores nothing.
//
// Threading: pure functions.
// Invariants: ParseScenario(ToText(s)) == s for every scenario within the limits above whose unused fields have their defaults, as
// every parsed, generated or shrunk one has.
// Errors: InvalidArgument, "NAME:LINE: column C: expected …, found …", one printable line.
#ifndef HARROW_SIM_HARNESS_SCENARIO_TEXT_H_
#define HARROW_SIM_HARNESS_SCENARIO_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

// In the version above, with nothing left out.
std::string ToText(const Scenario& scenario);

// `name` stands for the file in errors.
absl::StatusOr<Scenario> ParseScenario(std::string_view name, std::string_view text);

// `text` with every byte that is not printable ASCII as \xNN.
std::string Printable(std::string_view text);

std::string_view ToText(kernel::StrategyKind kind);  // "default", "random", "pct", "pos"
std::optional<kernel::StrategyKind> ParseStrategyKind(std::string_view text);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_SCENARIO_TEXT_H_
