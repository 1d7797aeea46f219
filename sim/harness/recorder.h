// Writes the history of a run as its clients call and return. The one place that knows about both the target's memory and
// ours: everything it keeps is host memory, and it never holds an allocation across a scheduling point.
//
// Threading: one simulated machine, one OS thread.
// Invariants: those of models/history.h.
#ifndef HARROW_SIM_HARNESS_RECORDER_H_
#define HARROW_SIM_HARNESS_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "absl/status/status.h"
#include "models/history.h"
#include "sim/harness/scenario.h"

namespace harrow::harness {

struct RecordedLife;

// What a harmful fault excuses, besides failing writes.
struct Harm {
  bool log = false;     // an append to or a sync of the write-ahead log failed
  bool reads = false;   // a call that reading needs failed
  bool damage = false;  // something durable is gone, and the call reported success
};

class Recorder {
 public:
  Recorder(std::uint32_t key_count, const models::Undertakings& undertakes) {
    history_.key_count = key_count;
    history_.undertakes = undertakes;
  }

  const models::History& history() const { return history_; }
  // A moment between the events before and after it, for what is seen of the run from outside.
  models::Time Moment() { return Tick(); }

  // Lives. Each call is about the life begun last. `recorded`, which outlives it, gets the marks of its clients' calls;
  // nullptr: it is not recorded.
  void BeginLife(RecordedLife* recorded);
  RecordedLife* recorded() const { return recorded_; }
  void Opened(const absl::Status& status);
  void ReadBack(const absl::Status& status, std::span<const models::Cell> cells);
  void Harmed(const Harm& harm);
  void EndLife(models::LifeEnd end);

  // Calls of clients; each returns the index of its record.
  models::WriteId InvokeWrite(std::uint32_t client, const Operation& operation);
  void RespondWrite(models::WriteId write, const absl::Status& status);
  std::size_t InvokeRead(std::uint32_t client, const Operation& operation, std::int32_t snapshot);
  void RespondGet(std::size_t read, const absl::Status& status, models::Cell cell);
  void RespondScan(std::size_t read, const absl::Status& status,
                   std::span<const models::Cell> cells);
  // `cells` are those of the keys from `first` on.
  void RespondMove(std::size_t read, const absl::Status& status, models::KeyId first,
                   std::span<const models::Cell> cells);
  // Of kSnapshot and kIterator.
  std::int32_t InvokeSnapshot(std::uint32_t client, Operation::Kind kind);
  void RespondSnapshot(std::int32_t snapshot);
  std::size_t InvokeSecondOpen(std::uint32_t client);
  void RespondSecondOpen(std::size_t second, const absl::Status& status);

 private:
  models::Time Tick() { return clock_++; }
  std::uint32_t life() const { return static_cast<std::uint32_t>(history_.lives.size() - 1); }

  models::History history_;
  models::Time clock_ = 0;
  RecordedLife* recorded_ = nullptr;
};

}  // namespace harrow::harness

#endif  // HARROW_SIM_HARNESS_RECORDER_H_
