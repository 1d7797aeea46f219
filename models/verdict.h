// The rules that must hold, by name, and what a checker says.
//
// Threading: values.
#ifndef HARROW_MODELS_VERDICT_H_
#define HARROW_MODELS_VERDICT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harrow::models {

enum class Rule : std::uint8_t {
  kDurable,
  kDurableBefore,
  kFlush,
  kPrefix,
  kAtomic,
  kNoInvention,
  kIndeterminate,
  kPoisoned,
  kLinearizable,
  kOpen,
  kIdempotent,
  kCorruption,
  kSequence,
  kLive,
  kSpace,
  kDeterministic
};

std::string_view ToText(Rule rule);  // "durable", "durable-before", …
std::optional<Rule> ParseRule(std::string_view name);
// What the rule demands, in one line.
std::string_view Demand(Rule rule);

struct Violation {
  Rule rule = Rule::kDurable;
  std::string promised;  // one sentence, naming operations as L<life>.C<client> #<write id>
  std::string found;     // one sentence
};

struct Verdict {
  enum class Kind : std::uint8_t { kOk, kViolated, kUnknown };
  Kind kind = Kind::kOk;
  Violation violation;  // kViolated
  std::string reason;   // kUnknown: which bound was reached

  bool ok() const { return kind == Kind::kOk; }
  static Verdict Ok() { return {}; }
  static Verdict Violated(Rule rule, std::string promised, std::string found) {
    return {Kind::kViolated, {rule, std::move(promised), std::move(found)}, {}};
  }
  static Verdict Unknown(std::string reason) { return {Kind::kUnknown, {}, std::move(reason)}; }
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_VERDICT_H_
