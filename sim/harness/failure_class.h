// How a run failed, apart from where and when: what a shrunk scenario must keep, and what an exit code stands for.
//
// Threading: values.
#ifndef HARROW_SIM_HARNESS_FAILURE_CLASS_H_
#define HARROW_SIM_HARNESS_FAILURE_CLASS_H_

#include <cstdint>
#include <string>

#include "models/verdict.h"

namespace harrow::harness {

struct FailureClass {
  enum class Kind : std::uint8_t {
    kNone,
    kRule,             // `rule` was broken
    kDied,             // the process died of `signal`, or ended itself (signal 0)
    kHung,             // it passed the wall-time bound
    kMemory,           // it passed the memory bound
    kUnserved,         // the target made a call that the simulation does not serve
    kNotDeterministic  // two runs of one scenario differed
  };
  Kind kind = Kind::kNone;
  models::Rule rule = models::Rule::kDurable;
  int signal = 0;
  bool operator==(const FailureClass&) const = default;
};

// "rule durable", "died of signal 11 (Segmentation fault)", "hung", "out of memory", …; "none".
std::string ToText(const FailureClass& failure);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_FAILURE_CLASS_H_
