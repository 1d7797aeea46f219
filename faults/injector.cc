// Every rule counts the operations it matches; an operation is hit when its number lies in the
// rule's range or, for a rule with odds, when a hash of (plan seed, rule, number) is 0 modulo them.
#include "faults/injector.h"

#include <cerrno>

namespace harrow::faults {
namespace {

// MurmurHash3's finaliser: every bit of the input reaches every bit of the result.
std::uint64_t Finalise(std::uint64_t value) {
  value ^= value >> 33;
  value *= 0xff51afd7ed558ccdULL;
  value ^= value >> 33;
  value *= 0xc4ceb9fe1a85ec53ULL;
  value ^= value >> 33;
  return value;
}

std::uint64_t Draw(std::uint64_t seed, std::uint64_t rule, std::uint64_t number) {
  // Each word is finalised before the next is added, so that (1, 2) and (2, 1) differ.
  return Finalise(Finalise(Finalise(seed ^ 0x6a09e667f3bcc909ULL) + rule) + number);
}

bool Hits(const Rule& rule, std::uint64_t seed, std::size_t index, std::uint64_t number) {
  if (rule.one_in != 0) return Draw(seed, index, number) % rule.one_in == 0;
  return number >= rule.first && number - rule.first < rule.count;
}

}  // namespace

Injector::Injector(const Plan& plan) : seed_(plan.seed) {
  rules_.reserve(plan.rules.size());
  for (const Rule& rule : plan.rules) rules_.push_back(Counted{rule, 0});
}

std::optional<Effect> Injector::Decide(FileKind file, OpKind operation) {
  std::optional<Effect> effect;
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    Counted& counted = rules_[i];
    if (counted.rule.operation != operation) continue;
    if (counted.rule.file != FileKind::kAny && counted.rule.file != file) continue;
    const std::uint64_t number = ++counted.seen;
    if (effect || !Hits(counted.rule, seed_, i, number)) continue;
    effect = counted.rule.effect;
    fired_.push_back(Fired{i, number, file, operation, *effect});
    if (!Harmless(*effect)) harmed_ = true;
  }
  return effect;
}

std::uint64_t Injector::CountSpaceBack() const {
  std::uint64_t count = 0;
  for (const Counted& counted : rules_) {
    const Rule& rule = counted.rule;
    const bool for_a_while = rule.one_in == 0 && rule.count != Rule::kForever;
    if (for_a_while && rule.effect.error == ENOSPC && counted.seen >= rule.first + rule.count)
      ++count;
  }
  return count;
}

}  // namespace harrow::faults
