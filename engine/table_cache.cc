// Tables are opened outside the lock; if two threads open the same one, the first stays. A list has
// them in the order of their last use, and a map finds a table's place in it.
#include "engine/table_cache.h"

#include <algorithm>
#include <iterator>
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
    const auto found = by_number_.find(file.number);
    if (found != by_number_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return found->second->table;
    }
  }
  absl::StatusOr<std::shared_ptr<const Table>> table = Open(file);
  if (!table.ok()) return table.status();

  std::list<Entry> evicted;  // closed after the lock is gone
  std::lock_guard<std::mutex> lock(mutex_);
  const auto [place, inserted] = by_number_.try_emplace(file.number);
  if (inserted) {
    entries_.push_front({file.number, *std::move(table)});
    place->second = entries_.begin();
  }
  std::shared_ptr<const Table> result = place->second->table;
  if (entries_.size() > capacity_) {
    by_number_.erase(entries_.back().number);
    evicted.splice(evicted.begin(), entries_, std::prev(entries_.end()));
  }
  return result;
}

void TableCache::Evict(std::uint64_t number) {
  std::list<Entry> evicted;  // closed after the lock is gone
  std::lock_guard<std::mutex> lock(mutex_);
  const auto found = by_number_.find(number);
  if (found == by_number_.end()) return;
  evicted.splice(evicted.begin(), entries_, found->second);
  by_number_.erase(found);
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
