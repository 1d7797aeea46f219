// What a database says about itself: the values of Db::GetProperty, under LevelDB's names, and the
// sizes of Db::GetApproximateSizes.
//
//   leveldb.num-files-at-level<N>     tables at level N, 0 to 6, one digit
//   leveldb.stats                     for each level: tables, size; and since the open time, bytes read
//                                     and bytes written of flushes and merges into it
//   leveldb.sstables                  each table: number, size, and range of keys with escaped bytes
//   leveldb.approximate-memory-usage  of the memtables and of the block cache, which other databases may
//                                     share, in bytes
//
// Threading: PropertyValue under the database's lock; ApproximateOffset without it.
#ifndef HARROW_ENGINE_PROPERTIES_H_
#define HARROW_ENGINE_PROPERTIES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/db_state.h"

namespace harrow::engine {

// Nothing for a name that is none of these.
std::optional<std::string> PropertyValue(const DbState& state, std::string_view property);

// About how many bytes of tables lie in front of the user key, to a block: the index of a table says
// where a key would be. A table that cannot be opened, and has the key inside its range, counts as
// nothing.
std::uint64_t ApproximateOffset(const Version& version, TableCache* tables,
                                std::string_view user_key);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_PROPERTIES_H_
