// Internal keys: a user key with the sequence number and the kind of the change that wrote it. They
// are the keys of memtables and tables.
//
//   internal key := user key, fixed64 tag
//   tag          := sequence << 8 | type        (sequence is 56 bits; type 0 deletion, 1 value)
//   lookup key   := varint32 size of the internal key, internal key
//
// Order: user keys ascending by unsigned bytes ("leveldb.BytewiseComparator", the only comparator
// there is), then tags descending, so the newest change of a user key comes first.
//
// Threading: pure functions and values.
#ifndef HARROW_ENGINE_INTERNAL_KEY_H_
#define HARROW_ENGINE_INTERNAL_KEY_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "engine/check.h"
#include "engine/coding.h"

namespace harrow::engine {

inline constexpr std::string_view kComparatorName = "leveldb.BytewiseComparator";

using SequenceNumber = std::uint64_t;
inline constexpr SequenceNumber kMaxSequenceNumber = (std::uint64_t{1} << 56) - 1;

enum class ValueType : std::uint8_t { kDeletion = 0, kValue = 1 };
// The type that sorts first among equal sequence numbers: what a search key carries.
inline constexpr ValueType kValueTypeForSeek = ValueType::kValue;

inline constexpr std::size_t kTagSize = 8;

struct ParsedInternalKey {
  std::string_view user_key;
  SequenceNumber sequence = 0;
  ValueType type = ValueType::kValue;
};

inline std::uint64_t PackTag(SequenceNumber sequence, ValueType type) {
  HARROW_CHECK(sequence <= kMaxSequenceNumber);
  return (sequence << 8) | static_cast<std::uint64_t>(type);
}

void AppendInternalKey(std::string* to, const ParsedInternalKey& key);

// False when the bytes are too few or the type is unknown. *key points into the bytes.
bool ParseInternalKey(std::string_view internal_key, ParsedInternalKey* key);

// These need internal_key.size() >= kTagSize, which block iterators make sure of.
inline std::string_view ExtractUserKey(std::string_view internal_key) {
  return internal_key.substr(0, internal_key.size() - kTagSize);
}
inline std::uint64_t ExtractTag(std::string_view internal_key) {
  return DecodeFixed64(internal_key.data() + internal_key.size() - kTagSize);
}
inline SequenceNumber ExtractSequence(std::string_view internal_key) {
  return ExtractTag(internal_key) >> 8;
}

// As memcmp, but without a call for the bytes that most keys have.
inline int CompareBytes(const char* a, const char* b, std::size_t size) {
  for (int words = 4; words > 0 && size >= sizeof(std::uint64_t); --words) {
    const std::uint64_t a_word = DecodeFixed64(a);
    const std::uint64_t b_word = DecodeFixed64(b);
    // The first byte counts most.
    if (a_word != b_word) return __builtin_bswap64(a_word) < __builtin_bswap64(b_word) ? -1 : 1;
    a += sizeof(a_word);
    b += sizeof(b_word);
    size -= sizeof(a_word);
  }
  return size == 0 ? 0 : std::memcmp(a, b, size);
}

// Negative, zero or positive, as all of these.
inline int CompareUserKey(std::string_view a, std::string_view b) {
  const int order = CompareBytes(a.data(), b.data(), a.size() < b.size() ? a.size() : b.size());
  if (order != 0 || a.size() == b.size()) return order;
  return a.size() < b.size() ? -1 : 1;
}

// Negative, zero or positive, in the order above. Both have at least kTagSize bytes.
inline int CompareInternalKey(std::string_view a, std::string_view b) {
  const std::size_t a_size = a.size() - kTagSize;
  const std::size_t b_size = b.size() - kTagSize;
  const int order = CompareBytes(a.data(), b.data(), a_size < b_size ? a_size : b_size);
  if (order != 0) return order;
  if (a_size != b_size) return a_size < b_size ? -1 : 1;
  const std::uint64_t a_tag = DecodeFixed64(a.data() + a_size);
  const std::uint64_t b_tag = DecodeFixed64(b.data() + b_size);
  if (a_tag == b_tag) return 0;
  return a_tag > b_tag ? -1 : 1;
}

// Make *start a short key in [*start, limit); both are internal keys, *start < limit.
void FindShortestSeparator(std::string* start, std::string_view limit);
// Make *key a short key that is at or after it.
void FindShortSuccessor(std::string* key);

// An internal key that owns its bytes: what manifests keep of a table's range.
class InternalKey {
 public:
  InternalKey() = default;  // not valid until assigned
  InternalKey(std::string_view user_key, SequenceNumber sequence, ValueType type);

  // False, leaving this unchanged, where the bytes are no internal key.
  bool DecodeFrom(std::string_view bytes);
  // Needs valid().
  std::string_view Encode() const;
  std::string_view user_key() const { return ExtractUserKey(Encode()); }
  bool valid() const { return !rep_.empty(); }

  friend bool operator==(const InternalKey&, const InternalKey&) = default;

 private:
  std::string rep_;
};

inline int Compare(const InternalKey& a, const InternalKey& b) {
  return CompareInternalKey(a.Encode(), b.Encode());
}

// The key of a search for a user key as it was at a sequence number. Short keys take no allocation.
class LookupKey {
 public:
  LookupKey(std::string_view user_key, SequenceNumber sequence);
  LookupKey(const LookupKey&) = delete;
  LookupKey& operator=(const LookupKey&) = delete;
  ~LookupKey();

  std::string_view memtable_key() const { return Between(start_, end_); }  // with its size in front
  std::string_view internal_key() const { return Between(key_, end_); }
  std::string_view user_key() const { return Between(key_, end_ - kTagSize); }

 private:
  static std::string_view Between(const char* from, const char* to) {
    return {from, static_cast<std::size_t>(to - from)};
  }
  char* start_;
  char* key_;
  char* end_;
  char space_[200];  // holds the bytes of short keys; never cleared
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_INTERNAL_KEY_H_
