#include "tests/fuzz/engine/block_bytes.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "engine/coding.h"
#include "engine/internal_key.h"

namespace harrow::fuzz {

// The grammar of block_builder.h, read from front to back.
DecodedBlock DecodeBlock(std::string_view block) {
  DecodedBlock decoded;
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
    BlockEntry entry{previous.substr(0, shared).append(rest.substr(0, unshared)),
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

std::string BuildBlock(const std::vector<BlockEntry>& entries, std::size_t restart_interval) {
  std::string block;
  std::string restarts;
  std::uint32_t restart_count = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string& key = entries[i].key;
    std::size_t shared = 0;
    if (i % restart_interval == 0) {
      engine::PutFixed32(&restarts, static_cast<std::uint32_t>(block.size()));
      ++restart_count;
    } else {
      const std::string& previous = entries[i - 1].key;
      const auto size = static_cast<std::ptrdiff_t>(std::min(key.size(), previous.size()));
      shared = static_cast<std::size_t>(
          std::mismatch(key.begin(), key.begin() + size, previous.begin()).first - key.begin());
    }
    engine::PutVarint32(&block, static_cast<std::uint32_t>(shared));
    engine::PutVarint32(&block, static_cast<std::uint32_t>(key.size() - shared));
    engine::PutVarint32(&block, static_cast<std::uint32_t>(entries[i].value.size()));
    block.append(key, shared).append(entries[i].value);
  }
  if (entries.empty()) {
    engine::PutFixed32(&restarts, 0);
    restart_count = 1;
  }
  block.append(restarts);
  engine::PutFixed32(&block, restart_count);
  return block;
}

void MutateEntry(std::vector<BlockEntry>* entries, Draw* draw) {
  if (entries->empty() || draw->OneIn(6)) return Rearrange(entries, draw);
  BlockEntry& entry = (*entries)[draw->Below(entries->size())];
  MutateBytes(draw->OneIn(3) ? &entry.value : &entry.key);
}

}  // namespace harrow::fuzz
