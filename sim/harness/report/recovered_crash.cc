// A verdict on a recovery outside the chain judges the crash that the recording names, or else the end of the last life; one on
// a life's own read-back judges the crash that ended the life before.
#include "sim/harness/report/recovered_crash.h"

namespace harrow::harness {
namespace {

RecoveredCrash InChain(const RunResult& result, const Recording& recording, std::size_t life) {
  RecoveredCrash crash;
  crash.life = life;
  crash.crash = &*recording.lives[life].crash;
  const bool last = life + 1 == recording.lives.size();
  const bool outside = recording.failing_recovery.has_value();
  if (last && outside && !recording.failing_crash.has_value()) {
    crash.recovery = recording.lives.size();
    crash.recovered = recording.judged;
    crash.judged = true;
  } else if (!last) {
    crash.recovery = life + 1;
    if (life + 1 < recording.history.lives.size() && recording.history.lives[life + 1].read_back)
      crash.recovered = recording.history.lives[life + 1].recovered;
    crash.judged = result.failed() && !outside && !recording.judged.empty() &&
                   life + 2 == recording.lives.size();
    if (crash.judged) crash.recovered = recording.judged;
  }
  return crash;
}

}  // namespace

std::vector<RecoveredCrash> CrashesOf(const RunResult& result, const Recording& recording) {
  std::vector<RecoveredCrash> crashes;
  for (std::size_t life = 0; life < recording.lives.size(); ++life) {
    if (life + 1 == recording.lives.size() && recording.failing_crash.has_value()) {
      RecoveredCrash& crash = crashes.emplace_back();
      crash.life = life;
      crash.crash = &*recording.failing_crash;
      crash.recovered = recording.judged;
      crash.judged = true;
      if (recording.failing_recovery.has_value()) crash.recovery = recording.lives.size();
    }
    if (recording.lives[life].crash.has_value())
      crashes.push_back(InChain(result, recording, life));
  }
  return crashes;
}

}  // namespace harrow::harness
