// Walks the headers of the file as the cache has it and joins the payloads into records. Each fragment is compared with the
// other images in pieces of a sector, so that a zero byte of a value is not taken for a lost one.
#include "sim/harness/report/log_map.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/write_batch.h"
#include "faults/plan.h"
#include "sim/harness/payload.h"
#include "sim/targets/leveldb_names.h"
#include "sim/targets/leveldb_text.h"

namespace harrow::harness {
namespace {

constexpr std::uint64_t kSectorSize = 512;

class EntryLister : public engine::WriteBatch::Handler {
 public:
  explicit EntryLister(std::uint32_t key_count) : key_count_(key_count) {}
  void Put(std::string_view key, std::string_view value) override {
    LoggedEntry entry = EntryOf(key);
    entry.size = value.size();
    if (value.size() >= kMinValueSize) {
      models::WriteId write = 0;
      std::memcpy(&write, value.data(), sizeof(write));
      entry.write = write;
    }
    entries.push_back(std::move(entry));
  }
  void Delete(std::string_view key) override {
    entries.push_back(EntryOf(key));
    entries.back().deletion = true;
  }
  std::vector<LoggedEntry> entries;

 private:
  LoggedEntry EntryOf(std::string_view key) const {
    LoggedEntry entry;
    entry.key = ParseKey(key, key_count_);
    entry.key_text = entry.key.has_value() ? "k" + std::to_string(*entry.key) : std::string(key);
    return entry;
  }
  std::uint32_t key_count_;
};

Matter MatterAt(std::string_view mapped, std::string_view other, std::uint64_t begin,
                std::uint64_t end) {
  if (begin >= other.size()) return Matter::kNothing;
  const std::string_view there = other.substr(begin, end - begin);
  if (there == mapped.substr(begin, end - begin)) return Matter::kSame;
  return there.find_first_not_of('\0') == std::string_view::npos ? Matter::kZeros : Matter::kOther;
}

std::vector<Stretch> Compare(std::string_view mapped, std::string_view other,
                             const LogFragment& fragment) {
  std::vector<Stretch> runs;
  const std::uint64_t last = fragment.offset + fragment.size;
  for (std::uint64_t begin = fragment.offset; begin < last;) {
    std::uint64_t end = std::min(last, (begin / kSectorSize + 1) * kSectorSize);
    if (begin < other.size()) end = std::min<std::uint64_t>(end, other.size());
    const Matter matter = MatterAt(mapped, other, begin, end);
    if (runs.empty() || runs.back().matter != matter) runs.push_back({matter, 0});
    runs.back().size += end - begin;
    begin = end;
  }
  return runs;
}

// The fragments and records of one file.
class Walker {
 public:
  Walker(std::string_view bytes, std::uint32_t key_count) : bytes_(bytes), key_count_(key_count) {}

  void Walk(LogMap* map) {
    std::uint64_t offset = 0;
    while (offset < bytes_.size()) {
      const std::uint64_t room = engine::kLogBlockSize - offset % engine::kLogBlockSize;
      if (room < engine::kLogHeaderSize) {
        offset += room;
        continue;
      }
      const LogFragment fragment = FragmentAt(offset, room);
      offset += fragment.size;
      Join(fragment, map);
    }
  }

 private:
  LogFragment FragmentAt(std::uint64_t offset, std::uint64_t room) const {
    LogFragment fragment;
    fragment.offset = offset;
    fragment.type = "bytes";
    fragment.size = std::min<std::uint64_t>(room, bytes_.size() - offset);
    if (fragment.size < engine::kLogHeaderSize) return fragment;
    const char* const header = bytes_.data() + offset;
    const std::uint32_t size_and_type = engine::DecodeFixed32(header + 3) >> 8;
    const std::uint64_t size = engine::kLogHeaderSize + (size_and_type & 0xffff);
    if (size > fragment.size || size_and_type >> 16 == 0) return fragment;
    fragment.size = size;
    fragment.type =
        targets::FragmentTypeText(static_cast<engine::FragmentType>(size_and_type >> 16));
    const std::size_t checked = 1 + (size_and_type & 0xffff);
    fragment.checksum_ok = engine::crc32c::Value(header + 6, checked) ==
                           engine::crc32c::Unmask(engine::DecodeFixed32(header));
    return fragment;
  }

