// Opening a directory: looks at what it holds (recovery_look.h), decides by a table what that means
// (recovery_table.h; RECOVERY.md shows it), and does it: brings the logs' writes into tables, and
// starts a new manifest and a new log.
//
// Order on disk, each step durable before the next: tables of the logs' writes, the new log and the
// new manifest; their names; CURRENT; its name. A crash or failure anywhere before CURRENT is
// replaced leaves the old state, untouched; after that the new one. Nothing is removed here: what
// is no longer needed is handed back, to be removed once the database is open. An open that the
// table refuses writes nothing at all.
//
// Threading: one thread, before there is any other.
// Invariants:
//  1. What is brought back is a prefix of the writes, with at least all that were synced.
//  2. The last sequence is as log_chain.h has it.
//  3. New files have numbers above those of all files there.
// Errors: what the table's row says; every failed call as it is.
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
