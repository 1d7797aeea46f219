// A block: any bytes are walked or are DataLoss; what a plain decoder of the grammar finds is what the cursor shows, forward,
// backward and by seeks; and the entries, built into a block again, read the same.
//
//   input := byte restart interval, block
#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "engine/block.h"
#include "engine/block_builder.h"
#include "engine/coding.h"
#include "engine/internal_key.h"
#include "tests/fuzz/engine/mutate.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

struct Entry {
  std::string key;
  std::string value;
  friend bool operator==(const Entry&, const Entry&) = default;
};

struct Decoded {
  std::vector<Entry> entries;  // up to the first that is none
  bool sound = false;          // nothing is wrong, the order and the restarts included
};

// The grammar of block_builder.h, read from front to back.
Decoded Decode(std::string_view block) {
  Decoded decoded;
  if (block.size() < 4) return decoded;
  const std::uint32_t count = engine::DecodeFixed32(block.data() + block.size() - 4);
  if (count > block.size() / 4 - 1) return decoded;
  const std::string_view restarts = block.substr(block.size() - 4 - std::size_t{count} * 4);
  const std::string_view bytes = block.substr(0, block.size() - restarts.size());
  bool sound = count > 0 && engine::DecodeFixed32(restarts.data()) == 0;
  if (!sound && !bytes.empty()) return decoded;
  std::uint32_t next_restart = 0;
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const std::size_t offset = bytes.size() - rest.size();
    std::uint32_t shared = 0;
    std::uint32_t unshared = 0;
    std::uint32_t value_size = 0;
    const bool header = engine::GetVarint32(&rest, &shared) &&
                        engine::GetVarint32(&rest, &unshared) &&
                        engine::GetVarint32(&rest, &value_size);
    const std::string previous = decoded.entries.empty() ? "" : decoded.entries.back().key;
    if (!header || rest.size() < std::uint64_t{unshared} + value_size || shared > previous.size() ||
        std::uint64_t{shared} + unshared < engine::kTagSize) {
      return decoded;
    }
    Entry entry{previous.substr(0, shared).append(rest.substr(0, unshared)),
                std::string(rest.substr(unshared, value_size))};
    rest.remove_prefix(std::size_t{unshared} + value_size);
    if (!decoded.entries.empty() && engine::CompareInternalKey(previous, entry.key) >= 0) {
      sound = false;
    }
    if (next_restart < count &&
        engine::DecodeFixed32(restarts.data() + std::size_t{next_restart} * 4) == offset) {
      ++next_restart;
      if (shared != 0) sound = false;
    }
    decoded.entries.push_back(std::move(entry));
  }
  decoded.sound = sound && (next_restart == count || (bytes.empty() && count == 1));
  return decoded;
}

std::vector<Entry> Forward(engine::BlockCursor* cursor) {
  std::vector<Entry> entries;
  for (cursor->SeekToFirst(); cursor->Valid(); cursor->Next()) {
    fuzz::Require(cursor->key().size() >= engine::kTagSize, "a key has a tag");
    entries.push_back({std::string(cursor->key()), std::string(cursor->value())});
  }
  return entries;
}

void CheckSound(engine::BlockCursor* cursor, const std::vector<Entry>& entries) {
  std::vector<Entry> backward;
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

void CheckBuilder(const std::vector<Entry>& entries, int restart_interval) {
  engine::BlockBuilder builder(restart_interval);
  for (const Entry& entry : entries) builder.Add(entry.key, entry.value);
  const std::size_t size = builder.CurrentSize();
  const std::string_view block = builder.Finish();
  fuzz::Require(block.size() == size, "a block has the size that was foretold");
  engine::BlockCursor cursor(block);
  fuzz::Require(Forward(&cursor) == entries && cursor.status().ok(), "what is built reads back");
  fuzz::Require(Decode(block).sound, "what is built is sound");
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
  const harrow::Decoded decoded = harrow::Decode(block);
  harrow::engine::BlockCursor cursor(block);
  const std::vector<harrow::Entry> entries = harrow::Forward(&cursor);
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
