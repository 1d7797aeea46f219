#include "sim/harness/client.h"

#include <sched.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "sim/harness/client_iterator.h"
#include "sim/harness/payload.h"
#include "sim/harness/trace_text.h"
#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

// One client's state on its task.
class Client {
 public:
  Client(std::uint32_t id, const ClientWorld& world)
      : id_(id), world_(world), target_(world.target), recorder_(world.recorder) {}

  void Perform(const Operation& operation) {
    const std::optional<Party> party = PartyOf(operation);
    if (party.has_value()) world_.meetings->Begin(*party);
    Dispatch(operation);
    if (party.has_value()) world_.meetings->End(*party);
  }

  ~Client() {
    DropSnapshot();
    DropIterator();
  }

 private:
  // What it counts as while it runs.
  static std::optional<Party> PartyOf(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kWrite:
        return operation.sync ? Party::kSyncWrite : Party::kWrite;
      case Operation::Kind::kFlush:
        return Party::kForcedFlush;
      case Operation::Kind::kCompact:
        return Party::kCompactRange;
      case Operation::Kind::kGet:
      case Operation::Kind::kScan:
      case Operation::Kind::kSnapshotGet:
      case Operation::Kind::kSnapshotScan:
      case Operation::Kind::kSeek:
      case Operation::Kind::kSeekFirst:
      case Operation::Kind::kSeekLast:
      case Operation::Kind::kNext:
      case Operation::Kind::kPrev:
        return Party::kRead;
      case Operation::Kind::kOpenAgain:
        return Party::kSecondOpen;
      default:
        return std::nullopt;
    }
  }

  void Dispatch(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kWrite:
      case Operation::Kind::kFlush:
      case Operation::Kind::kCompact:
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
      case Operation::Kind::kIterator:
      case Operation::Kind::kSnapshotIterator:
        return TakeIterator(operation.kind);
      case Operation::Kind::kSeek:
      case Operation::Kind::kSeekFirst:
      case Operation::Kind::kSeekLast:
      case Operation::Kind::kNext:
      case Operation::Kind::kPrev:
        if (iterator_ != nullptr && iterator_->Can(operation)) Move(operation);
        return;
      case Operation::Kind::kDrop:
        return DropIterator();
      case Operation::Kind::kInspect:
        return target_->Inspect(RangeOf(operation));
      case Operation::Kind::kOpenAgain:
        return OpenAgain();
      case Operation::Kind::kRelease:
        return DropSnapshot();
      case Operation::Kind::kYield:
        sched_yield();
        return;
      case Operation::Kind::kSleep:
        std::this_thread::sleep_for(std::chrono::microseconds(operation.sleep_us));
        return;
    }
  }

  void DropSnapshot() {
    if (snapshot_ == nullptr) return;
    snapshot_.reset();
    world_.meetings->End(Party::kSnapshot);
  }

  void DropIterator() {
    if (iterator_ == nullptr) return;
    iterator_.reset();
    world_.meetings->End(Party::kIterator);
  }

  void Write(const Operation& operation) {
    const models::WriteId write = recorder_->InvokeWrite(id_, operation);
    NoteInvokedWrite(*recorder_, write);
    absl::Status status;
    if (operation.kind == Operation::Kind::kFlush) {
      status = target_->Flush();
    } else if (operation.kind == Operation::Kind::kCompact) {
      status = target_->CompactRange(RangeOf(operation));
    } else {
      PrepareEntries(operation, write);
      status = target_->Write(entries_, operation.sync);
    }
    if (kernel::Dropped()) return;
    recorder_->RespondWrite(write, status);
    NoteRespondedWrite(*recorder_, write);
  }

  targets::TargetRange RangeOf(const Operation& operation) const {
    targets::TargetRange range;
    if (operation.from.has_value()) range.begin = KeyName(*operation.from, world_.key_style);
    if (operation.to.has_value()) range.end = KeyName(*operation.to, world_.key_style);
    return range;
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
      entry.key = KeyName(planned.key, world_.key_style);
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
    absl::Status status = target_->Get(KeyName(operation.key, world_.key_style), snapshot, &value_);
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
    DropSnapshot();
    snapshot_index_ = recorder_->InvokeSnapshot(id_, Operation::Kind::kSnapshot);
    NoteInvokedSnapshot(*recorder_, snapshot_index_);
    snapshot_ = target_->TakeSnapshot();
    world_.meetings->Begin(Party::kSnapshot);
    if (kernel::Dropped()) return;
    recorder_->RespondSnapshot(snapshot_index_);
    NoteRespondedSnapshot(*recorder_, snapshot_index_);
  }

  void TakeIterator(Operation::Kind kind) {
    DropIterator();
    if (kind == Operation::Kind::kSnapshotIterator) {
      if (snapshot_ == nullptr) return;
      world_.meetings->Begin(Party::kIterator);
      iterator_ = std::make_unique<ClientIterator>(target_->NewIterator(snapshot_.get()),
                                                   snapshot_index_, world_.key_style);
      return;
    }
    const std::int32_t index = recorder_->InvokeSnapshot(id_, kind);
    NoteInvokedSnapshot(*recorder_, index);
    iterator_ =
        std::make_unique<ClientIterator>(target_->NewIterator(nullptr), index, world_.key_style);
    world_.meetings->Begin(Party::kIterator);
    if (kernel::Dropped()) return;
    recorder_->RespondSnapshot(index);
    NoteRespondedSnapshot(*recorder_, index);
  }

  void Move(const Operation& operation) {
    const std::size_t read = recorder_->InvokeRead(id_, operation, iterator_->snapshot());
    NoteInvokedRead(*recorder_, read);
    const absl::Status status = iterator_->Move(operation, recorder_->history());
    if (kernel::Dropped()) return;
    recorder_->RespondMove(read, status, iterator_->first(), iterator_->cells());
    NoteRespondedRead(*recorder_, read);
  }

  void OpenAgain() {
    const std::size_t second = recorder_->InvokeSecondOpen(id_);
    NoteText("opens it again");
    const absl::Status status = world_.open_again();
    if (kernel::Dropped()) return;
    recorder_->RespondSecondOpen(second, status);
    if (!TraceIsRecorded()) return;
    const kernel::HostMemory host;
    NoteText("opening it again -> " + status.ToString());
  }

  const std::uint32_t id_;
  const ClientWorld& world_;
  targets::Target* const target_;
  Recorder* const recorder_;
  std::unique_ptr<targets::TargetSnapshot> snapshot_;
  std::int32_t snapshot_index_ = -1;
  std::unique_ptr<ClientIterator> iterator_;
  std::string values_;
  std::vector<targets::TargetEntry> entries_;
  std::string value_;
  std::vector<models::Cell> cells_;
};

}  // namespace

void RunClient(std::uint32_t client, const ClientPlan& plan, const ClientWorld& world) {
  Client state(client, world);
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

absl::Status GetCells(targets::Target* target, KeyStyle style, const models::History& history,
                      std::vector<models::Cell>* cells) {
  cells->assign(history.key_count, models::Cell{});
  std::string value;
  for (models::KeyId key = 0; key < history.key_count; ++key) {
    absl::Status status = target->Get(KeyName(key, style), nullptr, &value);
    if (status.ok()) {
      (*cells)[key] = IdentifyValue(history, key, value);
    } else if (!absl::IsNotFound(status)) {
      return status;
    }
  }
  return absl::OkStatus();
}

}  // namespace harrow::harness
