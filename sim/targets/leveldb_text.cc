// What is written is walked fragment by fragment, from any offset and without checksums; what is read from the beginning of a
// file is read as recovery reads it. What the joined payload says depends on the kind of file.
#include "sim/targets/leveldb_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/version_edit.h"
#include "engine/write_batch.h"
#include "sim/targets/leveldb_names.h"
#include "sim/targets/leveldb_table_text.h"

namespace harrow::targets {
namespace {

constexpr std::size_t kEntriesShown = 4;
constexpr std::size_t kRecordsShown = 2;

class EntryLister final : public engine::WriteBatch::Handler {
 public:
  void Put(std::string_view key, std::string_view value) override {
    Add("put " + ShortKey(key) + " (" + std::to_string(value.size()) + ")");
  }
  void Delete(std::string_view key) override { Add("delete " + ShortKey(key)); }

  std::string text() const {
    if (count_ <= kEntriesShown) return text_;
    return text_ + " and " + std::to_string(count_ - kEntriesShown) + " more";
  }

 private:
  void Add(const std::string& entry) {
    if (count_ < kEntriesShown) text_ += (count_ == 0 ? "" : ", ") + entry;
    ++count_;
  }

  std::string text_;
  std::size_t count_ = 0;
};

std::string BatchText(std::string_view payload) {
  const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(payload);
  if (!batch.ok()) return {};
  if (batch->Count() == 0) return "marker, next sequence " + std::to_string(batch->Sequence());
  EntryLister entries;
  if (!batch->Iterate(&entries).ok()) return {};
  const std::uint64_t last = batch->Sequence() + batch->Count() - 1;
  return "batch seq " + std::to_string(batch->Sequence()) + ".." + std::to_string(last) + ": " +
         entries.text();
}

void AddNumber(const char* name, const std::optional<std::uint64_t>& number, std::string* text) {
  if (number.has_value())
    *text += std::string(text->empty() ? "" : ", ") + name + " " + std::to_string(*number);
}

// " tables 4, 6 to level 0 and 12 to level 1", grouped as they come.
template <typename File>
std::string TablesText(const std::vector<File>& files, const char* towards,
                       std::uint64_t (*number)(const File&)) {
  std::string text;
  for (std::size_t at = 0; at < files.size();) {
    const int level = files[at].level;
    text += at == 0 ? (files.size() == 1 ? " table " : " tables ") : " and ";
    for (std::size_t first = at; at < files.size() && files[at].level == level; ++at)
      text += (at == first ? "" : ", ") + std::to_string(number(files[at]));
    text += std::string(" ") + towards + " level " + std::to_string(level);
  }
  return text;
}

std::string EditText(std::string_view payload) {
  const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(payload);
  if (!edit.ok()) return {};
  using Added = engine::VersionEdit::AddedFile;
  using Removed = engine::VersionEdit::RemovedFile;
  std::string text;
  AddNumber("log", edit->log_number, &text);
  AddNumber("next file", edit->next_file_number, &text);
  AddNumber("last sequence", edit->last_sequence, &text);
  const std::string added = TablesText<Added>(edit->added_files, "to",
                                              [](const Added& file) { return file.file.number; });
  const std::string removed = TablesText<Removed>(edit->removed_files, "from",
                                                  [](const Removed& file) { return file.number; });
  if (!added.empty()) text += (text.empty() ? "adds" : ", adds") + added;
  if (!removed.empty()) text += (text.empty() ? "removes" : ", removes") + removed;
  return "edit: " + text;
}

// The fragments of one record, as far as the bytes have them.
struct Fragments {
  std::string types;
  std::string payload;
  bool ends = false;  // with a FULL or LAST
};

std::vector<Fragments> ReadFragments(std::uint64_t offset, std::string_view bytes) {
  std::vector<Fragments> records;
  while (!bytes.empty()) {
    const std::size_t room =
        engine::kLogBlockSize - static_cast<std::size_t>(offset % engine::kLogBlockSize);
    std::size_t taken = std::min(room, bytes.size());
    if (room >= engine::kLogHeaderSize && bytes.size() >= engine::kLogHeaderSize) {
      const auto low = static_cast<unsigned char>(bytes[4]);
      const auto high = static_cast<unsigned char>(bytes[5]);
      const std::size_t size = low | static_cast<std::size_t>(high) << 8;
      const auto type = static_cast<engine::FragmentType>(bytes[6]);
      if (records.empty() || records.back().ends) records.emplace_back();
      Fragments& record = records.back();
      record.types += std::string(record.types.empty() ? "" : " ") + FragmentTypeText(type);
      record.payload += bytes.substr(engine::kLogHeaderSize, size);
      record.ends = type == engine::FragmentType::kFull || type == engine::FragmentType::kLast;
      taken = std::min(engine::kLogHeaderSize + size, bytes.size());
    }
    offset += taken;
    bytes.remove_prefix(taken);
  }
  return records;
}

// What a writer appends: nearly always one record.
std::string AppendText(const TransferredBytes& transfer, std::string (*meaning)(std::string_view)) {
  const std::vector<Fragments> records = ReadFragments(transfer.offset, transfer.bytes);
  std::string text;
  for (std::size_t at = 0; at < std::min(records.size(), kRecordsShown); ++at) {
    text += (at == 0 ? "record " : "; record ") + records[at].types;
    if (const std::string what = meaning(records[at].payload); !what.empty()) text += ", " + what;
  }
  if (records.size() > kRecordsShown)
    text += "; " + std::to_string(records.size() - kRecordsShown) + " more records";
  return text;
}

// Reads the bytes of a log from its beginning as recovery would, and says where and why that ends. `visit` gets each record.
template <typename Visit>
std::string StopText(std::string_view bytes, Visit visit) {
  engine::LogReader reader(bytes);
  std::string_view record;
  std::string scratch;
  engine::LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == engine::LogRead::kRecord; read = reader.ReadRecord(&record, &scratch))
    visit(record);
  if (read == engine::LogRead::kEnd) return ", to the end";
  const engine::LogStop& stop = reader.stop();
  return ", then " + std::string(engine::LogStopReasonName(stop.reason)) + " at " +
         std::to_string(stop.bad_offset) + ": good up to " + std::to_string(stop.good_size) +
         " of " + std::to_string(stop.size);
}

std::string Counted(std::uint64_t count, const char* what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

// "3 records, seq 1..7, the last batch seq 7..7: put k1 (100), to the end"
std::string LogReadText(std::string_view bytes) {
  std::uint64_t records = 0;
  std::optional<std::uint64_t> first;
  std::uint64_t last = 0;
  std::string last_text;
  const std::string stop = StopText(bytes, [&](std::string_view record) {
    ++records;
    const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(record);
    if (!batch.ok() || batch->Count() == 0) return;
    if (!first.has_value()) first = batch->Sequence();
    last = batch->Sequence() + batch->Count() - 1;
    last_text = BatchText(record);
  });
  std::string text = Counted(records, "record");
  if (first.has_value()) {
    text += ", seq " + std::to_string(*first) + ".." + std::to_string(last);
    if (records > 1) text += ", the last " + last_text;
    if (records == 1) text = "1 record, " + last_text;
  }
  return text + stop;
}

// "4 edits: log 9, next file 11, last sequence 20; tables 4, 6 on level 0, 12 on level 1, to the end"
std::string ManifestReadText(std::string_view bytes) {
  std::uint64_t edits = 0;
  engine::VersionEdit sum;
  std::set<std::pair<int, std::uint64_t>> tables;
  const std::string stop = StopText(bytes, [&](std::string_view record) {
    const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(record);
    if (!edit.ok()) return;
    ++edits;
    if (edit->log_number.has_value()) sum.log_number = edit->log_number;
    if (edit->next_file_number.has_value()) sum.next_file_number = edit->next_file_number;
    if (edit->last_sequence.has_value()) sum.last_sequence = edit->last_sequence;
    for (const auto& removed : edit->removed_files) tables.erase({removed.level, removed.number});
    for (const auto& added : edit->added_files) tables.insert({added.level, added.file.number});
  });
  std::string text;
  AddNumber("log", sum.log_number, &text);
  AddNumber("next file", sum.next_file_number, &text);
  AddNumber("last sequence", sum.last_sequence, &text);
  int level = -1;
  for (const auto& [at_level, number] : tables) {
    text += at_level != level ? ", level " + std::to_string(at_level) + ": table " : ", ";
    level = at_level;
    text += std::to_string(number);
  }
  return Counted(edits, "edit") + ": " + text + stop;
}

// What a file that names another says.
std::string NameText(std::string_view bytes) {
  return std::string(bytes.substr(0, bytes.find('\n')));
}

}  // namespace

const char* FragmentTypeText(engine::FragmentType type) {
  switch (type) {
    case engine::FragmentType::kFull:
      return "FULL";
    case engine::FragmentType::kFirst:
      return "FIRST";
    case engine::FragmentType::kMiddle:
      return "MIDDLE";
    case engine::FragmentType::kLast:
      return "LAST";
    case engine::FragmentType::kZero:
      break;
  }
  return "?";
}

std::string DescribeLevelDbBytes(const TransferredBytes& transfer) {
  using faults::FileKind;
  const bool whole = transfer.way == TransferredBytes::Way::kRead && transfer.offset == 0;
  switch (ClassifyLevelDbPath(transfer.path)) {
    case FileKind::kTemporary:
    case FileKind::kCurrent:
      return NameText(transfer.bytes);
    case FileKind::kTable:
      return DescribeTableBytes(transfer.offset, transfer.bytes);
    case FileKind::kLog:
      return whole ? LogReadText(transfer.bytes) : AppendText(transfer, &BatchText);
    case FileKind::kManifest:
      return whole ? ManifestReadText(transfer.bytes) : AppendText(transfer, &EditText);
    default:
      return {};
  }
}

}  // namespace harrow::targets
