// A database's iterator led side by side with one over a std::map.
#ifndef HARROW_TESTS_PROPERTY_ITERATOR_WALK_H_
#define HARROW_TESTS_PROPERTY_ITERATOR_WALK_H_

#include <cstddef>
#include <iterator>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>

#include "engine/iterator.h"
#include "rapidcheck.h"

namespace harrow::engine {

using Model = std::map<std::string, std::string>;

// Short keys of three letters, the lowest and the highest byte among them: many are the beginning
// of others, one is empty.
inline std::string UserKeyOf(std::size_t number) {
  std::string key;
  for (; number > 0; number /= 3) key.push_back(std::string_view("\0k\xff", 3)[number % 3]);
  return key;
}

class IteratorWalk {
 public:
  static constexpr unsigned kKeyCount = 120;

  // `model` as the iterator must show it.
  IteratorWalk(std::unique_ptr<Iterator> iterator, Model model)
      : iterator_(std::move(iterator)), model_(std::move(model)), at_(model_.end()) {}

  // Each of these gives how often the iterator failed, and asserts that it otherwise agreed.
  int Scan() {
    int failures = 0;
    iterator_->SeekToFirst();
    at_ = model_.begin();
    while (Agrees(&failures)) Move(Direction::kForward);
    iterator_->SeekToLast();
    at_ = model_.empty() ? model_.end() : std::prev(model_.end());
    while (Agrees(&failures)) Move(Direction::kBackward);
    return failures;
  }

  // Seeks, and steps that often turn.
  int Wander(unsigned seed, int steps) {
    std::mt19937 random(seed);
    int failures = 0;
    Direction direction = Direction::kForward;
    for (int i = 0; i < steps; ++i) {
      const auto choice = random() % 32;
      if (choice == 0) {
        iterator_->SeekToFirst();
        at_ = model_.begin();
      } else if (choice == 1) {
        iterator_->SeekToLast();
        at_ = model_.empty() ? model_.end() : std::prev(model_.end());
      } else if (choice < 4 || at_ == model_.end()) {
        const std::string target = UserKeyOf(random() % (kKeyCount + 10));
        iterator_->Seek(target);
        at_ = model_.lower_bound(target);
      } else {
        if (choice < 14) {
          direction = direction == Direction::kForward ? Direction::kBackward : Direction::kForward;
        }
        Move(direction);
      }
      Agrees(&failures);
    }
    return failures;
  }

 private:
  enum class Direction { kForward, kBackward };

  void Move(Direction direction) {
    if (direction == Direction::kForward) {
      iterator_->Next();
      ++at_;
    } else {
      iterator_->Prev();
      at_ = at_ == model_.begin() ? model_.end() : std::prev(at_);
    }
  }

  // Whether both stand at a pair. A failure is counted, and forgotten by the next seek.
  bool Agrees(int* failures) {
    if (!iterator_->Valid() && !iterator_->status().ok()) {
      RC_ASSERT(absl::IsDataLoss(iterator_->status()));
      ++*failures;
      at_ = model_.end();
      return false;
    }
    RC_ASSERT(iterator_->status().ok());
    RC_ASSERT(iterator_->Valid() == (at_ != model_.end()));
    if (at_ == model_.end()) return false;
    RC_ASSERT(iterator_->key() == at_->first);
    RC_ASSERT(iterator_->value() == at_->second);
    return true;
  }

  const std::unique_ptr<Iterator> iterator_;
  const Model model_;
  Model::const_iterator at_;
};

}  // namespace harrow::engine

#endif  // HARROW_TESTS_PROPERTY_ITERATOR_WALK_H_
