#include "sim/harness/failure_class.h"

#include <cstring>

namespace harrow::harness {

std::string ToText(const FailureClass& failure) {
  switch (failure.kind) {
    case FailureClass::Kind::kNone:
      return "none";
    case FailureClass::Kind::kRule:
      return "rule " + std::string(models::ToText(failure.rule));
    case FailureClass::Kind::kDied:
      if (failure.signal == 0) return "ended the process";
      return "died of signal " + std::to_string(failure.signal) + " (" + strsignal(failure.signal) +
             ")";
    case FailureClass::Kind::kHung:
      return "hung";
    case FailureClass::Kind::kMemory:
      return "out of memory";
    case FailureClass::Kind::kUnserved:
      return "a call that is not served";
    case FailureClass::Kind::kNotDeterministic:
      return "not deterministic";
  }
  return "";
}

}  // namespace harrow::harness
