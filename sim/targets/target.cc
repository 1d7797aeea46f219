#include "sim/targets/target.h"

#include <array>

#include "sim/targets/harrow_target.h"
#include "sim/targets/leveldb_names.h"
#include "sim/targets/leveldb_text.h"

namespace harrow::targets {

const TargetKind* FindTarget(std::string_view name) {
  static constexpr std::array<TargetKind, 1> kTargets = {{
      {"harrow", &ClassifyLevelDbPath, &DescribeLevelDbBytes, &OpenHarrow},
  }};
  for (const TargetKind& kind : kTargets) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace harrow::targets
