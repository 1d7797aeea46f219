// The files in a directory that are a database's own, by their names.
//
// Threading: pure calls.
#ifndef HARROW_ENGINE_DATABASE_FILES_H_
#define HARROW_ENGINE_DATABASE_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/file_name.h"

namespace harrow::engine {

struct DatabaseFile {
  std::string name;  // without the directory
  FileName meaning;
};

// Sorted by name. Only names as an engine writes them count: 7.log is somebody else's file, since
// log 7 is called 000007.log. Fails as ListDirectory does.
absl::StatusOr<std::vector<DatabaseFile>> ListDatabaseFiles(const std::string& directory);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DATABASE_FILES_H_
