// The files that nothing needs any more, from the edit that made them so until they are removed.
//
// A file gets here only by name, when the edit that makes it unneeded is durable. Nothing is ever
// found by listing the directory, so a file that is just being made cannot be taken for one.
//
// Threading: under the database's lock.
#ifndef HARROW_ENGINE_OBSOLETE_FILES_H_
#define HARROW_ENGINE_OBSOLETE_FILES_H_

#include <string>
#include <vector>

#include "engine/file_name.h"
#include "engine/info_log.h"
#include "engine/table_cache.h"
#include "engine/version_set.h"

namespace harrow::engine {

class ObsoleteFiles {
 public:
  void Add(const FileName& file) { files_.push_back(file); }
  void Add(const std::vector<FileName>& files);
  // Takes out those that no version being read has; the others stay.
  std::vector<FileName> TakeRemovable(VersionSet* versions);

 private:
  std::vector<FileName> files_;
};

// Without the lock. A file that cannot be removed is left: the next open finds it again.
void RemoveFiles(const std::string& directory, const std::vector<FileName>& files,
                 TableCache* tables, InfoLog* info_log);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_OBSOLETE_FILES_H_
