// A version is built from the durable contents by choosing a size and then, page by page in
// ascending order, what the medium has of each dirty page. Draws of one file come from one stream.
#include "sim/disk/file_versions.h"

#include <algorithm>
#include <cstring>

#include "sim/disk/check.h"

namespace harrow::disk {
namespace {

// How a random version treats the dirty pages of a file: drawn once for each file, because
// independent coins for each page almost never give the plain cases.
enum class PageMix : std::uint8_t { kAll, kNone, kCoin, kPrefix, kSuffix };

class RandomVersion {
 public:
  RandomVersion(const Profile& profile, const FileRef& durable, const CacheView& view,
                kernel::Random& random)
      : profile_(profile), durable_(durable), view_(view), random_(random) {}

  FileRef Draw() {
    const std::uint64_t written = WrittenSize(*durable_, view_);
    const std::uint64_t size = DrawSize(written);
    FileRef result = FileRef::Clone(*durable_);
    result->Resize(size);
    const PageMix mix = DrawMix();
    const std::uint64_t pages = view_.dirty.Count();
    const std::uint64_t edge = random_.Between(0, pages);
    std::uint64_t ordinal = 0;
    view_.dirty.ForEach([&](std::uint64_t page) {
      if (Survives(mix, ordinal++, edge)) {
        result->SetPage(page, view_.contents->PageRefAt(page));
      } else if (profile_.torn_sectors) {
        result->SetPage(page, TornPage(page));
      }
    });
    return result;
  }

 private:
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

  // A page of which some sectors arrived. Half of the time none did, so that a page is also old as
  // a whole; a quarter of the time the first ones did.
  PageRef TornPage(std::uint64_t index) {
    const std::uint64_t shape = random_.Below(4);
    const std::uint64_t edge = random_.Between(0, kSectorsPerPage);
    const bool garbage = profile_.appended_garbage_possible && random_.OneIn(2);
    const Page* const fresh = view_.contents->PageAt(index);
    const Page* const old = durable_->PageAt(index);
    PageRef torn = old != nullptr ? PageRef::Clone(*old) : PageRef::Make();
    for (std::size_t sector = 0; sector < kSectorsPerPage; ++sector) {
      const bool arrived = shape == 0 ? sector < edge : shape == 1 ? random_.OneIn(2) : false;
      const std::size_t at = sector * kSectorSize;
      unsigned char bytes[kSectorSize] = {};
      if (arrived) {
        if (fresh != nullptr) fresh->Read(at, bytes, kSectorSize);
      } else if (garbage && index * kPageSize + at >= durable_->size) {
        for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(random_.Next() >> 56);
      } else {
        continue;
      }
      torn->Write(at, bytes, kSectorSize);
    }
    return torn;
  }

  const Profile& profile_;
  const FileRef& durable_;
  const CacheView& view_;
  kernel::Random& random_;
};

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

FileRef Merge(const Profile& profile, const FileRef& durable, const CacheView& view,
              const DataPolicy& policy) {
  if (!view.Pending()) return durable;
  const std::uint64_t written = WrittenSize(*durable, view);
  DISK_CHECK(durable->size <= written);
  switch (policy.choice) {
    case DataChoice::kAll:
      return MergeAll(durable, view, written);
    case DataChoice::kNothing:
      return durable;
    case DataChoice::kSizeOnly:
      return Resized(durable, written);
    case DataChoice::kZeroTail: {
      FileRef result = FileRef::Clone(*durable);
      result->Resize(written);
      const std::uint64_t dirty = view.dirty.Count();
      const std::uint64_t kept = dirty - std::min(dirty, policy.tail_pages);
      std::uint64_t ordinal = 0;
      view.dirty.ForEach([&](std::uint64_t page) {
        if (ordinal++ < kept) result->SetPage(page, view.contents->PageRefAt(page));
      });
      return result;
    }
    case DataChoice::kRandom:
      return RandomVersion(profile, durable, view, *policy.random).Draw();
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
                     std::uint64_t cut) {
  if (cut >= write.length) return file;
  FileRef result = FileRef::Clone(*file);
  const std::uint64_t end = write.offset + cut;
  if (write.offset + write.length > write.size_before) {
    const std::uint64_t size = cut == 0 ? write.size_before : std::max(write.size_before, end);
    result->Resize(std::min(result->size, size));
  }
  const std::size_t unit = profile.torn_sectors ? kSectorSize : kPageSize;
  for (const auto& [index, old] : write.before) {
    for (std::size_t at = 0; at < kPageSize; at += unit) {
      const std::uint64_t start = index * kPageSize + at;
      if (start + unit <= end || start >= result->size) continue;
      unsigned char bytes[kPageSize] = {};
      if (old) old->Read(at, bytes, unit);
      const std::uint64_t room = result->size - start;
      result->Write(start, bytes, std::min<std::uint64_t>(unit, room));
    }
  }
  return result;
}

}  // namespace harrow::disk
