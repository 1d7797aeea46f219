// Removes a database: exactly its own files, by name (database_files.h), and the directory if
// nothing else is in it.
//
// Order on disk: CURRENT and its absence made durable; everything else; LOCK; that made durable;
// the directory. So a crash, or a failure, on the way leaves either the database as it was or a
// directory without CURRENT, which Db::Open refuses: never one that opens with a part of the data.
// Calling it again goes on.
//
// Threading: nobody has the database open; that is checked by its lock.
// Errors: OK where the directory does not exist. FailedPrecondition while the database is open:
// nothing is removed. A failure to remove CURRENT, or to make that durable, ends it; after any later
// one the remaining files are still tried, and the first failure is returned.
// Not here: files that RepairDb moved to lost/. They stay, and with them the directory.
#ifndef HARROW_ENGINE_DESTROY_DB_H_
#define HARROW_ENGINE_DESTROY_DB_H_

#include <string>

#include "absl/status/status.h"
#include "engine/options.h"

namespace harrow::engine {

absl::Status DestroyDb(const Options& options, const std::string& path);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DESTROY_DB_H_
