#include "sim/targets/leveldb_names.h"

namespace harrow::targets {

faults::FileKind ClassifyLevelDbPath(std::string_view path) {
  using faults::FileKind;
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return FileKind::kDirectory;  // the root or the database's own folder
  const std::string_view name = path.substr(slash + 1);
  if (name == "CURRENT") return FileKind::kCurrent;
  if (name == "LOCK") return FileKind::kLock;
  if (name.starts_with("MANIFEST-")) return FileKind::kManifest;
  if (name.ends_with(".log")) return FileKind::kLog;
  if (name.ends_with(".ldb") || name.ends_with(".sst")) return FileKind::kTable;
  if (name.ends_with(".dbtmp")) return FileKind::kTemporary;
  return FileKind::kOther;
}

}  // namespace harrow::targets
