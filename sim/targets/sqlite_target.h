// Stock SQLite as a target: Debian's library as it is, with its own unix file system, locks and statics. The database is one
// file, at the path itself: SQLite makes no folders.
//
// A write is a transaction (BEGIN IMMEDIATE to COMMIT) in the modes that the options name; what is asked to be synced is
// promised, and `synchronous` says whether it is kept. Each call takes a connection that no other uses. Whoever meets a lock
// waits for it on the simulated clock.
// Flush is a small transaction of its own with synchronous=extra, which makes what was committed before it durable in every
// mode. CompactRange is a flush, a VACUUM and, with a write-ahead log, a checkpoint; the range means nothing to it.
//
// Threading: as Target says.
#ifndef HARROW_SIM_TARGETS_SQLITE_TARGET_H_
#define HARROW_SIM_TARGETS_SQLITE_TARGET_H_

#include <cstdint>

#include "sim/targets/target.h"

namespace harrow::targets {

// Those of TargetOptions that it has: how much log a checkpoint waits for, the page, the cache of a connection, whether opening
// checks the whole database, and its modes.
inline constexpr std::uint64_t TargetOptions::*const kSqliteOptions[] = {
    &TargetOptions::write_buffer_bytes,
    &TargetOptions::block_bytes,
    &TargetOptions::block_cache_bytes,
    &TargetOptions::paranoid_checks,
    &TargetOptions::journal,
    &TargetOptions::synchronous,
};

const TargetKind& SqliteKind();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_SQLITE_TARGET_H_
