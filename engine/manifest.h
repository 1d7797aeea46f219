// The manifest: a log of version edits, of which the first gives the whole state; and CURRENT,
// which names the manifest in force.
//
//   CURRENT := "MANIFEST-" number "\n"
//
// Threading: one thread at a time.
// Invariants:
//  1. Every edit but the last one is durable, since each is synced before the next is appended. So
//     a bad place with nothing intact after it is a torn last edit, on which nothing depended;
//     any other bad place is damage.
//  2. CURRENT is replaced as a whole, and names only a manifest whose bytes and name are durable.
// Source: LevelDB, db/version_set.
#ifndef HARROW_ENGINE_MANIFEST_H_
#define HARROW_ENGINE_MANIFEST_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/file.h"
#include "engine/log_writer.h"
#include "engine/look.h"
#include "engine/version.h"
#include "engine/version_edit.h"

namespace harrow::engine {

// What a file looks like to recovery, and what an error says about it where it is not whole.
struct Seen {
  Look look = Look::kAbsent;
  absl::Status why;
};

// kAbsent, kUnreadable, kEmpty, kTornTail (no newline), kZeroTail, kWrong or kWhole; *number only
// with the last.
Seen LookAtCurrent(const std::string& directory, std::uint64_t* number);
// The number of the manifest in force. NotFound: there is no CURRENT, so there is no database.
absl::StatusOr<std::uint64_t> ReadCurrent(const std::string& directory);

// Makes CURRENT name the manifest. The name's change is durable after a sync of the directory,
// which is the caller's; on failure CURRENT is the old or the new one.
absl::Status WriteCurrent(const std::string& directory, std::uint64_t manifest_number);

// What all edits of a manifest come to.
struct ManifestState {
  std::shared_ptr<const Version> version;
  std::uint64_t log_number = 0;
  std::uint64_t previous_log_number = 0;
  std::uint64_t next_file_number = 0;
  SequenceNumber last_sequence = 0;
  CompactPointers compact_pointers;
};

// kMissing, kUnreadable, kEmpty, kTornTail, kZeroTail, kDamaged, kWrong, kForeign or kWhole.
// *state only with a tail, where it is the state before the edit that is cut, and with kWhole.
Seen LookAtManifest(const std::string& directory, std::uint64_t number, ManifestState* state);
// The state, where there is one; otherwise what is wrong.
absl::StatusOr<ManifestState> ReadManifest(const std::string& directory, std::uint64_t number);

class ManifestWriter {
 public:
  // Starts a manifest with an edit that gives the whole state, and syncs it.
  static absl::StatusOr<std::unique_ptr<ManifestWriter>> Create(const std::string& directory,
                                                                std::uint64_t number,
                                                                const VersionEdit& whole_state);
  // Appends and syncs. After a failure the edit may be in force after a reopen or not, and nothing
  // more may be appended.
  absl::Status Append(const VersionEdit& edit);

 private:
  explicit ManifestWriter(AppendFile file) : file_(std::move(file)), log_(&file_) {}

  AppendFile file_;
  LogWriter log_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_MANIFEST_H_
