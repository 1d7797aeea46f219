// Walks the fragments as a log reader would, but from any offset and without checksums; what the joined payload says depends on
// the kind of file.
#include "sim/targets/leveldb_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/log_format.h"
#include "engine/version_edit.h"
#include "engine/write_batch.h"
#include "sim/targets/leveldb_names.h"

namespace harrow::targets {
namespace {

constexpr std::size_t kEntriesShown = 4;

// "k12" for the harness's own keys "key-000000000012"; anything else as it is.
std::string KeyText(std::string_view key) {
  constexpr std::string_view kPrefix = "key-";
  if (!key.starts_with(kPrefix) || key.size() == kPrefix.size()) return std::string(key);
  const std::string_view digits = key.substr(kPrefix.size());
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::string(key);
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size() - 1);
  return "k" + std::string(digits.substr(first));
}

class EntryLister final : public engine::WriteBatch::Handler {
 public:
  void Put(std::string_view key, std::string_view value) override {
    Add("put " + KeyText(key) + " (" + std::to_string(value.size()) + ")");
  }
  void Delete(std::string_view key) override { Add("delete " + KeyText(key)); }

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

std::string EditText(std::string_view payload) {
  const absl::StatusOr<engine::VersionEdit> edit = engine::VersionEdit::Decode(payload);
  if (!edit.ok()) return {};
  std::string text;
  AddNumber("log", edit->log_number, &text);
  AddNumber("next file", edit->next_file_number, &text);
  AddNumber("last sequence", edit->last_sequence, &text);
  for (const engine::VersionEdit::AddedFile& added : edit->added_files) {
    AddNumber("adds table", added.file.number, &text);
    text += " to level " + std::to_string(added.level);
  }
  for (const engine::VersionEdit::RemovedFile& removed : edit->removed_files) {
    AddNumber("removes table", removed.number, &text);
    text += " from level " + std::to_string(removed.level);
  }
  return "edit: " + text;
}

const char* TypeText(engine::FragmentType type) {
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

// The fragments of one append: their types, and the payload they make.
struct Fragments {
  std::string types;
  std::string payload;
};

Fragments ReadFragments(std::uint64_t offset, std::string_view bytes) {
  Fragments fragments;
  while (!bytes.empty()) {
    const std::size_t room =
        engine::kLogBlockSize - static_cast<std::size_t>(offset % engine::kLogBlockSize);
    std::size_t taken = std::min(room, bytes.size());
    if (room >= engine::kLogHeaderSize && bytes.size() >= engine::kLogHeaderSize) {
      const auto low = static_cast<unsigned char>(bytes[4]);
      const auto high = static_cast<unsigned char>(bytes[5]);
      const std::size_t size = low | static_cast<std::size_t>(high) << 8;
      fragments.types += std::string(fragments.types.empty() ? "" : " ") +
                         TypeText(static_cast<engine::FragmentType>(bytes[6]));
      fragments.payload += bytes.substr(engine::kLogHeaderSize, size);
      taken = std::min(engine::kLogHeaderSize + size, bytes.size());
    }
    offset += taken;
    bytes.remove_prefix(taken);
  }
  return fragments;
}

}  // namespace

std::string DescribeLevelDbBytes(const TransferredBytes& transfer) {
  if (transfer.way != TransferredBytes::Way::kWritten) return {};
  const std::string_view bytes = transfer.bytes;
  const faults::FileKind kind = ClassifyLevelDbPath(transfer.path);
  if (kind == faults::FileKind::kTemporary) return std::string(bytes.substr(0, bytes.find('\n')));
  if (kind != faults::FileKind::kLog && kind != faults::FileKind::kManifest) return {};
  const Fragments fragments = ReadFragments(transfer.offset, bytes);
  const std::string meaning =
      kind == faults::FileKind::kLog ? BatchText(fragments.payload) : EditText(fragments.payload);
  return "record " + fragments.types + (meaning.empty() ? "" : ", " + meaning);
}

}  // namespace harrow::targets
