// Searching compares words first, eight bytes of each key from where the keys begin to differ: they
// lie side by side, and decide nearly always. Where words are equal the whole keys do.
#include "engine/table_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "engine/block.h"
#include "engine/internal_key.h"

namespace harrow::engine {
namespace {

std::size_t CommonPrefixSize(std::string_view a, std::string_view b) {
  const std::size_t size_max = std::min(a.size(), b.size());
  std::size_t size = 0;
  while (size < size_max && a[size] == b[size]) ++size;
  return size;
}

}  // namespace

absl::StatusOr<TableIndex> TableIndex::Decode(std::string_view block) {
  TableIndex index;
  BlockCursor cursor(block);
  for (cursor.SeekToFirst(); cursor.Valid(); cursor.Next()) {
    std::string_view encoded = cursor.value();
    Entry entry{index.keys_.size(), {}};
    if (!entry.handle.DecodeFrom(&encoded)) {
      return absl::DataLossError("bad block handle in the index");
    }
    index.keys_.append(cursor.key());
    index.entries_.push_back(entry);
    const std::size_t count = index.entries_.size();
    if (count > 1 && CompareInternalKey(index.KeyOf(count - 2), cursor.key()) >= 0) {
      return absl::DataLossError("index out of order");
    }
  }
  if (!cursor.status().ok()) return cursor.status();
  if (index.entries_.empty()) return index;
  // Of ascending keys, what the first and the last share all between share.
  index.prefix_size_ = CommonPrefixSize(ExtractUserKey(index.KeyOf(0)),
                                        ExtractUserKey(index.KeyOf(index.entries_.size() - 1)));
  index.words_.reserve(index.entries_.size());
  for (std::size_t i = 0; i < index.entries_.size(); ++i) {
    index.words_.push_back(index.WordOf(ExtractUserKey(index.KeyOf(i))));
  }
  return index;
}

std::string_view TableIndex::KeyOf(std::size_t block) const {
  const std::size_t start = entries_[block].key_start;
  const std::size_t end =
      block + 1 < entries_.size() ? entries_[block + 1].key_start : keys_.size();
  return {keys_.data() + start, end - start};
}

std::uint64_t TableIndex::WordOf(std::string_view user_key) const {
  std::uint64_t word = 0;
  if (user_key.size() <= prefix_size_) return word;
  user_key.remove_prefix(prefix_size_);
  std::memcpy(&word, user_key.data(), std::min(user_key.size(), sizeof word));
  static_assert(std::endian::native == std::endian::little);
  return __builtin_bswap64(word);
}

std::size_t TableIndex::Find(std::string_view internal_key) const {
  if (entries_.empty()) return 0;
  const std::string_view user_key = ExtractUserKey(internal_key);
  const std::string_view prefix(keys_.data(), prefix_size_);
  const int order = user_key.substr(0, prefix_size_).compare(prefix);
  if (order != 0) return order < 0 ? 0 : entries_.size();

  const std::uint64_t word = WordOf(user_key);
  const auto [first, last] = std::equal_range(words_.begin(), words_.end(), word);
  auto low = static_cast<std::size_t>(first - words_.begin());
  auto high = static_cast<std::size_t>(last - words_.begin());
  while (low < high) {
    const std::size_t middle = low + (high - low) / 2;
    if (CompareInternalKey(KeyOf(middle), internal_key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace harrow::engine
