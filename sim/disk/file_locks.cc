// Setting a range first cuts it out of the owner's ranges, then joins it to like neighbours.
#include "sim/disk/file_locks.h"

#include <algorithm>

namespace harrow::disk {
namespace {

bool Overlap(const LockRange& a, const LockRange& b) {
  return a.start <= b.last && b.start <= a.last;
}

bool Before(const LockRange& a, const LockRange& b) {
  return a.start != b.start ? a.start < b.start : a.owner < b.owner;
}

}  // namespace

const LockRange* FileLocks::Conflict(const LockRange& wanted) const {
  for (const LockRange& held : ranges_) {
    if (held.owner != wanted.owner && Overlap(held, wanted) &&
        (held.exclusive || wanted.exclusive)) {
      return &held;
    }
  }
  return nullptr;
}

void FileLocks::Set(const LockRange& range) {
  Clear(range);
  LockRange joined = range;
  for (std::size_t i = 0; i < ranges_.size();) {
    const LockRange& held = ranges_[i];
    const bool like = held.owner == joined.owner && held.exclusive == joined.exclusive;
    const bool touches = (held.last != ~std::uint64_t{0} && held.last + 1 == joined.start) ||
                         (joined.last != ~std::uint64_t{0} && joined.last + 1 == held.start);
    if (like && touches) {
      joined.start = std::min(joined.start, held.start);
      joined.last = std::max(joined.last, held.last);
      ranges_.erase(ranges_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  ranges_.insert(std::upper_bound(ranges_.begin(), ranges_.end(), joined, Before), joined);
}

void FileLocks::Clear(const LockRange& range) {
  std::vector<LockRange> kept;
  kept.reserve(ranges_.size() + 1);
  for (const LockRange& held : ranges_) {
    if (held.owner != range.owner || !Overlap(held, range)) {
      kept.push_back(held);
      continue;
    }
    if (held.start < range.start) {
      kept.push_back(held);
      kept.back().last = range.start - 1;
    }
    if (held.last > range.last) {
      kept.push_back(held);
      kept.back().start = range.last + 1;
    }
  }
  std::sort(kept.begin(), kept.end(), Before);
  ranges_ = std::move(kept);
}

void FileLocks::ClearOwner(std::uint64_t owner) {
  std::erase_if(ranges_, [owner](const LockRange& held) { return held.owner == owner; });
}

}  // namespace harrow::disk
