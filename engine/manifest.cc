// Reading applies edit after edit to one builder. CURRENT is written as a synced temporary file
// that is renamed over the old one.
#include "engine/manifest.h"

#include <optional>
#include <utility>

#include "engine/coverage_mark.h"
#include "engine/file_name.h"
#include "engine/log_reader.h"

namespace harrow::engine {
namespace {

// Everything in the state but the tables.
absl::Status ApplyNumbers(const VersionEdit& edit, ManifestState* state, bool* complete) {
  if (edit.comparator.has_value() && *edit.comparator != kComparatorName) {
    return absl::FailedPreconditionError("manifest: another comparator: " + *edit.comparator);
  }
  if (edit.log_number.has_value()) state->log_number = *edit.log_number;
  if (edit.previous_log_number.has_value()) {
    state->previous_log_number = *edit.previous_log_number;
  }
  if (edit.next_file_number.has_value()) state->next_file_number = *edit.next_file_number;
  if (edit.last_sequence.has_value()) state->last_sequence = *edit.last_sequence;
  for (const VersionEdit::CompactPointer& pointer : edit.compact_pointers) {
    state->compact_pointers[static_cast<std::size_t>(pointer.level)] = pointer.key;
  }
  *complete = *complete || (edit.log_number.has_value() && edit.next_file_number.has_value() &&
                            edit.last_sequence.has_value());
  return absl::OkStatus();
}

}  // namespace

Seen LookAtCurrent(const std::string& directory, std::uint64_t* number) {
  absl::StatusOr<std::string> text = ReadFile(FilePath(directory, {FileType::kCurrent, 0}));
  if (absl::IsNotFound(text.status())) return {Look::kAbsent, text.status()};
  if (!text.ok()) return {Look::kUnreadable, text.status()};
  const absl::Status wrong = absl::DataLossError("CURRENT does not name a manifest");
  if (text->empty()) return {Look::kEmpty, wrong};
  if (text->back() == '\0') return {Look::kZeroTail, wrong};
  if (text->back() != '\n') return {Look::kTornTail, wrong};
  text->pop_back();
  const std::optional<FileName> name = ParseFileName(*text);
  if (!name.has_value() || name->type != FileType::kManifest) return {Look::kWrong, wrong};
  *number = name->number;
  return {Look::kWhole, absl::OkStatus()};
}

absl::StatusOr<std::uint64_t> ReadCurrent(const std::string& directory) {
  std::uint64_t number = 0;
  Seen current = LookAtCurrent(directory, &number);
  if (current.look != Look::kWhole) return std::move(current.why);
  return number;
}

absl::Status WriteCurrent(const std::string& directory, std::uint64_t manifest_number) {
  const std::string temporary = FilePath(directory, {FileType::kTemporary, manifest_number});
  absl::StatusOr<AppendFile> file = AppendFile::Create(temporary);
  if (!file.ok()) return file.status();
  std::string text = FormatFileName({FileType::kManifest, manifest_number});
  text.push_back('\n');
  absl::Status status = file->Append(text);
  if (status.ok()) status = file->Sync();
  if (status.ok()) status = file->Close();
  if (!status.ok()) return status;
  return RenameFile(temporary, FilePath(directory, {FileType::kCurrent, 0}));
}

Seen LookAtManifest(const std::string& directory, std::uint64_t number, ManifestState* state) {
  const std::string path = FilePath(directory, {FileType::kManifest, number});
  const absl::StatusOr<std::string> contents = ReadFile(path);
  if (absl::IsNotFound(contents.status())) {
    return {Look::kMissing,
            absl::DataLossError("the manifest that CURRENT names is missing: " + path)};
  }
  if (!contents.ok()) return {Look::kUnreadable, contents.status()};

  ManifestState read_state;
  VersionBuilder builder{Version()};
  bool complete = false;
  LogReader reader(*contents);
  std::string_view record;
  std::string scratch;
  LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
    absl::StatusOr<VersionEdit> edit = VersionEdit::Decode(record);
    if (!edit.ok()) return {Look::kWrong, edit.status()};
    absl::Status status = builder.Apply(*edit);
    if (status.ok()) status = ApplyNumbers(*edit, &read_state, &complete);
    if (absl::IsFailedPrecondition(status)) return {Look::kForeign, status};
    if (!status.ok()) return {Look::kWrong, status};
  }
  const bool bad = read == LogRead::kBad;
  if (bad && (!complete || reader.IntactFragmentFollows())) {
    return {Look::kDamaged, reader.StopStatus(path)};
  }
  if (!complete) {
    return {contents->empty() ? Look::kEmpty : Look::kWrong,
            absl::DataLossError("the manifest does not give the whole state: " + path)};
  }
  absl::StatusOr<std::shared_ptr<const Version>> version = builder.Build();
  if (!version.ok()) return {Look::kWrong, version.status()};
  *state = std::move(read_state);
  state->version = *std::move(version);
  if (!bad) return {Look::kWhole, absl::OkStatus()};
  Reached(Mark::kManifestTorn);
  const bool zero = reader.stop().reason == LogStopReason::kZeroes;
  return {zero ? Look::kZeroTail : Look::kTornTail, reader.StopStatus(path)};
}

absl::StatusOr<ManifestState> ReadManifest(const std::string& directory, std::uint64_t number) {
  ManifestState state;
  Seen manifest = LookAtManifest(directory, number, &state);
  if (state.version == nullptr) return std::move(manifest.why);
  return state;
}

absl::StatusOr<std::unique_ptr<ManifestWriter>> ManifestWriter::Create(
    const std::string& directory, std::uint64_t number, const VersionEdit& whole_state) {
  absl::StatusOr<AppendFile> file =
      AppendFile::Create(FilePath(directory, {FileType::kManifest, number}));
  if (!file.ok()) return file.status();
  std::unique_ptr<ManifestWriter> writer(new ManifestWriter(*std::move(file)));
  absl::Status status = writer->Append(whole_state);
  if (!status.ok()) return status;
  return writer;
}

absl::Status ManifestWriter::Append(const VersionEdit& edit) {
  std::string record;
  edit.AppendTo(&record);
  absl::Status status = log_.AddRecord(record);
  if (!status.ok()) return status;
  return file_.Sync();
}

}  // namespace harrow::engine
