// The names of a database's files and what they mean.
//
//   name := CURRENT | LOCK | LOG | LOG.old
//         | MANIFEST-number | number.log | number.ldb | number.sst | number.dbtmp
//   number := decimal, printed with at least six digits
//
// Threading: pure functions. Source: LevelDB, db/filename.h.
#ifndef HARROW_ENGINE_FILE_NAME_H_
#define HARROW_ENGINE_FILE_NAME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace harrow::engine {

enum class FileType : std::uint8_t {
  kLog,
  kTable,
  kOldTable,  // .sst, as LevelDB named tables once
  kManifest,
  kCurrent,
  kLock,
  kTemporary,
  kInfoLog  // LOG and LOG.old, text for people; other engines write it
};

struct FileName {
  FileType type = FileType::kLog;
  std::uint64_t number = 0;  // 0 for those without one
};

// Without a directory; nothing for a name that is not a database's.
std::optional<FileName> ParseFileName(std::string_view name);
// Without a directory.
std::string FormatFileName(const FileName& name);
// Below the database's directory.
std::string FilePath(const std::string& directory, const FileName& name);
// The directory that holds this one's name: what must be synced to make a new directory durable.
std::string ParentDirectory(const std::string& directory);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FILE_NAME_H_
