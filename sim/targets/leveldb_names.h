// What the names in a LevelDB-format database directory mean, for fault rules and readable traces.
//
// Threading: pure functions.
#ifndef HARROW_SIM_TARGETS_LEVELDB_NAMES_H_
#define HARROW_SIM_TARGETS_LEVELDB_NAMES_H_

#include <string_view>

#include "faults/plan.h"

namespace harrow::targets {

// "db/000003.log" is a log, "db/MANIFEST-000002" a manifest, "db/CURRENT", "db/000005.dbtmp" temporary, "db/000004.ldb" and
// ".sst" tables, "db/LOCK" the lock; a name without any of these endings and without a dot is a directory.
faults::FileKind ClassifyLevelDbPath(std::string_view path);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_NAMES_H_
