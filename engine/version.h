// The tables of the database at one moment, by level.
//
// Threading: constant once built, but for the counts of wasted seeks; shared by everybody who reads.
// Invariants (checked where it is built from an edit, with DataLoss):
//  1. Level 0 is in the order of file numbers; its ranges may overlap, and of two entries for a key
//     the one in the later file is newer.
//  2. Every other level is in the order of keys, and its ranges of internal keys do not overlap.
// Not checked: of two entries for a user key the one in the lower level is newer. Another writer of
// the format may have split a user key between two neighbours of a level; this one never does.
// Source: LevelDB, db/version_set.
#ifndef HARROW_ENGINE_VERSION_H_
#define HARROW_ENGINE_VERSION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/table_cache.h"
#include "engine/table_file.h"
#include "engine/version_edit.h"

namespace harrow::engine {

// User keys, both ends included; an end that is not there is open.
struct UserKeyRange {
  std::optional<std::string_view> smallest;
  std::optional<std::string_view> largest;

  bool empty() const { return smallest.has_value() && largest.has_value() && *largest < *smallest; }
  bool StartsAfter(std::string_view user_key) const {
    return smallest.has_value() && user_key < *smallest;
  }
  bool EndsBefore(std::string_view user_key) const {
    return largest.has_value() && *largest < user_key;
  }
  // Needs !empty().
  bool Overlaps(const FileMetaData& file) const {
    return !StartsAfter(file.largest.user_key()) && !EndsBefore(file.smallest.user_key());
  }
};

inline UserKeyRange RangeOf(const FileMetaData& file) {
  return {file.smallest.user_key(), file.largest.user_key()};
}
// The range that the files span; there is at least one (checked). Both ends are there.
UserKeyRange SpanOf(const FileList& files);
std::uint64_t TotalFileSize(const FileList& files);

// A table that a read looked into before the one that it needed; nullptr: there was none. Valid as
// long as the version.
struct WastedSeek {
  const TableFile* file = nullptr;
  int level = 0;
};

class Version {
 public:
  Version() = default;

  const FileList& level(int level) const { return levels_[static_cast<std::size_t>(level)]; }
  // Of the level's tables together.
  std::uint64_t level_size(int level) const { return sizes_[static_cast<std::size_t>(level)]; }

  // *value changes only for kFound. Where the first table was not the last one, *wasted is it.
  absl::StatusOr<LookupResult> Get(const ReadOptions& options, const LookupKey& key,
                                   TableCache* tables, std::string* value,
                                   WastedSeek* wasted) const;
  // What a lookup of this key alone would waste, told from the tables' ranges.
  WastedSeek SampleRead(std::string_view internal_key) const;
  // Cursors that together give every entry. The version outlives them.
  absl::Status AddIterators(const ReadOptions& options, TableCache* tables,
                            std::vector<std::unique_ptr<Iterator>>* iterators) const;

  // Those that overlap the range, which is not empty, in the level's order.
  FileList Overlapping(int level, const UserKeyRange& range) const;
  bool AnyOverlaps(int level, const UserKeyRange& range) const;
  // nullptr where the level has no such table.
  FileRef Find(int level, std::uint64_t number) const;
  bool Contains(std::uint64_t number) const;

 private:
  friend class VersionBuilder;
  // Calls visit(level, file) for every table whose range has the key, newest data first, until it
  // returns false.
  template <typename Visit>
  void VisitCandidates(std::string_view internal_key, Visit visit) const;

  std::array<FileList, kLevelCount> levels_;
  std::array<std::uint64_t, kLevelCount> sizes_{};
};

// A version that edits turn into another.
class VersionBuilder {
 public:
  explicit VersionBuilder(const Version& base) : version_(base) {}

  // DataLoss where the edit removes what is not there or adds what is. A table that it removes from
  // one level and adds to another stays the same TableFile.
  absl::Status Apply(const VersionEdit& edit);
  absl::StatusOr<std::shared_ptr<const Version>> Build();

 private:
  Version version_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_VERSION_H_
