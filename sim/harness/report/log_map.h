// The bytes of the logs at a crash, fragment by fragment: the records as the target's cache had them, what of each was durable,
// what survived, and how far a reader of the survivor gets.
//
// Threading: pure functions.
// Invariants: the fragments of a log are in order of offset and do not overlap; the stretches of a fragment add up to its size.
// Not checked: which bytes of a file that the cache no longer names are whose; such a log has no fragments of the cache, and is
// mapped by its surviving bytes.
#ifndef HARROW_SIM_HARNESS_REPORT_LOG_MAP_H_
#define HARROW_SIM_HARNESS_REPORT_LOG_MAP_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/history.h"
#include "sim/harness/recording.h"

namespace harrow::harness {

// What another image has where the mapped file has certain bytes.
enum class Matter : std::uint8_t {
  kSame,
  kZeros,   // zeros instead
  kOther,   // other bytes
  kNothing  // the file ends before them, or is not there
};

struct Stretch {
  Matter matter = Matter::kSame;
  std::uint64_t size = 0;  // bytes
};

struct LoggedEntry {
  std::optional<models::KeyId> key;
  std::string key_text;  // "k3", or the key as it is
  bool deletion = false;
  std::uint64_t size = 0;                // of the value
  std::optional<models::WriteId> write;  // as the value names it; of a deletion unknown
};

struct LogRecord {
  std::uint64_t sequence = 0;  // of its first entry
  std::uint64_t count = 0;     // 0: a marker
  std::vector<LoggedEntry> entries;
};

struct LogFragment {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // with the header
  std::string type;        // "FULL", "FIRST", "MIDDLE", "LAST"; "bytes": no fragment could be read
  bool checksum_ok = false;
  std::optional<std::size_t> record;  // index into records; none when the record is not whole
  std::vector<Stretch> durable;
  std::vector<Stretch> survived;
};

struct LogMap {
  std::string path;
  // Sizes; none: no file of that name there.
  std::optional<std::uint64_t> cache;
  std::optional<std::uint64_t> durable;
  std::optional<std::uint64_t> survived;
  std::vector<LogFragment> fragments;
  std::vector<LogRecord> records;
  std::uint64_t records_survived = 0;  // that a reader of what survived gets, from the front
  std::string stop;  // why such a reader ends before the end of what survived; empty: it does not
};

// One for each log that any of the three images of the crash has, by path.
std::vector<LogMap> MapLogs(const CrashView& crash, std::uint32_t key_count);

// The bytes of `stretches` that are kSame.
std::uint64_t SameBytes(const std::vector<Stretch>& stretches);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_REPORT_LOG_MAP_H_
