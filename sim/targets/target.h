// What can be put under test: a key-value store opened in a directory. The harness drives it on
// tasks of the simulated machine; a target is the thinnest possible wrapper over the store's public
// interface.
//
// Threading: everything but Open and the destructor may be called from several tasks at once; an
// iterator by one.
#ifndef HARROW_SIM_TARGETS_TARGET_H_
#define HARROW_SIM_TARGETS_TARGET_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "models/history.h"
#include "models/space_checker.h"
#include "sim/disk/disk.h"
#include "sim/disk/image.h"
#include "sim/targets/activity.h"

namespace harrow::targets {

// Numbers all, so that one table has their names (sim/harness/option_list.h).
struct TargetOptions {
  std::uint64_t write_buffer_bytes = 64 << 10;
  std::uint64_t block_bytes = 4096;
  std::uint64_t max_file_bytes = 2 << 20;
  std::uint64_t max_open_tables = 500;
  std::uint64_t level0_compaction_trigger = 4;  // tables of level 0
  std::uint64_t level0_slowdown_trigger = 8;
  std::uint64_t level0_stop_trigger = 12;
  std::uint64_t level_base_bytes = 10 << 20;  // of level 1
  std::uint64_t level_factor = 10;            // of each further level
  std::uint64_t compression = 0;              // of new tables; 0: none, 1: Snappy
  std::uint64_t bloom_bits = 0;               // for each key; 0: no filter
  std::uint64_t block_cache_bytes = 8 << 20;
  std::uint64_t restart_interval = 16;  // entries
  std::uint64_t writer_yields = 0;      // looks of a waiting writer before it sleeps
  std::uint64_t info_log = 0;           // 0: none, 1: the store's own file
  std::uint64_t wasted_seeks = 100;     // that bring a table's compaction about
  std::uint64_t reuse_logs = 0;         // 1: a recovered log and manifest are written on
  std::uint64_t paranoid_checks = 0;    // 1: damage that was met is an error at once
  std::uint64_t journal = 0;            // 0: deleted, 1: truncated, 2: kept; 3: a write-ahead log
  std::uint64_t synchronous = 2;        // 0: off, 1: normal, 2: full, 3: extra
  bool operator==(const TargetOptions&) const = default;
};

struct TargetEntry {
  std::string_view key;
  std::string_view value;
  bool deletion = false;
};

class TargetSnapshot {
 public:
  virtual ~TargetSnapshot() = default;
};

// A cursor over the live pairs of one state, as the store has it. It stays valid over writes, and must be gone before the
// target is.
class TargetIterator {
 public:
  virtual ~TargetIterator() = default;

  virtual void SeekToFirst() = 0;
  virtual void SeekToLast() = 0;
  virtual void Seek(std::string_view key) = 0;
  virtual void Next() = 0;
  virtual void Prev() = 0;
  virtual bool Valid() const = 0;
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual absl::Status status() const = 0;
};

// User keys, both inclusive; nothing: an open end.
struct TargetRange {
  std::optional<std::string_view> begin;
  std::optional<std::string_view> end;
};

// How a scan moves its cursor.
enum class ScanPath : std::uint8_t {
  kForward,
  kBackward,
  kWinding  // forward from a seek; at every third pair it turns round for one step, or seeks its place
};

using PairVisitor = std::function<void(std::string_view key, std::string_view value)>;

class Target {
 public:
  virtual ~Target() = default;  // closes

  virtual absl::Status Write(std::span<const TargetEntry> entries, bool sync) = 0;
  // A forced flush of the memtable.
  virtual absl::Status Flush() = 0;
  // Flushes, then compacts what the tables have of the range, and returns when that is done.
  virtual absl::Status CompactRange(const TargetRange& range) = 0;
  // NotFound for an absent key.
  virtual absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                           std::string* value) = 0;
  // Every live pair once, in the order of the path.
  virtual absl::Status Scan(const TargetSnapshot* snapshot, ScanPath path,
                            const PairVisitor& visit) = 0;
  // The snapshot must be gone before the target is.
  virtual std::unique_ptr<TargetSnapshot> TakeSnapshot() = 0;
  virtual std::unique_ptr<TargetIterator> NewIterator(const TargetSnapshot* snapshot) = 0;
  // Asks for what a store says of itself (properties, sizes). Nothing of it is judged but that it returns.
  virtual void Inspect(const TargetRange& range) = 0;
};

// Bytes that went through a file call.
struct TransferredBytes {
  enum class Way : std::uint8_t { kWritten, kRead };
  std::string_view path;  // relative to the root of the disk
  Way way = Way::kWritten;
  std::uint64_t offset = 0;  // of the first byte in the file
  std::string_view bytes;
};

// Says what they mean to the target, for readable traces ("record FULL, 117 bytes"). Empty: nothing to say.
using Describer = std::string (*)(const TransferredBytes& transfer);

// Which files of a store that is open and idle are out of place in its directory, relative to the root.
using FileJudge = std::vector<models::MisplacedFile> (*)(const disk::Image& image,
                                                         std::string_view directory);

struct TargetKind {
  std::string_view name;  // "harrow"
  // The options that mean something to it; the others keep their defaults.
  std::span<std::uint64_t TargetOptions::*const> options;
  disk::Classifier classify;
  Describer describe;
  // The observer, which may be null, outlives the target.
  absl::Status (*open)(std::string_view path, const TargetOptions& options,
                       ActivityObserver* observer, std::unique_ptr<Target>* target);
  FileJudge judge_files = nullptr;       // nullptr: not known, and rule space is not judged
  models::Undertakings undertakes = {};  // by which it is judged

  bool Takes(std::uint64_t TargetOptions::*option) const {
    return std::find(options.begin(), options.end(), option) != options.end();
  }
};

// Puts one more target under its name, which no other has. Before main's first use of the rest of harrow; the kind outlives it.
void AddTarget(const TargetKind& kind);
// nullptr for an unknown name, and for one that this build was made without.
const TargetKind* FindTarget(std::string_view name);
// "harrow leveldb sqlite": those that FindTarget finds.
std::string TargetNames();

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_TARGET_H_
