// A table: any bytes are opened and walked, or are DataLoss. What plain code finds in a table that is in order is what the engine shows,
// forward, backward, by seeks and by lookups; and the entries, built into a table again, read the same.
//
//   input := byte how it is read, table
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/filter_policy.h"
#include "engine/internal_key.h"
#include "engine/table.h"
#include "engine/table_builder.h"
#include "tests/fuzz/engine/scratch.h"
#include "tests/fuzz/engine/table_bytes.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

using fuzz::BlockEntry;

absl::StatusOr<std::shared_ptr<engine::Table>> OpenTable(const std::string& name,
                                                         const engine::TableOptions& options) {
  absl::StatusOr<engine::RandomAccessFile> file =
      engine::RandomAccessFile::Open(fuzz::ScratchDirectory() + "/" + name);
  fuzz::Require(file.ok(), "a table's file can be opened");
  return engine::Table::Open(*std::move(file), options);
}

void CheckStatus(const absl::Status& status) {
  fuzz::Require(status.ok() || absl::IsDataLoss(status), "damage is DataLoss");
}

std::vector<BlockEntry> Forward(engine::Iterator* it, std::size_t count_max) {
  std::vector<BlockEntry> entries;
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    fuzz::Require(it->key().size() >= engine::kTagSize, "a key has a tag");
    fuzz::Require(entries.size() < count_max, "a walk ends");
    entries.push_back({std::string(it->key()), std::string(it->value())});
  }
  CheckStatus(it->status());
  return entries;
}

std::vector<BlockEntry> Backward(engine::Iterator* it, std::size_t count_max) {
  std::vector<BlockEntry> entries;
  for (it->SeekToLast(); it->Valid(); it->Prev()) {
    fuzz::Require(entries.size() < count_max, "a walk backward ends");
    entries.push_back({std::string(it->key()), std::string(it->value())});
  }
  CheckStatus(it->status());
  std::reverse(entries.begin(), entries.end());
  return entries;
}

// What a lookup of the entry's own key and sequence must come to; nothing where its key is none.
std::optional<engine::LookupResult> ResultOf(const BlockEntry& entry) {
  engine::ParsedInternalKey key;
  if (!engine::ParseInternalKey(entry.key, &key)) return std::nullopt;
  return key.type == engine::ValueType::kValue ? engine::LookupResult::kFound
                                               : engine::LookupResult::kDeleted;
}

void CheckLookup(const engine::Table& table, const BlockEntry& entry, bool filtered) {
  const std::optional<engine::LookupResult> expected = ResultOf(entry);
  if (!expected.has_value()) return;
  std::string value = "untouched";
  const absl::StatusOr<engine::LookupResult> result = table.Get(
      engine::ReadOptions(),
      engine::LookupKey(engine::ExtractUserKey(entry.key), engine::ExtractTag(entry.key) >> 8),
      &value);
  fuzz::Require(result.ok(), "a table in order can be looked up in");
  // A filter that is damaged may deny anything.
  if (filtered && *result == engine::LookupResult::kAbsent) return;
  fuzz::Require(*result != engine::LookupResult::kAbsent, "a lookup finds each entry");
  // A put may stand before a deletion with the same sequence: then that is what is found.
  if (*result != *expected) return;
  const bool found = *result == engine::LookupResult::kFound;
  fuzz::Require(value == (found ? entry.value : "untouched"), "a lookup gives the value, or none");
}

void CheckSound(const engine::Table& table, const std::vector<BlockEntry>& entries, bool filtered) {
  const std::unique_ptr<engine::Iterator> it = table.NewIterator(engine::ReadOptions());
  fuzz::Require(Forward(it.get(), entries.size() + 1) == entries,
                "forward is what plain code reads");
  fuzz::Require(Backward(it.get(), entries.size() + 1) == entries, "backward is forward reversed");
  fuzz::Require(it->status().ok(), "a table in order is read without an error");
  for (const BlockEntry& entry : entries) {
    it->Seek(entry.key);
    fuzz::Require(it->Valid() && it->key() == entry.key && it->value() == entry.value,
                  "a seek finds each key");
    CheckLookup(table, entry, filtered);
  }
}

