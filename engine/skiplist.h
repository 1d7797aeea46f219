// An ordered set of keys in an arena, to which one thread adds while others read without locks.
// (Pugh, "Skip lists: a probabilistic alternative to balanced trees", 1990; no deletion.)
//
// Threading: Insert needs outside exclusion among writers. Readers and iterators run at any time
// beside a writer. A node is filled before a release store links it, and every link is followed by
// an acquire load, so a reader sees whole nodes only.
// Invariants:
//  1. Keys are in strictly ascending order along level 0; level n + 1 is a subsequence of level n.
//  2. A node that is linked stays where it is, unchanged but for its links, as long as the list.
//  3. The list is the same whatever way an insertion found its place.
//  4. The heights come from a generator of the list's own with a fixed seed: the same insertions
//     make the same list.
// Insertions that follow each other closely, as those of sequential writes do, are searched for from
// the last one, level by level upward (a finger search; Pugh, "A skip list cookbook", 1990), which
// takes a few comparisons; an insertion that was far from the last one makes the next start at the
// head.
// Comparator: `int operator()(const Key& a, const Key& b) const`, negative, zero or positive.
// Key is trivially destructible: nodes are never destroyed.
#ifndef HARROW_ENGINE_SKIPLIST_H_
#define HARROW_ENGINE_SKIPLIST_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "engine/arena.h"
#include "engine/check.h"

namespace harrow::engine {

template <class Key, class Comparator>
class SkipList {
  static_assert(std::is_trivially_destructible_v<Key>);
  struct Node;

 public:
  static constexpr int kMaxHeight = 12;
  // Close: in the same stretch of this level, some dozens of keys.
  static constexpr int kCloseLevel = 2;

  // The arena outlives the list.
  SkipList(Comparator comparator, Arena* arena) : compare_(comparator), arena_(arena) {}
  SkipList(const SkipList&) = delete;
  SkipList& operator=(const SkipList&) = delete;

  // The key is not in the list yet (checked).
  void Insert(const Key& key);
  bool Contains(const Key& key) const;

  // A cursor. It sees every key that was inserted before it moved and may see later ones.
  class Iterator {
   public:
    explicit Iterator(const SkipList* list) : list_(list) {}

    bool Valid() const { return node_ != nullptr; }
    const Key& key() const {
      HARROW_CHECK(Valid());
      return node_->key;
    }
    void Next() {
      HARROW_CHECK(Valid());
      node_ = node_->first_link.load(std::memory_order_acquire);
    }
    // Searches for the node before: nodes have no links backward.
    void Prev() {
      HARROW_CHECK(Valid());
      node_ = list_->FindLessThan(node_->key);
    }
    void Seek(const Key& target) { node_ = list_->FindGreaterOrEqual(target, nullptr); }
    void SeekToFirst() { node_ = list_->head_[0].load(std::memory_order_acquire); }
    void SeekToLast() { node_ = list_->FindLast(); }

   private:
    const SkipList* list_;
    const Node* node_ = nullptr;
  };

 private:
  using Link = std::atomic<Node*>;
  // The links of levels 1 and up lie in the memory behind the node, as many as its height needs.
  struct Node {
    explicit Node(const Key& k) : key(k) {}
    Link* link(int level) { return &first_link + level; }
    const Key key;
    Link first_link{nullptr};
  };

  Node* NewNode(const Key& key, int height);
  int RandomHeight();
  // The link out of a node, or out of the head for nullptr.
  Link* LinkOf(Node* node, int level) const {
    return node == nullptr ? &head_[level] : node->link(level);
  }
  // The first node at or after key. Where `before` is given, before[level] becomes the link that
  // leads past key, on each level below the list's height.
  Node* FindGreaterOrEqual(const Key& key, Link** before) const {
    return FindFrom(nullptr, height_.load(std::memory_order_relaxed) - 1, key, before);
  }
  // The same from a node that is before key (nullptr: the head) and reaches up to `level`.
  Node* FindFrom(Node* last, int level, const Key& key, Link** before) const;
  // The same for Insert: fills finger_, where it begins when the key is close behind it.
  Node* FindPlace(const Key& key);
  const Node* FindLessThan(const Key& key) const;
  const Node* FindLast() const;

