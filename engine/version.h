// The tables of the database at one moment, by level.
//
// Threading: constant once built; shared by everybody who reads.
// Invariants (checked where it is built from an edit, with DataLoss):
//  1. Level 0 is in the order of file numbers; its ranges may overlap, and of two entries for a key
//     the one in the later file is newer.
//  2. Every other level is in the order of keys, and its ranges of internal keys do not overlap.
//  3. Of two entries for a user key the one in the lower level is newer.
#ifndef HARROW_ENGINE_VERSION_H_
#define HARROW_ENGINE_VERSION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/table_cache.h"
#include "engine/version_edit.h"

namespace harrow::engine {

using FileRef = std::shared_ptr<const FileMetaData>;
using FileList = std::vector<FileRef>;

// User keys, both ends included.
struct UserKeyRange {
  std::string_view smallest;
  std::string_view largest;
};

// The range that the files span; there is at least one (checked).
UserKeyRange SpanOf(const FileList& files);
std::uint64_t TotalFileSize(const FileList& files);

class Version {
 public:
  Version() = default;

  const FileList& level(int level) const { return levels_[static_cast<std::size_t>(level)]; }

  // *value changes only for kFound.
  absl::StatusOr<LookupResult> Get(const LookupKey& key, TableCache* tables,
                                   std::string* value) const;
  // Cursors that together give every entry. The version outlives them.
  absl::Status AddIterators(TableCache* tables,
                            std::vector<std::unique_ptr<Iterator>>* iterators) const;
  // In the level's order.
  FileList Overlapping(int level, const UserKeyRange& range) const;
  bool AnyOverlaps(int level, std::string_view user_key) const;
  bool Contains(std::uint64_t number) const;

 private:
  friend class VersionBuilder;
  std::array<FileList, kLevelCount> levels_;
};

// A version that edits turn into another.
class VersionBuilder {
 public:
  explicit VersionBuilder(const Version& base) : version_(base) {}

  // DataLoss where the edit removes what is not there or adds what is.
  absl::Status Apply(const VersionEdit& edit);
  absl::StatusOr<std::shared_ptr<const Version>> Build();

 private:
  Version version_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_VERSION_H_
