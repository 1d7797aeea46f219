// A table being written: its file, its builder and what the manifest will say about it.
//
// Threading: one thread at a time.
// Invariants:
//  1. What Finish() returns describes a table whose bytes are durable. Its name is durable only
//     after a sync of the directory.
//  2. One that is not finished leaves its file behind, which nothing names.
#ifndef HARROW_ENGINE_TABLE_OUTPUT_H_
#define HARROW_ENGINE_TABLE_OUTPUT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/file.h"
#include "engine/memtable.h"
#include "engine/options.h"
#include "engine/table_builder.h"
#include "engine/version_edit.h"

namespace harrow::engine {

TableOptions MakeTableOptions(const Options& options);

class TableOutput {
 public:
  // `number` was never used before in this directory.
  static absl::StatusOr<std::unique_ptr<TableOutput>> Create(const std::string& directory,
                                                             std::uint64_t number,
                                                             const TableOptions& options);
  TableOutput(const TableOutput&) = delete;
  TableOutput& operator=(const TableOutput&) = delete;
  ~TableOutput();

  // Internal keys in ascending order (checked).
  absl::Status Add(std::string_view key, std::string_view value);
  void Expect(std::size_t bytes) { builder_.Expect(bytes); }  // as TableBuilder
  std::uint64_t FileSize() const { return builder_.FileSize(); }
  // Writes the rest, syncs and closes; at least one pair was added (checked).
  absl::StatusOr<FileMetaData> Finish();

 private:
  TableOutput(AppendFile file, std::uint64_t number, const TableOptions& options);

  AppendFile file_;
  TableBuilder builder_;
  std::uint64_t number_;
  std::string smallest_;
  std::string largest_;
  bool finished_ = false;
};

// A memtable as one table, but for what is hidden from every state at or after the oldest snapshot
// (hidden_rule.h); the memtable is not empty.
absl::StatusOr<FileMetaData> WriteMemTable(const MemTable& memtable, SequenceNumber oldest_snapshot,
                                           const std::string& directory, std::uint64_t number,
                                           const TableOptions& options);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_TABLE_OUTPUT_H_
