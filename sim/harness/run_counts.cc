#include "sim/harness/run_counts.h"

#include <utility>

namespace harrow::harness {
namespace {

// Lives in which one write failed and a write invoked after that was refused as well.
std::uint64_t CountBackgroundErrors(const models::History& history) {
  std::vector<models::Time> failed_at(history.lives.size(), models::kNever);
  std::vector<bool> refused(history.lives.size(), false);
  for (const models::Write& write : history.writes) {
    if (write.result != models::Result::kFailed) continue;
    if (write.invoked > failed_at[write.life]) refused[write.life] = true;
    if (write.responded < failed_at[write.life]) failed_at[write.life] = write.responded;
  }
  std::uint64_t lives = 0;
  for (const bool entered : refused) lives += entered ? 1 : 0;
  return lives;
}

}  // namespace

void CountLife(const LifeResult& life, Counts* counts) {
  counts->Add(Count::kLives);
  counts->Add(Count::kSteps, life.outcome.steps);
  counts->Add(Count::kChoices, life.outcome.choices);
  counts->Add(Count::kPreemptions, life.outcome.preemptions);
  counts->Add(Count::kMutations, life.mutations);
  counts->Add(life.crashed ? Count::kCrashes : Count::kCleanCloses);
  if (life.idle.has_value()) counts->Add(Count::kIdleCloses);
  if (life.crashed && life.ended_in_recovery) counts->Add(Count::kCrashesInRecovery);
  if (life.logs_created > 1) counts->Add(Count::kRotations, life.logs_created - 1);
  counts->Add(Count::kTables, life.tables_created);
  for (const faults::Fired& fired : life.fired) counts->AddFault(fired);
  constexpr std::pair<Count, Party> kActivities[] = {
      {Count::kBackgroundFlushes, Party::kFlush},
      {Count::kFlushesBelowLevel0, Party::kFlushBelowLevel0},
      {Count::kCompactions0, Party::kCompaction0},
      {Count::kDeepCompactions, Party::kDeepCompaction},
      {Count::kTrivialMoves, Party::kMove},
      {Count::kSeekCompactions, Party::kSeekCompaction},
      {Count::kSlowdowns, Party::kSlowdown},
      {Count::kStops, Party::kStop},
  };
  for (const auto& [count, party] : kActivities)
    counts->Add(count, life.meetings.Get(party, party));
}

void CountHistory(const models::History& history, Counts* counts) {
  for (const models::Life& life : history.lives) {
    if (life.open == models::Result::kFailed) counts->Add(Count::kFailedOpens);
  }
  for (const models::Write& write : history.writes) {
    counts->Add(write.compaction ? Count::kManualCompactions
                : write.flush    ? Count::kFlushes
                                 : Count::kWrites);
  }
  for (const models::Read& read : history.reads)
    counts->Add(read.move ? Count::kMoves : read.scan ? Count::kScans : Count::kReads);
  for (const models::Snapshot& snapshot : history.snapshots)
    counts->Add(snapshot.iterator ? Count::kIterators : Count::kSnapshots);
  for (const models::SecondOpen& second : history.second_opens)
    counts->Add(Count::kSecondOpens, second.responded != models::kNever && !second.opened ? 1 : 0);
  counts->Add(Count::kBackgroundErrors, CountBackgroundErrors(history));
}

}  // namespace harrow::harness
