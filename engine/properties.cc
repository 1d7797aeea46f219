// Text is put together from numbers by hand: printf looks at the locale.
#include "engine/properties.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "engine/block_cache.h"

namespace harrow::engine {
namespace {

constexpr std::string_view kPrefix = "leveldb.";
constexpr std::string_view kFilesAtLevel = "num-files-at-level";

void AppendRight(std::uint64_t number, std::size_t width, std::string* out) {
  const std::string digits = absl::StrCat(number);
  if (digits.size() < width) out->append(width - digits.size(), ' ');
  out->append(digits);
}

std::uint64_t Mebibytes(std::uint64_t bytes) { return (bytes + (1 << 19)) >> 20; }

std::string Stats(const DbState& state) {
  std::string text =
      "                               Compactions\n"
      "Level  Files Size(MB) Time(sec) Read(MB) Write(MB)\n"
      "--------------------------------------------------\n";
  const Version& version = *state.versions.current();
  for (int level = 0; level < kLevelCount; ++level) {
    const LevelActivity& activity = state.activity[static_cast<std::size_t>(level)];
    if (version.level(level).empty() && activity.bytes_written == 0) continue;
    AppendRight(static_cast<std::uint64_t>(level), 3, &text);
    AppendRight(version.level(level).size(), 9, &text);
    AppendRight(Mebibytes(version.level_size(level)), 9, &text);
    AppendRight((activity.time_us + 500'000) / 1'000'000, 10, &text);
    AppendRight(Mebibytes(activity.bytes_read), 9, &text);
    AppendRight(Mebibytes(activity.bytes_written), 10, &text);
    text.push_back('\n');
  }
  return text;
}

void AppendKey(const InternalKey& key, std::string* out) {
  const std::string_view user_key = key.user_key();
  const std::uint64_t tag = ExtractTag(key.Encode());
  absl::StrAppend(out, "'", absl::CHexEscape(absl::string_view(user_key.data(), user_key.size())),
                  "' @ ", tag >> 8, " : ", tag & 0xff);
}

std::string Tables(const Version& version) {
  std::string text;
  for (int level = 0; level < kLevelCount; ++level) {
    absl::StrAppend(&text, "--- level ", level, " ---\n");
    for (const FileRef& file : version.level(level)) {
      absl::StrAppend(&text, " ", file->number, ":", file->file_size, "[");
      AppendKey(file->smallest, &text);
      text.append(" .. ");
      AppendKey(file->largest, &text);
      text.append("]\n");
    }
  }
  return text;
}

}  // namespace

std::optional<std::string> PropertyValue(const DbState& state, std::string_view property) {
  if (!property.starts_with(kPrefix)) return std::nullopt;
  property.remove_prefix(kPrefix.size());
  if (property.starts_with(kFilesAtLevel)) {
    property.remove_prefix(kFilesAtLevel.size());
    if (property.size() != 1 || property[0] < '0' || property[0] >= '0' + kLevelCount) {
      return std::nullopt;
    }
    return absl::StrCat(state.versions.current()->level(property[0] - '0').size());
  }
  if (property == "stats") return Stats(state);
  if (property == "sstables") return Tables(*state.versions.current());
  if (property == "approximate-memory-usage") {
    std::size_t usage =
        state.options.block_cache->usage() + state.memtable->ApproximateMemoryUsage();
    if (state.immutable != nullptr) usage += state.immutable->ApproximateMemoryUsage();
    return absl::StrCat(usage);
  }
  return std::nullopt;
}

std::uint64_t ApproximateOffset(const Version& version, TableCache* tables,
                                std::string_view user_key) {
  const InternalKey key(user_key, kMaxSequenceNumber, kValueTypeForSeek);
  std::uint64_t offset = 0;
  for (int level = 0; level < kLevelCount; ++level) {
    for (const FileRef& file : version.level(level)) {
      if (Compare(file->largest, key) < 0) {
        offset += file->file_size;
      } else if (Compare(file->smallest, key) < 0) {
        const absl::StatusOr<std::shared_ptr<const Table>> table = tables->Find(*file);
        if (table.ok()) offset += (*table)->ApproximateOffsetOf(key.Encode());
      } else if (level > 0) {
        break;  // the tables after it are behind the key as well
      }
    }
  }
  return offset;
}

}  // namespace harrow::engine
