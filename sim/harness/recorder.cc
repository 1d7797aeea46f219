#include "sim/harness/recorder.h"

#include <string>

#include "sim/kernel/simulation.h"

namespace harrow::harness {
namespace {

models::Result ResultOf(const absl::Status& status) {
  return status.ok() ? models::Result::kOk : models::Result::kFailed;
}

bool IsMove(Operation::Kind kind) {
  switch (kind) {
    case Operation::Kind::kSeek:
    case Operation::Kind::kSeekFirst:
    case Operation::Kind::kSeekLast:
    case Operation::Kind::kNext:
    case Operation::Kind::kPrev:
      return true;
    default:
      return false;
  }
}

void CopyError(const absl::Status& status, std::string* out) {
  if (!status.ok()) *out = status.ToString();
}

}  // namespace

void Recorder::BeginLife(RecordedLife* recorded) {
  recorded_ = recorded;
  models::Life life;
  life.started = Tick();
  history_.lives.push_back(std::move(life));
}

void Recorder::Opened(const absl::Status& status) {
  const kernel::HostMemory host;
  models::Life& life = history_.lives.back();
  life.open = ResultOf(status);
  life.open_responded = Tick();
  CopyError(status, &life.open_error);
}

void Recorder::ReadBack(const absl::Status& status, std::span<const models::Cell> cells) {
  const kernel::HostMemory host;
  models::Life& life = history_.lives.back();
  life.read_back_responded = Tick();
  if (status.ok()) {
    life.read_back = true;
    life.recovered.assign(cells.begin(), cells.end());
  } else {
    CopyError(status, &life.read_back_error);
  }
}

void Recorder::Harmed(const Harm& harm) {
  const kernel::HostMemory host;
  models::Life& life = history_.lives.back();
  const models::Time now = Tick();
  if (life.harmed == models::kNever) life.harmed = now;
  if (harm.log && life.log_harmed == models::kNever) life.log_harmed = now;
  if (harm.reads && life.reads_harmed == models::kNever) life.reads_harmed = now;
  if (harm.damage && life.damaged == models::kNever) life.damaged = now;
}

void Recorder::EndLife(models::LifeEnd end) {
  const kernel::HostMemory host;
  history_.lives.back().end = end;
  history_.lives.back().ended = Tick();
}

models::WriteId Recorder::InvokeWrite(std::uint32_t client, const Operation& operation) {
  const kernel::HostMemory host;
  models::Write write;
  write.id = static_cast<models::WriteId>(history_.writes.size());
  write.life = life();
  write.client = client;
  write.sync = operation.sync;
  write.compaction = operation.kind == Operation::Kind::kCompact;
  write.flush = write.compaction || operation.kind == Operation::Kind::kFlush;
  write.entries.reserve(operation.entries.size());
  for (const PlannedEntry& planned : operation.entries) {
    write.entries.push_back({planned.key, planned.deletion, planned.value_size});
  }
  write.invoked = Tick();
  history_.writes.push_back(std::move(write));
  return history_.writes.back().id;
}

void Recorder::RespondWrite(models::WriteId write, const absl::Status& status) {
  const kernel::HostMemory host;
  models::Write& record = history_.writes[write];
  record.result = ResultOf(status);
  record.responded = Tick();
  CopyError(status, &record.error);
}

std::size_t Recorder::InvokeRead(std::uint32_t client, const Operation& operation,
                                 std::int32_t snapshot) {
  const kernel::HostMemory host;
  models::Read read;
  read.life = life();
  read.client = client;
  read.snapshot = snapshot;
  read.scan =
      operation.kind == Operation::Kind::kScan || operation.kind == Operation::Kind::kSnapshotScan;
  read.move = IsMove(operation.kind);
  if (!read.move) read.key = operation.key;
  read.invoked = Tick();
  history_.reads.push_back(std::move(read));
  return history_.reads.size() - 1;
}

void Recorder::RespondGet(std::size_t read, const absl::Status& status, models::Cell cell) {
  RespondScan(read, status, {&cell, 1});
}

void Recorder::RespondScan(std::size_t read, const absl::Status& status,
                           std::span<const models::Cell> cells) {
  const kernel::HostMemory host;
  models::Read& record = history_.reads[read];
  record.result = ResultOf(status);
  record.responded = Tick();
  if (status.ok()) {
    record.cells.assign(cells.begin(), cells.end());
  } else {
    CopyError(status, &record.error);
  }
}

void Recorder::RespondMove(std::size_t read, const absl::Status& status, models::KeyId first,
                           std::span<const models::Cell> cells) {
  if (status.ok()) history_.reads[read].key = first;
  RespondScan(read, status, cells);
}

std::int32_t Recorder::InvokeSnapshot(std::uint32_t client, Operation::Kind kind) {
  const kernel::HostMemory host;
  models::Snapshot snapshot;
  snapshot.life = life();
  snapshot.client = client;
  snapshot.iterator = kind == Operation::Kind::kIterator;
  snapshot.invoked = Tick();
  history_.snapshots.push_back(snapshot);
  return static_cast<std::int32_t>(history_.snapshots.size() - 1);
}

void Recorder::RespondSnapshot(std::int32_t snapshot) {
  const kernel::HostMemory host;
  history_.snapshots[static_cast<std::size_t>(snapshot)].responded = Tick();
}

std::size_t Recorder::InvokeSecondOpen(std::uint32_t client) {
  const kernel::HostMemory host;
  models::SecondOpen second;
  second.life = life();
  second.client = client;
  second.invoked = Tick();
  history_.second_opens.push_back(second);
  return history_.second_opens.size() - 1;
}

void Recorder::RespondSecondOpen(std::size_t second, const absl::Status& status) {
  const kernel::HostMemory host;
  history_.second_opens[second].opened = status.ok();
  history_.second_opens[second].responded = Tick();
}

}  // namespace harrow::harness
