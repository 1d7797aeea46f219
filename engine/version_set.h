// The current version, the numbers that the manifest keeps, and the manifest itself.
//
// Threading: under the database's lock, but for NewFileNumber (any thread) and the part of
// LogAndApply that writes, where the lock is released. Edits come into force one after the other, also
// where several threads make them.
// Invariants:
//  1. What is in memory is what the manifest says, or would say if its last write had not failed.
//  2. A file number is given out once.
//  3. After a failed manifest write the state on disk is indeterminate: the version stays as it
//     was, and no later edit is accepted. The caller removes nothing any more.
#ifndef HARROW_ENGINE_VERSION_SET_H_
#define HARROW_ENGINE_VERSION_SET_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "absl/status/status.h"
#include "engine/manifest.h"
#include "engine/version.h"
#include "engine/version_edit.h"

namespace harrow::engine {

class VersionSet {
 public:
  explicit VersionSet(std::string directory);
  VersionSet(const VersionSet&) = delete;
  VersionSet& operator=(const VersionSet&) = delete;

  const std::shared_ptr<const Version>& current() const { return current_; }
  // Logs below it are in tables.
  std::uint64_t log_number() const { return log_number_; }
  // By level: where its next compaction starts; not valid: at its first table.
  const CompactPointers& compact_pointers() const { return compact_pointers_; }
  std::uint64_t NewFileNumber() { return next_file_number_.fetch_add(1); }

  // Opening, before there is any other thread: takes over what a manifest said, and the first file
  // number that no file of the directory has.
  void Adopt(const ManifestState& state, std::uint64_t next_file_number);
  // Opening: applies the edit and starts a new manifest with the whole state. The manifest is
  // synced; neither its name nor CURRENT is.
  absl::Status StartManifest(const VersionEdit& edit, std::uint64_t manifest_number);

  // Waits until no edit is being written: from then until the lock is released, what current() says
  // is what the next edit changes.
  void AwaitTurn(std::unique_lock<std::mutex>& lock);
  // Waits for its turn, makes the directory durable where it has names of new tables, then the edit,
  // and then puts it in force. The lock is held again on return, and was not released since the
  // edit came into force. FailedPrecondition after one that failed.
  absl::Status LogAndApply(VersionEdit edit, std::unique_lock<std::mutex>& lock);

 private:
  void Install(std::shared_ptr<const Version> version, const VersionEdit& edit);
  VersionEdit WholeState() const;

  const std::string directory_;
  std::atomic<std::uint64_t> next_file_number_{1};
  std::uint64_t log_number_ = 0;
  SequenceNumber last_sequence_ = 0;
  CompactPointers compact_pointers_;
  std::shared_ptr<const Version> current_;
  std::unique_ptr<ManifestWriter> manifest_;
  bool writing_ = false;
  std::condition_variable written_;
  bool indeterminate_ = false;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_VERSION_SET_H_
