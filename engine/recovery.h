// Opening a directory: finds out what it holds, brings the logs' writes into tables, and starts a
// new manifest and a new log.
//
// Order on disk, each step durable before the next: tables of the logs' writes, the new log and the
// new manifest; their names; CURRENT; its name. A crash or failure anywhere before CURRENT is
// replaced leaves the old state, untouched; after that the new one. Nothing is removed here: what
// is no longer needed is handed back, to be removed once the database is open.
//
// What a log may look like. Logs are replayed in order, and their writes have consecutive sequence
// numbers, the first of which follows the last one that the manifest knows of: the numbers tell
// that nothing is missing. A bad place (log_reader.h), or a log that starts with too high a number,
// ends the replay: whatever follows was written later, and bringing it back would leave a hole.
// After a crash that is normal: writes that were not synced are gone, in the last log or in two. It
// is damage, and DataLoss, where a later log has a marker (log_file.h), which says that all logs
// before it were synced; and where a record's checksum is right and its contents are wrong.
//
// Threading: one thread, before there is any other.
// Invariants:
//  1. What is brought back is a prefix of the writes, with at least all that were synced.
//  2. The last sequence is at or above every number that can be read in any log, and above those
//     that the unreadable bytes after the first bad place could hold.
//  3. New files have numbers above those of all files there.
// Errors: NotFound or FailedPrecondition as the options ask; DataLoss for damage, a missing table,
// log or manifest, and for tables or a log with contents where CURRENT is missing; every failed
// call, also of a check whether something exists, as it is.
// Source: LevelDB, DBImpl::Recover. It takes any read error for the end of a log, and a CURRENT
// that it fails to look up for a missing one.
#ifndef HARROW_ENGINE_RECOVERY_H_
#define HARROW_ENGINE_RECOVERY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/file_name.h"
#include "engine/internal_key.h"
#include "engine/log_file.h"
#include "engine/options.h"
#include "engine/version_set.h"

namespace harrow::engine {

struct Recovered {
  SequenceNumber last_sequence = 0;
  std::unique_ptr<LogFile> log;
  std::vector<FileName> unneeded;  // in the order of the directory
};

// The directory exists and is locked, and there is an info log. `versions` is fresh; on failure it
// is of no use.
absl::StatusOr<Recovered> Recover(const Options& options, const std::string& directory,
                                  VersionSet* versions);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_RECOVERY_H_
