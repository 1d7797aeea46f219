// The entries that can still be read of a table file that may be damaged anywhere, for RepairDb.
//
//   footer and index can be read: every data block that the index names and whose checksum is right
//   otherwise (a table that was cut off, or damaged there): the blocks from the front up to the
//                                 first that cannot be read, since only the index has their sizes.
//                                 A block's end is the place where its checksum fits.
//
// Lost: the entries of a damaged block, and without the index those of all blocks behind one.
//
// Threading: one thread at a time.
// Invariants:
//  1. Entries come in the order of internal keys, each once; what is out of order is left out.
#ifndef HARROW_ENGINE_TABLE_SALVAGE_H_
#define HARROW_ENGINE_TABLE_SALVAGE_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "absl/status/status.h"

namespace harrow::engine {

// Takes an internal key and a value.
using EntrySink = std::function<absl::Status(std::string_view key, std::string_view value)>;

// Fails only where `sink` does.
absl::Status SalvageTable(std::string_view table, const EntrySink& sink);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_SALVAGE_H_
