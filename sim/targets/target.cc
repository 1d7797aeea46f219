#include "sim/targets/target.h"

#include "sim/targets/harrow_target.h"
#if defined(HARROW_HAS_LEVELDB)
#include "sim/targets/leveldb_target.h"
#endif

namespace harrow::targets {
namespace {

struct Named {
  std::string_view name;
  const TargetKind& (*kind)();
};

// Asked for its kind, a target may look for what it needs.
constexpr Named kTargets[] = {
    {"harrow", &HarrowKind},
#if defined(HARROW_HAS_LEVELDB)
    {"leveldb", &LevelDbKind},
#endif
};

}  // namespace

const TargetKind* FindTarget(std::string_view name) {
  for (const Named& target : kTargets) {
    if (target.name == name) return &target.kind();
  }
  return nullptr;
}

std::string TargetNames() {
  std::string names;
  for (const Named& target : kTargets) names.append(names.empty() ? "" : " ").append(target.name);
  return names;
}

}  // namespace harrow::targets
