// What paths mean to SQLite, and the bytes in them.
//
//   db           the database: a table, to fault rules
//   db-journal   the rollback journal, and
//   db-wal       the write-ahead log: logs
//   db-shm       the index of the log, mapped by all connections and rebuilt after a crash: other
//
// In traces: "page 3"; of a journal "header, 2 records", "header zeroed", "record of page 3", "checksum"; of a write-ahead log
// "header", "frame of page 3", "frame of page 3, commits 5 pages".
//
// Threading: pure functions.
// Not checked: checksums. What is read, and bytes that are none of these, are left without a meaning.
#ifndef HARROW_SIM_TARGETS_SQLITE_NAMES_H_
#define HARROW_SIM_TARGETS_SQLITE_NAMES_H_

#include <string>
#include <string_view>

#include "faults/plan.h"
#include "sim/targets/target.h"

namespace harrow::targets {

faults::FileKind ClassifySqlitePath(std::string_view path);

std::string DescribeSqliteBytes(const TransferredBytes& transfer);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_SQLITE_NAMES_H_
