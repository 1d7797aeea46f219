#include "sim/targets/sqlite_connection.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace harrow::targets {
namespace {

// Of simulated time. Whoever holds a lock is at work on a transaction, and no such takes nearly as long.
constexpr int kBusyTimeoutMs = 600'000;

constexpr std::array<const char*, 4> kJournalModes = {"delete", "truncate", "persist", "wal"};
constexpr std::array<const char*, 4> kSynchronous = {"off", "normal", "full", "extra"};

constexpr std::array<const char*, kSqliteQueryCount> kQueries = {
    "BEGIN",
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "INSERT OR REPLACE INTO kv VALUES(?1, ?2)",
    "DELETE FROM kv WHERE key = ?1",
    "SELECT value FROM kv WHERE key = ?1",
    "SELECT key, value FROM kv ORDER BY key",
    "SELECT key, value FROM kv ORDER BY key DESC",
    "SELECT key, value FROM kv ORDER BY key LIMIT 1",
    "SELECT key, value FROM kv ORDER BY key DESC LIMIT 1",
    "SELECT key, value FROM kv WHERE key >= ?1 ORDER BY key LIMIT 1",
    "SELECT key, value FROM kv WHERE key > ?1 ORDER BY key LIMIT 1",
    "SELECT key, value FROM kv WHERE key < ?1 ORDER BY key DESC LIMIT 1",
};

int KeepFirstColumn(void* last, int count, char** values, char**) {
  if (count > 0 && values[0] != nullptr) *static_cast<std::string*>(last) = values[0];
  return 0;
}

// An empty one has no address, and binding none binds NULL.
void Bind(sqlite3_stmt* statement, int index, std::string_view bytes) {
  sqlite3_bind_blob(statement, index, bytes.empty() ? "" : bytes.data(),
                    static_cast<int>(bytes.size()), SQLITE_STATIC);
}

std::string_view Column(sqlite3_stmt* statement, int column) {
  const void* const bytes = sqlite3_column_blob(statement, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes),
          static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

std::uint64_t PageSize(const TargetOptions& options) {
  constexpr std::uint64_t kSmallest = 512;
  constexpr std::uint64_t kLargest = 65536;
  return std::clamp(std::bit_floor(options.block_bytes), kSmallest, kLargest);
}

std::string Pages(std::uint64_t bytes, const TargetOptions& options) {
  return std::to_string(std::max<std::uint64_t>(1, bytes / PageSize(options)));
}

}  // namespace

absl::Status SqliteStatus(sqlite3* database, int code) {
  if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return absl::OkStatus();
  const std::string text =
      std::string(sqlite3_errmsg(database)) + " (" + std::to_string(code) + ")";
  constexpr int kPrimaryCode = 0xff;
  switch (code & kPrimaryCode) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return absl::DataLossError(text);
    case SQLITE_FULL:
      return absl::ResourceExhaustedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqliteConnection::Open(
    std::string_view path, const TargetOptions& options) {
  sqlite3* database = nullptr;
  const int code =
      sqlite3_open_v2(std::string(path).c_str(), &database,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (database == nullptr) return absl::ResourceExhaustedError("no memory for a connection");
  // Closes it, whatever comes.
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection(database));
  absl::Status status = SqliteStatus(database, code);
  if (status.ok()) status = connection->SetUp(options);
  if (!status.ok()) return status;
  return connection;
}

absl::Status SqliteConnection::SetUp(const TargetOptions& options) {
  // Where a file cannot be opened to write, SQLite opens it to read.
  if (sqlite3_db_readonly(database_, "main") != 0)
    return absl::UnavailableError("the database cannot be opened to write");
  sqlite3_extended_result_codes(database_, 1);
  sqlite3_busy_timeout(database_, kBusyTimeoutMs);
  std::string mode;
  const char* const wanted = kJournalModes[options.journal];
  // Temporary tables in memory, or they are files beside the database. The journal mode last: its row is kept.
  absl::Status status =
      Execute("PRAGMA temp_store=memory; PRAGMA page_size=" + std::to_string(PageSize(options)) +
                  "; PRAGMA cache_size=" + Pages(options.block_cache_bytes, options) +
                  "; PRAGMA wal_autocheckpoint=" + Pages(options.write_buffer_bytes, options) +
                  "; PRAGMA synchronous=" + kSynchronous[options.synchronous] +
                  "; PRAGMA journal_mode=" + wanted,
              &mode);
  if (status.ok() && mode != wanted)
    return absl::UnavailableError("the journal mode is " + mode + ", not " + wanted);
  return status;
}

SqliteConnection::~SqliteConnection() {
  for (sqlite3_stmt* const statement : statements_) sqlite3_finalize(statement);
  sqlite3_close(database_);
}

absl::Status SqliteConnection::Execute(const std::string& sql, std::string* last) {
  return SqliteStatus(
      database_, sqlite3_exec(database_, sql.c_str(), last == nullptr ? nullptr : &KeepFirstColumn,
                              last, nullptr));
}

absl::StatusOr<sqlite3_stmt*> SqliteConnection::Bound(SqliteQuery query, std::string_view first,
                                                      std::string_view second) {
  const auto index = static_cast<std::size_t>(query);
  sqlite3_stmt*& statement = statements_[index];
  if (statement == nullptr) {
    const int code = sqlite3_prepare_v3(database_, kQueries[index], -1, SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return SqliteStatus(database_, code);
  }
  const int parameters = sqlite3_bind_parameter_count(statement);
  if (parameters > 0) Bind(statement, 1, first);
  if (parameters > 1) Bind(statement, 2, second);
  return statement;
}

// The text of an error is gone once the statement is reset.
absl::Status SqliteConnection::Done(sqlite3_stmt* statement, int code) {
  absl::Status status = SqliteStatus(database_, code);
  sqlite3_reset(statement);
  return status;
}

absl::Status SqliteConnection::Run(SqliteQuery query, std::string_view first,
                                   std::string_view second) {
  const absl::StatusOr<sqlite3_stmt*> statement = Bound(query, first, second);
  if (!statement.ok()) return statement.status();
  return Done(*statement, sqlite3_step(*statement));
}

absl::StatusOr<bool> SqliteConnection::Find(SqliteQuery query, std::string_view first,
                                            std::string* key, std::string* value) {
  const absl::StatusOr<sqlite3_stmt*> statement = Bound(query, first, {});
  if (!statement.ok()) return statement.status();
  const int code = sqlite3_step(*statement);
  if (code == SQLITE_ROW) {
    const bool both = sqlite3_column_count(*statement) > 1;
    if (both) *key = Column(*statement, 0);
    *value = Column(*statement, both ? 1 : 0);
  }
  absl::Status status = Done(*statement, code);
  if (!status.ok()) return status;
  return code == SQLITE_ROW;
}

absl::Status SqliteConnection::VisitAll(SqliteQuery query, const PairVisitor& visit) {
  const absl::StatusOr<sqlite3_stmt*> statement = Bound(query, {}, {});
  if (!statement.ok()) return statement.status();
  int code = sqlite3_step(*statement);
  for (; code == SQLITE_ROW; code = sqlite3_step(*statement))
    visit(Column(*statement, 0), Column(*statement, 1));
  return Done(*statement, code);
}

bool SqliteConnection::EndTransaction() {
  if (sqlite3_get_autocommit(database_) == 0) Run(SqliteQuery::kRollback).IgnoreError();
  return sqlite3_get_autocommit(database_) != 0;
}

absl::StatusOr<std::unique_ptr<SqliteConnection>> SqlitePool::Take() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<SqliteConnection> connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  return SqliteConnection::Open(path_, options_);
}

void SqlitePool::Give(std::unique_ptr<SqliteConnection> connection) {
  if (!connection->EndTransaction()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  idle_.push_back(std::move(connection));
}

}  // namespace harrow::targets
