// A move begins at the key next to where the iterator stood, or at the key that it sought, and goes one way. Each pair it lands
// on adds the cells from there up to the pair; the end adds all that are left. Backward moves are turned round last.
#include "sim/harness/client_iterator.h"

#include <algorithm>

#include "sim/harness/payload.h"
#include "sim/kernel/check.h"

namespace harrow::harness {

bool ClientIterator::Can(const Operation& operation) const {
  const bool step =
      operation.kind == Operation::Kind::kNext || operation.kind == Operation::Kind::kPrev;
  return !step || at_.has_value();
}

absl::Status ClientIterator::Move(const Operation& operation, const models::History& history) {
  const std::int64_t here = at_.value_or(0);
  std::uint32_t steps = 0;
  switch (operation.kind) {
    case Operation::Kind::kSeek:
      Begin(Way::kForward, operation.key, history);
      iterator_->Seek(KeyName(operation.key, style_));
      break;
    case Operation::Kind::kSeekFirst:
      Begin(Way::kForward, 0, history);
      iterator_->SeekToFirst();
      break;
    case Operation::Kind::kSeekLast:
      Begin(Way::kBackward, std::int64_t{history.key_count} - 1, history);
      iterator_->SeekToLast();
      break;
    case Operation::Kind::kNext:
      Begin(Way::kForward, here + 1, history);
      iterator_->Next();
      steps = operation.count - 1;
      break;
    case Operation::Kind::kPrev:
      Begin(Way::kBackward, here - 1, history);
      iterator_->Prev();
      steps = operation.count - 1;
      break;
    default:
      KERNEL_CHECK(false);
  }
  for (; Land(history) && steps > 0; --steps) {
    if (way_ == Way::kForward) {
      iterator_->Next();
    } else {
      iterator_->Prev();
    }
  }
  End(history);
  return iterator_->status();
}

void ClientIterator::Begin(Way way, std::int64_t from, const models::History& history) {
  KERNEL_CHECK(from >= -1 && from <= std::int64_t{history.key_count});
  way_ = way;
  next_ = from;
  invented_ = false;
  first_ = static_cast<models::KeyId>(
      std::clamp<std::int64_t>(from, 0, std::int64_t{history.key_count} - 1));
  cells_.clear();
  at_.reset();
}

bool ClientIterator::Land(const models::History& history) {
  at_.reset();
  const std::int64_t end = way_ == Way::kForward ? std::int64_t{history.key_count} : -1;
  const std::int64_t ahead = way_ == Way::kForward ? 1 : -1;
  if (!iterator_->Valid()) {
    cells_.resize(cells_.size() + static_cast<std::size_t>((end - next_) * ahead));
    next_ = end;
    return false;
  }
  const std::optional<models::KeyId> key = ParseKey(iterator_->key(), history.key_count);
  if (!key.has_value() || (std::int64_t{*key} - next_) * ahead < 0) {
    invented_ = true;
    return false;
  }
  cells_.resize(cells_.size() + static_cast<std::size_t>((std::int64_t{*key} - next_) * ahead));
  cells_.push_back(IdentifyValue(history, *key, iterator_->value()));
  next_ = std::int64_t{*key} + ahead;
  at_ = key;
  return true;
}

void ClientIterator::End(const models::History& history) {
  if (invented_) {
    models::Cell garbage;
    garbage.kind = models::Cell::Kind::kGarbage;
    // Past the last key there is no cell to put it in but the last one.
    if (next_ < 0 || next_ >= std::int64_t{history.key_count}) {
      if (cells_.empty()) cells_.emplace_back();
      cells_.back() = garbage;
    } else {
      cells_.push_back(garbage);
    }
  }
  if (way_ == Way::kForward || cells_.empty()) return;
  first_ -= static_cast<models::KeyId>(cells_.size() - 1);
  std::reverse(cells_.begin(), cells_.end());
}

}  // namespace harrow::harness
