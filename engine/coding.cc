// A varint holds seven bits a byte, low bits first; the high bit of a byte says that more follow.
#include "engine/coding.h"

#include "engine/check.h"

namespace harrow::engine {

void PutFixed32(std::string* to, std::uint32_t value) {
  char bytes[sizeof value];
  EncodeFixed32(bytes, value);
  to->append(bytes, sizeof bytes);
}

void PutFixed64(std::string* to, std::uint64_t value) {
  char bytes[sizeof value];
  EncodeFixed64(bytes, value);
  to->append(bytes, sizeof bytes);
}

void PutVarint32(std::string* to, std::uint32_t value) { PutVarint64(to, value); }

void PutVarint64(std::string* to, std::uint64_t value) {
  char bytes[kMaxVarint64Size];
  const char* end = EncodeVarint64(bytes, value);
  to->append(bytes, static_cast<std::size_t>(end - bytes));
}

void PutLengthPrefixed(std::string* to, std::string_view value) {
  HARROW_CHECK(value.size() <= UINT32_MAX);
  PutVarint32(to, static_cast<std::uint32_t>(value.size()));
  to->append(value);
}

const char* DecodeVarint32Slow(const char* from, const char* limit, std::uint32_t* value) {
  std::uint64_t wide;
  if (static_cast<std::size_t>(limit - from) > kMaxVarint32Size) limit = from + kMaxVarint32Size;
  from = DecodeVarint64(from, limit, &wide);
  if (from == nullptr || wide > UINT32_MAX) return nullptr;
  *value = static_cast<std::uint32_t>(wide);
  return from;
}

const char* DecodeVarint64(const char* from, const char* limit, std::uint64_t* value) {
  std::uint64_t result = 0;
  for (unsigned shift = 0; shift < 64 && from < limit; shift += 7) {
    const std::uint64_t byte = static_cast<unsigned char>(*from++);
    // The tenth byte has room for one bit.
    if (shift == 63 && byte > 1) return nullptr;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      *value = result;
      return from;
    }
  }
  return nullptr;
}

bool GetFixed32(std::string_view* input, std::uint32_t* value) {
  if (input->size() < sizeof *value) return false;
  *value = DecodeFixed32(input->data());
  input->remove_prefix(sizeof *value);
  return true;
}

bool GetFixed64(std::string_view* input, std::uint64_t* value) {
  if (input->size() < sizeof *value) return false;
  *value = DecodeFixed64(input->data());
  input->remove_prefix(sizeof *value);
  return true;
}

bool GetVarint64(std::string_view* input, std::uint64_t* value) {
  const char* next = DecodeVarint64(input->data(), input->data() + input->size(), value);
  if (next == nullptr) return false;
  input->remove_prefix(static_cast<std::size_t>(next - input->data()));
  return true;
}

}  // namespace harrow::engine
