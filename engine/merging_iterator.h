// One cursor over the pairs of several, in the order of internal keys.
//
// Threading: as Iterator.
// Invariants: as Iterator. When a child fails, the merged cursor is not valid and has that child's
// status until the next seek: pairs that a failed child would have had are never passed over.
// Not checked: that no internal key is in two children.
#ifndef HARROW_ENGINE_MERGING_ITERATOR_H_
#define HARROW_ENGINE_MERGING_ITERATOR_H_

#include <memory>
#include <vector>

#include "engine/iterator.h"

namespace harrow::engine {

// The children are over internal keys; there may be none.
std::unique_ptr<Iterator> NewMergingIterator(std::vector<std::unique_ptr<Iterator>> children);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_MERGING_ITERATOR_H_
