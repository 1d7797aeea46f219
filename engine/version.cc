// A lookup goes from the newest data to the oldest: level 0 from its last file to its first, then
// the one file of each level whose range holds the key. The first table that knows the key decides.
#include "engine/version.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/level_iterator.h"

namespace harrow::engine {
namespace {

// The first file of a sorted level whose largest key is at or after the key.
FileList::const_iterator FindFile(const FileList& files, std::string_view internal_key) {
  return std::partition_point(files.begin(), files.end(), [&](const FileRef& file) {
    return CompareInternalKey(file->largest.Encode(), internal_key) < 0;
  });
}

// The first file of a sorted level that reaches into the range, or past it.
FileList::const_iterator FirstInRange(const FileList& files, const UserKeyRange& range) {
  return std::partition_point(files.begin(), files.end(), [&](const FileRef& file) {
    return range.StartsAfter(file->largest.user_key());
  });
}

}  // namespace

UserKeyRange SpanOf(const FileList& files) {
  HARROW_CHECK(!files.empty());
  UserKeyRange span = RangeOf(*files[0]);
  for (const FileRef& file : files) {
    span.smallest = std::min(*span.smallest, file->smallest.user_key());
    span.largest = std::max(*span.largest, file->largest.user_key());
  }
  return span;
}

std::uint64_t TotalFileSize(const FileList& files) {
  std::uint64_t size = 0;
  for (const FileRef& file : files) size += file->file_size;
  return size;
}

template <typename Visit>
void Version::VisitCandidates(std::string_view internal_key, Visit visit) const {
  const std::string_view user_key = ExtractUserKey(internal_key);
  const UserKeyRange key_alone{user_key, user_key};
  const FileList& newest_last = level(0);
  for (auto file = newest_last.rbegin(); file != newest_last.rend(); ++file) {
    if (key_alone.Overlaps(**file) && !visit(0, *file)) return;
  }
  for (int i = 1; i < kLevelCount; ++i) {
    const auto file = FindFile(level(i), internal_key);
    if (file == level(i).end() || user_key < (*file)->smallest.user_key()) continue;
    if (!visit(i, *file)) return;
  }
}

absl::StatusOr<LookupResult> Version::Get(const ReadOptions& options, const LookupKey& key,
                                          TableCache* tables, std::string* value,
                                          WastedSeek* wasted) const {
  absl::StatusOr<LookupResult> result = LookupResult::kAbsent;
  WastedSeek first;
  VisitCandidates(key.internal_key(), [&](int level, const FileRef& file) {
    if (first.file == nullptr) {
      first = {file.get(), level};
    } else {
      *wasted = first;
    }
    const absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(*file);
    if (table.ok()) {
      result = (*table)->Get(options, key, value);
    } else {
      result = table.status();
    }
    return result.ok() && *result == LookupResult::kAbsent;
  });
  return result;
}

WastedSeek Version::SampleRead(std::string_view internal_key) const {
  WastedSeek first;
  bool wasted = false;
  VisitCandidates(internal_key, [&](int level, const FileRef& file) {
    wasted = first.file != nullptr;
    if (!wasted) first = {file.get(), level};
    return !wasted;
  });
  return wasted ? first : WastedSeek();
}

absl::Status Version::AddIterators(const ReadOptions& options, TableCache* tables,
                                   std::vector<std::unique_ptr<Iterator>>* iterators) const {
  const FileList& newest_last = level(0);
  for (auto file = newest_last.rbegin(); file != newest_last.rend(); ++file) {
    absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(**file);
    if (!table.ok()) return table.status();
    iterators->push_back((*table)->NewIterator(options));
  }
  for (int i = 1; i < kLevelCount; ++i) {
    if (!level(i).empty()) iterators->push_back(NewLevelIterator(&level(i), tables, options));
  }
  return absl::OkStatus();
}

FileList Version::Overlapping(int level_index, const UserKeyRange& range) const {
  const FileList& files = level(level_index);
  FileList overlapping;
  if (level_index == 0) {
    for (const FileRef& file : files) {
      if (range.Overlaps(*file)) overlapping.push_back(file);
    }
    return overlapping;
  }
  for (auto file = FirstInRange(files, range); file != files.end(); ++file) {
    if (range.EndsBefore((*file)->smallest.user_key())) break;
    overlapping.push_back(*file);
  }
  return overlapping;
}

bool Version::AnyOverlaps(int level_index, const UserKeyRange& range) const {
  const FileList& files = level(level_index);
  if (level_index == 0) {
    return std::any_of(files.begin(), files.end(),
                       [&](const FileRef& file) { return range.Overlaps(*file); });
  }
  const auto file = FirstInRange(files, range);
  return file != files.end() && !range.EndsBefore((*file)->smallest.user_key());
}

FileRef Version::Find(int level_index, std::uint64_t number) const {
  for (const FileRef& file : level(level_index)) {
    if (file->number == number) return file;
  }
  return nullptr;
}

bool Version::Contains(std::uint64_t number) const {
  for (int i = 0; i < kLevelCount; ++i) {
    if (Find(i, number) != nullptr) return true;
  }
  return false;
}

absl::Status VersionBuilder::Apply(const VersionEdit& edit) {
  FileList removed_files;
  for (const VersionEdit::RemovedFile& removed : edit.removed_files) {
    FileList& files = version_.levels_[static_cast<std::size_t>(removed.level)];
    const auto file = std::find_if(files.begin(), files.end(), [&](const FileRef& candidate) {
      return candidate->number == removed.number;
    });
    if (file == files.end()) {
      return absl::DataLossError("manifest: an edit removes a table that is not there");
    }
    removed_files.push_back(*file);
    files.erase(file);
  }
  for (const VersionEdit::AddedFile& added : edit.added_files) {
    if (version_.Contains(added.file.number)) {
      return absl::DataLossError("manifest: an edit adds a table that is there already");
    }
    if (Compare(added.file.smallest, added.file.largest) > 0) {
      return absl::DataLossError("manifest: a table's smallest key is after its largest");
    }
    const auto moved =
        std::find_if(removed_files.begin(), removed_files.end(), [&](const FileRef& removed) {
          return static_cast<const FileMetaData&>(*removed) == added.file;
        });
    version_.levels_[static_cast<std::size_t>(added.level)].push_back(
        moved != removed_files.end() ? *moved : std::make_shared<const TableFile>(added.file));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::shared_ptr<const Version>> VersionBuilder::Build() {
  FileList& newest_last = version_.levels_[0];
  std::sort(newest_last.begin(), newest_last.end(),
            [](const FileRef& a, const FileRef& b) { return a->number < b->number; });
  for (std::size_t i = 1; i < version_.levels_.size(); ++i) {
    FileList& files = version_.levels_[i];
    std::sort(files.begin(), files.end(), [](const FileRef& a, const FileRef& b) {
      return Compare(a->smallest, b->smallest) < 0;
    });
    for (std::size_t j = 1; j < files.size(); ++j) {
      if (Compare(files[j - 1]->largest, files[j]->smallest) >= 0) {
        return absl::DataLossError("manifest: two tables of a level overlap");
      }
    }
  }
  for (std::size_t i = 0; i < version_.levels_.size(); ++i) {
    version_.sizes_[i] = TotalFileSize(version_.levels_[i]);
  }
  return std::make_shared<const Version>(std::move(version_));
}

}  // namespace harrow::engine
