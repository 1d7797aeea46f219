// Separators shorten the user key only; a shortened key gets the tag that sorts first, so that it
// stands ahead of every real change of the same user key.
#include "engine/internal_key.h"

#include <algorithm>
#include <cstring>

namespace harrow::engine {
namespace {

constexpr std::uint64_t kFirstTag =
    (kMaxSequenceNumber << 8) | static_cast<std::uint64_t>(kValueTypeForSeek);

// The shortest user key in [start, limit) that this simple way finds: cut after the first byte that
// differs and that one byte raised.
bool ShortenUserKey(std::string_view start, std::string_view limit, std::string* shorter) {
  const std::size_t common_max = std::min(start.size(), limit.size());
  std::size_t same = 0;
  while (same < common_max && start[same] == limit[same]) ++same;
  if (same == common_max) return false;  // one is a prefix of the other
  const auto byte = static_cast<unsigned char>(start[same]);
  if (byte == 0xff || byte + 1 >= static_cast<unsigned char>(limit[same])) return false;
  shorter->assign(start.substr(0, same + 1));
  shorter->back() = static_cast<char>(byte + 1);
  return true;
}

}  // namespace

void AppendInternalKey(std::string* to, const ParsedInternalKey& key) {
  to->append(key.user_key);
  PutFixed64(to, PackTag(key.sequence, key.type));
}

bool ParseInternalKey(std::string_view internal_key, ParsedInternalKey* key) {
  if (internal_key.size() < kTagSize) return false;
  const std::uint64_t tag = ExtractTag(internal_key);
  if ((tag & 0xff) > static_cast<std::uint64_t>(ValueType::kValue)) return false;
  key->user_key = ExtractUserKey(internal_key);
  key->sequence = tag >> 8;
  key->type = static_cast<ValueType>(tag & 0xff);
  return true;
}

void FindShortestSeparator(std::string* start, std::string_view limit) {
  const std::string_view user_start = ExtractUserKey(*start);
  std::string shorter;
  if (!ShortenUserKey(user_start, ExtractUserKey(limit), &shorter)) return;
  // No gain without a shorter user key, and the real tag is then the closer bound.
  if (shorter.size() >= user_start.size()) return;
  PutFixed64(&shorter, kFirstTag);
  HARROW_CHECK(CompareInternalKey(*start, shorter) < 0);
  HARROW_CHECK(CompareInternalKey(shorter, limit) < 0);
  *start = std::move(shorter);
}

void FindShortSuccessor(std::string* key) {
  const std::string_view user_key = ExtractUserKey(*key);
  const std::size_t at = user_key.find_first_not_of('\xff');
  if (at == std::string_view::npos || at + 1 >= user_key.size()) return;
  std::string successor(user_key.substr(0, at + 1));
  successor.back() = static_cast<char>(static_cast<unsigned char>(successor.back()) + 1);
  PutFixed64(&successor, kFirstTag);
  HARROW_CHECK(CompareInternalKey(*key, successor) < 0);
  *key = std::move(successor);
}

InternalKey::InternalKey(std::string_view user_key, SequenceNumber sequence, ValueType type) {
  rep_.reserve(user_key.size() + kTagSize);
  AppendInternalKey(&rep_, {user_key, sequence, type});
}

bool InternalKey::DecodeFrom(std::string_view bytes) {
  ParsedInternalKey parsed;
  if (!ParseInternalKey(bytes, &parsed)) return false;
  rep_ = bytes;
  return true;
}

std::string_view InternalKey::Encode() const {
  HARROW_CHECK(valid());
  return rep_;
}

LookupKey::LookupKey(std::string_view user_key, SequenceNumber sequence) {
  HARROW_CHECK(user_key.size() <= UINT32_MAX - kTagSize);
  const std::size_t size_max = kMaxVarint32Size + user_key.size() + kTagSize;
  start_ = size_max <= sizeof space_ ? space_ : new char[size_max];
  key_ = EncodeVarint32(start_, static_cast<std::uint32_t>(user_key.size() + kTagSize));
  if (!user_key.empty()) std::memcpy(key_, user_key.data(), user_key.size());
  EncodeFixed64(key_ + user_key.size(), PackTag(sequence, kValueTypeForSeek));
  end_ = key_ + user_key.size() + kTagSize;
}

LookupKey::~LookupKey() {
  if (start_ != space_) delete[] start_;
}

}  // namespace harrow::engine
