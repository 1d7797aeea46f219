#include "sim/harness/crash_view.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/disk/crash_decision.h"

namespace harrow::harness {
namespace {

using disk::CrashDecision;

// The decisions on operations come first, in the order of the items; those on a file name it.
void SortOut(const std::vector<CrashDecision>& decisions, CrashView* view) {
  constexpr std::size_t kBits = 64;
  std::map<std::string, std::set<bool>> files;  // by path: whether parts were kept, and others not
  std::size_t operation = 0;
  for (const CrashDecision& decision : decisions) {
    const bool kept = decision.fate == CrashDecision::Fate::kKept;
    if (decision.subject != CrashDecision::Subject::kOperation) {
      files[decision.path].insert(kept);
    } else if (operation++ < kBits && kept) {
      view->kept |= std::uint64_t{1} << (operation - 1);
    }
  }
  for (std::size_t item = operation; item < std::min(view->pending.size(), kBits); ++item) {
    const std::set<bool>& parts = files[view->pending[item].path];
    const std::uint64_t bit = std::uint64_t{1} << item;
    if (parts.size() == 2) view->torn |= bit;
    if (parts.size() == 1 && *parts.begin()) view->kept |= bit;
  }
}

}  // namespace

CrashView FindAtCrash(const disk::Disk& disk, const RecordedLife& life, const CrashMoment& moment) {
  CrashView view;
  view.event = life.trace.events().size();
  view.at = moment.at;
  view.before_mutation = moment.before_mutation;
  view.cache = disk.Everything();
  view.durable = disk.Crash({});
  view.pending = disk.PendingItems();
  return view;
}

void LeaveAtCrash(const disk::Disk& disk, const faults::CrashImageChoice& choice, CrashView* view) {
  view->choice = choice;
  disk::ExplainedImage explained = disk.ExplainCrash(choice);
  view->survived = std::move(explained.image);
  for (const disk::CrashDecision& decision : explained.decisions)
    view->decisions.push_back(disk::ToText(decision));
  SortOut(explained.decisions, view);
}

}  // namespace harrow::harness
