// A connection of stock SQLite to the table of pairs,
//
//   kv(key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID
//
// with its prepared statements, and the list of those that nobody uses.
//
// Threading: a connection is one task's at a time, and is opened without a mutex of its own; the list may be asked by several.
// Invariants: a connection in the list has no transaction open.
#ifndef HARROW_SIM_TARGETS_SQLITE_CONNECTION_H_
#define HARROW_SIM_TARGETS_SQLITE_CONNECTION_H_

#include <sqlite3.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/targets/target.h"

namespace harrow::targets {

enum class SqliteQuery : std::uint8_t {
  kBeginRead,
  kBeginWrite,
  kCommit,
  kRollback,
  kPut,     // key, value
  kDelete,  // key
  kGet,     // key
  kForward,
  kBackward,
  kFirst,
  kLast,
  kAtOrAfter,  // key
  kAfter,      // key
  kBefore,     // key
};
inline constexpr std::size_t kSqliteQueryCount = 14;

// TargetOptions::journal of a write-ahead log; below it are rollback journals.
inline constexpr std::uint64_t kSqliteLog = 3;
// TargetOptions::synchronous of the mode that makes every commit durable.
inline constexpr std::uint64_t kSqliteExtra = 3;

// DataLoss for what SQLite calls corrupt, ResourceExhausted where the disk is full, else Unavailable.
absl::Status SqliteStatus(sqlite3* database, int code);

class SqliteConnection {
 public:
  // Opens the file, which it makes if it is missing, in the modes that the options name.
  static absl::StatusOr<std::unique_ptr<SqliteConnection>> Open(std::string_view path,
                                                                const TargetOptions& options);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // Runs SQL; `last`, unless it is null, gets the first column of its last row.
  absl::Status Execute(const std::string& sql, std::string* last = nullptr);
  // Runs a query to its end, whose rows nobody wants.
  absl::Status Run(SqliteQuery query, std::string_view first = {}, std::string_view second = {});
  // True: a row was found; it is `key` and `value` (kGet: only the latter).
  absl::StatusOr<bool> Find(SqliteQuery query, std::string_view first, std::string* key,
                            std::string* value);
  absl::Status VisitAll(SqliteQuery query, const PairVisitor& visit);
  // False: one is open still, and the connection is of no use any more.
  bool EndTransaction();

 private:
  explicit SqliteConnection(sqlite3* database) : database_(database) {}
  // The statement with its parameters, prepared where it has not been.
  absl::StatusOr<sqlite3_stmt*> Bound(SqliteQuery query, std::string_view first,
                                      std::string_view second);
  absl::Status Done(sqlite3_stmt* statement, int code);
  absl::Status SetUp(const TargetOptions& options);

  sqlite3* const database_;
  std::array<sqlite3_stmt*, kSqliteQueryCount> statements_ = {};
};

class SqlitePool {
 public:
  SqlitePool(std::string_view path, const TargetOptions& options)
      : path_(path), options_(options) {}

  absl::StatusOr<std::unique_ptr<SqliteConnection>> Take();
  void Give(std::unique_ptr<SqliteConnection> connection);
  const std::string& path() const { return path_; }
  const TargetOptions& options() const { return options_; }
  bool KeepsLog() const { return options_.journal == kSqliteLog; }

 private:
  const std::string path_;
  const TargetOptions options_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

// A connection taken from the list until the end of a scope.
class SqliteLease {
 public:
  explicit SqliteLease(SqlitePool* pool) : pool_(pool) {
    absl::StatusOr<std::unique_ptr<SqliteConnection>> taken = pool->Take();
    status_ = taken.status();
    if (taken.ok()) connection_ = *std::move(taken);
  }
  ~SqliteLease() {
    if (connection_ != nullptr) pool_->Give(std::move(connection_));
  }
  SqliteLease(const SqliteLease&) = delete;
  SqliteLease& operator=(const SqliteLease&) = delete;

  const absl::Status& status() const { return status_; }
  SqliteConnection* operator->() const { return connection_.get(); }

 private:
  SqlitePool* const pool_;
  absl::Status status_;
  std::unique_ptr<SqliteConnection> connection_;
};

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_SQLITE_CONNECTION_H_
