// What recovery may bring back, key by key: every cell that some state which RecoveryChecker accepts holds at that key. A state
// of allowed cells need not be allowed as a whole, since cells of different keys can contradict each other.
//
// Threading: any thread; pure function.
// Invariants: no set is empty (the state with everything that took effect is always one).
#ifndef HARROW_MODELS_ALLOWED_STATES_H_
#define HARROW_MODELS_ALLOWED_STATES_H_

#include <span>
#include <vector>

#include "models/history.h"
#include "models/recovery_checker.h"

namespace harrow::models {

// By key: absent first, then what the key held at the base, then values in order of their writes. The arguments are those of
// RecoveryChecker::Check, with `base` settled up to `first_write`.
std::vector<std::vector<Cell>> AllowedCells(const History& history, std::span<const Cell> base,
                                            WriteId first_write, Time at, ImageKind image);

}  // namespace harrow::models

#endif  // HARROW_MODELS_ALLOWED_STATES_H_
