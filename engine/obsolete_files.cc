// Logs and manifests may go at once; a table when nobody holds its TableFile any more.
#include "engine/obsolete_files.h"

#include <algorithm>
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

bool ObsoleteFiles::HasRemovable() const {
  return std::any_of(files_.begin(), files_.end(),
                     [](const File& file) { return file.table.expired(); });
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

namespace {

void RemoveOne(const FileName& file, const RemovalContext& context) {
  if (IsTable(file)) context.tables->Evict(file.number);
  absl::Status status = RemoveFile(FilePath(*context.directory, file));
  // A table from an old LevelDB goes by the other suffix.
  if (absl::IsNotFound(status) && file.type == FileType::kTable) {
    status = RemoveFile(FilePath(*context.directory, {FileType::kOldTable, file.number}));
  }
  context.info_log->Log((status.ok() ? "removed " : "left behind: ") + FormatFileName(file));
}

}  // namespace

void RemoveFiles(const std::vector<FileName>& files, const RemovalContext& context) {
  context.info_log->Log("removes " + std::to_string(files.size()) + " files");
  for (const FileName& file : files) RemoveOne(file, context);
  context.info_log->Log("removal: done");
}

}  // namespace harrow::engine
