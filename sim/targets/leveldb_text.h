// What bytes on their way into and out of LevelDB-format files mean, for readable traces.
//
//   log        written "record FULL, batch seq 7..9: put k3 (120), delete k4"; read from its beginning
//              "3 records, seq 1..9, the last batch seq 7..9: put k3 (120), delete k4, then bad checksum at 1240: good up to 1240
//              of 1500"
//   manifest   written "record FULL, edit: log 3, next file 5, last sequence 9, adds table 4 to level 0"; read the sum of its edits
//   table      as leveldb_table_text.h has it
//   CURRENT    and temporary: "MANIFEST-000003"
//
// Threading: pure function.
// Not checked: checksums of what is written; bytes that do not parse are left without a meaning.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
#define HARROW_SIM_TARGETS_LEVELDB_TEXT_H_

#include <string>

#include "engine/log_format.h"
#include "sim/targets/target.h"

namespace harrow::targets {

// "FULL", "FIRST", "MIDDLE", "LAST"; "?" for any other.
const char* FragmentTypeText(engine::FragmentType type);

std::string DescribeLevelDbBytes(const TransferredBytes& transfer);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
