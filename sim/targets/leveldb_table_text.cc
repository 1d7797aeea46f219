// A whole table is walked as a reader would walk it: footer, index, each data block with its checksum.
#include "sim/targets/leveldb_table_text.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "engine/block.h"
#include "engine/compression.h"
#include "engine/internal_key.h"
#include "engine/table_format.h"

namespace harrow::targets {
namespace {

// What a walk over the entries of data blocks has seen.
struct Contents {
  std::uint64_t entries = 0;
  std::uint64_t blocks = 0;
  std::string first;
  std::string last;
  engine::SequenceNumber smallest = engine::kMaxSequenceNumber;
  engine::SequenceNumber largest = 0;
};

// As it was before it was stored; false for one that is damaged.
bool Unpack(std::string_view stored, std::string* block) {
  const absl::StatusOr<engine::StoredBlock> checked = engine::CheckStoredBlock(stored);
  if (!checked.ok()) return false;
  if (checked->compression == engine::CompressionType::kNoCompression) {
    *block = checked->bytes;
    return true;
  }
  const absl::StatusOr<std::size_t> size = engine::SnappyUncompressedSize(checked->bytes);
  if (!size.ok()) return false;
  block->resize(*size);
  return engine::UncompressSnappy(checked->bytes, block->data()).ok();
}

bool AddBlock(std::string_view stored, Contents* contents) {
  std::string block;
  if (!Unpack(stored, &block)) return false;
  engine::BlockCursor cursor(block);
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    engine::ParsedInternalKey key;
    if (!engine::ParseInternalKey(cursor.key(), &key)) return false;
    if (contents->entries++ == 0) contents->first = ShortKey(key.user_key);
    contents->last = ShortKey(key.user_key);
    contents->smallest = std::min(contents->smallest, key.sequence);
    contents->largest = std::max(contents->largest, key.sequence);
  }
  ++contents->blocks;
  return cursor.status().ok();
}

// The block with its trailer; nothing when it does not lie in the bytes.
std::optional<std::string_view> StoredBlock(std::string_view table, std::string_view encoded) {
  engine::BlockHandle handle;
  if (!handle.DecodeFrom(&encoded)) return std::nullopt;
  if (handle.offset > table.size() || handle.size > table.size() - handle.offset ||
      table.size() - handle.offset - handle.size < engine::kBlockTrailerSize)
    return std::nullopt;
  return table.substr(handle.offset, handle.size + engine::kBlockTrailerSize);
}

bool WalkTable(std::string_view table, const engine::Footer& footer, Contents* contents) {
  std::string encoded;
  footer.index.AppendTo(&encoded);
  const std::optional<std::string_view> stored = StoredBlock(table, encoded);
  std::string index;
  if (!stored.has_value() || !Unpack(*stored, &index)) return false;
  engine::BlockCursor cursor(index);
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    const std::optional<std::string_view> block = StoredBlock(table, cursor.value());
    if (!block.has_value() || !AddBlock(*block, contents)) return false;
  }
  return cursor.status().ok();
}

std::string Counted(std::uint64_t count, const char* one, const char* several) {
  return std::to_string(count) + " " + (count == 1 ? one : several);
}

std::string FirstBytes(std::string_view key) {
  constexpr std::size_t kShown = 16;
  std::string text;
  for (const char byte : key.substr(0, kShown)) {
    char escaped[5] = {byte, '\0'};
    if (byte < ' ' || byte > '~')
      std::snprintf(escaped, sizeof(escaped), "\\x%02x", static_cast<unsigned char>(byte));
    text += escaped;
  }
  if (key.size() > kShown) text += "+" + std::to_string(key.size() - kShown);
  return text;
}

}  // namespace

std::string ShortKey(std::string_view key) {
  constexpr std::string_view kPrefix = "key-";
  if (!key.starts_with(kPrefix) || key.size() == kPrefix.size()) return FirstBytes(key);
  const std::string_view digits = key.substr(kPrefix.size());
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return FirstBytes(key);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return "k" + std::string(digits.substr(first));
}

std::string DescribeTableBytes(std::uint64_t offset, std::string_view bytes) {
  Contents contents;
  if (bytes.size() < engine::Footer::kEncodedSize) return {};
  engine::Footer footer;
  if (!footer.DecodeFrom(bytes.substr(bytes.size() - engine::Footer::kEncodedSize)).ok()) {
    if (!AddBlock(bytes, &contents)) return {};
    return "a block of " + Counted(contents.entries, "entry", "entries");
  }
  if (offset != 0) return "to the end of a table";
  if (!WalkTable(bytes, footer, &contents)) return "a table that is damaged";
  std::string text = "table of " + Counted(contents.entries, "entry", "entries");
  if (contents.entries == 0) return text;
  return text + " " + contents.first + ".." + contents.last + ", seq " +
         std::to_string(contents.smallest) + ".." + std::to_string(contents.largest) + ", " +
         Counted(contents.blocks, "data block", "data blocks");
}

}  // namespace harrow::targets