  void Join(const LogFragment& fragment, LogMap* map) {
    const bool starts = fragment.type == "FULL" || fragment.type == "FIRST";
    const bool ends = fragment.type == "FULL" || fragment.type == "LAST";
    if (starts) {
      payload_.clear();
      first_ = map->fragments.size();
    }
    inside_ = fragment.checksum_ok && (starts || inside_);
    map->fragments.push_back(fragment);
    if (!inside_) return;
    payload_ += bytes_.substr(fragment.offset + engine::kLogHeaderSize,
                              fragment.size - engine::kLogHeaderSize);
    if (!ends) return;
    Decode(map);
    inside_ = false;
  }

  void Decode(LogMap* map) {
    const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(payload_);
    if (!batch.ok()) return;
    EntryLister lister(key_count_);
    if (!batch->Iterate(&lister).ok()) return;
    for (std::size_t at = first_; at < map->fragments.size(); ++at)
      map->fragments[at].record = map->records.size();
    map->records.push_back({batch->Sequence(), batch->Count(), std::move(lister.entries)});
  }

  std::string_view bytes_;
  std::uint32_t key_count_;
  std::string payload_;
  std::size_t first_ = 0;  // fragment of the record under way
  bool inside_ = false;
};

// The file in an image, or nothing.
std::optional<std::string> FileIn(const disk::Image& image, const std::string& path) {
  for (const disk::Image::Listed& listed : image.List()) {
    if (!listed.directory && listed.path == path) return image.Contents(path);
  }
  return std::nullopt;
}

void ReadSurvivor(const std::string& bytes, LogMap* map) {
  engine::LogReader reader(bytes);
  std::string_view record;
  std::string scratch;
  engine::LogRead read = engine::LogRead::kRecord;
  while ((read = reader.ReadRecord(&record, &scratch)) == engine::LogRead::kRecord)
    ++map->records_survived;
  if (read == engine::LogRead::kBad) {
    map->stop = std::string(engine::LogStopReasonName(reader.stop().reason)) + " at byte " +
                std::to_string(reader.stop().bad_offset);
  }
}

LogMap MapLog(const CrashView& crash, const std::string& path, std::uint32_t key_count) {
  LogMap map;
  map.path = path;
  const std::optional<std::string> cache = FileIn(crash.cache, path);
  const std::optional<std::string> durable = FileIn(crash.durable, path);
  const std::optional<std::string> survived = FileIn(crash.survived, path);
  if (cache.has_value()) map.cache = cache->size();
  if (durable.has_value()) map.durable = durable->size();
  if (survived.has_value()) map.survived = survived->size();
  const std::string mapped = cache.value_or(survived.value_or(durable.value_or("")));
  Walker(mapped, key_count).Walk(&map);
  for (LogFragment& fragment : map.fragments) {
    fragment.durable = Compare(mapped, durable.value_or(""), fragment);
    fragment.survived = Compare(mapped, survived.value_or(""), fragment);
  }
  if (survived.has_value()) ReadSurvivor(*survived, &map);
  return map;
}

}  // namespace

std::uint64_t SameBytes(const std::vector<Stretch>& stretches) {
  std::uint64_t size = 0;
  for (const Stretch& stretch : stretches) {
    if (stretch.matter == Matter::kSame) size += stretch.size;
  }
  return size;
}

std::vector<LogMap> MapLogs(const CrashView& crash, std::uint32_t key_count) {
  std::vector<std::string> paths;
  for (const disk::Image* image : {&crash.cache, &crash.durable, &crash.survived}) {
    for (const disk::Image::Listed& file : image->List()) {
      if (!file.directory && targets::ClassifyLevelDbPath(file.path) == faults::FileKind::kLog)
        paths.push_back(file.path);
    }
  }
  std::sort(paths.begin(), paths.end());
  paths.erase(std::unique(paths.begin(), paths.end()), paths.end());
  std::vector<LogMap> maps;
  maps.reserve(paths.size());
  for (const std::string& path : paths) maps.push_back(MapLog(crash, path, key_count));
  return maps;
}

}  // namespace harrow::harness
