// Pairs go to the builder; the first and the last key become the table's range.
#include "engine/table_output.h"

#include <optional>
#include <utility>

#include "engine/check.h"
#include "engine/file_name.h"
#include "engine/hidden_rule.h"

namespace harrow::engine {

TableOptions MakeTableOptions(const Options& options) {
  TableOptions table;
  table.block_size = options.block_size;
  table.restart_interval = options.block_restart_interval;
  table.compression = options.compression;
  table.filter_policy = options.filter_policy;
  table.allow_mmap_reads = options.allow_mmap_reads;
  table.block_cache = options.block_cache;
  return table;
}

absl::StatusOr<std::unique_ptr<TableOutput>> TableOutput::Create(const std::string& directory,
                                                                 std::uint64_t number,
                                                                 const TableOptions& options) {
  absl::StatusOr<AppendFile> file =
      AppendFile::Create(FilePath(directory, {FileType::kTable, number}));
  if (!file.ok()) return file.status();
  return std::unique_ptr<TableOutput>(new TableOutput(*std::move(file), number, options));
}

TableOutput::TableOutput(AppendFile file, std::uint64_t number, const TableOptions& options)
    : file_(std::move(file)), builder_(options, &file_), number_(number) {}

TableOutput::~TableOutput() {
  if (!finished_) builder_.Abandon();
}

absl::Status TableOutput::Add(std::string_view key, std::string_view value) {
  if (smallest_.empty()) smallest_ = key;
  largest_ = key;
  return builder_.Add(key, value);
}

absl::StatusOr<FileMetaData> TableOutput::Finish() {
  HARROW_CHECK(!finished_);
  HARROW_CHECK(builder_.EntryCount() > 0);
  finished_ = true;
  absl::Status status = builder_.Finish();
  if (status.ok()) status = file_.Sync();
  if (status.ok()) status = file_.Close();
  if (!status.ok()) return status;

  FileMetaData meta;
  meta.number = number_;
  meta.file_size = builder_.FileSize();
  HARROW_CHECK(meta.file_size == file_.size());
  HARROW_CHECK(meta.smallest.DecodeFrom(smallest_));
  HARROW_CHECK(meta.largest.DecodeFrom(largest_));
  return meta;
}

absl::StatusOr<FileMetaData> WriteMemTable(const MemTable& memtable, SequenceNumber oldest_snapshot,
                                           const std::string& directory, std::uint64_t number,
                                           const TableOptions& options) {
  absl::StatusOr<std::unique_ptr<TableOutput>> output =
      TableOutput::Create(directory, number, options);
  if (!output.ok()) return output.status();
  (*output)->Expect(memtable.ApproximateMemoryUsage());
  const std::unique_ptr<Iterator> it = memtable.NewIterator();
  HiddenRule rule(oldest_snapshot);
  std::optional<std::string_view> last_user_key;  // in the memtable, which keeps it
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const std::string_view user_key = ExtractUserKey(it->key());
    const bool new_user_key = last_user_key != user_key;
    last_user_key = user_key;
    if (rule.Hides(ExtractSequence(it->key()), new_user_key)) continue;
    absl::Status status = (*output)->Add(it->key(), it->value());
    if (!status.ok()) return status;
  }
  return (*output)->Finish();
}

}  // namespace harrow::engine
