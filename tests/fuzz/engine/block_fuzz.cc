// A block: any bytes are walked or are DataLoss; what a plain decoder of the grammar finds is what the cursor shows, forward,
// backward and by seeks; and the entries, built into a block again, read the same.
//
//   input := byte restart interval, block
#include <algorithm>
#include <string>
#include <vector>

#include "engine/block.h"
#include "engine/block_builder.h"
#include "engine/internal_key.h"
#include "tests/fuzz/engine/block_bytes.h"
#include "tests/fuzz/engine/mutate.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

std::vector<fuzz::BlockEntry> Forward(engine::BlockCursor* cursor) {
  std::vector<fuzz::BlockEntry> entries;
  for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next()) {
    fuzz::Require(cursor->key().size() >= engine::kTagSize, "a key has a tag");
    entries.push_back({std::string(cursor->key()), std::string(cursor->value())});
  }
  return entries;
}

void CheckSound(engine::BlockCursor* cursor, const std::vector<fuzz::BlockEntry>& entries) {
  std::vector<fuzz::BlockEntry> backward;
  for (cursor->SeekToLast(); cursor->Valid(); cursor->Prev()) {
    backward.push_back({std::string(cursor->key()), std::string(cursor->value())});
  }
  fuzz::Require(cursor->status().ok(), "a sound block is walked backward");
  std::reverse(backward.begin(), backward.end());
  fuzz::Require(backward == entries, "backward is forward reversed");
  for (std::size_t i = 0; i < entries.size(); ++i) {
    cursor->Seek(entries[i].key);
    fuzz::Require(cursor->Valid() && cursor->key() == entries[i].key, "a seek finds each key");
    cursor->Prev();
    fuzz::Require(cursor->Valid() == (i > 0), "there is one before all but the first");
    if (i == 0) continue;
    cursor->Next();
    fuzz::Require(cursor->Valid() && cursor->value() == entries[i].value, "a turn goes back");
  }
}

void CheckBuilder(const std::vector<fuzz::BlockEntry>& entries, int restart_interval) {
  engine::BlockBuilder builder(restart_interval);
  for (const fuzz::BlockEntry& entry : entries) builder.Add(entry.key, entry.value);
  const std::size_t size = builder.CurrentSize();
  const std::string_view block = builder.Finish();
  fuzz::Require(block.size() == size, "a block has the size that was foretold");
  engine::BlockCursor cursor(block);
  fuzz::Require(Forward(&cursor) == entries && cursor.status().ok(), "what is built reads back");
  fuzz::Require(fuzz::DecodeBlock(block).sound, "what is built is sound");
}

// Whatever the bytes: no call may do harm.
void Wander(std::string_view block) {
  engine::BlockCursor cursor(block);
  std::size_t steps = 0;
  for (cursor.SeekToLast(); cursor.Valid(); cursor.Prev()) {
    fuzz::Require(++steps <= block.size(), "a walk backward ends");
  }
  for (std::size_t at = 0; at + engine::kTagSize <= block.size() && at < 64; at += 7) {
    engine::BlockCursor other(block);
    other.Seek(block.substr(at, engine::kTagSize + at % 5));
    if (other.Valid()) other.Next();
    if (other.Valid()) other.Prev();
    fuzz::Require(other.status().ok() || !other.Valid(), "there is nothing behind damage");
  }
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace fuzz = harrow::fuzz;
  if (size == 0) return 0;
  const std::string_view block = fuzz::Input(data, size).substr(1);
  const fuzz::DecodedBlock decoded = fuzz::DecodeBlock(block);
  harrow::engine::BlockCursor cursor(block);
  const std::vector<fuzz::BlockEntry> entries = harrow::Forward(&cursor);
  fuzz::Require(entries == decoded.entries, "the cursor shows what the grammar says");
  fuzz::Require(cursor.status().ok() || absl::IsDataLoss(cursor.status()), "damage is DataLoss");
  if (decoded.sound) {
    fuzz::Require(cursor.status().ok(), "a sound block is walked forward");
    harrow::CheckSound(&cursor, entries);
    harrow::CheckBuilder(entries, 1 + data[0] % 20);
  }
  harrow::Wander(block);
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  namespace fuzz = harrow::fuzz;
  fuzz::Draw draw(seed);
  if (size == 0 || draw.OneIn(3)) return LLVMFuzzerMutate(data, size, size_max);
  const std::string_view input = fuzz::Input(data, size);
  std::vector<fuzz::BlockEntry> entries = fuzz::DecodeBlock(input.substr(1)).entries;
  if (entries.empty()) return LLVMFuzzerMutate(data, size, size_max);
  fuzz::MutateEntry(&entries, &draw);
  return fuzz::Deliver(
      std::string(input.substr(0, 1)) + fuzz::BuildBlock(entries, 1 + draw.Below(17)), data, size,
      size_max);
}
