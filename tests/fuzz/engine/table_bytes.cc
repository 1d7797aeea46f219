// Footer, index and metaindex lead to all blocks; what is put together again has them one after the other.
#include "tests/fuzz/engine/table_bytes.h"

#include <snappy.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/internal_key.h"
#include "engine/table_format.h"

namespace harrow::fuzz {
namespace {

using engine::BlockHandle;
using engine::Footer;
using engine::kBlockTrailerSize;

// What a block of a fuzzed table may become.
constexpr std::size_t kUncompressedSizeMax = 1 << 20;

bool Lies(const BlockHandle& handle, std::string_view table) {
  return handle.size <= table.size() && handle.offset <= table.size() - handle.size &&
         table.size() - handle.size - handle.offset >= kBlockTrailerSize;
}

std::optional<TableParts::Block> ReadBlock(std::string_view table, const BlockHandle& handle) {
  if (!Lies(handle, table)) return std::nullopt;
  const std::string_view bytes = table.substr(handle.offset, handle.size);
  TableParts::Block block;
  const char type = table[handle.offset + handle.size];
  if (type != 0 && type != 1) return std::nullopt;
  block.snappy = type == 1;
  if (!block.snappy) {
    block.contents = bytes;
    return block;
  }
  std::size_t size = 0;
  if (!snappy::GetUncompressedLength(bytes.data(), bytes.size(), &size) ||
      size > kUncompressedSizeMax ||
      !snappy::Uncompress(bytes.data(), bytes.size(), &block.contents)) {
    return std::nullopt;
  }
  return block;
}

std::optional<Footer> ReadFooter(std::string_view table) {
  Footer footer;
  if (table.size() < Footer::kEncodedSize ||
      !footer.DecodeFrom(table.substr(table.size() - Footer::kEncodedSize)).ok()) {
    return std::nullopt;
  }
  return footer;
}

// The blocks that an index leads to; false where one cannot be read. Metaindex keys are no internal keys, but may be as short as one.
bool ReadAll(std::string_view table, const BlockHandle& index,
             std::vector<TableParts::Block>* blocks) {
  const std::optional<TableParts::Block> index_block = ReadBlock(table, index);
  if (!index_block.has_value()) return false;
  const DecodedBlock decoded = DecodeBlock(index_block->contents);
  if (!decoded.sound) return false;
  for (const BlockEntry& entry : decoded.entries) {
    std::string_view value = entry.value;
    BlockHandle handle;
    if (!handle.DecodeFrom(&value)) return false;
    std::optional<TableParts::Block> block = ReadBlock(table, handle);
    if (!block.has_value()) return false;
    block->key = entry.key;
    blocks->push_back(*std::move(block));
  }
  return true;
}

BlockHandle Store(std::string_view contents, bool snappy, std::string* table) {
  std::string bytes(contents);
  if (snappy) snappy::Compress(contents.data(), contents.size(), &bytes);
  const BlockHandle handle{table->size(), bytes.size()};
  bytes.push_back(snappy ? 1 : 0);
  table->append(bytes);
  engine::PutFixed32(table,
                     engine::crc32c::Mask(engine::crc32c::Value(bytes.data(), bytes.size())));
  return handle;
}

BlockHandle StoreAll(const std::vector<TableParts::Block>& blocks, std::string* table,
                     std::vector<BlockEntry>* index) {
  BlockHandle last;
  for (const TableParts::Block& block : blocks) {
    last = Store(block.contents, block.snappy, table);
    std::string value;
    last.AppendTo(&value);
    index->push_back({block.key, std::move(value)});
  }
  return last;
}

void FixChecksum(const BlockHandle& handle, std::string* table) {
  if (!Lies(handle, *table)) return;
  char* const bytes = table->data() + handle.offset;
  engine::EncodeFixed32(bytes + handle.size + 1,
                        engine::crc32c::Mask(engine::crc32c::Value(bytes, handle.size + 1)));
}

}  // namespace

std::optional<TableParts> SplitTable(std::string_view table) {
  const std::optional<Footer> footer = ReadFooter(table);
  TableParts parts;
  if (!footer.has_value() || !ReadAll(table, footer->index, &parts.data) ||
      !ReadAll(table, footer->metaindex, &parts.meta)) {
    return std::nullopt;
  }
  return parts;
}

std::string JoinTable(const TableParts& parts) {
  std::string table;
  std::vector<BlockEntry> index;
  std::vector<BlockEntry> metaindex;
  StoreAll(parts.data, &table, &index);
  StoreAll(parts.meta, &table, &metaindex);
  Footer footer;
  footer.metaindex = Store(BuildBlock(metaindex, 16), /*snappy=*/false, &table);
  footer.index = Store(BuildBlock(index, 1), /*snappy=*/false, &table);
  footer.AppendTo(&table);
  return table;
}

std::optional<std::vector<BlockEntry>> SoundEntries(const TableParts& parts) {
  std::vector<BlockEntry> all;
  for (std::size_t i = 0; i < parts.data.size(); ++i) {
    const DecodedBlock block = DecodeBlock(parts.data[i].contents);
    if (!block.sound || block.entries.empty()) return std::nullopt;
    if (i > 0 && engine::CompareInternalKey(parts.data[i - 1].key, block.entries[0].key) >= 0) {
      return std::nullopt;
    }
    if (engine::CompareInternalKey(block.entries.back().key, parts.data[i].key) > 0) {
      return std::nullopt;
    }
    all.insert(all.end(), block.entries.begin(), block.entries.end());
  }
  return all;
}

void FixTableChecksums(std::string* table) {
  const std::optional<Footer> footer = ReadFooter(*table);
  if (!footer.has_value()) return;
  for (const BlockHandle& index : {footer->metaindex, footer->index}) {
    FixChecksum(index, table);
    const std::optional<TableParts::Block> block = ReadBlock(*table, index);
    if (!block.has_value()) continue;
    for (const BlockEntry& entry : DecodeBlock(block->contents).entries) {
      std::string_view value = entry.value;
      BlockHandle handle;
      if (handle.DecodeFrom(&value)) FixChecksum(handle, table);
    }
  }
}

void MutateTable(std::string* table, Draw* draw) {
  std::optional<TableParts> parts = SplitTable(*table);
  const std::size_t how = draw->Below(12);
  if (how < 3 || !parts.has_value() || parts->data.empty()) {
    MutateBytes(table);
    if (how > 0) FixTableChecksums(table);
    return;
  }
  TableParts::Block& block = parts->data[draw->Below(parts->data.size())];
  if (how < 8) {
    DecodedBlock decoded = DecodeBlock(block.contents);
    MutateEntry(&decoded.entries, draw);
    block.contents = BuildBlock(decoded.entries, 1 + draw->Below(5));
  } else if (how == 8) {
    MutateBytes(&block.contents);
  } else if (how == 9) {
    MutateBytes(&block.key);
  } else if (how == 10) {
    block.snappy = !block.snappy;
    Rearrange(draw->OneIn(2) ? &parts->data : &parts->meta, draw);
  } else if (!parts->meta.empty()) {
    TableParts::Block& meta = parts->meta[draw->Below(parts->meta.size())];
    MutateBytes(draw->OneIn(4) ? &meta.key : &meta.contents);
  }
  *table = JoinTable(*parts);
}

}  // namespace harrow::fuzz
