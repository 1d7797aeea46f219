// A version is built from the durable contents by choosing a size and then, page by page in
// ascending order, what the medium has of each dirty page. Draws of one file come from one stream.
#include "sim/disk/file_versions.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "sim/disk/check.h"
#include "sim/disk/coverage_mark.h"

namespace harrow::disk {
namespace {

// Consecutive dirty pages.
struct Extent {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;
};

std::vector<Extent> ExtentsOf(const DirtyPages& dirty) {
  std::vector<Extent> extents;
  dirty.ForEach([&](std::uint64_t page) {
    if (extents.empty() || extents.back().end != page) extents.push_back({page, page});
    ++extents.back().end;
  });
  return extents;
}

struct Sizes {
  std::uint64_t durable = 0;
  std::uint64_t result = 0;
  std::uint64_t written = 0;
};

void ReachSize(MediumCells* cells, const Sizes& sizes) {
  if (sizes.result == sizes.written) return;
  Reach(cells, sizes.result == sizes.durable ? MediumCell::kAppendLost : MediumCell::kAppendCut);
}

// The page lies within what is durable.
bool InPlace(const FileContents& durable, std::uint64_t page) {
  return (page + 1) * kPageSize <= durable.size;
}

// Of a file that is taken or left as a whole.
void ReachWhole(MediumCells* cells, const FileContents& durable, const CacheView& view, bool kept) {
  if (cells == nullptr) return;
  const bool appended = WrittenSize(durable, view) > durable.size;
  if (appended) cells->Add(kept ? MediumCell::kAppendKept : MediumCell::kAppendLost);
  if (view.dirty.Any() && InPlace(durable, view.dirty.First()))
    cells->Add(kept ? MediumCell::kOverwriteNew : MediumCell::kOverwriteOld);
}

// The size follows the extents past the durable one as long as each has arrived.
FileRef WithExtents(const FileRef& durable, const CacheView& view,
                    const std::vector<Extent>& extents, const std::vector<bool>& arrived,
                    MediumCells* cells) {
  const std::uint64_t written = WrittenSize(*durable, view);
  std::uint64_t size = written;
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (arrived[i] || extents[i].end * kPageSize <= durable->size) continue;
    size = std::clamp(extents[i].begin * kPageSize, durable->size, written);
    break;
  }
  FileRef result = FileRef::Clone(*durable);
  result->Resize(size);
  ReachSize(cells, {durable->size, size, written});
  for (std::size_t i = 0; i < extents.size(); ++i) {
    if (extents[i].end * kPageSize <= durable->size) {
      Reach(cells, arrived[i] ? MediumCell::kOverwriteNew : MediumCell::kOverwriteOld);
    } else if (arrived[i] && extents[i].begin * kPageSize < size) {
      Reach(cells, MediumCell::kAppendKept);
    }
    if (!arrived[i]) continue;
    for (std::uint64_t page = extents[i].begin; page < extents[i].end; ++page) {
      if (page * kPageSize < size) result->SetPage(page, view.contents->PageRefAt(page));
    }
  }
  return result;
}

// How a random version treats the dirty pages of a file: drawn once for each file, because
// independent coins for each page almost never give the plain cases.
enum class PageMix : std::uint8_t { kAll, kNone, kCoin, kPrefix, kSuffix };

class RandomVersion {
 public:
  RandomVersion(const Profile& profile, const FileRef& durable, const CacheView& view,
                const DataPolicy& policy)
      : profile_(profile),
        durable_(durable),
        view_(view),
        random_(*policy.random),
        cells_(policy.cells) {}

  FileRef Draw() {
    if (profile_.data_unit == DataUnit::kExtent) return DrawExtents();
    const std::uint64_t written = WrittenSize(*durable_, view_);
    const std::uint64_t size = DrawSize(written);
    if (size > durable_->size && size < written) Reached(Mark::kSizeBetween);
    FileRef result = FileRef::Clone(*durable_);
    result->Resize(size);
    const PageMix mix = DrawMix();
    const std::uint64_t pages = view_.dirty.Count();
    const std::uint64_t edge = random_.Between(0, pages);
    ReachSize(cells_, {durable_->size, size, written});
    size_ = size;
    std::uint64_t ordinal = 0;
    view_.dirty.ForEach([&](std::uint64_t page) {
      if (Survives(mix, ordinal++, edge)) {
        ReachArrived(page);
        result->SetPage(page, view_.contents->PageRefAt(page));
      } else if (profile_.data_unit != DataUnit::kPage || profile_.garbage_in_gaps) {
        result->SetPage(page, LostPage(page));
      } else {
        ReachLost(page, MediumCell::kAppendZeros);
      }
    });
    return result;
  }

