// What is in the files of a database's directory, entry by entry, read below the database itself.
#ifndef HARROW_TESTS_UNIT_ENGINE_DIRECTORY_ENTRIES_H_
#define HARROW_TESTS_UNIT_ENGINE_DIRECTORY_ENTRIES_H_

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "engine/database_files.h"
#include "engine/file.h"
#include "engine/internal_key.h"
#include "engine/log_reader.h"
#include "engine/table.h"
#include "engine/write_batch.h"
#include "gtest/gtest.h"

namespace harrow::engine {

struct InternalKeyLess {
  bool operator()(const std::string& a, const std::string& b) const {
    return CompareInternalKey(a, b) < 0;
  }
};
using EntryMap = std::map<std::string, std::string, InternalKeyLess>;  // by internal key

// Of a table or a log that is whole (expected); nothing for any other file.
inline EntryMap EntriesOfFile(const std::string& directory, const DatabaseFile& file) {
  EntryMap entries;
  const std::string path = directory + "/" + file.name;
  if (file.meaning.type == FileType::kTable || file.meaning.type == FileType::kOldTable) {
    TableOptions options;
    options.allow_mmap_reads = false;  // no simulated disk has maps
    const absl::StatusOr<std::shared_ptr<Table>> table =
        Table::Open(RandomAccessFile::Open(path).value(), options);
    EXPECT_TRUE(table.ok()) << table.status();
    if (!table.ok()) return entries;
    const std::unique_ptr<Iterator> it = (*table)->NewIterator(ReadOptions());
    for (it->SeekToFirst(); it->Valid(); it->Next()) entries.emplace(it->key(), it->value());
    EXPECT_TRUE(it->status().ok()) << it->status();
  }
  if (file.meaning.type == FileType::kLog) {
    struct Collector final : WriteBatch::Handler {
      void Add(std::string_view key, std::string_view value, ValueType type) {
        std::string internal_key;
        AppendInternalKey(&internal_key, {key, sequence++, type});
        entries->emplace(internal_key, value);
      }
      void Put(std::string_view key, std::string_view value) override {
        Add(key, value, ValueType::kValue);
      }
      void Delete(std::string_view key) override { Add(key, "", ValueType::kDeletion); }
      SequenceNumber sequence = 0;
      EntryMap* entries = nullptr;
    } collector;
    collector.entries = &entries;
    const std::string contents = ReadFile(path).value();
    LogReader reader(contents);
    std::string_view record;
    std::string scratch;
    while (reader.ReadRecord(&record, &scratch) == LogRead::kRecord) {
      collector.sequence = DecodeFixed64(record.data());
      EXPECT_TRUE(WriteBatch::IterateContents(record, &collector).ok());
    }
  }
  return entries;
}

// What a database with these entries shows.
inline std::map<std::string, std::string> Newest(const EntryMap& entries) {
  std::map<std::string, std::string> state;
  std::string_view last;
  bool any = false;
  for (const auto& [key, value] : entries) {
    ParsedInternalKey parsed;
    EXPECT_TRUE(ParseInternalKey(key, &parsed));
    if (any && parsed.user_key == last) continue;
    any = true;
    last = parsed.user_key;
    if (parsed.type == ValueType::kValue) state.emplace(parsed.user_key, value);
  }
  return state;
}

}  // namespace harrow::engine

#endif  // HARROW_TESTS_UNIT_ENGINE_DIRECTORY_ENTRIES_H_
