// One table holds each rule's name and demand, in the order of the enumeration.

#include "models/verdict.h"

#include <array>
#include <cstddef>

#include "models/check.h"

namespace harrow::models {
namespace {

struct RuleText {
  Rule rule;
  std::string_view name;
  std::string_view demand;
};

constexpr std::array<RuleText, 16> kRules = {{
    {Rule::kDurable, "durable",
     "a write acknowledged with sync is present after any crash, until a later surviving write "
     "overwrites it"},
    {Rule::kDurableBefore, "durable-before",
     "every write acknowledged before an acknowledged sync write was issued is present too, also "
     "across log rotation"},
    {Rule::kFlush, "flush",
     "a forced flush that returned ok has made every write acknowledged before it durable"},
    {Rule::kPrefix, "prefix",
     "recovery brings back the state after a prefix of the commit order, for some order that "
     "agrees with real time; no holes"},
    {Rule::kAtomic, "atomic",
     "a batch is there as a whole or not at all, also to readers and iterators while running"},
    {Rule::kNoInvention, "no-invention",
     "every value and absence read was produced by operations that were issued; nothing refused, "
     "no garbage"},
    {Rule::kIndeterminate, "indeterminate",
     "a failed or in-flight write may be in or out, at its own place in the order; once a reader "
     "after recovery has seen it, it stays"},
    {Rule::kPoisoned, "poisoned",
     "after a failed append or sync of the log every later write fails until reopen, and reads "
     "serve the state before it"},
    {Rule::kLinearizable, "linearizable",
     "the puts, deletes, batches, gets, snapshots and iterators of a life are linearizable; a "
     "snapshot never changes"},
    {Rule::kOpen, "open",
     "pure crash states always open; a read fault may fail the open, loudly, and loses nothing"},
    {Rule::kIdempotent, "idempotent",
     "recovering an image, and recovering what a crash during that recovery left, allow the same "
     "states"},
    {Rule::kCorruption, "corruption",
     "flipped or lost bytes inside synced data are reported, or the data is right; never a wrong "
     "value"},
    {Rule::kSequence, "sequence",
     "no two entries share a sequence number; the numbers grow across reopen"},
    {Rule::kLive, "live",
     "every operation returns; no deadlock, no lost wakeup, no error without a cause"},
    {Rule::kSpace, "space",
     "files that nothing needs are gone at quiescence; no needed file is removed"},
    {Rule::kDeterministic, "deterministic",
     "the same scenario gives the same trace hash, everywhere and always"},
}};

consteval bool InOrder() {
  for (std::size_t i = 0; i < kRules.size(); ++i) {
    if (static_cast<std::size_t>(kRules[i].rule) != i) return false;
  }
  return static_cast<std::size_t>(Rule::kDeterministic) + 1 == kRules.size();
}
static_assert(InOrder());

const RuleText& TextOf(Rule rule) {
  const auto index = static_cast<std::size_t>(rule);
  MODELS_CHECK(index < kRules.size());
  return kRules[index];
}

}  // namespace

std::string_view ToText(Rule rule) { return TextOf(rule).name; }

std::optional<Rule> ParseRule(std::string_view name) {
  for (const RuleText& text : kRules) {
    if (text.name == name) return text.rule;
  }
  return std::nullopt;
}

std::string_view Demand(Rule rule) { return TextOf(rule).demand; }

}  // namespace harrow::models
