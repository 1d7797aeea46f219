// What must hold of a database's levels, told from its files alone.
#ifndef HARROW_TESTS_PROPERTY_VERSION_INVARIANTS_H_
#define HARROW_TESTS_PROPERTY_VERSION_INVARIANTS_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/file.h"
#include "engine/file_name.h"
#include "engine/log_reader.h"
#include "engine/manifest.h"
#include "engine/table_cache.h"
#include "engine/table_output.h"
#include "engine/version.h"

namespace harrow::engine {

// How many edits put a table into each level.
using AddedByLevel = std::array<std::uint64_t, kLevelCount>;

// Empty, or what is wrong with a version that the manifest went through: two tables of a level other
// than 0 share a user key, or an edit does not fit.
inline std::string CheckManifestHistory(const std::string& directory, AddedByLevel* added) {
  const std::uint64_t number = ReadCurrent(directory).value();
  const std::string contents = ReadFile(FilePath(directory, {FileType::kManifest, number})).value();
  std::shared_ptr<const Version> version = std::make_shared<const Version>();
  LogReader reader(contents);
  std::string_view record;
  std::string scratch;
  for (int edits = 0; reader.ReadRecord(&record, &scratch) == LogRead::kRecord; ++edits) {
    const VersionEdit edit = VersionEdit::Decode(record).value();
    for (const VersionEdit::AddedFile& file : edit.added_files) {
      ++(*added)[static_cast<std::size_t>(file.level)];
    }
    VersionBuilder builder(*version);
    absl::Status status = builder.Apply(edit);
    absl::StatusOr<std::shared_ptr<const Version>> next = builder.Build();
    if (!status.ok() || !next.ok()) return "edit " + std::to_string(edits) + " does not fit";
    version = *std::move(next);
    for (int level = 1; level < kLevelCount; ++level) {
      const FileList& files = version->level(level);
      for (std::size_t i = 1; i < files.size(); ++i) {
        if (files[i - 1]->largest.user_key() >= files[i]->smallest.user_key()) {
          return "edit " + std::to_string(edits) + ": level " + std::to_string(level) +
                 " has a user key in two tables";
        }
      }
    }
  }
  return "";
}

// Empty, or what is wrong with the tables of the version in force: an entry is newer than one for
// its user key in a level above, or in a newer table of level 0; or a table's entries are not in
// its range.
inline std::string CheckTables(const std::string& directory, const Options& options) {
  const ManifestState state = ReadManifest(directory, ReadCurrent(directory).value()).value();
  TableCache tables(directory, MakeTableOptions(options), 1000);
  std::map<std::string, SequenceNumber, std::less<>> oldest;  // met so far, from the newest down
  const auto check = [&](const FileMetaData& file) -> std::string {
    const std::string name = "table " + std::to_string(file.number);
    const std::unique_ptr<Iterator> it = tables.Find(file).value()->NewIterator(ReadOptions());
    std::map<std::string, SequenceNumber, std::less<>> here;
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      ParsedInternalKey entry;
      if (!ParseInternalKey(it->key(), &entry)) return name + " has a damaged key";
      if (CompareInternalKey(it->key(), file.smallest.Encode()) < 0 ||
          CompareInternalKey(it->key(), file.largest.Encode()) > 0) {
        return name + " has a key outside its range";
      }
      const auto above = oldest.find(entry.user_key);
      if (above != oldest.end() && above->second <= entry.sequence) {
        return name + " has a newer entry than a table above it";
      }
      here[std::string(entry.user_key)] = entry.sequence;
    }
    if (!it->status().ok()) return name + ": " + it->status().ToString();
    for (const auto& [key, sequence] : here) oldest[key] = sequence;
    return "";
  };
  for (int level = 0; level < kLevelCount; ++level) {
    FileList files = state.version->level(level);
    if (level == 0) std::reverse(files.begin(), files.end());
    for (const FileRef& file : files) {
      std::string wrong = check(*file);
      if (!wrong.empty()) return wrong;
    }
  }
  return "";
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_PROPERTY_VERSION_INVARIANTS_H_
