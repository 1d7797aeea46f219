// Rules: toward one that names one operation of one kind of file and fails it with EIO.
#include <cerrno>
#include <cstddef>

#include "sim/harness/shrink/shrink_steps.h"

namespace harrow::harness {
namespace {

using faults::Effect;
using faults::EffectKind;
using faults::FileKind;
using faults::Rule;

constexpr std::uint64_t kNumbers = 8;

class RuleSteps {
 public:
  RuleSteps(std::size_t life, std::size_t index, const Rule& rule, std::vector<ShrinkStep>* steps)
      : life_(life), index_(index), rule_(rule), steps_(steps) {}

  void Add() {
    OneOperation();
    OneKindOfFile();
    PlainerEffect();
  }

 private:
  void Replace(const Rule& rule) {
    if (rule == rule_ || !faults::Validate(rule).ok()) return;
    steps_->emplace_back([life = life_, index = index_, rule](Scenario* scenario) {
      scenario->lives[life].faults.rules[index] = rule;
    });
  }

  void OneOperation() {
    Rule rule = rule_;
    rule.one_in = 0;
    rule.count = 1;
    for (rule.first = 1; rule.first <= kNumbers; ++rule.first) Replace(rule);
    if (rule_.first > kNumbers) {
      for (std::uint64_t step = rule_.first / 2; step > 0; step /= 2) {
        rule.first = rule_.first - step;
        Replace(rule);
      }
      rule.first = rule_.first;
      Replace(rule);
    }
  }

  void OneKindOfFile() {
    if (rule_.file != FileKind::kAny) return;
    Rule rule = rule_;
    for (const FileKind file : {FileKind::kLog, FileKind::kTable, FileKind::kManifest,
                                FileKind::kCurrent, FileKind::kTemporary, FileKind::kDirectory}) {
      rule.file = file;
      for (rule.first = 1; rule.first <= rule_.first && rule.first <= kNumbers; ++rule.first)
        Replace(rule);
    }
  }

  void PlainerEffect() {
    Rule rule = rule_;
    rule.effect = {EffectKind::kError, EIO, 0};
    Replace(rule);
    rule.effect = rule_.effect;
    if (rule.effect.error != 0) rule.effect.error = EIO;
    Replace(rule);
    for (const std::uint64_t amount :
         {std::uint64_t{0}, std::uint64_t{1}, rule_.effect.amount / 2}) {
      rule.effect.amount = amount;
      Replace(rule);
    }
  }

  const std::size_t life_;
  const std::size_t index_;
  const Rule& rule_;
  std::vector<ShrinkStep>* const steps_;
};

}  // namespace

void AddFaultSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps) {
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    const faults::Plan& plan = scenario.lives[life].faults;
    for (std::size_t index = 0; index < plan.rules.size(); ++index)
      RuleSteps(life, index, plan.rules[index], steps).Add();
    if (plan.seed != 0)
      steps->emplace_back([life](Scenario* smaller) { smaller->lives[life].faults.seed = 0; });
  }
}

}  // namespace harrow::harness
