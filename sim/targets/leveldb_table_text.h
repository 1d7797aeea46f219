// What bytes of a table in LevelDB's format are.
//
//   whole table   "table of 12 entries k0..k7, seq 1..9, 2 data blocks"
//   its end       "to the end of a table"
//   a block       "a block of 4 entries"
//
// Threading: pure functions.
#ifndef HARROW_SIM_TARGETS_LEVELDB_TABLE_TEXT_H_
#define HARROW_SIM_TARGETS_LEVELDB_TABLE_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace harrow::targets {

// `offset` is where the bytes begin in the file. Empty where they are nothing that can be told without the rest of the file.
std::string DescribeTableBytes(std::uint64_t offset, std::string_view bytes);

// "k12" for the harness's own keys "key-000000000012". Of any other its first bytes, with "\\xNN" for those that cannot be
// printed, and how many there are more: "0007\\x00\\xff+120".
std::string ShortKey(std::string_view key);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_LEVELDB_TABLE_TEXT_H_
