// What can be put under test: a key-value store opened in a directory. The harness drives it on
// tasks of the simulated machine; a target is the thinnest possible wrapper over the store's public
// interface.
//
// Threading: Write, Get, Scan and snapshots may be called from several tasks at once; Open and the
// destructor by one.
#ifndef HARROW_SIM_TARGETS_TARGET_H_
#define HARROW_SIM_TARGETS_TARGET_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "sim/disk/disk.h"

namespace harrow::targets {

struct TargetOptions {
  std::size_t write_buffer_bytes = 64 << 10;
  std::size_t block_bytes = 4096;
  std::size_t max_file_bytes = 2 << 20;
  std::size_t max_open_tables = 500;
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

// How a scan moves its cursor.
enum class ScanPath : std::uint8_t {
  kForward,
  kBackward,
  kWinding  // forward from a seek; at every third pair it turns round for one step, or seeks its place
};

class Target {
 public:
  virtual ~Target() = default;  // closes

  virtual absl::Status Write(std::span<const TargetEntry> entries, bool sync) = 0;
  // A forced flush of the memtable.
  virtual absl::Status Flush() = 0;
  // NotFound for an absent key.
  virtual absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                           std::string* value) = 0;
  // Every live pair once, in the order of the path.
  virtual absl::Status Scan(
      const TargetSnapshot* snapshot, ScanPath path,
      const std::function<void(std::string_view key, std::string_view value)>& visit) = 0;
  // The snapshot must be gone before the target is.
  virtual std::unique_ptr<TargetSnapshot> TakeSnapshot() = 0;
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

struct TargetKind {
  std::string_view name;  // "harrow"
  disk::Classifier classify;
  Describer describe;
  absl::Status (*open)(std::string_view path, const TargetOptions& options,
                       std::unique_ptr<Target>* target);
};

// nullptr for an unknown name.
const TargetKind* FindTarget(std::string_view name);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_TARGET_H_
