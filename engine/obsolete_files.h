// The files that nothing needs any more, from the edit that made them so until they are removed.
//
// Why a file that is needed is never removed:
//  - A file gets here by its name alone, from whoever knows that it is unneeded; the directory is
//    never listed once the database is open. So a file that is being made, whether the output of a
//    flush, of a compaction, a new log, or a manifest that CURRENT does not name yet, cannot be
//    taken for a leftover. What recovery hands over it listed before it made any file of its own,
//    and without what its manifest names.
//  - It gets here when the edit that makes it unneeded is durable, so that no crash brings back a
//    state that needs it. After a failed manifest write, when that is not known, nothing more is
//    removed. An output that no edit ever named gets here when its compaction is given up.
//  - A table stays until the last version that has it is gone. Versions share its TableFile; a
//    version is held by whoever reads it (lookups and iterators), by the compaction that merges it
//    and by the database. When the TableFile is gone, nobody has a way to a version with the
//    table any more, and none can come back.
//  - File numbers are never used twice, so the name cannot be that of a newer file.
//
// Threading: under the database's lock.
#ifndef HARROW_ENGINE_OBSOLETE_FILES_H_
#define HARROW_ENGINE_OBSOLETE_FILES_H_

#include <memory>
#include <string>
#include <vector>

#include "engine/file_name.h"
#include "engine/info_log.h"
#include "engine/table_cache.h"
#include "engine/table_file.h"

namespace harrow::engine {

class ObsoleteFiles {
 public:
  // No version has it, or ever had, or will again.
  void Add(const FileName& file) { files_.push_back({file, {}}); }
  void Add(const std::vector<FileName>& files);
  // The current version does not have it.
  void Add(const FileRef& table) { files_.push_back({{FileType::kTable, table->number}, table}); }
  // Whether there are files that nobody reads.
  bool HasRemovable() const;
  // Takes them out; the others stay.
  std::vector<FileName> TakeRemovable();

 private:
  struct File {
    FileName name;
    std::weak_ptr<const TableFile> table;  // of a table that versions have
  };
  std::vector<File> files_;
};

struct RemovalContext {
  const std::string* directory;
  TableCache* tables;
  InfoLog* info_log;
};

// Without the lock. A file that cannot be removed stays: the next open finds it again.
void RemoveFiles(const std::vector<FileName>& files, const RemovalContext& context);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_OBSOLETE_FILES_H_