 private:
  void ReachArrived(std::uint64_t page) {
    if (InPlace(*durable_, page)) return Reach(cells_, MediumCell::kOverwriteNew);
    if (page * kPageSize >= size_) return;
    Reach(cells_, MediumCell::kAppendKept);
    if (lost_before_) Reach(cells_, MediumCell::kAppendOutOfOrder);
  }

  // `appended`: what stands there of data that was appended.
  void ReachLost(std::uint64_t page, MediumCell appended) {
    if (InPlace(*durable_, page)) return Reach(cells_, MediumCell::kOverwriteOld);
    if (std::max(page * kPageSize, durable_->size) >= size_) return;
    Reach(cells_, appended);
    lost_before_ = true;
  }

  // What was dirty in a row is one extent. Those within the durable size are old or new each by
  // itself; those behind it bring the size along, in order.
  FileRef DrawExtents() {
    const PageMix mix = DrawMix();
    const std::vector<Extent> extents = ExtentsOf(view_.dirty);
    const std::uint64_t edge = random_.Between(0, extents.size());
    std::vector<bool> arrived(extents.size());
    for (std::size_t i = 0; i < extents.size(); ++i) arrived[i] = Survives(mix, i, edge);
    return WithExtents(durable_, view_, extents, arrived, cells_);
  }

  std::uint64_t DrawSize(std::uint64_t written) {
    const std::uint64_t choice = random_.Below(8);
    const std::uint64_t between = random_.Between(durable_->size, written);
    if (choice < 4) return written;
    return choice < 6 ? durable_->size : between;
  }

  PageMix DrawMix() {
    switch (random_.Below(8)) {
      case 0:
      case 1:
        return PageMix::kAll;
      case 2:
        return PageMix::kNone;
      case 3:
        return PageMix::kPrefix;
      case 4:
        return PageMix::kSuffix;
      default:
        return PageMix::kCoin;
    }
  }

  bool Survives(PageMix mix, std::uint64_t ordinal, std::uint64_t edge) {
    switch (mix) {
      case PageMix::kAll:
        return true;
      case PageMix::kNone:
        return false;
      case PageMix::kPrefix:
        return ordinal < edge;
      case PageMix::kSuffix:
        return ordinal >= edge;
      case PageMix::kCoin:
        return random_.OneIn(2);
    }
    return false;
  }

  // What the medium has of a page that did not arrive as a whole.
  PageRef LostPage(std::uint64_t index) {
    if (profile_.data_unit != DataUnit::kPage) return TornPage(index);
    // A block that is in the file before it was written, with what it held.
    const bool fresh = index * kPageSize >= durable_->size;
    if (!fresh || !random_.OneIn(2)) {
      ReachLost(index, MediumCell::kAppendZeros);
      return durable_->PageRefAt(index);
    }
    ReachLost(index, MediumCell::kAppendGarbage);
    PageRef page = PageRef::Make();
    std::array<unsigned char, kPageSize> bytes{};
    FillWithGarbage(bytes);
    page->Write(0, bytes.data(), bytes.size());
    return page;
  }

  // A page of which some sectors arrived. Half of the time none did, so that a page is also old as
  // a whole; a quarter of the time the first ones did.
  PageRef TornPage(std::uint64_t index) {
    const std::uint64_t shape = random_.Below(4);
    const std::uint64_t edge = random_.Between(0, kSectorsPerPage);
    const bool garbage = profile_.garbage_in_gaps && random_.OneIn(2);
    const Page* const fresh = view_.contents->PageAt(index);
    const Page* const old = durable_->PageAt(index);
    if (shape == 1 || (shape == 0 && edge > 0 && edge < kSectorsPerPage)) Reached(Mark::kTornPage);
    PageRef torn = old != nullptr ? PageRef::Clone(*old) : PageRef::Make();
    SectorCounts counts;
    for (std::size_t sector = 0; sector < kSectorsPerPage; ++sector) {
      const bool arrived = shape == 0 ? sector < edge : shape == 1 ? random_.OneIn(2) : false;
      const std::size_t at = sector * kSectorSize;
      std::array<unsigned char, kSectorSize> bytes{};
      if (InQuestion(index * kPageSize + at)) ++(arrived ? counts.arrived : counts.lost);
      if (arrived) {
        if (fresh != nullptr) fresh->Read(at, bytes.data(), kSectorSize);
      } else if (garbage && index * kPageSize + at >= durable_->size) {
        FillWithGarbage(bytes);
        counts.garbage |= index * kPageSize + at < size_;
      } else if (profile_.data_unit == DataUnit::kByte && shape < 2 && random_.OneIn(2)) {
        TearSector(fresh, old, at, bytes);
      } else {
        continue;
      }
      torn->Write(at, bytes.data(), kSectorSize);
    }
    ReachTorn(index, counts);
    return torn;
  }

