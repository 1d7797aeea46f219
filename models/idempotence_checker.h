// Rule idempotent: a crash inside a recovery loses nothing of what that recovery would have brought
// back, and adds nothing. What a recovery starts from is all on the medium, so that whatever it was
// about to bring back must come back from every state that it can leave behind.
//
// Stronger than judging the second recovery by itself: a write that was in flight may be there or not
// after the one crash, but not be there after it and gone after the next.
//
// Threading: any thread; a pure function.
#ifndef HARROW_MODELS_IDEMPOTENCE_CHECKER_H_
#define HARROW_MODELS_IDEMPOTENCE_CHECKER_H_

#include <span>

#include "models/history.h"
#include "models/verdict.h"

namespace harrow::models {

// By key: what recovering an image brings back, and what recovering does once more after the power
// went while the image was being recovered. Neither medium was damaged, and syncs hold.
struct Recoveries {
  std::span<const Cell> undisturbed;
  std::span<const Cell> after_crash;
};

Verdict CheckIdempotent(const History& history, const Recoveries& recoveries);

}  // namespace harrow::models

#endif  // HARROW_MODELS_IDEMPOTENCE_CHECKER_H_
