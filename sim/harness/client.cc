#include "sim/harness/client.h"

#include <sched.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "sim/harness/payload.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

// One client's state on its task.
class Client {
 public:
  Client(std::uint32_t id, targets::Target* target, Recorder* recorder)
      : id_(id), target_(target), recorder_(recorder) {}

  void Perform(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kWrite:
      case Operation::Kind::kFlush:
        return Write(operation);
      case Operation::Kind::kGet:
        return Get(operation, nullptr, -1);
      case Operation::Kind::kScan:
        return Scan(operation, nullptr, -1);
      case Operation::Kind::kSnapshotGet:
        if (snapshot_ != nullptr) Get(operation, snapshot_.get(), snapshot_index_);
        return;
      case Operation::Kind::kSnapshotScan:
        if (snapshot_ != nullptr) Scan(operation, snapshot_.get(), snapshot_index_);
        return;
      case Operation::Kind::kSnapshot:
        return TakeSnapshot();
      case Operation::Kind::kRelease:
        snapshot_.reset();
        return;
      case Operation::Kind::kYield:
        sched_yield();
        return;
      case Operation::Kind::kSleep:
        std::this_thread::sleep_for(std::chrono::microseconds(operation.sleep_us));
        return;
    }
  }

 private:
  void Write(const Operation& operation) {
    const models::WriteId write = recorder_->InvokeWrite(id_, operation);
    NoteInvokedWrite(*recorder_, write);
    absl::Status status;
    if (operation.kind == Operation::Kind::kFlush) {
      status = target_->Flush();
    } else {
      PrepareEntries(operation, write);
      status = target_->Write(entries_, operation.sync);
    }
    if (kernel::Dropped()) return;
    recorder_->RespondWrite(write, status);
    NoteRespondedWrite(*recorder_, write);
  }

  void PrepareEntries(const Operation& operation, models::WriteId write) {
    std::size_t total = 0;
    for (const PlannedEntry& planned : operation.entries) total += planned.value_size;
    if (values_.size() < total) values_.resize(total);
    entries_.clear();
    char* out = values_.data();
    for (std::uint32_t index = 0; index < operation.entries.size(); ++index) {
      const PlannedEntry& planned = operation.entries[index];
      targets::TargetEntry entry;
      entry.key = KeyName(planned.key);
      entry.deletion = planned.deletion;
      if (!planned.deletion) {
        FillValue(write, index, planned.value_size, out);
        entry.value = {out, planned.value_size};
        out += planned.value_size;
      }
      entries_.push_back(entry);
    }
  }

  void Get(const Operation& operation, const targets::TargetSnapshot* snapshot,
           std::int32_t index) {
    const std::size_t read = recorder_->InvokeRead(id_, operation, index);
    NoteInvokedRead(*recorder_, read);
    absl::Status status = target_->Get(KeyName(operation.key), snapshot, &value_);
    if (kernel::Dropped()) return;
    models::Cell cell;
    if (status.ok()) {
      cell = IdentifyValue(recorder_->history(), operation.key, value_);
    } else if (absl::IsNotFound(status)) {
      status = absl::OkStatus();
    }
    recorder_->RespondGet(read, status, cell);
    NoteRespondedRead(*recorder_, read);
  }

  void Scan(const Operation& operation, const targets::TargetSnapshot* snapshot,
            std::int32_t index) {
    const std::size_t read = recorder_->InvokeRead(id_, operation, index);
    NoteInvokedRead(*recorder_, read);
    const absl::Status status =
        ScanCells(target_, snapshot, operation.path, recorder_->history(), &cells_);
    if (kernel::Dropped()) return;
    recorder_->RespondScan(read, status, cells_);
    NoteRespondedRead(*recorder_, read);
  }

  void TakeSnapshot() {
    snapshot_.reset();
    snapshot_index_ = recorder_->InvokeSnapshot(id_);
    NoteInvokedSnapshot(*recorder_, snapshot_index_);
    snapshot_ = target_->TakeSnapshot();
    if (kernel::Dropped()) return;
    recorder_->RespondSnapshot(snapshot_index_);
    NoteRespondedSnapshot(*recorder_, snapshot_index_);
  }

  const std::uint32_t id_;
  targets::Target* const target_;
  Recorder* const recorder_;
  std::unique_ptr<targets::TargetSnapshot> snapshot_;
  std::int32_t snapshot_index_ = -1;
  std::string values_;
  std::vector<targets::TargetEntry> entries_;
  std::string value_;
  std::vector<models::Cell> cells_;
};

}  // namespace

void RunClient(std::uint32_t client, const ClientPlan& plan, targets::Target* target,
               Recorder* recorder) {
  Client state(client, target, recorder);
  for (const Operation& operation : plan.operations) {
    if (kernel::Dropped()) return;
    state.Perform(operation);
  }
}

absl::Status ScanCells(targets::Target* target, const targets::TargetSnapshot* snapshot,
                       targets::ScanPath path, const models::History& history,
                       std::vector<models::Cell>* cells) {
  cells->assign(history.key_count, models::Cell{});
  std::optional<models::KeyId> last;
  std::optional<models::KeyId> invented;
  absl::Status status =
      target->Scan(snapshot, path, [&](std::string_view name, std::string_view value) {
        const std::optional<models::KeyId> key = ParseKey(name, history.key_count);
        const bool in_order =
            key.has_value() &&
            (!last.has_value() ||
             (path == targets::ScanPath::kBackward ? *key < *last : *key > *last));
        if (in_order) {
          last = key;
          (*cells)[*key] = IdentifyValue(history, *key, value);
        } else {
          invented = key.value_or(0);
        }
      });
  // After the scan, so that no honest value of that key hides it.
  if (invented.has_value()) (*cells)[*invented].kind = models::Cell::Kind::kGarbage;
  return status;
}

absl::Status GetCells(targets::Target* target, const models::History& history,
                      std::vector<models::Cell>* cells) {
  cells->assign(history.key_count, models::Cell{});
  std::string value;
  for (models::KeyId key = 0; key < history.key_count; ++key) {
    absl::Status status = target->Get(KeyName(key), nullptr, &value);
    if (status.ok()) {
      (*cells)[key] = IdentifyValue(history, key, value);
    } else if (!absl::IsNotFound(status)) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace harrow::harness
