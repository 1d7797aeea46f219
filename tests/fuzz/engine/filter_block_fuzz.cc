// A filter block and the filters in it: any bytes answer every question, and no question is about what lies outside; what is built says
// yes to each of its keys.
//
//   input := byte bits per key, byte count of bytes that become keys, those, filter block
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "engine/filter_block.h"
#include "engine/filter_policy.h"
#include "tests/fuzz/engine/mutate.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

// Cut at each byte below 16: a few short keys, some of them equal or empty.
std::vector<std::string> KeysOf(std::string_view bytes) {
  std::vector<std::string> keys(1);
  for (const char byte : bytes) {
    if (static_cast<unsigned char>(byte) < 16) {
      keys.emplace_back();
    } else {
      keys.back().push_back(byte);
    }
  }
  return keys;
}

void CheckBuilt(const engine::FilterPolicy& policy, const std::vector<std::string>& keys) {
  engine::FilterBlockBuilder builder(&policy);
  // Blocks of growing size, so that some ranges have several, and some have none.
  std::vector<std::uint64_t> offsets;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    builder.StartBlock(offset);
    builder.AddKey(keys[i]);
    offsets.push_back(offset);
    offset += 100 + (i % 7) * 1000;
  }
  const std::string block(builder.Finish());
  const engine::FilterBlockReader reader(&policy, block);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    fuzz::Require(reader.KeyMayMatch(offsets[i], keys[i]), "a filter has each of its keys");
  }
  std::vector<std::string_view> views(keys.begin(), keys.end());
  std::string filter;
  policy.CreateFilter(views, &filter);
  for (const std::string& key : keys) {
    fuzz::Require(policy.KeyMayMatch(key, filter), "a filter has each of its keys");
  }
}

void Ask(const engine::FilterPolicy& policy, const std::vector<std::string>& keys,
         std::string_view block) {
  // Bytes of its own, so that a read outside of them is seen.
  const std::string copy(block);
  const engine::FilterBlockReader reader(&policy, copy);
  for (std::size_t i = 0; i < keys.size() && i < 16; ++i) {
    for (const std::uint64_t offset :
         {std::uint64_t{0}, std::uint64_t{i} * 2048, std::uint64_t{i} << 60, ~std::uint64_t{0}}) {
      static_cast<void>(reader.KeyMayMatch(offset, keys[i]));
    }
    static_cast<void>(policy.KeyMayMatch(keys[i], copy));
  }
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view input = harrow::fuzz::Input(data, size).substr(2);
  const std::size_t key_bytes = std::min<std::size_t>(data[1], input.size());
  const std::vector<std::string> keys = harrow::KeysOf(input.substr(0, key_bytes));
  const std::shared_ptr<const harrow::engine::FilterPolicy> policy =
      harrow::engine::NewBloomFilterPolicy(data[0]);
  harrow::CheckBuilt(*policy, keys);
  harrow::Ask(*policy, keys, input.substr(key_bytes));
  return 0;
}
