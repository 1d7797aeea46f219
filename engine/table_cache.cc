// Tables are opened outside the lock; if two threads open the same one, the first stays. The one
// used longest ago makes room, found by a walk, which is cheap beside opening a file.
#include "engine/table_cache.h"

#include <algorithm>
#include <utility>

#include "engine/file_name.h"

namespace harrow::engine {

TableCache::TableCache(std::string directory, const TableOptions& options, std::size_t capacity)
    : directory_(std::move(directory)),
      options_(options),
      capacity_(std::max<std::size_t>(capacity, 1)) {}

absl::StatusOr<std::shared_ptr<const Table>> TableCache::Find(const FileMetaData& file) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = entries_.find(file.number);
    if (found != entries_.end()) {
      found->second.last_use = ++use_count_;
      return found->second.table;
    }
  }
  absl::StatusOr<std::shared_ptr<const Table>> table = Open(file);
  if (!table.ok()) return table.status();

  std::shared_ptr<const Table> evicted;  // closed after the lock is gone
  std::lock_guard<std::mutex> lock(mutex_);
  const auto [place, inserted] = entries_.try_emplace(file.number);
  if (inserted) place->second.table = *std::move(table);
  place->second.last_use = ++use_count_;
  std::shared_ptr<const Table> result = place->second.table;
  if (entries_.size() > capacity_) {
    const auto oldest = std::min_element(
        entries_.begin(), entries_.end(),
        [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; });
    evicted = std::move(oldest->second.table);
    entries_.erase(oldest);
  }
  return result;
}

void TableCache::Evict(std::uint64_t number) {
  std::lock_guard<std::mutex> lock(mutex_);
  entries_.erase(number);
}

absl::StatusOr<std::shared_ptr<const Table>> TableCache::Open(const FileMetaData& file) const {
  absl::StatusOr<RandomAccessFile> opened =
      RandomAccessFile::Open(FilePath(directory_, {FileType::kTable, file.number}));
  if (absl::IsNotFound(opened.status())) {
    opened = RandomAccessFile::Open(FilePath(directory_, {FileType::kOldTable, file.number}));
  }
  if (absl::IsNotFound(opened.status())) {
    return absl::DataLossError("a table is missing: " +
                               FilePath(directory_, {FileType::kTable, file.number}));
  }
  if (!opened.ok()) return opened.status();
  if (opened->size() != file.file_size) {
    return absl::DataLossError("a table has not the size that the manifest says: " +
                               opened->path());
  }
  absl::StatusOr<std::shared_ptr<Table>> table = Table::Open(*std::move(opened), options_);
  if (!table.ok()) return table.status();
  return std::shared_ptr<const Table>(*std::move(table));
}

}  // namespace harrow::engine