  // Of one page, those in which the medium may have something else than the cache.
  struct SectorCounts {
    std::size_t arrived = 0;
    std::size_t lost = 0;
    bool garbage = false;
  };

  bool InQuestion(std::uint64_t start) const {
    return start < size_ &&
           (start + kSectorSize > durable_->size || InPlace(*durable_, start / kPageSize));
  }

  void ReachTorn(std::uint64_t page, const SectorCounts& counts) {
    if (counts.lost == 0) return ReachArrived(page);
    if (counts.garbage) Reach(cells_, MediumCell::kAppendGarbage);
    if (counts.arrived == 0) {
      if (!counts.garbage) ReachLost(page, MediumCell::kAppendZeros);
      lost_before_ |= counts.garbage;
      return;
    }
    const bool in_place = InPlace(*durable_, page);
    Reach(cells_, in_place ? MediumCell::kOverwriteTorn : MediumCell::kAppendTorn);
  }

  // The power went while the sector was being written: its first or its last bytes are new.
  void TearSector(const Page* fresh, const Page* old, std::size_t at,
                  std::array<unsigned char, kSectorSize>& bytes) {
    Reached(Mark::kTornSector);
    const bool first_is_new = random_.OneIn(2);
    const std::size_t cut = random_.Between(1, kSectorSize - 1);
    Reach(cells_, first_is_new ? MediumCell::kFirstBytesNew : MediumCell::kLastBytesNew);
    const Page* const before = first_is_new ? fresh : old;
    const Page* const after = first_is_new ? old : fresh;
    if (before != nullptr) before->Read(at, bytes.data(), cut);
    if (after != nullptr) after->Read(at + cut, bytes.data() + cut, kSectorSize - cut);
  }

  void FillWithGarbage(std::span<unsigned char> bytes) {
    Reached(Mark::kGarbage);
    for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random_.Next() >> 56);
  }

  const Profile& profile_;
  const FileRef& durable_;
  const CacheView& view_;
  kernel::Random& random_;
  MediumCells* const cells_;
  std::uint64_t size_ = 0;    // of the version
  bool lost_before_ = false;  // a page of what was appended, before the one at hand
};

FileRef WithoutLastExtents(const FileRef& durable, const CacheView& view,
                           const DataPolicy& policy) {
  const std::vector<Extent> extents = ExtentsOf(view.dirty);
  std::vector<bool> arrived(extents.size());
  for (std::size_t i = 0; i < extents.size(); ++i) {
    arrived[i] = i + policy.tail_pages < extents.size();
  }
  return WithExtents(durable, view, extents, arrived, policy.cells);
}

// The size is the cached one: zeros, or what was overwritten, where the last pages are missing.
FileRef WithoutLastPages(const FileRef& durable, const CacheView& view, const DataPolicy& policy) {
  FileRef result = FileRef::Clone(*durable);
  result->Resize(WrittenSize(*durable, view));
  const std::uint64_t dirty = view.dirty.Count();
  const std::uint64_t kept = dirty - std::min(dirty, policy.tail_pages);
  std::uint64_t ordinal = 0;
  view.dirty.ForEach([&](std::uint64_t page) {
    const bool in_place = InPlace(*durable, page);
    if (ordinal++ < kept) {
      Reach(policy.cells, in_place ? MediumCell::kOverwriteNew : MediumCell::kAppendKept);
      result->SetPage(page, view.contents->PageRefAt(page));
    } else {
      Reach(policy.cells, in_place ? MediumCell::kOverwriteOld : MediumCell::kAppendZeros);
    }
  });
  return result;
}

// In which a write that was cut is old or new.
std::size_t UnitSize(DataUnit unit) {
  return unit == DataUnit::kByte || unit == DataUnit::kSector ? kSectorSize : kPageSize;
}

