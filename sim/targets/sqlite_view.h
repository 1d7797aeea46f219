// One state of SQLite's table, for as long as it is held: a snapshot, or what an iterator moves over.
//
// With a write-ahead log it is a read transaction on a connection of its own. With a rollback journal such a transaction would
// keep every writer out until it ends, also one of the client that holds it; there the state is copied.
//
// Threading: one task at a time. The list of connections outlives it.
#ifndef HARROW_SIM_TARGETS_SQLITE_VIEW_H_
#define HARROW_SIM_TARGETS_SQLITE_VIEW_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "sim/targets/sqlite_connection.h"
#include "sim/targets/target.h"

namespace harrow::targets {

class SqliteView {
 public:
  virtual ~SqliteView() = default;

  // As SqliteConnection's; `query` is kGet, kFirst, kLast, kAtOrAfter, kAfter or kBefore.
  virtual absl::StatusOr<bool> Find(SqliteQuery query, std::string_view first, std::string* key,
                                    std::string* value) = 0;
  // `query` is kForward or kBackward.
  virtual absl::Status VisitAll(SqliteQuery query, const PairVisitor& visit) = 0;
};

// The present. An error that taking one met is every read's.
std::shared_ptr<SqliteView> TakeSqliteView(SqlitePool* pool);
// The same, and always a read transaction: for one call.
std::unique_ptr<SqliteView> BeginSqliteRead(SqlitePool* pool);

std::unique_ptr<TargetIterator> NewSqliteIterator(std::shared_ptr<SqliteView> view);

}  // namespace harrow::targets

#endif  // HARROW_SIM_TARGETS_SQLITE_VIEW_H_
