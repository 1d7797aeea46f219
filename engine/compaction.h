// Merges tables of one level with those of the next that overlap them, into the next.
//
// What: compaction_picker.h. What is left out: drop_rule.h. Where outputs end: cut_rule.h.
//
// Threading: Run without the database's lock, on one thread; the rest by the thread that runs it.
// Invariants:
//  1. All entries of a user key that are in the inputs go to one output.
//  2. Outputs are durable but for their names.
//  3. A close and a background error wait for one entry, not for the compaction.
// Errors: DataLoss for inputs out of order; Cancelled when a close or an error cuts it short.
// Source: LevelDB, DBImpl::DoCompactionWork.
#ifndef HARROW_ENGINE_COMPACTION_H_
#define HARROW_ENGINE_COMPACTION_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/compaction_picker.h"
#include "engine/cut_rule.h"
#include "engine/db_state.h"
#include "engine/drop_rule.h"
#include "engine/table_output.h"

namespace harrow::engine {

class Compaction {
 public:
  // `oldest_snapshot` is the sequence of the oldest state that must stay readable. Both pointers
  // outlive this.
  Compaction(const CompactionPlan* plan, DbState* state, SequenceNumber oldest_snapshot);

  // Writes the outputs.
  absl::Status Run();

  // After a run that was OK.
  VersionEdit TakeEdit();
  // What a run that failed left behind.
  const std::vector<FileName>& outputs() const { return outputs_; }

 private:
  absl::Status OpenInputs(std::vector<std::unique_ptr<Iterator>>* inputs) const;
  bool MustEnd() const { return state_->closing.load() || !state_->error.ok(); }
  // Takes the entry in, of which all earlier ones were.
  absl::Status Add(std::string_view key, std::string_view value);
  absl::Status Keep(std::string_view key, std::string_view value);
  absl::Status StartOutput();
  absl::Status FinishOutput();

  const CompactionPlan* const plan_;
  DbState* const state_;
  DropRule drop_rule_;
  CutRule cut_rule_;
  std::string previous_key_;    // of the inputs; empty before the first
  bool user_key_kept_ = false;  // an entry of the user key at hand was
  std::unique_ptr<TableOutput> output_;
  std::vector<FileName> outputs_;
  VersionEdit edit_;
};

// Names the one input of a trivial move one level down.
VersionEdit MoveEdit(const CompactionPlan& plan);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COMPACTION_H_
