// Names, in the order of the enumeration.
#include "engine/look.h"

namespace harrow::engine {

const char* LookName(Look look) {
  switch (look) {
    case Look::kAbsent:
      return "absent";
    case Look::kMissing:
      return "missing";
    case Look::kUnreadable:
      return "unreadable";
    case Look::kEmpty:
      return "empty";
    case Look::kTornTail:
      return "torn tail";
    case Look::kZeroTail:
      return "zero tail";
    case Look::kDamaged:
      return "damaged";
    case Look::kWrong:
      return "wrong";
    case Look::kForeign:
      return "foreign";
    case Look::kShort:
      return "short";
    case Look::kWhole:
      return "whole";
  }
  return "unknown";
}

}  // namespace harrow::engine
