// A client's iterator: moves the target's, and says of which keys a move told what.
//
// Threading: on a task.
// Invariants:
//  1. The cells of a move are those of a row of keys: the ones it passed over, which are absent, and the ones it came to. A move
//     to the end passes all keys up to it.
//  2. A pair out of order, or of a key that does not exist, is garbage at the key where the move was.
#ifndef HARROW_SIM_HARNESS_CLIENT_ITERATOR_H_
#define HARROW_SIM_HARNESS_CLIENT_ITERATOR_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/history.h"
#include "sim/harness/scenario.h"
#include "sim/targets/target.h"

namespace harrow::harness {

class ClientIterator {
 public:
  // `snapshot` is the index, in the history, of the state it shows.
  ClientIterator(std::unique_ptr<targets::TargetIterator> iterator, std::int32_t snapshot,
                 KeyStyle style)
      : iterator_(std::move(iterator)), snapshot_(snapshot), style_(style) {}

  std::int32_t snapshot() const { return snapshot_; }
  // Whether the operation, a move, can be made from where the iterator stands.
  bool Can(const Operation& operation) const;
  // After it first() and cells() are what it told, unless it failed.
  absl::Status Move(const Operation& operation, const models::History& history);
  models::KeyId first() const { return first_; }
  const std::vector<models::Cell>& cells() const { return cells_; }

 private:
  enum class Way : std::uint8_t { kForward, kBackward };

  void Begin(Way way, std::int64_t from, const models::History& history);
  // Takes in where the iterator stands; false when that ends the move.
  bool Land(const models::History& history);
  void End(const models::History& history);

  const std::unique_ptr<targets::TargetIterator> iterator_;
  const std::int32_t snapshot_;
  const KeyStyle style_;
  std::optional<models::KeyId> at_;  // the pair it stands at
  Way way_ = Way::kForward;
  std::int64_t next_ = 0;  // the key that the move tells of next; -1 and key_count are the ends
  bool invented_ = false;
  models::KeyId first_ = 0;
  std::vector<models::Cell> cells_;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_CLIENT_ITERATOR_H_
