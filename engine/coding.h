// Numbers and strings as bytes: little-endian fixed32 and fixed64, base-128 varints of at most 5
// and 10 bytes (low groups first, high bit set on all but the last), and strings after their
// varint32 length. The encodings are LevelDB's.
//
// Threading: pure functions.
// Errors: the Get functions return false, and leave *input unspecified, when the bytes end early or
// a varint does not fit its type. The Decode functions read without a bounds check; that the bytes
// are there is the caller's to know.
#ifndef HARROW_ENGINE_CODING_H_
#define HARROW_ENGINE_CODING_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace harrow::engine {

static_assert(std::endian::native == std::endian::little, "fixed numbers are copied, not swapped");

inline constexpr std::size_t kMaxVarint32Size = 5;
inline constexpr std::size_t kMaxVarint64Size = 10;

inline void EncodeFixed32(char* to, std::uint32_t value) { std::memcpy(to, &value, sizeof value); }
inline void EncodeFixed64(char* to, std::uint64_t value) { std::memcpy(to, &value, sizeof value); }
inline std::uint32_t DecodeFixed32(const char* from) {
  std::uint32_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}
inline std::uint64_t DecodeFixed64(const char* from) {
  std::uint64_t value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

// Write at `to`, which has room for kMaxVarint…Size bytes, and return the end of what was written.
inline char* EncodeVarint64(char* to, std::uint64_t value) {
  while (value >= 0x80) {
    *to++ = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  *to++ = static_cast<char>(value);
  return to;
}
inline char* EncodeVarint32(char* to, std::uint32_t value) { return EncodeVarint64(to, value); }
inline std::size_t VarintSize(std::uint64_t value) {
  std::size_t size = 1;
  while (value >= 0x80) {
    value >>= 7;
    ++size;
  }
  return size;
}

void PutFixed32(std::string* to, std::uint32_t value);
void PutFixed64(std::string* to, std::uint64_t value);
void PutVarint32(std::string* to, std::uint32_t value);
void PutVarint64(std::string* to, std::uint64_t value);
void PutLengthPrefixed(std::string* to, std::string_view value);

// Parse at [from, limit) and return the byte after the varint, or nullptr.
const char* DecodeVarint32Slow(const char* from, const char* limit, std::uint32_t* value);
const char* DecodeVarint64(const char* from, const char* limit, std::uint64_t* value);
inline const char* DecodeVarint32(const char* from, const char* limit, std::uint32_t* value) {
  if (from < limit && static_cast<unsigned char>(*from) < 0x80) {
    *value = static_cast<unsigned char>(*from);
    return from + 1;
  }
  return DecodeVarint32Slow(from, limit, value);
}

// Take one item off the front of *input. A string taken points into the bytes *input points into.
bool GetFixed32(std::string_view* input, std::uint32_t* value);
bool GetFixed64(std::string_view* input, std::uint64_t* value);
bool GetVarint64(std::string_view* input, std::uint64_t* value);
inline bool GetVarint32(std::string_view* input, std::uint32_t* value) {
  const char* next = DecodeVarint32(input->data(), input->data() + input->size(), value);
  if (next == nullptr) return false;
  input->remove_prefix(static_cast<std::size_t>(next - input->data()));
  return true;
}
inline bool GetLengthPrefixed(std::string_view* input, std::string_view* value) {
  std::uint32_t size;
  if (!GetVarint32(input, &size) || size > input->size()) return false;
  *value = input->substr(0, size);
  input->remove_prefix(size);
  return true;
}

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_CODING_H_
