// Stock LevelDB as a target: Debian's library as it is, with its own files, threads and statics.
//
// Flush is CompactRange of a range behind all keys, which LevelDB answers by emptying its memtable first. It tells no error;
// whether one stands is asked by an empty batch after it.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TARGET_H_
#define HARROW_SIM_TARGETS_LEVELDB_TARGET_H_

#include "sim/targets/target.h"

namespace harrow::targets {

const TargetKind& LevelDbKind();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TARGET_H_
