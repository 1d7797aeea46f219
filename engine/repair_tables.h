// The tables that a repair found, and how they become the levels of a database.
//
// Nothing is known of the levels that they were in, and their numbers say nothing of their age (a
// compaction writes old entries under a new number). The one order that is certain is that of the
// sequence numbers in the keys. So tables whose ranges of user keys overlap are merged by it into
// new ones; a table that overlaps no other stays as it is. The result is a sorted run without
// overlaps, which fits any level; it goes to the first from level 1 on that is large enough.
//
// Threading: one thread at a time.
// Invariants:
//  1. Every internal key that is in a table is in one table of the result, once. Where two tables
//     have it, it is the same write: in a log and in the table made of it, or before and after a
//     compaction.
//  2. All entries of a user key are in one table of the result.
#ifndef HARROW_ENGINE_REPAIR_TABLES_H_
#define HARROW_ENGINE_REPAIR_TABLES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/options.h"
#include "engine/table_cache.h"
#include "engine/version.h"

namespace harrow::engine {

// Tables that overlap one another, directly or through others; in the order of their smallest keys.
std::vector<FileList> GroupByOverlap(FileList tables);

struct MergeTarget {
  const Options* options;
  const std::string* directory;
  TableCache* tables;
  std::function<std::uint64_t()> new_file_number;
};

// Groups in, sorted run out. New tables are durable but for their names.
absl::StatusOr<FileList> MergeGroups(const std::vector<FileList>& groups,
                                     const MergeTarget& target);

// Where a run of so many bytes causes no compaction by its size; the last level if there is none.
int LevelForSize(const Options& options, std::uint64_t size);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_REPAIR_TABLES_H_
