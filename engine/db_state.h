// What the parts of a database share, and the lock that guards it.
//
// Threading: every member under `mutex`, but for those marked constant or safe by themselves.
// Invariants:
//  1. `view` is what reads see: always the memtables and the version that stand beside it here.
//  2. `immutable` is set from a rotation until its entries are in a durable table of the current
//     version; there is one at most.
//  3. `log_number` is the log in use: exactly the writes in `memtable` are in it.
#ifndef HARROW_ENGINE_DB_STATE_H_
#define HARROW_ENGINE_DB_STATE_H_

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/background_error.h"
#include "engine/compaction_picker.h"
#include "engine/level_activity.h"
#include "engine/log_file.h"
#include "engine/manual_compaction.h"
#include "engine/memtable.h"
#include "engine/obsolete_files.h"
#include "engine/options.h"
#include "engine/seek_trigger.h"
#include "engine/snapshot_list.h"
#include "engine/table_cache.h"
#include "engine/version_set.h"

namespace harrow::engine {

// What a read pins; constant, but that the memtable grows.
struct ReadView {
  std::shared_ptr<MemTable> memtable;
  std::shared_ptr<MemTable> immutable;  // or nullptr
  std::shared_ptr<const Version> version;
  std::uint64_t number = 0;  // grows from view to view
};

// Values below their minimum raised to it, and what is left out made: what a database works with.
Options CompleteOptions(Options options, const std::string& directory);

struct DbState {
  DbState(const Options& the_options, std::string the_directory);

  // Makes `view` anew after a change of what it shows.
  void RefreshView();

  const Options options;
  const std::string directory;
  TableCache tables;  // safe by itself
  const CompactionPicker picker;

  std::mutex mutex;
  // Something that a writer or a flush may wait for has changed.
  std::condition_variable changed;
  BackgroundError error;
  VersionSet versions;
  SnapshotList snapshots;
  ObsoleteFiles obsolete;
  SeekTrigger seeks;
  ManualCompactions manual;
  // The compaction under way, from when it is picked until its outputs are in force; or nullptr.
  const CompactionPlan* running_compaction = nullptr;
  // Calls of CompactRange under way, which the close waits for.
  std::size_t manual_call_count = 0;

  std::shared_ptr<MemTable> memtable;
  std::shared_ptr<MemTable> immutable;
  std::shared_ptr<const ReadView> view;
  std::atomic<std::uint64_t> view_number{0};  // of `view`. Safe by itself
  std::uint64_t log_number = 0;
  // To be closed; what they held is in durable tables.
  std::vector<std::unique_ptr<LogFile>> retired_logs;

  std::array<LevelActivity, kLevelCount> activity;

  std::uint64_t rotation_count = 0;
  std::uint64_t flush_count = 0;  // of rotated memtables; at most rotation_count
  std::uint64_t flush_below_level0_count = 0;
  std::uint64_t compaction_count = 0;  // moves are not among them
  std::uint64_t move_count = 0;
  std::uint64_t seek_compaction_count = 0;    // merges and moves that seeks asked for
  std::uint64_t manual_compaction_count = 0;  // merges that CompactRange asked for
  std::uint64_t delay_count = 0;
  std::uint64_t room_wait_count = 0;

  // Set when the database closes: long work ends early. Safe by itself.
  std::atomic<bool> closing{false};
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DB_STATE_H_
