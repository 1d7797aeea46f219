// Judges what recovery brought back: is there an order of the writes, agreeing with real time, of
// which the recovered state is the result after some prefix that holds everything that had been
// promised?
//
// The reference model is a set of possible states, held as what decides it rather than state by
// state: a base state that was observed, the writes issued since, and the obligations. See the .cc
// for the algorithm.
//
// Threading: one thread; checkers keep scratch memory between calls, results do not depend on it.
#ifndef HARROW_MODELS_RECOVERY_CHECKER_H_
#define HARROW_MODELS_RECOVERY_CHECKER_H_

#include <memory>
#include <span>

#include "models/history.h"
#include "models/verdict.h"

namespace harrow::models {

// How the image that is recovered from came about; it decides what had been promised.
// From the most that is promised to the least.
enum class ImageKind : std::uint8_t {
  kClean,      // closed, or dropped with its cache kept: everything acknowledged must be there
  kPowerLoss,  // only what was made durable must be there
  kUnheld,     // on a device that lies about syncs: nothing must be there, but what is is a prefix
  kDamaged  // the medium lost, without a word, something that was durable: the same, and opening or
            // reading may fail
};

class RecoveryChecker {
 public:
  RecoveryChecker();
  ~RecoveryChecker();

  // Starts a run: the base is the empty state.
  void Reset(std::uint32_t key_count);

  // Judges `recovered` as the read-back from an image taken at time `at`, when the writes
  // [first_write, …) whose invoked < at had been issued since the base. Calls that returned after
  // `at` count as in flight. Does not change the base, so it serves for any number of images of one
  // execution.
  Verdict Check(const History& history, Time at, ImageKind image, std::span<const Cell> recovered);

  // A read-back that passed Check became the truth ("once a reader after recovery has seen it, it
  // stays"): it is the base from now on, and writes with id < first_write are settled.
  void Settle(const History& history, std::span<const Cell> recovered, WriteId first_write);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_RECOVERY_CHECKER_H_
