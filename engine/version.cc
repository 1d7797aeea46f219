// A lookup goes from the newest data to the oldest: level 0 from its last file to its first, then
// the one file of each level whose range holds the key. The first table that knows the key decides.
#include "engine/version.h"

#include <algorithm>
#include <utility>

#include "engine/check.h"
#include "engine/level_iterator.h"

namespace harrow::engine {
namespace {

bool Holds(const FileMetaData& file, std::string_view user_key) {
  return file.smallest.user_key() <= user_key && user_key <= file.largest.user_key();
}

// The first file of a sorted level whose largest key is at or after the key.
FileList::const_iterator FindFile(const FileList& files, std::string_view internal_key) {
  return std::partition_point(files.begin(), files.end(), [&](const FileRef& file) {
    return CompareInternalKey(file->largest.Encode(), internal_key) < 0;
  });
}

absl::StatusOr<LookupResult> GetFromFile(const FileMetaData& file, const LookupKey& key,
                                         TableCache* tables, std::string* value) {
  absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(file);
  if (!table.ok()) return table.status();
  return (*table)->Get(key, value);
}

}  // namespace

UserKeyRange SpanOf(const FileList& files) {
  HARROW_CHECK(!files.empty());
  UserKeyRange span{files[0]->smallest.user_key(), files[0]->largest.user_key()};
  for (const FileRef& file : files) {
    span.smallest = std::min(span.smallest, file->smallest.user_key());
    span.largest = std::max(span.largest, file->largest.user_key());
  }
  return span;
}

std::uint64_t TotalFileSize(const FileList& files) {
  std::uint64_t size = 0;
  for (const FileRef& file : files) size += file->file_size;
  return size;
}

absl::StatusOr<LookupResult> Version::Get(const LookupKey& key, TableCache* tables,
                                          std::string* value) const {
  const FileList& newest_last = level(0);
  for (auto file = newest_last.rbegin(); file != newest_last.rend(); ++file) {
    if (!Holds(**file, key.user_key())) continue;
    absl::StatusOr<LookupResult> result = GetFromFile(**file, key, tables, value);
    if (!result.ok() || *result != LookupResult::kAbsent) return result;
  }
  for (int i = 1; i < kLevelCount; ++i) {
    const auto file = FindFile(level(i), key.internal_key());
    if (file == level(i).end() || !Holds(**file, key.user_key())) continue;
    absl::StatusOr<LookupResult> result = GetFromFile(**file, key, tables, value);
    if (!result.ok() || *result != LookupResult::kAbsent) return result;
  }
  return LookupResult::kAbsent;
}

absl::Status Version::AddIterators(TableCache* tables,
                                   std::vector<std::unique_ptr<Iterator>>* iterators) const {
  const FileList& newest_last = level(0);
  for (auto file = newest_last.rbegin(); file != newest_last.rend(); ++file) {
    absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(**file);
    if (!table.ok()) return table.status();
    iterators->push_back((*table)->NewIterator());
  }
  for (int i = 1; i < kLevelCount; ++i) {
    if (!level(i).empty()) iterators->push_back(NewLevelIterator(&level(i), tables));
  }
  return absl::OkStatus();
}

FileList Version::Overlapping(int level_index, const UserKeyRange& range) const {
  FileList files;
  for (const FileRef& file : level(level_index)) {
    if (file->largest.user_key() < range.smallest) continue;
    if (file->smallest.user_key() > range.largest) continue;
    files.push_back(file);
  }
  return files;
}

bool Version::AnyOverlaps(int level_index, std::string_view user_key) const {
  for (const FileRef& file : level(level_index)) {
    if (Holds(*file, user_key)) return true;
  }
  return false;
}

bool Version::Contains(std::uint64_t number) const {
  for (const FileList& files : levels_) {
    for (const FileRef& file : files) {
      if (file->number == number) return true;
    }
  }
  return false;
}

absl::Status VersionBuilder::Apply(const VersionEdit& edit) {
  for (const VersionEdit::RemovedFile& removed : edit.removed_files) {
    FileList& files = version_.levels_[static_cast<std::size_t>(removed.level)];
    const auto file = std::find_if(files.begin(), files.end(), [&](const FileRef& candidate) {
      return candidate->number == removed.number;
    });
    if (file == files.end()) {
      return absl::DataLossError("manifest: an edit removes a table that is not there");
    }
    files.erase(file);
  }
  for (const VersionEdit::AddedFile& added : edit.added_files) {
    if (version_.Contains(added.file.number)) {
      return absl::DataLossError("manifest: an edit adds a table that is there already");
    }
    if (Compare(added.file.smallest, added.file.largest) > 0) {
      return absl::DataLossError("manifest: a table's smallest key is after its largest");
    }
    version_.levels_[static_cast<std::size_t>(added.level)].push_back(
        std::make_shared<const FileMetaData>(added.file));
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
  return std::make_shared<const Version>(std::move(version_));
}

}  // namespace harrow::engine
