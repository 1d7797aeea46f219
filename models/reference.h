// The rules for recovered states and for linearizability as the definitions read, tried out by
// brute force. For tests of the checkers: exponential, so for at most a handful of calls.
//
// Threading: any thread; pure functions.
#ifndef HARROW_MODELS_REFERENCE_H_
#define HARROW_MODELS_REFERENCE_H_

#include <cstdint>
#include <span>

#include "models/history.h"
#include "models/recovery_checker.h"

namespace harrow::models {

inline constexpr std::size_t kReferenceWritesMax = 8;

// True if RecoveryChecker::Check, with `base` settled up to first_write, must say ok.
bool ReferenceRecovers(const History& history, std::span<const Cell> base, WriteId first_write,
                       Time at, ImageKind image, std::span<const Cell> recovered);

// True if CheckLinearizable must say ok. The life has a read-back.
bool ReferenceLinearizes(const History& history, std::uint32_t life);

}  // namespace harrow::models

#endif  // HARROW_MODELS_REFERENCE_H_
