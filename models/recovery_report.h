// Puts into words why a recovered state cannot be: which write had to be there, and what shows that
// it is not.
//
// Threading: one thread; reads the problem and the search as the last Decide left them.
#ifndef HARROW_MODELS_RECOVERY_REPORT_H_
#define HARROW_MODELS_RECOVERY_REPORT_H_

#include <span>
#include <string>

#include "models/history.h"
#include "models/recovery_problem.h"
#include "models/recovery_search.h"
#include "models/verdict.h"

namespace harrow::models {

class RecoveryReport {
 public:
  RecoveryReport(const History& history, const RecoveryProblem& problem,
                 const RecoverySearch& search, std::span<const Cell> recovered)
      : history_(history), problem_(problem), search_(search), recovered_(recovered) {}

  // For search.failure(), which must be of `problem`.
  Verdict Explain(Rule rule) const;
  // A batch that is there by one key and not by another, in so many words; ok if there is none.
  Verdict HalfBatch() const;
  // "k3 holds #4 of L1.C2 after recovery"
  std::string Found(KeyId key) const;

 private:
  const Write& WriteOf(std::uint32_t item) const;
  KeyId SeenAt(std::uint32_t item) const;
  bool MissingAt(std::uint32_t item, const RecoveryTouch& touch) const;
  std::string Effect(std::uint32_t item) const;
  std::string Promise(std::uint32_t item) const;
  std::string Evidence(std::uint32_t item, KeyId key) const;
  std::string Cycle() const;

  const History& history_;
  const RecoveryProblem& problem_;
  const RecoverySearch& search_;
  std::span<const Cell> recovered_;
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_RECOVERY_REPORT_H_
