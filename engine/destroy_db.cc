// CURRENT first, the lock's own file last; then the directory, which only goes when it is empty.
#include "engine/destroy_db.h"

#include <vector>

#include "engine/database_files.h"
#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/info_log.h"

namespace harrow::engine {
namespace {

// Another one removed it: that is as good.
absl::Status Remove(const std::string& directory, const std::string& name) {
  const absl::Status status = RemoveFile(directory + "/" + name);
  return absl::IsNotFound(status) ? absl::OkStatus() : status;
}

// Its absence may not be durable where it is absent: a DestroyDb before this one may have failed there.
absl::Status RemoveCurrent(const std::string& directory) {
  const absl::Status status = Remove(directory, FormatFileName({FileType::kCurrent, 0}));
  return status.ok() ? SyncDirectory(directory) : status;
}

absl::Status RemoveEmptyDirectory(const std::string& directory) {
  const absl::StatusOr<std::vector<std::string>> names = ListDirectory(directory);
  if (!names.ok()) return names.status();
  if (!names->empty()) return absl::OkStatus();
  const absl::Status status = RemoveDirectory(directory);
  return status.ok() ? SyncDirectory(ParentDirectory(directory)) : status;
}

}  // namespace

absl::Status DestroyDb(const Options& options, const std::string& path) {
  const absl::StatusOr<std::vector<DatabaseFile>> before = ListDatabaseFiles(path);
  if (absl::IsNotFound(before.status())) return absl::OkStatus();
  if (!before.ok()) return before.status();
  if (before->empty()) return RemoveEmptyDirectory(path);

  absl::StatusOr<FileLock> lock = FileLock::Acquire(FilePath(path, {FileType::kLock, 0}));
  if (!lock.ok()) return lock.status();
  if (options.info_log != nullptr) options.info_log->Log("destroying " + path);
  // What was there before the lock may have been an open database that changed since.
  const absl::StatusOr<std::vector<DatabaseFile>> files = ListDatabaseFiles(path);
  if (!files.ok()) return files.status();
  absl::Status first = RemoveCurrent(path);
  if (!first.ok()) return first;
  for (const DatabaseFile& file : *files) {
    const FileType type = file.meaning.type;
    if (type == FileType::kLock || type == FileType::kCurrent) continue;
    first.Update(Remove(path, file.name));
  }
  if (!first.ok()) return first;
  first.Update(Remove(path, FormatFileName({FileType::kLock, 0})));
  first.Update(SyncDirectory(path));
  if (first.ok()) first = RemoveEmptyDirectory(path);
  return first;
}

}  // namespace harrow::engine
