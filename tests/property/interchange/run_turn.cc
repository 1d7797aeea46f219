#include "tests/property/interchange/run_turn.h"

#include <deque>
#include <sstream>
#include <utility>

namespace harrow::interchange {
namespace {

class TurnRun {
 public:
  TurnRun(Make make, const StoreOptions& options, std::string directory, Model* model)
      : make_(make), options_(options), directory_(std::move(directory)), model_(model) {}

  absl::Status Run(const std::vector<Step>& steps) {
    absl::Status status = Reopen();
    for (const Step& step : steps) {
      if (status.ok()) status = Do(step);
    }
    while (status.ok() && !snapshots_.empty()) status = ReleaseSnapshot();
    if (status.ok()) status = Compare(nullptr, *model_);
    return status;
  }

 private:
  struct Held {
    Model model;
    std::unique_ptr<HeldSnapshot> snapshot;
  };

  absl::Status Reopen() {
    while (!snapshots_.empty()) {
      absl::Status status = ReleaseSnapshot();
      if (!status.ok()) return status;
    }
    store_ = nullptr;
    absl::StatusOr<std::unique_ptr<Store>> opened = Open(make_, options_, directory_);
    if (!opened.ok()) return opened.status();
    store_ = *std::move(opened);
    return Compare(nullptr, *model_);
  }

  absl::Status Do(const Step& step) {
    switch (step.kind) {
      case Step::Kind::kWrite:
        Apply(step.changes, model_);
        return store_->Write(step.changes, step.sync);
      case Step::Kind::kFill:
        return Fill(step);
      case Step::Kind::kFlush:
        return store_->Flush();
      case Step::Kind::kCompactRange:
        if (step.everything) return store_->CompactRange(std::nullopt);
        return store_->CompactRange(KeyRange{KeyBytes(step.first_key), KeyBytes(step.last_key)});
      case Step::Kind::kTakeSnapshot:
        snapshots_.push_back({*model_, store_->TakeSnapshot()});
        return absl::OkStatus();
      case Step::Kind::kReleaseSnapshot:
        return snapshots_.empty() ? absl::OkStatus() : ReleaseSnapshot();
      case Step::Kind::kReopen:
        return Reopen();
    }
    return absl::OkStatus();
  }

  absl::Status Fill(const Step& step) {
    for (std::size_t i = 0; i < step.fill_count; ++i) {
      const std::vector<Change> changes = {FillChange(step, i)};
      Apply(changes, model_);
      absl::Status status = store_->Write(changes, /*sync=*/false);
      if (!status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status ReleaseSnapshot() {
    const Held held = std::move(snapshots_.front());
    snapshots_.pop_front();
    return Compare(held.snapshot.get(), held.model);
  }

  absl::Status Compare(const HeldSnapshot* snapshot, const Model& expected) {
    const std::string difference = Difference(store_.get(), snapshot, expected);
    if (difference.empty()) return absl::OkStatus();
    return absl::InternalError((snapshot == nullptr ? "" : "snapshot: ") + difference);
  }

  const Make make_;
  const StoreOptions& options_;
  const std::string directory_;
  Model* const model_;
  std::unique_ptr<Store> store_;
  std::deque<Held> snapshots_;
};

}  // namespace

std::string RunTurn(Make make, const Turn& turn, const std::string& directory, Model* model) {
  const absl::Status status = TurnRun(make, turn.options, directory, model).Run(turn.steps);
  if (status.ok()) return "";
  std::ostringstream text;
  showValue(make, text);
  text << ": " << status.message();
  return text.str();
}

}  // namespace harrow::interchange
