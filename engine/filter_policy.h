// How a filter is made of keys: a summary that tells most keys that are not among them apart, and
// never one that is.
//
// Threading: constant; safe from any thread.
// Invariants: KeyMayMatch is true for each key of the filter, whatever else it says. A filter made
// under a name is read under that name only, so one whose bytes change gets another name.
#ifndef HARROW_ENGINE_FILTER_POLICY_H_
#define HARROW_ENGINE_FILTER_POLICY_H_

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harrow::engine {

class FilterPolicy {
 public:
  FilterPolicy() = default;
  FilterPolicy(const FilterPolicy&) = delete;
  FilterPolicy& operator=(const FilterPolicy&) = delete;
  virtual ~FilterPolicy() = default;

  // Not empty.
  virtual std::string_view Name() const = 0;
  // Appends the filter of the keys, some of which may be equal, to *to.
  virtual void CreateFilter(std::span<const std::string_view> keys, std::string* to) const = 0;
  // `filter` may be any bytes: what is no filter matches every key.
  virtual bool KeyMayMatch(std::string_view key, std::string_view filter) const = 0;
};

// LevelDB's Bloom filter, to the bit. 10 bits a key let about one absent key in a hundred pass.
std::shared_ptr<const FilterPolicy> NewBloomFilterPolicy(int bits_per_key);

}  // namespace harrow::engine

#endif  // HARROW_ENGINE_FILTER_POLICY_H_
