// Rules about one life that need no crash: linearizable (with snapshots, scans and atomic batches),
// poisoned, live as far as results tell. Pure functions of the history.
//
// Threading: any thread.
#ifndef HARROW_MODELS_LIFE_CHECKERS_H_
#define HARROW_MODELS_LIFE_CHECKERS_H_

#include <cstdint>

#include "models/history.h"
#include "models/verdict.h"

namespace harrow::models {

// Writes, gets, scans and snapshots of life number `life`, starting from its read-back state.
// Violations name the rule that fits best: atomic (half a batch seen), no-invention (a garbage
// value, or one never issued), linearizable.
Verdict CheckLinearizable(const History& history, std::uint32_t life);

// After the first write that failed, every write invoked later fails; the failed writes are seen by
// no read of the life; after a harmful fault on the log (Life::log_harmed) no write invoked later
// succeeds.
Verdict CheckPoisoned(const History& history, std::uint32_t life);

// A call failed in a life in which no harmful fault had hit before it returned (for a read: none that hit a call which
// reading needs, since reads go on in background-error mode); or a write that
// never touched the log was acknowledged. (Rule live.)
Verdict CheckNoSpuriousError(const History& history, std::uint32_t life);

// The life's open: it must succeed unless a harmful fault hit; and no other one while the store is
// open (rule open).
Verdict CheckOpen(const History& history, std::uint32_t life);

}  // namespace harrow::models

#endif  // HARROW_MODELS_LIFE_CHECKERS_H_
