// Keys and values of generated programs. A value names the write and the entry that produced it, so that any value read
// back tells where it came from; every byte of it is determined by that name and its size.
//
// A value: fixed32 write id, fixed16 entry index, fixed16 check of both, then filler up to its size. The filler is a window
// of one of two fixed tables, so making and checking a value costs one memcpy or memcmp: pseudo-random bytes, or (half of the
// values) a few words over and over, which can be compressed. A value of less than 8 bytes is the write id, then 0x5a; its
// entry is then the last of the write that put so many bytes at the key.
//
// Keys, by style: plain are "key-000000000007". Varied are the empty key, then pairs of which the first is a prefix of the second,
// up to 500 bytes long, with bytes 0x00 and 0xff among them; in the order of their ids.
//
// Threading: pure functions over a table built before main.
#ifndef HARROW_SIM_HARNESS_PAYLOAD_H_
#define HARROW_SIM_HARNESS_PAYLOAD_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "models/history.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

inline constexpr std::size_t kKeySize = 16;
inline constexpr std::uint32_t kMaxKeys = 4096;
inline constexpr std::size_t kMinValueSize = 4;
inline constexpr std::size_t kNamedValueSize = 8;  // from which on a value names its entry
inline constexpr std::size_t kMaxValueSize = 256 << 10;

// Valid for the life of the process. key < kMaxKeys.
std::string_view KeyName(models::KeyId key, KeyStyle style = KeyStyle::kPlain);
// The id of a key name below key_count, of either style, or nothing.
std::optional<models::KeyId> ParseKey(std::string_view name, std::uint32_t key_count);

// Writes exactly `size` bytes (kMinValueSize..kMaxValueSize) to out.
void FillValue(models::WriteId write, std::uint32_t entry, std::size_t size, char* out);

// What a value read at `key` proves: the write and entry that put it there, or garbage. Looks the entry up in the history,
// and compares key, size and every byte.
models::Cell IdentifyValue(const models::History& history, models::KeyId key,
                           std::string_view value);

// The writes of the history of which a value begins in the bytes, wherever and in whatever format; in order, each once. A value
// is known by its first kNamedValueSize bytes.
std::vector<models::WriteId> FindWrites(const models::History& history, std::string_view bytes);

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_PAYLOAD_H_
