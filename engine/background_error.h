// The error that makes a database read-only until it is reopened.
//
//            Record(failure)
//   healthy ------------------> failed          there is no way back, and a later failure changes
//                                               nothing: the first one is what every write reports
//
// Threading: under the database's lock.
// Invariants:
//  1. Once status() is not OK it never changes.
//  2. Whoever waits on `changed` for room or for a flush is woken by the failure.
#ifndef HARROW_ENGINE_BACKGROUND_ERROR_H_
#define HARROW_ENGINE_BACKGROUND_ERROR_H_

#include <condition_variable>

#include "absl/status/status.h"

namespace harrow::engine {

class BackgroundError {
 public:
  // `changed` belongs to the lock that guards this, and outlives it.
  explicit BackgroundError(std::condition_variable* changed) : changed_(changed) {}
  BackgroundError(const BackgroundError&) = delete;
  BackgroundError& operator=(const BackgroundError&) = delete;

  bool ok() const { return status_.ok(); }
  const absl::Status& status() const { return status_; }
  // `failure` is not OK (checked).
  void Record(const absl::Status& failure);

 private:
  std::condition_variable* const changed_;
  absl::Status status_;
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_BACKGROUND_ERROR_H_