void CheckBuilder(const std::vector<BlockEntry>& entries, engine::TableOptions options) {
  options.block_size = 200;
  options.restart_interval = 3;
  fuzz::WriteScratchFile("built", "");
  absl::StatusOr<engine::AppendFile> file =
      engine::AppendFile::Create(fuzz::ScratchDirectory() + "/built");
  fuzz::Require(file.ok(), "a table can be made");
  engine::TableBuilder builder(options, &*file);
  for (const BlockEntry& entry : entries) {
    fuzz::Require(builder.Add(entry.key, entry.value).ok(), "an entry can be added");
  }
  fuzz::Require(builder.Finish().ok() && file->Close().ok(), "a table can be finished");
  const absl::StatusOr<std::shared_ptr<engine::Table>> table = OpenTable("built", options);
  fuzz::Require(table.ok(), "what is built can be opened");
  CheckSound(**table, entries, /*filtered=*/false);
}

// Whatever the bytes: no call may do harm.
void Wander(const engine::Table& table, std::size_t size) {
  const std::unique_ptr<engine::Iterator> it = table.NewIterator(engine::ReadOptions());
  // A block may be named by many handles, and may be compressed.
  const std::size_t count_max = size * size;
  const std::vector<BlockEntry> entries = Forward(it.get(), count_max);
  Backward(it.get(), count_max);
  for (std::size_t i = 0; i < entries.size() && i < 100; ++i) {
    it->Seek(entries[i].key);
    if (it->Valid()) it->Prev();
    if (it->Valid()) it->Next();
    CheckStatus(it->status());
    if (!ResultOf(entries[i]).has_value()) continue;
    std::string value;
    CheckStatus(table
                    .Get(engine::ReadOptions(),
                         engine::LookupKey(engine::ExtractUserKey(entries[i].key),
                                           engine::ExtractTag(entries[i].key) >> 8),
                         &value)
                    .status());
  }
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  namespace engine = harrow::engine;
  if (size == 0) return 0;
  const std::string_view bytes = fuzz::Input(data, size).substr(1);
  fuzz::WriteScratchFile("table", bytes);
  engine::TableOptions options;
  const bool filtered = (data[0] & 1) != 0;
  if (filtered) options.filter_policy = engine::NewBloomFilterPolicy(10);
  if ((data[0] & 2) != 0) {
    options.allow_mmap_reads = false;
    options.block_cache = engine::NewLruBlockCache(64 << 10);
  }
  const absl::StatusOr<std::shared_ptr<engine::Table>> table = harrow::OpenTable("table", options);
  if (!table.ok()) {
    harrow::CheckStatus(table.status());
    return 0;
  }
  harrow::Wander(**table, size);
  const std::optional<fuzz::TableParts> parts = fuzz::SplitTable(bytes);
  if (!parts.has_value()) return 0;
  const std::optional<std::vector<fuzz::BlockEntry>> entries = fuzz::SoundEntries(*parts);
  std::string whole(bytes);
  fuzz::FixTableChecksums(&whole);
  if (!entries.has_value() || whole != bytes) return 0;
  harrow::CheckSound(**table, *entries, filtered);
  harrow::CheckBuilder(*entries, options);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  namespace fuzz = harrow::fuzz;
  fuzz::Draw draw(seed);
  if (size == 0) return LLVMFuzzerMutate(data, size, size_max);
  std::string table(fuzz::Input(data, size).substr(1));
  std::string how(1, static_cast<char>(draw.OneIn(8) ? draw.Below(256) : data[0]));
  fuzz::MutateTable(&table, &draw);
  return fuzz::Deliver(how + table, data, size, size_max);
}
