// The tables that are open, at most so many at once; the one used longest ago makes room.
//
// Threading: safe from any thread.
// Invariants:
//  1. At most `capacity` tables are held; one in use elsewhere stays open until that use ends.
//  2. A table of the current version that is missing, or has another size than the manifest says,
//     is DataLoss. NotFound never leaves this class: it would be mistaken for an absent key.
#ifndef HARROW_ENGINE_TABLE_CACHE_H_
#define HARROW_ENGINE_TABLE_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "absl/status/statusor.h"
#include "engine/table.h"
#include "engine/version_edit.h"

namespace harrow::engine {

class TableCache {
 public:
  TableCache(std::string directory, const TableOptions& options, std::size_t capacity);
  TableCache(const TableCache&) = delete;
  TableCache& operator=(const TableCache&) = delete;

  absl::StatusOr<std::shared_ptr<const Table>> Find(const FileMetaData& file);
  // Before the file is removed.
  void Evict(std::uint64_t number);

 private:
  struct Entry {
    std::uint64_t number;
    std::shared_ptr<const Table> table;
  };
  absl::StatusOr<std::shared_ptr<const Table>> Open(const FileMetaData& file) const;

  const std::string directory_;
  const TableOptions options_;
  const std::size_t capacity_;
  std::mutex mutex_;          // guards what follows
  std::list<Entry> entries_;  // used last first
  // order never observed: lookups alone, by number
  std::unordered_map<std::uint64_t, std::list<Entry>::iterator> by_number_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_CACHE_H_
