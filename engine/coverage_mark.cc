#include "engine/coverage_mark.h"

#include <array>
#include <atomic>

namespace harrow::engine {
namespace {

constexpr std::array<std::string_view, kMarkCount> kNames = {
    "log: a block's trailer",
    "log: a FIRST fragment without payload",
    "log: a marker before its first sync",
    "log: synced with the one after it",
    "group: full, with writers left",
    "group: a syncing writer left out",
    "group: ended by a forced flush",
    "group: its leader has had its turns",
    "group: failed with followers",
    "group: failed with writers waiting",
    "rotation: waits for a flush",
    "rotation: failed",
    "forced flush: of nothing",
    "flush: a write failed meanwhile",
    "flush: out of a compaction's way",
    "edit: waits for another",
    "edit: failed",
    "compaction: grown by more inputs",
    "compaction: output cut by overlap",
    "compaction: cut put off within a key",
    "compaction: hidden entry kept",
    "compaction: deletion dropped",
    "compaction: cut short by the close",
    "compaction: by hand, in pieces",
    "tables: a reader was the last",
    "log: ends within a header",
    "log: ends within a payload",
    "log: ends within a record",
    "log: zeros for a header",
    "log: bad length",
    "log: bad checksum",
    "recovery: records in several logs",
    "recovery: bad place in an earlier log",
    "recovery: gap between logs",
    "recovery: flush",
    "recovery: replay fills a memtable",
    "recovery: torn manifest",
    "recovery: open refused",
    "recovery: table left over",
    "recovery: temporary file left over",
};

std::array<std::atomic<std::uint64_t>, kMarkCount> g_counts{};

}  // namespace

std::string_view ToText(Mark mark) { return kNames[static_cast<std::size_t>(mark)]; }

void Reached(Mark mark) {
  g_counts[static_cast<std::size_t>(mark)].fetch_add(1, std::memory_order_relaxed);
}

std::uint64_t ReachedCount(Mark mark) {
  return g_counts[static_cast<std::size_t>(mark)].load(std::memory_order_relaxed);
}

}  // namespace harrow::engine
