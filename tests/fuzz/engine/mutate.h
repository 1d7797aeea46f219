// How the custom mutators of the engine's fuzzers choose and change: plain changes of bytes are libFuzzer's, which learns from
// them; where they go, and what is put right after them, is the mutator's.
//
// Threading: single-threaded.
#ifndef HARROW_TESTS_FUZZ_ENGINE_MUTATE_H_
#define HARROW_TESTS_FUZZ_ENGINE_MUTATE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

// libFuzzer's, or that of replay_seeds.cc.
extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);
// A fuzz target may have one; libFuzzer and replay_seeds.cc then use it.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed);

namespace harrow::fuzz {

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  // `bound` is at least 1.
  std::size_t Below(std::size_t bound) {
    state_ = state_ * 6364136223846793005U + 1442695040888963407U;
    return static_cast<std::size_t>((state_ >> 33) % bound);
  }
  bool OneIn(std::size_t count) { return Below(count) == 0; }

 private:
  std::uint64_t state_;
};

inline void MutateBytes(std::string* bytes, std::size_t growth_max = 64) {
  const std::size_t size = bytes->size();
  bytes->resize(size + growth_max);
  bytes->resize(
      LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes->data()), size, size + growth_max));
}

// Removes one, repeats one somewhere else, or swaps two; or leaves all as it is where there are none.
template <typename T>
void Rearrange(std::vector<T>* items, Draw* draw) {
  if (items->empty()) return;
  const std::size_t from = draw->Below(items->size());
  const std::size_t to = draw->Below(items->size());
  const auto place = [](std::size_t index) { return static_cast<std::ptrdiff_t>(index); };
  switch (draw->Below(3)) {
    case 0:
      items->erase(items->begin() + place(from));
      break;
    case 1: {
      T copy = (*items)[from];
      items->insert(items->begin() + place(to), std::move(copy));
      break;
    }
    default:
      std::swap((*items)[from], (*items)[to]);
  }
}

// What a custom mutator returns for what it made; a mutation that has no room is replaced by a plain one.
inline std::size_t Deliver(const std::string& made, std::uint8_t* data, std::size_t size,
                           std::size_t size_max) {
  if (made.empty() || made.size() > size_max) return LLVMFuzzerMutate(data, size, size_max);
  std::memcpy(data, made.data(), made.size());
  return made.size();
}

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_MUTATE_H_
