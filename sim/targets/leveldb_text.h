// What bytes on their way into a LevelDB-format file mean, for readable traces.
//
//   log        "record FULL, batch seq 7..9: put k3 (120), delete k4"
//   manifest   "edit: log 3, next file 5, last sequence 9, adds table 4 to level 0"
//   temporary  "MANIFEST-000003"
//
// Threading: pure function.
// Not checked: checksums; bytes that do not parse are left without a meaning.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
#define HARROW_SIM_TARGETS_LEVELDB_TEXT_H_

#include <string>

#include "sim/targets/target.h"

namespace harrow::targets {

std::string DescribeLevelDbBytes(const TransferredBytes& transfer);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
