// A table as the versions that have it share it: what the manifest says of it, and how many seeks
// it has wasted (seek_trigger.h).
//
// Threading: safe from any thread.
// Invariants:
//  1. While any version has the table, there is exactly one TableFile of its number, also when an
//     edit moves it to another level: the last of them that goes tells that nobody reads the table.
// Source: LevelDB, db/version_set, VersionSet::Builder::Apply.
#ifndef HARROW_ENGINE_TABLE_FILE_H_
#define HARROW_ENGINE_TABLE_FILE_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/version_edit.h"

namespace harrow::engine {

class TableFile : public FileMetaData {
 public:
  explicit TableFile(FileMetaData meta) : FileMetaData(std::move(meta)) {}
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  // One more; how many that makes since they were last forgotten.
  std::uint64_t WasteSeek() const {
    return wasted_seeks_.fetch_add(1, std::memory_order_relaxed) + 1;
  }
  void ForgetSeeks() const { wasted_seeks_.store(0, std::memory_order_relaxed); }

 private:
  mutable std::atomic<std::uint64_t> wasted_seeks_{0};
};

using FileRef = std::shared_ptr<const TableFile>;
using FileList = std::vector<FileRef>;

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_FILE_H_
