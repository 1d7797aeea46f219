// What bytes on their way into a LevelDB-format file mean, for readable traces.
//
//   log        "record FULL, batch seq 7..9: put k3 (120), delete k4"
//   manifest   "edit: log 3, next file 5, last sequence 9, adds table 4 to level 0"
//   temporary  "MANIFEST-000003"
//
// Threading: pure function.
// Not checked: checksums; bytes that do not parse are left without a meaning.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
#define HARROW_SIM_TARGETS_LEVELDB_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace harrow::targets {

// `offset` is where the bytes begin in the file: it decides where log blocks end.
std::string DescribeLevelDbBytes(std::string_view path, std::uint64_t offset,
                                 std::string_view bytes);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TEXT_H_
