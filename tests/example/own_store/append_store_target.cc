// The store behind harrow's interface for targets, and the harrow program with it.
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "sim/harness/command/program.h"
#include "sim/targets/scan_along.h"
#include "sim/targets/target.h"
#include "tests/example/own_store/append_store.h"

namespace {

namespace targets = harrow::targets;
using append_store::Pairs;
using append_store::Store;

absl::Status StatusOf(int error) {
  return error == 0 ? absl::OkStatus() : absl::UnavailableError(std::strerror(error));
}

class AppendSnapshot : public targets::TargetSnapshot {
 public:
  explicit AppendSnapshot(std::shared_ptr<const Pairs> pairs) : pairs_(std::move(pairs)) {}
  const std::shared_ptr<const Pairs>& pairs() const { return pairs_; }

 private:
  const std::shared_ptr<const Pairs> pairs_;
};

class AppendIterator : public targets::TargetIterator {
 public:
  explicit AppendIterator(std::shared_ptr<const Pairs> pairs)
      : pairs_(std::move(pairs)), at_(pairs_->end()) {}

  void SeekToFirst() override { at_ = pairs_->begin(); }
  void SeekToLast() override { at_ = pairs_->empty() ? pairs_->end() : std::prev(pairs_->end()); }
  void Seek(std::string_view key) override { at_ = pairs_->lower_bound(key); }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == pairs_->begin() ? pairs_->end() : std::prev(at_); }
  bool Valid() const override { return at_ != pairs_->end(); }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }
  absl::Status status() const override { return absl::OkStatus(); }

 private:
  const std::shared_ptr<const Pairs> pairs_;
  Pairs::const_iterator at_;
};

class AppendTarget : public targets::Target {
 public:
  explicit AppendTarget(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  absl::Status Write(std::span<const targets::TargetEntry> entries, bool sync) override {
    std::vector<append_store::Entry> batch;
    for (const targets::TargetEntry& entry : entries) {
      batch.push_back({entry.key, std::nullopt});
      if (!entry.deletion) batch.back().value = entry.value;
    }
    return StatusOf(store_->Write(batch, sync));
  }
  // What is written is in the file; all that a flush or a compaction has to promise is that it stays there.
  absl::Status Flush() override { return StatusOf(store_->Sync()); }
  absl::Status CompactRange(const targets::TargetRange&) override { return Flush(); }

  absl::Status Get(std::string_view key, const targets::TargetSnapshot* snapshot,
                   std::string* value) override {
    const std::shared_ptr<const Pairs> pairs = PairsAt(snapshot);
    const auto found = pairs->find(key);
    if (found == pairs->end()) return absl::NotFoundError("");
    *value = found->second;
    return absl::OkStatus();
  }
  absl::Status Scan(const targets::TargetSnapshot* snapshot, targets::ScanPath path,
                    const targets::PairVisitor& visit) override {
    AppendIterator iterator(PairsAt(snapshot));
    return targets::ScanAlong(path, &iterator, visit);
  }
  std::unique_ptr<targets::TargetSnapshot> TakeSnapshot() override {
    return std::make_unique<AppendSnapshot>(store_->Snapshot());
  }
  std::unique_ptr<targets::TargetIterator> NewIterator(
      const targets::TargetSnapshot* snapshot) override {
    return std::make_unique<AppendIterator>(PairsAt(snapshot));
  }
  void Inspect(const targets::TargetRange&) override { store_->Snapshot(); }

 private:
  std::shared_ptr<const Pairs> PairsAt(const targets::TargetSnapshot* snapshot) const {
    if (snapshot == nullptr) return store_->Snapshot();
    return static_cast<const AppendSnapshot*>(snapshot)->pairs();
  }

  const std::unique_ptr<Store> store_;
};

absl::Status OpenAppendStore(std::string_view path, const targets::TargetOptions&,
                             targets::ActivityObserver*, std::unique_ptr<targets::Target>* target) {
  int error = 0;
  std::unique_ptr<Store> store = Store::Open(std::string(path), &error);
  if (store == nullptr) return StatusOf(error);
  *target = std::make_unique<AppendTarget>(std::move(store));
  return absl::OkStatus();
}

// To fault rules the file of records is a log.
harrow::faults::FileKind Classify(std::string_view path) {
  using harrow::faults::FileKind;
  if (path.ends_with("/data")) return FileKind::kLog;
  if (path.ends_with("/data.new")) return FileKind::kTemporary;
  return path.ends_with("/lock") ? FileKind::kLock : FileKind::kDirectory;
}

std::string Describe(const targets::TransferredBytes&) { return {}; }

}  // namespace

int main(int argc, char** argv) {
  static constexpr targets::TargetKind kKind = {
      "append-store", {}, &Classify, &Describe, &OpenAppendStore};
  targets::AddTarget(kKind);
  return harrow::harness::RunProgram(argc, argv);
}
