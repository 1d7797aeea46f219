// Stock LevelDB as a target: Debian's library as it is, with its own files, threads and statics.
//
// Flush is CompactRange of a range behind all keys, which LevelDB answers by emptying its memtable first. It tells no error;
// whether one stands is asked by an empty batch after it.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TARGET_H_
#define HARROW_SIM_TARGETS_LEVELDB_TARGET_H_

#include <cstdint>

#include "sim/targets/target.h"

namespace harrow::targets {

// Those of TargetOptions that it has.
inline constexpr std::uint64_t TargetOptions::*const kLevelDbOptions[] = {
    &TargetOptions::write_buffer_bytes, &TargetOptions::block_bytes,
    &TargetOptions::max_file_bytes,     &TargetOptions::max_open_tables,
    &TargetOptions::compression,        &TargetOptions::bloom_bits,
    &TargetOptions::block_cache_bytes,  &TargetOptions::restart_interval,
    &TargetOptions::reuse_logs,         &TargetOptions::paranoid_checks,
};

const TargetKind& LevelDbKind();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TARGET_H_
