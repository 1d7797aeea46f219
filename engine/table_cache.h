// The tables that are open, at most so many at once.
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
#include <map>
#include <memory>
#include <mutex>
#include <string>

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
    std::shared_ptr<const Table> table;
    std::uint64_t last_use = 0;  // a count of uses, not a time
  };
  absl::StatusOr<std::shared_ptr<const Table>> Open(const FileMetaData& file) const;

  const std::string directory_;
  const TableOptions options_;
  const std::size_t capacity_;
  std::mutex mutex_;  // guards what follows
  std::map<std::uint64_t, Entry> entries_;
  std::uint64_t use_count_ = 0;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_CACHE_H_
