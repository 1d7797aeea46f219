#include "sim/targets/sqlite_view.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace harrow::targets {
namespace {

class ReadTransaction : public SqliteView {
 public:
  explicit ReadTransaction(SqlitePool* pool) : lease_(pool), status_(lease_.status()) {
    if (!status_.ok()) return;
    status_ = lease_->Run(SqliteQuery::kBeginRead);
    // It begins with its first read.
    if (status_.ok()) status_ = lease_->Run(SqliteQuery::kFirst);
  }

  absl::StatusOr<bool> Find(SqliteQuery query, std::string_view first, std::string* key,
                            std::string* value) override {
    if (!status_.ok()) return status_;
    return lease_->Find(query, first, key, value);
  }

  absl::Status VisitAll(SqliteQuery query, const PairVisitor& visit) override {
    return status_.ok() ? lease_->VisitAll(query, visit) : status_;
  }

 private:
  SqliteLease lease_;
  absl::Status status_;
};

class Copy : public SqliteView {
 public:
  explicit Copy(SqlitePool* pool) {
    const SqliteLease lease(pool);
    status_ = lease.status();
    if (!status_.ok()) return;
    status_ = lease->VisitAll(SqliteQuery::kForward,
                              [this](std::string_view key, std::string_view value) {
                                pairs_.push_back({std::string(key), std::string(value)});
                              });
  }

  absl::StatusOr<bool> Find(SqliteQuery query, std::string_view first, std::string* key,
                            std::string* value) override {
    if (!status_.ok()) return status_;
    const std::size_t at = IndexOf(query, first);
    if (at >= pairs_.size()) return false;
    if (query == SqliteQuery::kGet && pairs_[at].key != first) return false;
    if (query != SqliteQuery::kGet) *key = pairs_[at].key;
    *value = pairs_[at].value;
    return true;
  }

  absl::Status VisitAll(SqliteQuery query, const PairVisitor& visit) override {
    if (!status_.ok()) return status_;
    if (query == SqliteQuery::kForward) {
      for (const Pair& pair : pairs_) visit(pair.key, pair.value);
    } else {
      for (std::size_t at = pairs_.size(); at > 0; --at)
        visit(pairs_[at - 1].key, pairs_[at - 1].value);
    }
    return absl::OkStatus();
  }

 private:
  struct Pair {
    std::string key;
    std::string value;
  };

  // Past the last where there is none.
  std::size_t IndexOf(SqliteQuery query, std::string_view key) const {
    if (query == SqliteQuery::kFirst) return 0;
    if (query == SqliteQuery::kLast) return pairs_.size() - 1;
    const auto found = std::partition_point(pairs_.begin(), pairs_.end(), [=](const Pair& pair) {
      return query == SqliteQuery::kAfter ? pair.key <= key : pair.key < key;
    });
    const auto index = static_cast<std::size_t>(found - pairs_.begin());
    return query == SqliteQuery::kBefore ? index - 1 : index;
  }

  absl::Status status_;
  std::vector<Pair> pairs_;  // by key
};

class SqliteIterator : public TargetIterator {
 public:
  explicit SqliteIterator(std::shared_ptr<SqliteView> view) : view_(std::move(view)) {}

  void SeekToFirst() override { Move(SqliteQuery::kFirst, {}); }
  void SeekToLast() override { Move(SqliteQuery::kLast, {}); }
  void Seek(std::string_view key) override { Move(SqliteQuery::kAtOrAfter, key); }
  void Next() override { Move(SqliteQuery::kAfter, std::string(key_)); }
  void Prev() override { Move(SqliteQuery::kBefore, std::string(key_)); }
  bool Valid() const override { return valid_; }
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  absl::Status status() const override { return status_; }

 private:
  void Move(SqliteQuery query, std::string_view from) {
    const absl::StatusOr<bool> found = view_->Find(query, from, &key_, &value_);
    status_ = found.status();
    valid_ = found.ok() && *found;
  }

  const std::shared_ptr<SqliteView> view_;
  bool valid_ = false;
  std::string key_;
  std::string value_;
  absl::Status status_;
};

}  // namespace

std::shared_ptr<SqliteView> TakeSqliteView(SqlitePool* pool) {
  if (pool->KeepsLog()) return std::make_shared<ReadTransaction>(pool);
  return std::make_shared<Copy>(pool);
}

std::unique_ptr<SqliteView> BeginSqliteRead(SqlitePool* pool) {
  return std::make_unique<ReadTransaction>(pool);
}

std::unique_ptr<TargetIterator> NewSqliteIterator(std::shared_ptr<SqliteView> view) {
  return std::make_unique<SqliteIterator>(std::move(view));
}

}  // namespace harrow::targets
