// The cursor that users get: of the entries of each user key it shows the newest one at or before a
// sequence number, and nothing where that one is a deletion.
//
// Threading: as Iterator.
// Invariants: as Iterator; it pins what it reads, so that no flush or compaction changes what it
// shows. Entries that are no internal keys are DataLoss.
#ifndef HARROW_ENGINE_DB_ITERATOR_H_
#define HARROW_ENGINE_DB_ITERATOR_H_

#include <memory>
#include <string_view>

#include "engine/db_state.h"
#include "engine/internal_key.h"
#include "engine/iterator.h"
#include "engine/pinned_view.h"
#include "engine/table_cache.h"

namespace harrow::engine {

// Where an iterator tells what it reads: for each SeekTrigger::kSamplePeriod bytes, one key.
class ReadSampler {
 public:
  virtual ~ReadSampler() = default;
  // The iterator's thread, without a lock.
  virtual void Sample(const Version& version, std::string_view internal_key) = 0;
};

// `tables`, `sampler` and the keeper of the view outlive it.
std::unique_ptr<Iterator> NewDbIterator(const ReadOptions& options, PinnedView view,
                                        TableCache* tables, SequenceNumber sequence,
                                        ReadSampler* sampler);

// Over nothing, with a failure to report.
std::unique_ptr<Iterator> NewFailedIterator(const absl::Status& failure);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_DB_ITERATOR_H_