FileRef MergeAll(const FileRef& durable, const CacheView& view, std::uint64_t size) {
  if (!view.lost && view.contents->size == size) return view.contents;
  FileRef result = FileRef::Clone(*durable);
  result->Resize(size);
  view.dirty.ForEach(
      [&](std::uint64_t page) { result->SetPage(page, view.contents->PageRefAt(page)); });
  return result;
}

}  // namespace

FileRef Resized(const FileRef& durable, std::uint64_t size) {
  if (durable->size == size) return durable;
  FileRef result = FileRef::Clone(*durable);
  result->Resize(size);
  return result;
}

std::uint64_t WrittenSize(const FileContents& durable, const CacheView& view) {
  if (view.size_dirty) return view.contents->size;
  return std::max(durable.size, std::min(view.contents->size, view.dirty.End() * kPageSize));
}

bool ShowsLostPages(const Inode& inode) {
  const FileContents& cached = *inode.cache.contents;
  bool shows = false;
  inode.lost_pages.ForEach([&](std::uint64_t page) {
    shows |= !inode.cache.dirty.Test(page) &&
             PageHash(cached.PageAt(page)) != PageHash(inode.durable->PageAt(page));
  });
  return shows;
}

FileRef Merge(const Profile& profile, const FileRef& durable, const CacheView& view,
              const DataPolicy& policy) {
  if (!view.Pending()) return durable;
  const std::uint64_t written = WrittenSize(*durable, view);
  DISK_CHECK(durable->size <= written);
  switch (policy.choice) {
    case DataChoice::kAll:
      ReachWhole(policy.cells, *durable, view, true);
      return MergeAll(durable, view, written);
    case DataChoice::kNothing:
      ReachWhole(policy.cells, *durable, view, false);
      return durable;
    case DataChoice::kSizeOnly:
      // Where the size comes with the data there is none without it.
      if (profile.data_unit == DataUnit::kExtent) {
        ReachWhole(policy.cells, *durable, view, false);
        return durable;
      }
      if (written > durable->size) Reach(policy.cells, MediumCell::kAppendZeros);
      return Resized(durable, written);
    case DataChoice::kZeroTail:
      if (profile.data_unit == DataUnit::kExtent) return WithoutLastExtents(durable, view, policy);
      return WithoutLastPages(durable, view, policy);
    case DataChoice::kRandom:
      return RandomVersion(profile, durable, view, policy).Draw();
  }
  return durable;
}

FileRef DurableAfter(const Profile& profile, const FileRef& durable,
                     const PendingOperation& operation) {
  DISK_CHECK(operation.ConcernsData());
  if (operation.kind == PendingKind::kTruncate) return Resized(durable, operation.size);
  return Merge(profile, durable, operation.view, DataPolicy{});
}

FileRef CutLastWrite(const Profile& profile, const FileRef& file, const LastWrite& write,
                     std::uint64_t cut, MediumCells* cells) {
  if (cut >= write.length) return file;
  // An extent is there as a whole or not at all.
  if (profile.data_unit == DataUnit::kExtent) cut = 0;
  FileRef result = FileRef::Clone(*file);
  const std::uint64_t end = write.offset + cut;
  if (write.offset + write.length > write.size_before) {
    const std::uint64_t size = cut == 0 ? write.size_before : std::max(write.size_before, end);
    ReachSize(cells, {write.size_before, size, write.offset + write.length});
    result->Resize(std::min(result->size, size));
  }
  if (!write.before.empty() && InPlace(*result, write.before.back().first))
    Reach(cells, MediumCell::kOverwriteOld);
  const std::size_t unit = UnitSize(profile.data_unit);
  for (const auto& [index, old] : write.before) {
    for (std::size_t at = 0; at < kPageSize; at += unit) {
      const std::uint64_t start = index * kPageSize + at;
      if (start + unit <= end || start >= result->size) continue;
      // Only a byte-wise cut goes through a unit.
      const std::size_t skip =
          profile.data_unit == DataUnit::kByte && end > start ? end - start : 0;
      std::array<unsigned char, kPageSize> bytes{};
      if (old) old->Read(at + skip, bytes.data(), unit - skip);
      const std::uint64_t room = result->size - start;
      if (room <= skip) continue;
      result->Write(start + skip, bytes.data(), std::min<std::uint64_t>(unit, room) - skip);
    }
  }
  return result;
}

}  // namespace harrow::disk
