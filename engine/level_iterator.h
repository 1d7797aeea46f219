// One cursor over the tables of a sorted level, opening each when it gets there.
//
// Threading: as Iterator.
// Invariants: as Iterator. A table that fails to open ends it with that error until the next seek.
#ifndef HARROW_ENGINE_LEVEL_ITERATOR_H_
#define HARROW_ENGINE_LEVEL_ITERATOR_H_

#include <memory>

#include "engine/iterator.h"
#include "engine/options.h"
#include "engine/table_cache.h"
#include "engine/version.h"

namespace harrow::engine {

// Over internal keys. `files` is sorted and free of overlaps; both outlive the cursor.
std::unique_ptr<Iterator> NewLevelIterator(const FileList* files, TableCache* tables,
                                           const ReadOptions& options);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_LEVEL_ITERATOR_H_
