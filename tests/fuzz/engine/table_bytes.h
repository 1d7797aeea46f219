// Tables as bytes for fuzzers: taken apart into blocks, and put together again with handles, checksums and a footer that are right.
//
// Threading: pure functions.
#ifndef HARROW_TESTS_FUZZ_ENGINE_TABLE_BYTES_H_
#define HARROW_TESTS_FUZZ_ENGINE_TABLE_BYTES_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/engine/block_bytes.h"
#include "tests/fuzz/engine/mutate.h"

namespace harrow::fuzz {

struct TableParts {
  // A block's contents, not compressed.
  struct Block {
    std::string key;  // in the index, or the metaindex
    std::string contents;
    bool snappy = false;
  };
  std::vector<Block> data;
  std::vector<Block> meta;
};

// Nothing where a block cannot be found or read, or the index or metaindex is not sound.
std::optional<TableParts> SplitTable(std::string_view table);
std::string JoinTable(const TableParts& parts);
// Whether all is in order: then these are its entries.
std::optional<std::vector<BlockEntry>> SoundEntries(const TableParts& parts);

// Gives each block that a handle leads to the checksum that it should have.
void FixTableChecksums(std::string* table);
// Changes the bytes somewhere, mostly in a way that leaves handles and checksums right.
void MutateTable(std::string* table, Draw* draw);

}  // namespace harrow::fuzz

#endif  // HARROW_TESTS_FUZZ_ENGINE_TABLE_BYTES_H_
