// Decides whether some set of writes, in some order that agrees with real time, explains a
// recovered state and holds what had been promised.
//
// Without keys found absent the answer is a closure and a test for cycles. An absent key that
// writes had put needs a deletion as its last writer, and where several could be, they are tried:
// that is the only search, bounded by kEvaluationsMax.
//
// Threading: one thread; scratch memory is kept between calls, results do not depend on it.
// Invariants:
//  1. After kInfeasible, failure() says why; what it names was so before any choice was made.
//  2. Monotone: what is infeasible for some promises is infeasible for more promises.
#ifndef HARROW_MODELS_RECOVERY_SEARCH_H_
#define HARROW_MODELS_RECOVERY_SEARCH_H_

#include <cstdint>
#include <vector>

#include "models/interval_order.h"
#include "models/recovery_problem.h"

namespace harrow::models {

// Which promises must be kept, besides agreement with what was recovered. Later ones include the
// earlier, so that the first that cannot be kept names the rule.
enum class Promises : std::uint8_t {
  kNothing,       // any prefix will do
  kSynced,        // and every acknowledged sync write is in
  kBeforeSync,    // and every write acknowledged before one was called
  kBeforeFlush,   // and every write acknowledged before an acknowledged flush was called
  kAcknowledged,  // and every acknowledged write, where the image keeps all
  kAll            // and what took effect before any of them was called: the whole rule
};

class RecoverySearch {
 public:
  enum class Outcome : std::uint8_t { kFeasible, kInfeasible, kUnknown };

  struct Failure {
    enum class Kind : std::uint8_t {
      kMissing,    // `item` must be in, but `key` shows that it is not
      kUndeleted,  // `item` must be in, `key` is absent, and no deletion can come after it
      kCycle,      // the order would have to go round in a circle through `cycle`
      kExhausted   // each deletion that could explain why `key` is absent contradicts something
    };
    Kind kind = Kind::kMissing;
    std::uint32_t item = kNone;
    KeyId key = 0;
    std::vector<std::uint32_t> cycle;  // each comes before the next, and the last before the first
  };

  static constexpr std::uint32_t kEvaluationsMax = 4096;

  Outcome Decide(const RecoveryProblem& problem, Promises promises);
  const Failure& failure() const { return failure_; }
  // Why the item had to be in, by the last Decide.
  bool IsSeed(std::uint32_t item) const;
  // The called-last item that forced `item` in by coming after it, or kNone if it is a seed.
  std::uint32_t ForcedBy(std::uint32_t item) const;
  // True where real time puts a before b.
  bool Precedes(std::uint32_t a, std::uint32_t b) const;

 private:
  enum class Step : std::uint8_t { kFeasible, kInfeasible, kBranch };
  struct KeyState {
    Time put_latest = 0;  // over the puts that are in
    Time put_invoked = 0;
    Time deletion_invoked = 0;  // over the deletions that are in
    std::uint32_t put_item = kNone;
    bool touched = false;
  };

  Outcome Explore(bool root);
  Step Evaluate();
  void TakeIn();
  bool ApplyTouches();
  bool MustPrecede(std::uint32_t before, std::uint32_t after, KeyId key);
  bool FindBranch();
  bool Ordered();
  bool CouldDeleteLast(std::uint32_t item, KeyId key) const;
  void CollectCandidates(KeyId key);
  Outcome Fail(Failure::Kind kind, std::uint32_t item, KeyId key);

  const RecoveryProblem* problem_ = nullptr;
  Promises promises_ = Promises::kNothing;
  std::uint32_t evaluations_ = 0;
  Failure failure_;
  std::vector<std::uint8_t> in_;       // by item
  std::vector<std::uint32_t> chosen_;  // by item: for how many keys it is the last deletion
  std::vector<std::uint32_t> last_;    // by key: the item chosen as its last deletion, or kNone
  std::vector<Time> reach_;            // by segment: the latest call that closes downwards
  std::vector<KeyState> keys_;
  KeyId branch_key_ = 0;
  std::vector<Edge> edges_;
  std::vector<Interval> calls_;  // of the items, for order_
  IntervalOrder order_;
  std::vector<std::uint32_t> candidates_;  // a stack: each level of the search has its own part
};

}  // namespace harrow::models

#endif  // HARROW_MODELS_RECOVERY_SEARCH_H_
