#include "sim/harness/run_counts.h"

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
  if (life.crashed && life.ended_in_recovery) counts->Add(Count::kCrashesInRecovery);
  if (life.logs_created > 1) counts->Add(Count::kRotations, life.logs_created - 1);
  counts->Add(Count::kTables, life.tables_created);
  for (const faults::Fired& fired : life.fired) counts->AddFault(fired);
}

void CountHistory(const models::History& history, Counts* counts) {
  for (const models::Life& life : history.lives) {
    if (life.open == models::Result::kFailed) counts->Add(Count::kFailedOpens);
  }
  for (const models::Write& write : history.writes) {
    counts->Add(write.flush ? Count::kFlushes : Count::kWrites);
  }
  for (const models::Read& read : history.reads)
    counts->Add(read.scan ? Count::kScans : Count::kReads);
  counts->Add(Count::kSnapshots, history.snapshots.size());
  counts->Add(Count::kBackgroundErrors, CountBackgroundErrors(history));
}

}  // namespace harrow::harness
