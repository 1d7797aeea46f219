// One change of the set of tables: a record of the manifest.
//
//   edit  := field*                               each a varint32 tag and then
//   field := 1 string comparator                  strings and keys: varint32 size, bytes
//          | 2 varint64 log number                logs below it are no longer needed
//          | 3 varint64 next file number
//          | 4 varint64 last sequence
//          | 5 varint32 level, key                where the level's next compaction starts
//          | 6 varint32 level, varint64 number    table removed
//          | 7 varint32 level, varint64 number, varint64 file size, smallest key, largest key
//          | 9 varint64 previous log number       written as 0; older LevelDBs used it
//
// Threading: a value. Errors: DataLoss for bytes that are no edit. Source: LevelDB,
// db/version_edit.
#ifndef HARROW_ENGINE_VERSION_EDIT_H_
#define HARROW_ENGINE_VERSION_EDIT_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/internal_key.h"

namespace harrow::engine {

inline constexpr int kLevelCount = 7;

struct FileMetaData {
  std::uint64_t number = 0;
  std::uint64_t file_size = 0;
  InternalKey smallest;
  InternalKey largest;

  friend bool operator==(const FileMetaData&, const FileMetaData&) = default;
};

// By level: the last key of the compaction before; not valid where there was none.
using CompactPointers = std::array<InternalKey, kLevelCount>;

struct VersionEdit {
  struct CompactPointer {
    int level = 0;
    InternalKey key;
    friend bool operator==(const CompactPointer&, const CompactPointer&) = default;
  };
  struct RemovedFile {
    int level = 0;
    std::uint64_t number = 0;
    friend bool operator==(const RemovedFile&, const RemovedFile&) = default;
  };
  struct AddedFile {
    int level = 0;
    FileMetaData file;
    friend bool operator==(const AddedFile&, const AddedFile&) = default;
  };

  std::optional<std::string> comparator;
  std::optional<std::uint64_t> log_number;
  std::optional<std::uint64_t> previous_log_number;
  std::optional<std::uint64_t> next_file_number;
  std::optional<SequenceNumber> last_sequence;
  std::vector<CompactPointer> compact_pointers;
  std::vector<RemovedFile> removed_files;
  std::vector<AddedFile> added_files;

  void AppendTo(std::string* out) const;
  static absl::StatusOr<VersionEdit> Decode(std::string_view bytes);

  friend bool operator==(const VersionEdit&, const VersionEdit&) = default;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_VERSION_EDIT_H_
