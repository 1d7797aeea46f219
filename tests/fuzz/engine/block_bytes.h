// Blocks as bytes for fuzzers: a decoder and a builder of the grammar in engine/block_builder.h, as plain as can be, which check and
// refuse nothing that the grammar allows.
//
// Threading: pure functions.
#ifndef HARROW_TESTS_FUZZ_ENGINE_BLOCK_BYTES_H_
#define HARROW_TESTS_FUZZ_ENGINE_BLOCK_BYTES_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/engine/mutate.h"

namespace harrow::fuzz {

struct BlockEntry {
  std::string key;
  std::string value;
  friend bool operator==(const BlockEntry&, const BlockEntry&) = default;
};

struct DecodedBlock {
  std::vector<BlockEntry> entries;  // up to the first that is none
  bool sound = false;               // nothing is wrong, the order and the restarts included
};

// Of internal keys.
DecodedBlock DecodeBlock(std::string_view block);
// Of any keys in any order.
std::string BuildBlock(const std::vector<BlockEntry>& entries, std::size_t restart_interval);
// Changes one of the entries, or their order.
void MutateEntry(std::vector<BlockEntry>* entries, Draw* draw);

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_BLOCK_BYTES_H_
