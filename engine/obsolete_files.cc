// Logs and manifests go at once; a table when the last version that has it is gone.
#include "engine/obsolete_files.h"

#include <utility>

#include "engine/file.h"

namespace harrow::engine {
namespace {

bool IsTable(const FileName& file) {
  return file.type == FileType::kTable || file.type == FileType::kOldTable;
}

}  // namespace

void ObsoleteFiles::Add(const std::vector<FileName>& files) {
  files_.insert(files_.end(), files.begin(), files.end());
}

std::vector<FileName> ObsoleteFiles::TakeRemovable(VersionSet* versions) {
  std::vector<FileName> removable;
  std::vector<FileName> kept;
  for (const FileName& file : files_) {
    const bool in_use = IsTable(file) && versions->TableInUse(file.number);
    (in_use ? kept : removable).push_back(file);
  }
  files_ = std::move(kept);
  return removable;
}

void RemoveFiles(const std::string& directory, const std::vector<FileName>& files,
                 TableCache* tables, InfoLog* info_log) {
  for (const FileName& file : files) {
    if (IsTable(file)) tables->Evict(file.number);
    absl::Status status = RemoveFile(FilePath(directory, file));
    // A table from an old LevelDB goes by the other suffix.
    if (absl::IsNotFound(status) && file.type == FileType::kTable) {
      status = RemoveFile(FilePath(directory, {FileType::kOldTable, file.number}));
    }
    info_log->Log((status.ok() ? "removed " : "left behind: ") + FormatFileName(file));
  }
}

}  // namespace harrow::engine
