// One store under measurement: the engine, or stock LevelDB, with the same options.
//
// Threading: as a LevelDB database: all but Compact from many threads at once.
// Errors: a call that fails ends the program with a line on standard error: figures of a store that
// fails are worth nothing.
#ifndef HARROW_TESTS_BENCH_STORE_H_
#define HARROW_TESTS_BENCH_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harrow::bench {

enum class Maker { kEngine, kStock };
enum class Compression { kNone, kSnappy };
enum class Durability { kLater, kSynced };

struct StoreOptions {
  std::size_t write_buffer_size = 4 << 20;
  std::size_t block_cache_size = 8 << 20;
  Compression compression = Compression::kNone;
  bool map_tables = true;  // the engine's allow_mmap_reads; stock maps tables always
};

struct Entry {
  std::string_view key;
  std::string_view value;
};

class Store {
 public:
  virtual ~Store() = default;

  virtual void Put(const Entry& entry, Durability durability) = 0;
  virtual void PutAll(std::span<const Entry> entries, Durability durability) = 0;
  // Whether the key is there.
  virtual bool Get(std::string_view key, std::string* value) = 0;
  // From the first key on, until visit says that it has enough.
  virtual void Scan(const std::function<bool(const Entry&)>& visit) = 0;
  // Leaves no work for the background.
  virtual void Compact() = 0;
};

// Opens what is in the directory, or makes a new store there.
std::unique_ptr<Store> OpenStore(Maker maker, const std::string& directory,
                                 const StoreOptions& options);

}  // namespace harrow::bench

#endif  // HARROW_TESTS_BENCH_STORE_H_
