#include "sim/targets/sqlite_target.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "sim/kernel/check.h"
#include "sim/kernel/library_state.h"
#include "sim/targets/scan_along.h"
#include "sim/targets/sqlite_connection.h"
#include "sim/targets/sqlite_names.h"
#include "sim/targets/sqlite_view.h"

namespace harrow::targets {
namespace {

constexpr const char* kCreateTable =
    "CREATE TABLE IF NOT EXISTS kv(key BLOB PRIMARY KEY, value BLOB) WITHOUT ROWID";

class SqliteSnapshot : public TargetSnapshot {
 public:
  explicit SqliteSnapshot(std::shared_ptr<SqliteView> view) : view_(std::move(view)) {}
  const std::shared_ptr<SqliteView>& view() const { return view_; }

 private:
  const std::shared_ptr<SqliteView> view_;
};

const std::shared_ptr<SqliteView>& ViewOf(const TargetSnapshot* snapshot) {
  return static_cast<const SqliteSnapshot*>(snapshot)->view();
}

class SqliteTarget : public Target {
 public:
  SqliteTarget(std::string_view path, const TargetOptions& options) : pool_(path, options) {}

  absl::Status Open() {
    const SqliteLease lease(&pool_);
    absl::Status status = lease.status();
    if (status.ok()) status = lease->Execute(kCreateTable);
    if (!status.ok() || pool_.options().paranoid_checks == 0) return status;
    std::string found;
    status = lease->Execute("PRAGMA integrity_check(1)", &found);
    return status.ok() && found != "ok" ? absl::DataLossError(found) : status;
  }

  absl::Status Write(std::span<const TargetEntry> entries, bool /*sync*/) override {
    const SqliteLease lease(&pool_);
    absl::Status status = lease.status();
    if (status.ok()) status = lease->Run(SqliteQuery::kBeginWrite);
    for (const TargetEntry& entry : entries) {
      if (!status.ok()) break;
      status = entry.deletion ? lease->Run(SqliteQuery::kDelete, entry.key)
                              : lease->Run(SqliteQuery::kPut, entry.key, entry.value);
    }
    // What has failed is undone when the lease ends.
    return status.ok() ? lease->Run(SqliteQuery::kCommit) : status;
  }

  absl::Status Flush() override { return CommitDurably(); }

  absl::Status CompactRange(const TargetRange& /*range*/) override {
    absl::Status status = CommitDurably();
    if (!status.ok()) return status;
    const SqliteLease lease(&pool_);
    status = lease.status();
    if (status.ok()) status = lease->Execute("VACUUM");
    // As far as it gets: a reader of an older state keeps it from the end.
    if (status.ok() && pool_.KeepsLog()) status = lease->Execute("PRAGMA wal_checkpoint(passive)");
    return status;
  }

  absl::Status Get(std::string_view key, const TargetSnapshot* snapshot,
                   std::string* value) override {
    const absl::StatusOr<bool> found = FindValue(key, snapshot, value);
    if (!found.ok()) return found.status();
    return *found ? absl::OkStatus() : absl::NotFoundError("no such key");
  }

  absl::Status Scan(const TargetSnapshot* snapshot, ScanPath path,
                    const PairVisitor& visit) override {
    std::shared_ptr<SqliteView> view;
    if (snapshot != nullptr) {
      view = ViewOf(snapshot);
    } else {
      view = BeginSqliteRead(&pool_);
    }
    if (path == ScanPath::kWinding) return ScanAlong(path, NewSqliteIterator(view).get(), visit);
    return view->VisitAll(
        path == ScanPath::kForward ? SqliteQuery::kForward : SqliteQuery::kBackward, visit);
  }

  std::unique_ptr<TargetSnapshot> TakeSnapshot() override {
    return std::make_unique<SqliteSnapshot>(TakeSqliteView(&pool_));
  }

  std::unique_ptr<TargetIterator> NewIterator(const TargetSnapshot* snapshot) override {
    return NewSqliteIterator(snapshot != nullptr ? ViewOf(snapshot) : TakeSqliteView(&pool_));
  }

  void Inspect(const TargetRange& /*range*/) override {
    const SqliteLease lease(&pool_);
    if (!lease.status().ok()) return;
    for (const char* pragma : {"PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA quick_check"})
      lease->Execute(pragma).IgnoreError();
  }

 private:
  absl::StatusOr<bool> FindValue(std::string_view key, const TargetSnapshot* snapshot,
                                 std::string* value) {
    if (snapshot != nullptr) return ViewOf(snapshot)->Find(SqliteQuery::kGet, key, nullptr, value);
    const SqliteLease lease(&pool_);
    if (!lease.status().ok()) return lease.status();
    return lease->Find(SqliteQuery::kGet, key, nullptr, value);
  }

  // Changes a number in the database's header that nobody else reads.
  absl::Status CommitDurably() {
    TargetOptions durable = pool_.options();
    durable.synchronous = kSqliteExtra;
    const auto opened = SqliteConnection::Open(pool_.path(), durable);
    if (!opened.ok()) return opened.status();
    SqliteConnection& connection = **opened;
    std::string number;
    absl::Status status = connection.Run(SqliteQuery::kBeginWrite);
    if (status.ok()) status = connection.Execute("PRAGMA user_version", &number);
    if (status.ok())
      status = connection.Execute("PRAGMA user_version=" + std::string(number == "1" ? "2" : "1"));
    return status.ok() ? connection.Run(SqliteQuery::kCommit) : status;
  }

  SqlitePool pool_;
};

absl::Status OpenSqlite(std::string_view path, const TargetOptions& options,
                        ActivityObserver* /*observer*/, std::unique_ptr<Target>* target) {
  auto opened = std::make_unique<SqliteTarget>(path, options);
  absl::Status status = opened->Open();
  if (status.ok()) *target = std::move(opened);
  return status;
}

}  // namespace

const TargetKind& SqliteKind() {
  static constexpr TargetKind kKind = {.name = "sqlite",
                                       .options = kSqliteOptions,
                                       .classify = &ClassifySqlitePath,
                                       .describe = &DescribeSqliteBytes,
                                       .open = &OpenSqlite,
                                       .undertakes = {.errors_stick = false,
                                                      .opens_once = false,
                                                      .reads_only_read = false,
                                                      .fresh_files = false}};
  // Its statics hold what is open in the process, its mutexes and the state of its random numbers.
  static const bool kRestored = kernel::RestoreBeforeEachRun("libsqlite3.so");
  KERNEL_CHECK(kRestored && "libsqlite3.so is not loaded");
  return kKind;
}

}  // namespace harrow::targets
