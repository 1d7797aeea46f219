// A set of page numbers of one file, as bits. A file of up to 64 pages needs no memory of its own.
//
// Threading: a value.
#ifndef HARROW_SIM_DISK_DIRTY_PAGES_H_
#define HARROW_SIM_DISK_DIRTY_PAGES_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace harrow::disk {

class DirtyPages {
 public:
  bool Test(std::uint64_t page) const {
    const std::uint64_t word = page / kBits;
    return word <= rest_.size() && ((Word(word) >> (page % kBits)) & 1) != 0;
  }
  void Set(std::uint64_t page) {
    const std::uint64_t word = page / kBits;
    if (word > rest_.size()) rest_.resize(word);
    (word == 0 ? first_ : rest_[word - 1]) |= std::uint64_t{1} << (page % kBits);
  }
  void Clear() {
    first_ = 0;
    rest_.clear();
  }
  // Removes the pages at and after `first`.
  void ClearFrom(std::uint64_t first) {
    const std::uint64_t word = first / kBits;
    if (word > rest_.size()) return;
    rest_.resize(word);
    (word == 0 ? first_ : rest_.back()) &= (std::uint64_t{1} << (first % kBits)) - 1;
  }
  bool Any() const { return End() != 0; }
  std::size_t Count() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i <= rest_.size(); ++i) {
      count += static_cast<std::size_t>(std::popcount(Word(i)));
    }
    return count;
  }
  // One past the last page in the set; 0 when it is empty.
  std::uint64_t End() const {
    for (std::size_t i = rest_.size() + 1; i > 0; --i) {
      const std::uint64_t word = Word(i - 1);
      if (word != 0) return i * kBits - static_cast<std::uint64_t>(std::countl_zero(word));
    }
    return 0;
  }
  // The first page in the set, which is not empty.
  std::uint64_t First() const {
    std::size_t word = 0;
    while (Word(word) == 0) ++word;
    return word * kBits + static_cast<std::uint64_t>(std::countr_zero(Word(word)));
  }
  // Calls `visit(page)` in ascending order.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (std::size_t i = 0; i <= rest_.size(); ++i) {
      for (std::uint64_t word = Word(i); word != 0; word &= word - 1) {
        visit(i * kBits + static_cast<std::uint64_t>(std::countr_zero(word)));
      }
    }
  }

 private:
  static constexpr std::uint64_t kBits = 64;

  std::uint64_t Word(std::uint64_t index) const { return index == 0 ? first_ : rest_[index - 1]; }

  std::uint64_t first_ = 0;
  std::vector<std::uint64_t> rest_;
};

}  // namespace harrow::disk

#endif  // HARROW_SIM_DISK_DIRTY_PAGES_H_