  const Comparator compare_;
  Arena* const arena_;
  // Read by readers without order: a reader that sees a new height early finds an empty link in the
  // head, which means the end, and goes down.
  std::atomic<int> height_{1};
  std::uint64_t random_ = 0x9e3779b97f4a7c15;
  // The writer's: the last key that was inserted, the links that lead past it on each level, and
  // whether it went in close behind the one before it.
  const Node* newest_ = nullptr;
  Link* finger_[kMaxHeight] = {};
  bool close_ = false;
  // The links of the head, which has no key. Not in the arena, so that an empty list allocates
  // nothing. Mutable links: a const search hands them to Insert.
  mutable Link head_[kMaxHeight] = {};
};

template <class Key, class Comparator>
typename SkipList<Key, Comparator>::Node* SkipList<Key, Comparator>::NewNode(const Key& key,
                                                                             int height) {
  const std::size_t extra = sizeof(Link) * static_cast<std::size_t>(height - 1);
  Node* node = new (arena_->AllocateAligned(sizeof(Node) + extra)) Node(key);
  for (int level = 1; level < height; ++level) new (node->link(level)) Link(nullptr);
  return node;
}

// Each level has a quarter of the keys of the level below. (xorshift64*, Vigna 2016.)
template <class Key, class Comparator>
int SkipList<Key, Comparator>::RandomHeight() {
  random_ ^= random_ >> 12;
  random_ ^= random_ << 25;
  random_ ^= random_ >> 27;
  std::uint64_t bits = (random_ * 0x2545f4914f6cdd1d) >> 32;
  int height = 1;
  while (height < kMaxHeight && (bits & 3) == 0) {
    ++height;
    bits >>= 2;
  }
  return height;
}

template <class Key, class Comparator>
typename SkipList<Key, Comparator>::Node* SkipList<Key, Comparator>::FindFrom(Node* last, int level,
                                                                              const Key& key,
                                                                              Link** before) const {
  Node* known_after = nullptr;
  for (;;) {
    Link* link = LinkOf(last, level);
    Node* next = link->load(std::memory_order_acquire);
    // A node that the level above already showed to be at or after key is not compared again.
    if (next != nullptr && next != known_after && compare_(next->key, key) < 0) {
      last = next;
      continue;
    }
    if (before != nullptr) before[level] = link;
    if (level == 0) return next;
    known_after = next;
    --level;
  }
}

template <class Key, class Comparator>
const typename SkipList<Key, Comparator>::Node* SkipList<Key, Comparator>::FindLessThan(
    const Key& key) const {
  Node* last = nullptr;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0;) {
    Node* next = LinkOf(last, level)->load(std::memory_order_acquire);
    if (next != nullptr && compare_(next->key, key) < 0) {
      last = next;
    } else {
      --level;
    }
  }
  return last;
}

template <class Key, class Comparator>
const typename SkipList<Key, Comparator>::Node* SkipList<Key, Comparator>::FindLast() const {
  Node* last = nullptr;
  for (int level = height_.load(std::memory_order_relaxed) - 1; level >= 0;) {
    Node* next = LinkOf(last, level)->load(std::memory_order_acquire);
    if (next != nullptr) {
      last = next;
    } else {
      --level;
    }
  }
  return last;
}

template <class Key, class Comparator>
typename SkipList<Key, Comparator>::Node* SkipList<Key, Comparator>::FindPlace(const Key& key) {
  const int top = height_.load(std::memory_order_relaxed) - 1;
  const int close = top < kCloseLevel ? top : kCloseLevel;
  if (close_ && compare_(newest_->key, key) < 0) {
    Node* below = nullptr;  // on the level below, before key
    for (int level = 0; level <= close; ++level) {
      Node* next = finger_[level]->load(std::memory_order_relaxed);
      if (next == nullptr || compare_(key, next->key) < 0) {
        // Above, the finger is right. Below, the last node passed leads on.
        return level == 0 ? next : FindFrom(below, level - 1, key, finger_);
      }
      below = next;
    }
  }
  Link* const was = finger_[close];
  Node* const next = FindGreaterOrEqual(key, finger_);
  close_ = finger_[close] == was;
  return next;
}

template <class Key, class Comparator>
void SkipList<Key, Comparator>::Insert(const Key& key) {
  const Node* after = FindPlace(key);
  HARROW_CHECK(after == nullptr || compare_(key, after->key) < 0);

  const int height = RandomHeight();
  const int old_height = height_.load(std::memory_order_relaxed);
  for (int level = old_height; level < height; ++level) finger_[level] = &head_[level];
  if (height > old_height) height_.store(height, std::memory_order_relaxed);

  Node* node = NewNode(key, height);
  for (int level = 0; level < height; ++level) {
    // Nobody reads the new node before the release store below.
    node->link(level)->store(finger_[level]->load(std::memory_order_relaxed),
                             std::memory_order_relaxed);
    finger_[level]->store(node, std::memory_order_release);
    finger_[level] = node->link(level);
  }
  newest_ = node;
}

template <class Key, class Comparator>
bool SkipList<Key, Comparator>::Contains(const Key& key) const {
  const Node* node = FindGreaterOrEqual(key, nullptr);
  return node != nullptr && compare_(key, node->key) == 0;
}

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_SKIPLIST_H_
