// A table as the versions that have it share it: what the manifest says of it, and how many seeks
// it may still waste.
//
// A seek that goes through a table in vain costs a read; merging the table into the next level
// saves it. LevelDB's estimate: a seek costs as much as compacting 40 KiB; to be on the safe side a
// table may waste one for each 16 KiB of it, and 100 at least.
//
// Threading: safe from any thread.
// Invariants:
//  1. While any version has the table, there is exactly one TableFile of its number, also when an
//     edit moves it to another level: the last of them that goes tells that nobody reads the table.
// Source: LevelDB, db/version_set, VersionSet::Builder::Apply.
#ifndef HARROW_ENGINE_TABLE_FILE_H_
#define HARROW_ENGINE_TABLE_FILE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "engine/version_edit.h"

namespace harrow::engine {

class TableFile : public FileMetaData {
 public:
  static constexpr std::int64_t kWastedSeeksMin = 100;
  static constexpr std::uint64_t kBytesForASeek = 16 << 10;

  explicit TableFile(FileMetaData meta) : FileMetaData(std::move(meta)) { RestoreSeeks(); }
  TableFile(const TableFile&) = delete;
  TableFile& operator=(const TableFile&) = delete;

  // A seek was wasted. True: that was more than the table may.
  bool WasteSeek() const { return seeks_left_.fetch_sub(1, std::memory_order_relaxed) <= 1; }
  void RestoreSeeks() const {
    const auto allowed = static_cast<std::int64_t>(file_size / kBytesForASeek);
    seeks_left_.store(std::max(allowed, kWastedSeeksMin), std::memory_order_relaxed);
  }

 private:
  mutable std::atomic<std::int64_t> seeks_left_;
};

using FileRef = std::shared_ptr<const TableFile>;
using FileList = std::vector<FileRef>;

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_FILE_H_
