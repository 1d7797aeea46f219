// Merges tables of one level with those of the next that overlap them, into the next.
//
// Which: all of level 0 when it has 4 tables; otherwise the first level N that is larger than 10^N
// MiB, from its compaction pointer on, one table and those that share a user key with its ends.
// What is dropped: an entry that a newer one for its user key hides from every snapshot; and a
// deletion that every snapshot sees, where no deeper level has the user key.
//
// Threading: Pick under the database's lock; Run without it, on one thread.
// Invariants:
//  1. All entries of a user key that are in the two levels' inputs go to one output table.
//  2. The inputs of each level share no user key with the tables of that level left out.
//  3. Outputs are durable but for their names.
// Errors: DataLoss for inputs out of order; Cancelled when `closing` was set.
// Source: LevelDB, db/version_set and DBImpl::DoCompactionWork.
#ifndef HARROW_ENGINE_COMPACTION_H_
#define HARROW_ENGINE_COMPACTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "engine/db_state.h"
#include "engine/table_output.h"
#include "engine/version_set.h"

namespace harrow::engine {

inline constexpr std::size_t kLevel0CompactionCount = 4;

bool NeedsCompaction(const Version& version);

class Compaction {
 public:
  // Nothing where there is no need.
  static std::optional<Compaction> Pick(const VersionSet& versions);

  // Writes the outputs. `smallest_snapshot` is the sequence of the oldest state that must stay
  // readable. `interlude` is called before each output; its failure ends the run.
  absl::Status Run(DbState* state, SequenceNumber smallest_snapshot,
                   const std::function<absl::Status()>& interlude);

  // After a run that was OK.
  VersionEdit TakeEdit();
  // The tables that the edit makes unneeded.
  std::vector<FileName> Inputs() const;
  // After a run that failed: what it left behind.
  const std::vector<FileName>& outputs() const { return outputs_; }

  int level() const { return level_; }

 private:
  Compaction(int level, std::shared_ptr<const Version> version)
      : level_(level), version_(std::move(version)) {}

  absl::Status OpenInputs(TableCache* tables, std::vector<std::unique_ptr<Iterator>>* inputs) const;
  bool InDeeperLevel(std::string_view user_key) const;
  // Whether the entry can go; entries come in order.
  bool Droppable(const ParsedInternalKey& key, bool new_user_key, SequenceNumber smallest_snapshot);
  absl::Status FinishOutput();

  int level_;
  std::shared_ptr<const Version> version_;
  FileList inputs_;                                        // of level_
  FileList next_inputs_;                                   // of the level after it
  SequenceNumber previous_sequence_ = kMaxSequenceNumber;  // of the user key at hand
  std::unique_ptr<TableOutput> output_;
  std::vector<FileName> outputs_;
  VersionEdit edit_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_COMPACTION_H_
