// Fields are written in the order of LevelDB's encoder and read in any order; the last one of a
// kind that may stand once counts.
#include "engine/version_edit.h"

#include <utility>

#include "absl/status/status.h"
#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {
namespace {

enum Tag : std::uint32_t {
  kComparator = 1,
  kLogNumber = 2,
  kNextFileNumber = 3,
  kLastSequence = 4,
  kCompactPointer = 5,
  kRemovedFile = 6,
  kAddedFile = 7,
  kPreviousLogNumber = 9
};

void PutNumber(Tag tag, const std::optional<std::uint64_t>& number, std::string* out) {
  if (!number.has_value()) return;
  PutVarint32(out, tag);
  PutVarint64(out, *number);
}

void PutLevel(Tag tag, int level, std::string* out) {
  HARROW_CHECK(level >= 0 && level < kLevelCount);
  PutVarint32(out, tag);
  PutVarint32(out, static_cast<std::uint32_t>(level));
}

bool GetLevel(std::string_view* input, int* level) {
  std::uint32_t value = 0;
  if (!GetVarint32(input, &value) || value >= static_cast<std::uint32_t>(kLevelCount)) return false;
  *level = static_cast<int>(value);
  return true;
}

bool GetKey(std::string_view* input, InternalKey* key) {
  std::string_view bytes;
  return GetLengthPrefixed(input, &bytes) && key->DecodeFrom(bytes);
}

bool GetNumber(std::string_view* input, std::optional<std::uint64_t>* number) {
  std::uint64_t value = 0;
  if (!GetVarint64(input, &value)) return false;
  *number = value;
  return true;
}

bool GetAddedFile(std::string_view* input, VersionEdit::AddedFile* added) {
  return GetLevel(input, &added->level) && GetVarint64(input, &added->file.number) &&
         GetVarint64(input, &added->file.file_size) && GetKey(input, &added->file.smallest) &&
         GetKey(input, &added->file.largest);
}

bool GetField(std::uint32_t tag, std::string_view* input, VersionEdit* edit) {
  switch (tag) {
    case kComparator: {
      std::string_view name;
      if (!GetLengthPrefixed(input, &name)) return false;
      edit->comparator = std::string(name);
      return true;
    }
    case kLogNumber:
      return GetNumber(input, &edit->log_number);
    case kPreviousLogNumber:
      return GetNumber(input, &edit->previous_log_number);
    case kNextFileNumber:
      return GetNumber(input, &edit->next_file_number);
    case kLastSequence:
      return GetNumber(input, &edit->last_sequence) && *edit->last_sequence <= kMaxSequenceNumber;
    case kCompactPointer: {
      VersionEdit::CompactPointer pointer;
      if (!GetLevel(input, &pointer.level) || !GetKey(input, &pointer.key)) return false;
      edit->compact_pointers.push_back(std::move(pointer));
      return true;
    }
    case kRemovedFile: {
      VersionEdit::RemovedFile removed;
      if (!GetLevel(input, &removed.level) || !GetVarint64(input, &removed.number)) return false;
      edit->removed_files.push_back(removed);
      return true;
    }
    case kAddedFile: {
      VersionEdit::AddedFile added;
      if (!GetAddedFile(input, &added)) return false;
      edit->added_files.push_back(std::move(added));
      return true;
    }
    default:
      return false;
  }
}

}  // namespace

void VersionEdit::AppendTo(std::string* out) const {
  if (comparator.has_value()) {
    PutVarint32(out, kComparator);
    PutLengthPrefixed(out, *comparator);
  }
  PutNumber(kLogNumber, log_number, out);
  PutNumber(kPreviousLogNumber, previous_log_number, out);
  PutNumber(kNextFileNumber, next_file_number, out);
  PutNumber(kLastSequence, last_sequence, out);
  for (const CompactPointer& pointer : compact_pointers) {
    PutLevel(kCompactPointer, pointer.level, out);
    PutLengthPrefixed(out, pointer.key.Encode());
  }
  for (const RemovedFile& removed : removed_files) {
    PutLevel(kRemovedFile, removed.level, out);
    PutVarint64(out, removed.number);
  }
  for (const AddedFile& added : added_files) {
    PutLevel(kAddedFile, added.level, out);
    PutVarint64(out, added.file.number);
    PutVarint64(out, added.file.file_size);
    PutLengthPrefixed(out, added.file.smallest.Encode());
    PutLengthPrefixed(out, added.file.largest.Encode());
  }
}

absl::StatusOr<VersionEdit> VersionEdit::Decode(std::string_view bytes) {
  VersionEdit edit;
  while (!bytes.empty()) {
    std::uint32_t tag = 0;
    if (!GetVarint32(&bytes, &tag) || !GetField(tag, &bytes, &edit)) {
      return absl::DataLossError("manifest: a record is no version edit");
    }
  }
  return edit;
}

}  // namespace harrow::engine
