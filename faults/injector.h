// Counts the operations of one life against a plan and says which effect, if any, hits each.
//
// Threading: one simulated machine, one OS thread.
// Invariants:
//  1. What hits an operation depends only on the plan and on how many operations matched each rule
//  before it.
//  2. fired() lists every effect given out, in order.
#ifndef HARROW_FAULTS_INJECTOR_H_
#define HARROW_FAULTS_INJECTOR_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "faults/plan.h"

namespace harrow::faults {

struct Fired {
  std::size_t rule;      // index into the plan
  std::uint64_t number;  // which matching operation
  FileKind file;
  OpKind operation;
  Effect effect;
};

class Injector {
 public:
  explicit Injector(const Plan& plan);

  // True when the plan is empty: callers skip the rest.
  bool idle() const { return rules_.empty(); }

  // Announces one operation on a file of this kind; the first rule that hits wins (all matching
  // rules count it).
  std::optional<Effect> Decide(FileKind file, OpKind operation);

  const std::vector<Fired>& fired() const { return fired_; }
  // Rules by which there was no space for a while, and then there was again.
  std::uint64_t CountSpaceBack() const;
  // At least one effect that is not Harmless() was given out.
  bool harmed() const { return harmed_; }

 private:
  struct Counted {
    Rule rule;
    std::uint64_t seen = 0;
  };
  std::vector<Counted> rules_;
  std::uint64_t seed_ = 0;
  std::vector<Fired> fired_;
  bool harmed_ = false;
};

}  // namespace harrow::faults

#endif  // HARROW_FAULTS_INJECTOR_H_
