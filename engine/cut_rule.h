// Where an output of a compaction ends: once it is large enough, or overlaps so much of the level
// after its own that compacting it in turn would be too much work; but never between two entries of
// one user key.
//
// Threading: one thread at a time; the list outlives it.
// Source: LevelDB, Compaction::ShouldStopBefore and DBImpl::DoCompactionWork, which may split a user
// key.
#ifndef HARROW_ENGINE_CUT_RULE_H_
#define HARROW_ENGINE_CUT_RULE_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/version.h"

namespace harrow::engine {

class CutRule {
 public:
  struct Limits {
    std::uint64_t file_size = 0;
    std::uint64_t grandparent_overlap = 0;  // in bytes of their tables
  };
  // `grandparents` in the order of keys.
  CutRule(const FileList* grandparents, const Limits& limits)
      : grandparents_(grandparents), limits_(limits) {}

  // Before the first entry of each user key of which one is kept, in order: whether the output at
  // hand, of which so much is written, ends and another one starts.
  bool CutsBefore(std::string_view user_key, std::uint64_t output_size);

 private:
  const FileList* const grandparents_;
  const Limits limits_;
  bool started_ = false;       // there is an output
  std::size_t at_ = 0;         // the first grandparent that does not end before the last key
  std::uint64_t overlap_ = 0;  // bytes of those that the output at hand has gone past
};

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_CUT_RULE_H_
