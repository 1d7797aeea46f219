#include "sim/targets/target.h"

#include <vector>

#include "sim/targets/harrow_target.h"
#if defined(HARROW_HAS_LEVELDB)
#include "sim/targets/leveldb_target.h"
#endif
#if defined(HARROW_HAS_SQLITE)
#include "sim/targets/sqlite_target.h"
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
#if defined(HARROW_HAS_SQLITE)
    {"sqlite", &SqliteKind},
#endif
};

std::vector<const TargetKind*>& Added() {
  static auto* const added = new std::vector<const TargetKind*>;
  return *added;
}

}  // namespace

void AddTarget(const TargetKind& kind) { Added().push_back(&kind); }

const TargetKind* FindTarget(std::string_view name) {
  for (const Named& target : kTargets) {
    if (target.name == name) return &target.kind();
  }
  for (const TargetKind* const kind : Added()) {
    if (kind->name == name) return kind;
  }
  return nullptr;
}

std::string TargetNames() {
  std::string names;
  for (const Named& target : kTargets) names.append(names.empty() ? "" : " ").append(target.name);
  for (const TargetKind* const kind : Added()) names.append(" ").append(kind->name);
  return names;
}

}  // namespace harrow::targets
