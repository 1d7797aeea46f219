// A store of either make behind one interface, as far as both have it.
//
// Threading: single-threaded. Errors: as the store reports them; LevelDB's are Internal, with its words.
#ifndef HARROW_TESTS_PROPERTY_INTERCHANGE_STORE_H_
#define HARROW_TESTS_PROPERTY_INTERCHANGE_STORE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/iterator.h"
#include "tests/property/interchange/program.h"

namespace harrow::interchange {

enum class Make : std::uint8_t { kHarrow, kLevelDb };
inline Make Other(Make make) { return make == Make::kHarrow ? Make::kLevelDb : Make::kHarrow; }
void showValue(Make make, std::ostream& out);

// User keys, both ends included.
struct KeyRange {
  std::string first;
  std::string last;
};

class HeldSnapshot {
 public:
  virtual ~HeldSnapshot() = default;
};

class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // As one batch.
  virtual absl::Status Write(const std::vector<Change>& changes, bool sync) = 0;
  virtual absl::Status Flush() = 0;
  // Nothing: everything.
  virtual absl::Status CompactRange(const std::optional<KeyRange>& range) = 0;

  // Nothing for an absent key. The snapshot may be nullptr: as of now.
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key,
                                                         const HeldSnapshot* snapshot) = 0;
  virtual std::unique_ptr<engine::Iterator> NewIterator(const HeldSnapshot* snapshot) = 0;
  // Released by its destructor, before the store's.
  virtual std::unique_ptr<HeldSnapshot> TakeSnapshot() = 0;
};

// Opens a directory, or makes it.
absl::StatusOr<std::unique_ptr<Store>> OpenHarrow(const StoreOptions& options,
                                                  const std::string& directory);
absl::StatusOr<std::unique_ptr<Store>> OpenLevelDb(const StoreOptions& options,
                                                   const std::string& directory);
absl::StatusOr<std::unique_ptr<Store>> Open(Make make, const StoreOptions& options,
                                            const std::string& directory);

}  // namespace harrow::interchange

#endif  // HARROW_TESTS_PROPERTY_INTERCHANGE_STORE_H_
