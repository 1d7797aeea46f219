// A small store to put under test: one file that is only appended to, a record for each batch, and all pairs in memory.
//
// A record is its length, a checksum and its entries. Opening replays the records and writes the pairs as one record into
// a new file; a write appends one, and with `sync` makes the file durable. After a failed append or sync every later write fails until the store is opened again.
//
// With APPEND_STORE_KEEPS_TORN_TAIL it has a bug that real stores have had (google/leveldb 1287): what a crash tore off the last
// record stays in the file, and what is appended behind it cannot be read.
//
// Threading: any, but for Open and Close. Errors: errno values, 0 is good.
#ifndef HARROW_TESTS_EXAMPLE_OWN_STORE_APPEND_STORE_H_
#define HARROW_TESTS_EXAMPLE_OWN_STORE_APPEND_STORE_H_

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace append_store {

using Pairs = std::map<std::string, std::string, std::less<>>;

struct Entry {
  std::string_view key;
  std::optional<std::string_view> value;  // none: a deletion
};

class Store {
 public:
  // Opens the store in a folder, which it makes where there is none. nullptr with `error` set: EBUSY where it is open already.
  static std::unique_ptr<Store> Open(const std::string& folder, int* error);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  int Write(const std::vector<Entry>& entries, bool sync);
  int Sync();
  std::optional<std::string> Get(std::string_view key) const;
  // All pairs, as they are now.
  std::shared_ptr<const Pairs> Snapshot() const;

 private:
  Store() = default;
  int Start(const std::string& folder);
  int ReadRecords(const std::string& path);
  int Append(std::string_view record);
  int MakeDurable();

  mutable std::mutex mutex_;
  int lock_fd_ = -1;
  int fd_ = -1;
  int broken_ = 0;  // the error that ended writing
  std::shared_ptr<Pairs> pairs_ = std::make_shared<Pairs>();
};

}  // namespace append_store

#endif  // HARROW_TESTS_EXAMPLE_OWN_STORE_APPEND_STORE_H_
