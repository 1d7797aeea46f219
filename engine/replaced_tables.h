// Which tables of a damaged directory have been replaced by others, for RepairDb. A crash can leave a
// table behind that a compaction has replaced; were it read again, keys could come back whose deletion
// the compaction dropped.
//
// Only the manifest in force is believed: the one that CURRENT names, or without a CURRENT that can
// be read the only one there. A table is replaced if one of its intact records removes it and the state
// after the last of them does not have it.
//
// Threading: constant; safe from any thread.
#ifndef HARROW_ENGINE_REPLACED_TABLES_H_
#define HARROW_ENGINE_REPLACED_TABLES_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/database_files.h"
#include "engine/version.h"

namespace harrow::engine {

class ReplacedTables {
 public:
  // None where no manifest can be believed. Fails where a file cannot be read.
  static absl::StatusOr<ReplacedTables> Find(const std::string& directory,
                                             const std::vector<DatabaseFile>& files);

  bool Contains(std::uint64_t table) const { return replaced_.contains(table); }
  // Whether all tables of the state are among those that were found to be whole, just as the manifest
  // says. Only then is nothing lost without the replaced ones.
  bool AllElseIsIn(const FileList& whole) const;

 private:
  std::set<std::uint64_t> replaced_;
  std::vector<FileMetaData> in_use_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_REPLACED_TABLES_H_
