#include "sim/harness/run_digest.h"

#include "sim/kernel/random.h"

namespace harrow::harness {

void RunDigest::Add(std::uint64_t value) { hash_ = kernel::Mix(hash_, value); }

void RunDigest::Add(std::string_view text) {
  std::uint64_t folded = text.size();
  for (const char byte : text)
    folded = folded * 0x100000001b3ULL + static_cast<unsigned char>(byte);
  Add(folded);
}

void RunDigest::Add(std::span<const models::Cell> cells) {
  for (const models::Cell& cell : cells) {
    Add((static_cast<std::uint64_t>(cell.kind) << 60) | (std::uint64_t{cell.entry} << 32) |
        cell.write);
  }
}

void RunDigest::Add(const models::History& history) {
  for (const models::Life& life : history.lives) {
    Add(life.open_responded);
    Add(life.ended);
    Add(life.open_error);
    Add(life.read_back_error);
    Add(life.recovered);
  }
  for (const models::Write& write : history.writes) {
    Add(write.invoked);
    Add(write.responded);
    Add(write.error);
  }
  for (const models::Read& read : history.reads) {
    Add(read.responded);
    Add(read.error);
    Add(read.cells);
  }
}

}  // namespace harrow::harness
