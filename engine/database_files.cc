// A name counts when formatting what it means gives it again.
#include "engine/database_files.h"

#include <optional>

#include "engine/file.h"

namespace harrow::engine {

absl::StatusOr<std::vector<DatabaseFile>> ListDatabaseFiles(const std::string& directory) {
  absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory);
  if (!names.ok()) return names.status();
  std::vector<DatabaseFile> files;
  for (std::string& name : *names) {
    const std::optional<FileName> meaning = ParseFileName(name);
    if (!meaning.has_value()) continue;
    if (name != FormatFileName(*meaning) && meaning->type != FileType::kInfoLog) continue;
    files.push_back({std::move(name), *meaning});
  }
  return files;
}

}  // namespace harrow::engine
