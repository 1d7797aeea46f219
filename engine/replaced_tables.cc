// The manifest is read twice: as a state, and for the numbers that its records remove.
#include "engine/replaced_tables.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "engine/file.h"
#include "engine/log_reader.h"
#include "engine/manifest.h"

namespace harrow::engine {
namespace {

absl::StatusOr<std::optional<std::uint64_t>> ManifestInForce(
    const std::string& directory, const std::vector<DatabaseFile>& files) {
  std::uint64_t number = 0;
  Seen current = LookAtCurrent(directory, &number);
  if (current.look == Look::kUnreadable) return std::move(current.why);
  if (current.look == Look::kWhole) return number;
  std::optional<std::uint64_t> only;
  for (const DatabaseFile& file : files) {
    if (file.meaning.type != FileType::kManifest) continue;
    if (only.has_value()) return std::nullopt;
    only = file.meaning.number;
  }
  return only;
}

}  // namespace

absl::StatusOr<ReplacedTables> ReplacedTables::Find(const std::string& directory,
                                                    const std::vector<DatabaseFile>& files) {
  ReplacedTables tables;
  const absl::StatusOr<std::optional<std::uint64_t>> number = ManifestInForce(directory, files);
  if (!number.ok()) return number.status();
  if (!number->has_value()) return tables;
  ManifestState state;
  Seen manifest = LookAtManifest(directory, **number, &state);
  if (manifest.look == Look::kUnreadable) return std::move(manifest.why);
  if (state.version == nullptr) return tables;
  const absl::StatusOr<std::string> contents =
      ReadFile(FilePath(directory, {FileType::kManifest, **number}));
  if (!contents.ok()) return contents.status();

  LogReader reader(*contents);
  std::string_view record;
  std::string scratch;
  while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
    const absl::StatusOr<VersionEdit> edit = VersionEdit::Decode(record);
    if (!edit.ok()) return edit.status();  // it was a state a moment ago
    for (const VersionEdit::RemovedFile& file : edit->removed_files) {
      tables.replaced_.insert(file.number);
    }
  }
  for (int level = 0; level < kLevelCount; ++level) {
    for (const FileRef& file : state.version->level(level)) {
      tables.replaced_.erase(file->number);  // only moved to another level
      tables.in_use_.push_back(*file);
    }
  }
  return tables;
}

bool ReplacedTables::AllElseIsIn(const FileList& whole) const {
  return std::all_of(in_use_.begin(), in_use_.end(), [&](const FileMetaData& file) {
    return std::any_of(whole.begin(), whole.end(), [&](const FileRef& one) {
      return static_cast<const FileMetaData&>(*one) == file;
    });
  });
}

}  // namespace harrow::engine
