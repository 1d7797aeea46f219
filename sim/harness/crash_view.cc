#include "sim/harness/crash_view.h"

#include <utility>

#include "sim/disk/crash_decision.h"

namespace harrow::harness {

CrashView FindAtCrash(const disk::Disk& disk, const RecordedLife& life, const CrashMoment& moment) {
  CrashView view;
  view.event = life.trace.events().size();
  view.at = moment.at;
  view.before_mutation = moment.before_mutation;
  view.cache = disk.Everything();
  view.durable = disk.Crash({});
  return view;
}

void LeaveAtCrash(const disk::Disk& disk, const faults::CrashImageChoice& choice, CrashView* view) {
  view->choice = choice;
  disk::ExplainedImage explained = disk.ExplainCrash(choice);
  view->survived = std::move(explained.image);
  for (const disk::CrashDecision& decision : explained.decisions)
    view->decisions.push_back(disk::ToText(decision));
}

}  // namespace harrow::harness
