#include "sim/harness/payload.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "sim/kernel/check.h"
#include "sim/kernel/random.h"

namespace harrow::harness {
namespace {

// Twice the largest value, so that a window of any size fits at any of kMaxValueSize offsets.
constexpr std::size_t kTableSize = 2 * kMaxValueSize;
constexpr std::size_t kHeaderSize = kNamedValueSize;

// What follows the front that a pair of keys has in common.
std::string SuffixOf(std::uint32_t pair) {
  switch (pair % 5) {
    case 0:
      return std::string(1, '\0');
    case 1:
      return "\xff";
    case 2:
      return std::string(20, '\xff');
    case 3:
      return std::string(100, 'y');
    default:
      return std::string(480, 'z');
  }
}

std::string VariedName(std::uint32_t key) {
  if (key == 0) return {};
  const std::uint32_t pair = (key - 1) / 2;
  char front[16];
  std::snprintf(front, sizeof(front), "%04u", pair);
  return key % 2 == 1 ? front : front + SuffixOf(pair);
}

struct Tables {
  std::vector<char> keys;
  std::vector<std::string> varied_keys;
  std::vector<char> filler;
  std::vector<char> words;  // filler that can be compressed

  Tables() : keys(kMaxKeys * kKeySize), filler(kTableSize), words(kTableSize) {
    for (std::uint32_t key = 0; key < kMaxKeys; ++key) varied_keys.push_back(VariedName(key));
    for (std::uint32_t key = 0; key < kMaxKeys; ++key) {
      char name[kKeySize + 1];
      std::snprintf(name, sizeof(name), "key-%012u", key);
      std::memcpy(keys.data() + key * kKeySize, name, kKeySize);
    }
    kernel::Random random(0x66696c6c6572ULL);
    for (std::size_t at = 0; at < kTableSize; at += 8) {
      const std::uint64_t word = random.Next();
      std::memcpy(filler.data() + at, &word, sizeof(word));
      const std::uint64_t few = word % 7 * 0x0101010101010101ULL;
      std::memcpy(words.data() + at, &few, sizeof(few));
    }
  }
};

// Built before main, never on a task: its memory belongs to the process, not to a run.
const Tables tables;

std::uint64_t NameHash(models::WriteId write, std::uint32_t entry) {
  return kernel::Mix(write, entry);
}

const char* FillerWindow(std::uint64_t name_hash) {
  // Not the bits that choose the window.
  const std::vector<char>& table = (name_hash >> 40 & 1) == 0 ? tables.filler : tables.words;
  return table.data() + name_hash % kMaxValueSize;
}

// Of less than kNamedValueSize bytes.
std::optional<models::Cell> IdentifyShort(const models::History& history, models::KeyId key,
                                          std::string_view value) {
  models::Cell cell;
  cell.kind = models::Cell::Kind::kValue;
  if (value.size() < kMinValueSize) return std::nullopt;
  std::memcpy(&cell.write, value.data(), 4);
  if (cell.write >= history.writes.size()) return std::nullopt;
  if (value.find_first_not_of('\x5a', 4) != std::string_view::npos) return std::nullopt;
  const std::vector<models::Entry>& entries = history.writes[cell.write].entries;
  for (std::size_t at = entries.size(); at > 0; --at) {
    const models::Entry& put = entries[at - 1];
    if (put.deletion || put.key != key || put.value_size != value.size()) continue;
    cell.entry = static_cast<std::uint32_t>(at - 1);
    return cell;
  }
  return std::nullopt;
}

}  // namespace

std::string_view KeyName(models::KeyId key, KeyStyle style) {
  KERNEL_CHECK(key < kMaxKeys);
  if (style == KeyStyle::kVaried) return tables.varied_keys[key];
  return {tables.keys.data() + key * kKeySize, kKeySize};
}

std::optional<models::KeyId> ParseKey(std::string_view name, std::uint32_t key_count) {
  if (name.size() != kKeySize || name.substr(0, 4) != "key-") {
    const auto found = std::lower_bound(tables.varied_keys.begin(), tables.varied_keys.end(), name);
    const auto id = static_cast<models::KeyId>(found - tables.varied_keys.begin());
    if (id >= key_count || *found != name) return std::nullopt;
    return id;
  }
  std::uint64_t value = 0;
  for (const char digit : name.substr(4)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    value = value * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  if (value >= key_count) return std::nullopt;
  return static_cast<models::KeyId>(value);
}

void FillValue(models::WriteId write, std::uint32_t entry, std::size_t size, char* out) {
  KERNEL_CHECK(size >= kMinValueSize && size <= kMaxValueSize);
  KERNEL_CHECK(entry < 0x10000);
  const std::uint64_t name_hash = NameHash(write, entry);
  const auto entry16 = static_cast<std::uint16_t>(entry);
  const auto check = static_cast<std::uint16_t>(name_hash >> 48);
  if (size < kHeaderSize) {
    std::memcpy(out, &write, 4);
    std::memset(out + 4, 0x5a, size - 4);
    return;
  }
  std::memcpy(out, &write, 4);
  std::memcpy(out + 4, &entry16, 2);
  std::memcpy(out + 6, &check, 2);
  std::memcpy(out + kHeaderSize, FillerWindow(name_hash), size - kHeaderSize);
}

models::Cell IdentifyValue(const models::History& history, models::KeyId key,
                           std::string_view value) {
  models::Cell garbage;
  garbage.kind = models::Cell::Kind::kGarbage;
  if (value.size() < kHeaderSize) return IdentifyShort(history, key, value).value_or(garbage);
  models::WriteId write = 0;
  std::uint16_t entry = 0;
  std::uint16_t check = 0;
  std::memcpy(&write, value.data(), 4);
  std::memcpy(&entry, value.data() + 4, 2);
  std::memcpy(&check, value.data() + 6, 2);
  if (write >= history.writes.size()) return garbage;
  const models::Write& source = history.writes[write];
  if (entry >= source.entries.size()) return garbage;
  const models::Entry& put = source.entries[entry];
  const std::uint64_t name_hash = NameHash(write, entry);
  if (put.deletion || put.key != key || put.value_size != value.size() ||
      check != static_cast<std::uint16_t>(name_hash >> 48)) {
    return garbage;
  }
  if (std::memcmp(value.data() + kHeaderSize, FillerWindow(name_hash),
                  value.size() - kHeaderSize) != 0) {
    return garbage;
  }
  models::Cell cell;
  cell.kind = models::Cell::Kind::kValue;
  cell.write = write;
  cell.entry = entry;
  return cell;
}

std::vector<models::WriteId> FindWrites(const models::History& history, std::string_view bytes) {
  std::vector<models::WriteId> writes;
  for (std::size_t at = 0; at + kHeaderSize <= bytes.size(); ++at) {
    models::WriteId write = 0;
    std::memcpy(&write, bytes.data() + at, 4);
    if (write >= history.writes.size()) continue;
    std::uint16_t entry = 0;
    std::uint16_t check = 0;
    std::memcpy(&entry, bytes.data() + at + 4, 2);
    std::memcpy(&check, bytes.data() + at + 6, 2);
    if (entry >= history.writes[write].entries.size() ||
        check != static_cast<std::uint16_t>(NameHash(write, entry) >> 48))
      continue;
    writes.push_back(write);
    at += kHeaderSize - 1;
  }
  std::sort(writes.begin(), writes.end());
  writes.erase(std::unique(writes.begin(), writes.end()), writes.end());
  return writes;
}

}  // namespace harrow::harness
