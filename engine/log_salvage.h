// What can still be read of a log that may be damaged anywhere, for RepairDb. Recovery (log_replay.h)
// stops at the first bad place; this goes on behind it, since a hole is better than the loss of all
// that came later.
//
// Lost: a record with a damaged fragment; and where the fragment's size is damaged, or what follows
// is damaged too, the rest of its 32 KiB block and the record that leaves it. A record whose
// checksum is right and whose contents are no batch is skipped, and so is one whose numbers do not
// follow those of the record before it.
//
// Threading: one thread at a time.
#ifndef HARROW_ENGINE_LOG_SALVAGE_H_
#define HARROW_ENGINE_LOG_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"
#include "engine/memtable.h"

namespace harrow::engine {

struct LogSalvage {
  std::uint64_t records = 0;     // that were brought back
  std::uint64_t bad_places = 0;  // and records that were skipped
};

// `full` takes each memtable that has grown past `memtable_size_max`, and the last one; never an
// empty one. Its failure ends the salvage and is returned.
absl::Status SalvageLog(std::string_view contents, std::size_t memtable_size_max,
                        const std::function<absl::Status(const MemTable&)>& full,
                        LogSalvage* salvage);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LOG_SALVAGE_H_
