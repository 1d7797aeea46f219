// Logs and manifests go at once; a table when nobody holds its TableFile any more.
#include "engine/obsolete_files.h"

#include <string>

#include "engine/file.h"

namespace harrow::engine {
namespace {

bool IsTable(const FileName& file) {
  return file.type == FileType::kTable || file.type == FileType::kOldTable;
}

}  // namespace

void ObsoleteFiles::Add(const std::vector<FileName>& files) {
  for (const FileName& file : files) Add(file);
}

std::vector<FileName> ObsoleteFiles::TakeRemovable() {
  std::vector<FileName> removable;
  std::erase_if(files_, [&](const File& file) {
    if (!file.table.expired()) return false;
    removable.push_back(file.name);
    return true;
  });
  return removable;
}

void RemoveFiles(const std::string& directory, const std::vector<FileName>& files,
                 TableCache* tables, InfoLog* info_log) {
  info_log->Log("removes " + std::to_string(files.size()) + " files");
  for (const FileName& file : files) {
    if (IsTable(file)) tables->Evict(file.number);
    absl::Status status = RemoveFile(FilePath(directory, file));
    // A table from an old LevelDB goes by the other suffix.
    if (absl::IsNotFound(status) && file.type == FileType::kTable) {
      status = RemoveFile(FilePath(directory, {FileType::kOldTable, file.number}));
    }
    info_log->Log((status.ok() ? "removed " : "left behind: ") + FormatFileName(file));
  }
  info_log->Log("removal: done");
}

}  // namespace harrow::engine
