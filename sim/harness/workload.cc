// Every operation is one weighted draw. For border sizes the log's length is tracked as if this client wrote alone: exact with
// one client and a good spread with several.
#include "sim/harness/workload.h"

#include <algorithm>
#include <array>

#include "sim/harness/payload.h"

namespace harrow::harness {
namespace {

constexpr std::uint64_t kBlockSize = 32 << 10;
constexpr std::uint64_t kHeaderSize = 7;
// What one put of a value costs in the log besides its key and value: record header, batch header, tag, two lengths.
constexpr std::uint64_t kPutOverhead = 7 + 12 + 1 + 1 + 2;

bool Percent(kernel::Random* random, std::uint32_t percent) { return random->Below(100) < percent; }

targets::ScanPath DrawPath(kernel::Random* random) {
  constexpr std::array kPaths = {targets::ScanPath::kForward, targets::ScanPath::kBackward,
                                 targets::ScanPath::kWinding};
  return kPaths[random->Below(kPaths.size())];
}

// A weight that a seed switches off now and then, and otherwise scales.
std::uint32_t Weigh(kernel::Random* random, std::uint32_t usual) {
  if (random->OneIn(4)) return 0;
  return usual * static_cast<std::uint32_t>(random->Between(1, 3));
}

}  // namespace

WorkloadSwarm DrawWorkloadSwarm(kernel::Random* random) {
  WorkloadSwarm swarm;
  swarm.put = 10;
  swarm.deletion = Weigh(random, 3);
  swarm.batch = Weigh(random, 3);
  swarm.get = Weigh(random, 3);
  swarm.scan = Weigh(random, 1);
  swarm.snapshot = Weigh(random, 2);
  swarm.flush = Weigh(random, 1);
  swarm.pause = Weigh(random, 1);
  swarm.iterator = Weigh(random, 3);
  swarm.compaction = random->OneIn(2) ? 0 : 1;
  swarm.administration = random->OneIn(2) ? 0 : 1;
  swarm.reader = random->OneIn(10);
  swarm.narrow = !swarm.reader && random->OneIn(10);
  swarm.huge = random->OneIn(400);
  constexpr std::array<std::uint32_t, 5> kSyncPercents = {0, 10, 30, 60, 100};
  swarm.sync_percent = kSyncPercents[random->Below(kSyncPercents.size())];
  swarm.batch_entries = static_cast<std::uint32_t>(random->Between(2, 12));
  constexpr std::array<std::uint32_t, 4> kSmallPercents = {30, 60, 85, 100};
  swarm.small_percent = kSmallPercents[random->Below(kSmallPercents.size())];
  swarm.border_percent = random->OneIn(3) ? 0 : static_cast<std::uint32_t>(random->Between(5, 60));
  swarm.hot_keys = static_cast<std::uint32_t>(random->Between(1, 3));
  if (swarm.reader) {
    // A few writes, and then gets of any key: each goes through the newest tables in vain.
    swarm.get = 80;
    swarm.put = random->OneIn(2) ? 2 : 12;
    swarm.flush = random->OneIn(2) ? 1 : 10;
    swarm.deletion = swarm.batch = swarm.compaction = 1;
    swarm.hot_keys = kMaxKeys;
  }
  if (swarm.narrow) {
    // A flush that falls into a gap between the tables that a compaction is merging.
    swarm.flush = swarm.put;
    swarm.compaction = 3;
    swarm.deletion = 4;
    swarm.batch = swarm.scan = 0;
    swarm.get = 1;
    swarm.hot_keys = kMaxKeys;
  }
  return swarm;
}

ClientPlan Workload::MakeClient(std::uint32_t operations) {
  ClientPlan client;
  client.operations.reserve(operations);
  has_iterator_ = false;
  if (swarm_.reader && !made_tables_) MakeTables(&client);
  if (swarm_.narrow && !made_tables_) MakeGap(&client);
  for (std::uint32_t index = 0; index < operations; ++index) {
    client.operations.push_back(MakeOperation());
    if (client.operations.back().kind != Operation::Kind::kIterator || random_.OneIn(3)) continue;
    // An iterator that stands somewhere while others write.
    Operation seek;
    seek.kind = Operation::Kind::kSeek;
    seek.key = DrawKey();
    client.operations.push_back(seek);
  }
  return client;
}

void Workload::MakeTables(ClientPlan* client) {
  constexpr std::uint32_t kSmall = 40;
  made_tables_ = true;
  Operation flush;
  flush.kind = Operation::Kind::kFlush;
  Operation all;
  for (models::KeyId key = 0; key < key_count_; key += 2)
    all.entries.push_back({key, false, kSmall});
  Operation ends;
  ends.entries = {{0, false, kSmall}, {key_count_ - 1, false, kSmall}};
  client->operations.insert(client->operations.end(), {all, flush, ends, flush});
}

void Workload::MakeGap(ClientPlan* client) {
  constexpr std::uint32_t kSmall = 40;
  made_tables_ = true;
  Operation flush;
  flush.kind = Operation::Kind::kFlush;
  // Twice, since what overlaps nothing goes to the level below.
  for (const models::KeyId key : {0u, key_count_ - 1, 0u, key_count_ - 1}) {
    Operation put;
    put.entries = {{key, false, kSmall}};
    client->operations.insert(client->operations.end(), {put, flush});
  }
  Operation compact;
  compact.kind = Operation::Kind::kCompact;
  client->operations.push_back(compact);
}

Operation Workload::MakeOperation() {
  const std::uint64_t total = swarm_.put + swarm_.deletion + swarm_.batch + swarm_.get +
                              swarm_.scan + swarm_.snapshot + swarm_.flush + swarm_.pause +
                              swarm_.iterator + swarm_.compaction + swarm_.administration;
  std::uint64_t draw = random_.Below(total);
  const auto hit = [&draw](std::uint32_t weight) {
    if (draw < weight) return true;
    draw -= weight;
    return false;
  };
  if (hit(swarm_.put)) return MakeWrite(1, false);
  if (hit(swarm_.deletion)) return MakeWrite(1, true);
  if (hit(swarm_.batch)) {
    // An empty batch now and then: it takes a place in the queue and no sequence number.
    const std::uint64_t entries = random_.OneIn(12) ? 0 : random_.Between(2, swarm_.batch_entries);
    return MakeWrite(static_cast<std::uint32_t>(entries), false);
  }
  if (hit(swarm_.iterator)) return MakeIteratorOperation();
  if (hit(swarm_.compaction)) return MakeRangeOperation(Operation::Kind::kCompact);
  Operation operation;
  if (hit(swarm_.administration)) {
    if (!random_.OneIn(4)) return MakeRangeOperation(Operation::Kind::kInspect);
    operation.kind = Operation::Kind::kOpenAgain;
  } else if (hit(swarm_.get)) {
    operation.kind = Operation::Kind::kGet;
    operation.key = DrawKey();
  } else if (hit(swarm_.scan)) {
    operation.kind = Operation::Kind::kScan;
    operation.path = DrawPath(&random_);
  } else if (hit(swarm_.snapshot)) {
    return MakeSnapshotOperation();
  } else if (hit(swarm_.flush)) {
    operation.kind = Operation::Kind::kFlush;
  } else if (random_.OneIn(2)) {
    operation.kind = Operation::Kind::kYield;
  } else {
    operation.kind = Operation::Kind::kSleep;
    operation.sleep_us = static_cast<std::uint32_t>(random_.Between(1, 3000));
  }
  return operation;
}

Operation Workload::MakeWrite(std::uint32_t entries, bool deletion) {
  Operation operation;
  operation.kind = Operation::Kind::kWrite;
  operation.sync = Percent(&random_, swarm_.sync_percent);
  for (std::uint32_t index = 0; index < entries; ++index) {
    PlannedEntry entry;
    entry.key = DrawKey();
    entry.deletion = deletion || (entries > 1 && random_.OneIn(5));
    if (!entry.deletion) entry.value_size = DrawValueSize();
    operation.entries.push_back(entry);
    log_offset_ += kPutOverhead + kKeySize + entry.value_size;
  }
  return operation;
}

Operation Workload::MakeSnapshotOperation() {
  Operation operation;
  switch (random_.Below(5)) {
    case 0:
      operation.kind = Operation::Kind::kRelease;
      break;
    case 1:
      operation.kind = Operation::Kind::kSnapshotScan;
      operation.path = DrawPath(&random_);
      break;
    case 2:
    case 3:
      operation.kind = Operation::Kind::kSnapshotGet;
      operation.key = DrawKey();
      break;
    default:
      operation.kind = Operation::Kind::kSnapshot;
      break;
  }
  return operation;
}

Operation Workload::MakeIteratorOperation() {
  constexpr std::array kKinds = {
      Operation::Kind::kSeek,      Operation::Kind::kSeek,     Operation::Kind::kSeek,
      Operation::Kind::kSeekFirst, Operation::Kind::kSeekLast, Operation::Kind::kNext,
      Operation::Kind::kNext,      Operation::Kind::kNext,     Operation::Kind::kPrev,
      Operation::Kind::kPrev,      Operation::Kind::kPrev,     Operation::Kind::kDrop};
  Operation operation;
  operation.kind = kKinds[random_.Below(kKinds.size())];
  if (!has_iterator_) {
    operation.kind =
        random_.OneIn(4) ? Operation::Kind::kSnapshotIterator : Operation::Kind::kIterator;
  }
  has_iterator_ = operation.kind != Operation::Kind::kDrop;
  const models::KeyId key = DrawKey();
  const std::uint64_t count = random_.OneIn(2) ? 1 : random_.Between(2, 6);
  if (operation.kind == Operation::Kind::kSeek) operation.key = key;
  if (operation.kind == Operation::Kind::kNext || operation.kind == Operation::Kind::kPrev)
    operation.count = static_cast<std::uint32_t>(count);
  return operation;
}

Operation Workload::MakeRangeOperation(Operation::Kind kind) {
  Operation operation;
  operation.kind = kind;
  models::KeyId from = static_cast<models::KeyId>(random_.Below(key_count_));
  models::KeyId to = static_cast<models::KeyId>(random_.Below(key_count_));
  if (from > to) std::swap(from, to);
  if (random_.OneIn(2)) operation.from = from;
  if (random_.OneIn(2)) operation.to = to;
  return operation;
}

models::KeyId Workload::DrawKey() {
  const std::uint32_t hot = std::min(swarm_.hot_keys, key_count_);
  const std::uint32_t among = random_.OneIn(2) ? hot : key_count_;
  return static_cast<models::KeyId>(random_.Below(among));
}

std::uint32_t Workload::DrawValueSize() {
  if (Percent(&random_, swarm_.border_percent)) {
    // Ends the record so that 0 to 7 bytes of a block are left, one to three blocks on.
    const std::uint64_t left = random_.Below(kHeaderSize + 1);
    const std::uint64_t blocks = random_.OneIn(4) ? random_.Between(1, 3) : 1;
    const std::uint64_t end = (log_offset_ / kBlockSize + blocks) * kBlockSize - left;
    const std::uint64_t fixed = kPutOverhead + kKeySize + kHeaderSize * (blocks - 1);
    if (end > log_offset_ + fixed + kMinValueSize) {
      return static_cast<std::uint32_t>(
          std::min<std::uint64_t>(end - log_offset_ - fixed, kMaxValueSize));
    }
  }
  if (swarm_.huge && !random_.OneIn(4)) return kMaxValueSize;
  if (Percent(&random_, swarm_.small_percent)) {
    return static_cast<std::uint32_t>(random_.Between(kMinValueSize, 200));
  }
  // A group past its size limit takes several of these.
  if (random_.OneIn(300)) return kMaxValueSize;
  if (random_.OneIn(6)) return static_cast<std::uint32_t>(random_.Between(20'000, 80'000));
  return static_cast<std::uint32_t>(random_.Between(200, 6'000));
}

}  // namespace harrow::harness
