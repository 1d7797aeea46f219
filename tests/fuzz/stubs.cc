// What the text forms need of the engine and of the simulated machine, without those behind it: a fuzzed parser only looks the names
// of targets up, and only fails checks.
#include <cstdio>
#include <cstdlib>

#include "sim/kernel/check.h"
#include "sim/targets/target.h"

namespace harrow::targets {

const TargetKind* FindTarget(std::string_view name) {
  static const TargetKind kHarrow = {"harrow", nullptr, nullptr, nullptr};
  return name == kHarrow.name ? &kHarrow : nullptr;
}

}  // namespace harrow::targets

namespace harrow::kernel {

void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
  std::abort();
}

}  // namespace harrow::kernel
