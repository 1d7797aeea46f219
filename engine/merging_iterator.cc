// The current child is the one with the smallest key (going forward) or the largest (backward);
// forward all other children stand after it, backward before it. Turning round moves the others to
// the other side of the current key first. There are few children, so a scan finds the next one, and
// the runner-up: as long as the current child stays on this side of that one, no scan is needed.
#include "engine/merging_iterator.h"

#include <cstddef>
#include <string_view>
#include <utility>

#include "engine/check.h"
#include "engine/internal_key.h"

namespace harrow::engine {
namespace {

// A child with its key at hand, which saves two virtual calls for each comparison.
class Child {
 public:
  explicit Child(std::unique_ptr<Iterator> iterator) : iterator_(std::move(iterator)) { Update(); }

  bool valid() const { return valid_; }
  std::string_view key() const { return key_; }
  Iterator* operator->() const { return iterator_.get(); }

  // After every movement.
  void Update() {
    valid_ = iterator_->Valid();
    key_ = valid_ ? iterator_->key() : std::string_view();
  }

 private:
  std::unique_ptr<Iterator> iterator_;
  bool valid_ = false;
  std::string_view key_;
};

class MergingIterator final : public Iterator {
 public:
  explicit MergingIterator(std::vector<std::unique_ptr<Iterator>> children) {
    children_.reserve(children.size());
    for (auto& child : children) children_.emplace_back(std::move(child));
  }

  bool Valid() const override { return current_ != nullptr; }
  std::string_view key() const override {
    HARROW_CHECK(Valid());
    return current_->key();
  }
  std::string_view value() const override {
    HARROW_CHECK(Valid());
    return (*current_)->value();
  }
  absl::Status status() const override { return status_; }

  void SeekToFirst() override {
    status_ = absl::OkStatus();
    for (Child& child : children_) {
      child->SeekToFirst();
      Settle(&child);
    }
    Choose(Direction::kForward);
  }
  void SeekToLast() override {
    status_ = absl::OkStatus();
    for (Child& child : children_) {
      child->SeekToLast();
      Settle(&child);
    }
    Choose(Direction::kBackward);
  }
  void Seek(std::string_view target) override {
    status_ = absl::OkStatus();
    for (Child& child : children_) {
      child->Seek(target);
      Settle(&child);
    }
    Choose(Direction::kForward);
  }

  void Next() override {
    HARROW_CHECK(Valid());
    const bool turns = direction_ == Direction::kBackward;
    if (turns) TurnForward();
    (*current_)->Next();
    Settle(current_);
    if (turns || !StaysCurrent()) Choose(Direction::kForward);
  }
  void Prev() override {
    HARROW_CHECK(Valid());
    const bool turns = direction_ == Direction::kForward;
    if (turns) TurnBackward();
    (*current_)->Prev();
    Settle(current_);
    if (turns || !StaysCurrent()) Choose(Direction::kBackward);
  }

 private:
  enum class Direction { kForward, kBackward };

  // Takes in where a child stands after it moved.
  void Settle(Child* child) {
    child->Update();
    if (!child->valid() && status_.ok()) status_ = (*child)->status();
  }

  // Whether key a is shown before key b.
  static bool IsBefore(std::string_view a, std::string_view b, Direction direction) {
    const int order = CompareInternalKey(a, b);
    return direction == Direction::kForward ? order < 0 : order > 0;
  }

  // Whether the current child, the only one that moved, is still the one to show.
  bool StaysCurrent() const {
    return current_->valid() &&
           (runner_up_ == nullptr || IsBefore(current_->key(), runner_up_->key(), direction_));
  }

  void TurnForward() {
    for (Child& child : children_) {
      if (&child == current_) continue;
      child->Seek(current_->key());
      Settle(&child);
    }
  }

  void TurnBackward() {
    for (Child& child : children_) {
      if (&child == current_) continue;
      // The first pair after the current key; the one before it is what is wanted.
      child->Seek(current_->key());
      Settle(&child);
      if (child.valid()) {
        child->Prev();
        Settle(&child);
      } else if (status_.ok()) {
        child->SeekToLast();
        Settle(&child);
      }
    }
  }

  void Choose(Direction direction) {
    direction_ = direction;
    current_ = nullptr;
    runner_up_ = nullptr;
    if (!status_.ok()) return;
    for (Child& child : children_) {
      if (!child.valid()) continue;
      if (current_ == nullptr || IsBefore(child.key(), current_->key(), direction)) {
        runner_up_ = std::exchange(current_, &child);
      } else if (runner_up_ == nullptr || IsBefore(child.key(), runner_up_->key(), direction)) {
        runner_up_ = &child;
      }
    }
  }

  std::vector<Child> children_;
  Child* current_ = nullptr;    // nullptr when not valid
  Child* runner_up_ = nullptr;  // what it would be without the current child; or nullptr
  Direction direction_ = Direction::kForward;
  absl::Status status_;  // of the first child that failed since the last seek
};

}  // namespace

std::unique_ptr<Iterator> NewMergingIterator(std::vector<std::unique_ptr<Iterator>> children) {
  if (children.size() == 1) return std::move(children.front());
  return std::make_unique<MergingIterator>(std::move(children));
}

}  // namespace harrow::engine
