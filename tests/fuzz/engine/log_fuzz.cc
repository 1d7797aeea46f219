// A log: any bytes are read as records up to the first bad place, and replayed as a prefix of the batches in them.
//
//   input := byte place, byte last sequence, byte memtable size / 16, fixed16 split, log
//   place: how many bytes before the end of a block the log starts, behind a first record that fills the block so far; 0: no such
//   record. So a few bytes are enough to reach a block's end. split: where the log is cut into two, from there on.
#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "engine/coding.h"
#include "engine/crc32c.h"
#include "engine/internal_key.h"
#include "engine/log_chain.h"
#include "engine/log_format.h"
#include "engine/log_reader.h"
#include "engine/log_replay.h"
#include "engine/write_batch.h"
#include "tests/fuzz/engine/log_bytes.h"
#include "tests/fuzz/fuzz.h"

namespace harrow {
namespace {

constexpr std::size_t kInputHeaderSize = 5;

// A log of one record that ends `place` bytes before the end of its block.
const std::string& FilledBlock(std::size_t place) {
  static std::array<std::string, 256> made;
  std::string& log = made.at(place);
  if (log.empty()) {
    engine::WriteBatch batch;
    batch.SetSequence(1);
    // The header, one type, one byte of key size and three of value size.
    batch.Put("", std::string(engine::kLogBlockSize - place - engine::kLogHeaderSize -
                                  engine::WriteBatch::kHeaderSize - 1 - 1 - 3,
                              'v'));
    log = fuzz::JoinRecords({std::string(batch.Contents())});
    fuzz::Require(log.size() == engine::kLogBlockSize - place, "the block is filled");
  }
  return log;
}

std::vector<std::string> CheckReader(std::string_view log) {
  std::vector<std::string> records;
  engine::LogReader reader(log);
  std::string_view record;
  std::string scratch;
  std::uint64_t good_size = 0;
  engine::LogRead read = reader.ReadRecord(&record, &scratch);
  for (; read == engine::LogRead::kRecord; read = reader.ReadRecord(&record, &scratch)) {
    fuzz::Require(reader.good_size() >= good_size + engine::kLogHeaderSize + record.size(),
                  "a record takes its bytes");
    good_size = reader.good_size();
    records.emplace_back(record);
  }
  fuzz::Require(reader.ReadRecord(&record, &scratch) == read, "the end stays the end");
  fuzz::Require(reader.good_size() == good_size, "the good part ends with the last record");
  const engine::LogStop& stop = reader.stop();
  if (read == engine::LogRead::kEnd) {
    fuzz::Require(good_size == log.size(), "a log without a bad place is read to its end");
  } else {
    fuzz::Require(stop.bad_offset >= good_size && stop.bad_offset <= log.size(),
                  "the bad place is behind the good part");
    fuzz::Require(absl::IsDataLoss(reader.StopStatus("log")), "a bad place is DataLoss");
    static_cast<void>(reader.IntactFragmentFollows());
  }
  engine::LogReader again(log.substr(0, static_cast<std::size_t>(good_size)));
  for (const std::string& expected : records) {
    fuzz::Require(
        again.ReadRecord(&record, &scratch) == engine::LogRead::kRecord && record == expected,
        "the good part reads as it did");
  }
  fuzz::Require(again.ReadRecord(&record, &scratch) == engine::LogRead::kEnd,
                "the good part has no bad place");
  fuzz::Require(fuzz::SplitRecords(fuzz::JoinRecords(records)) == records,
                "what is written again reads the same");
  return records;
}

// An entry of a memtable, or of a batch; a deletion has no value.
struct Entry {
  engine::SequenceNumber sequence;
  std::string key;
  std::string value;
  friend bool operator==(const Entry&, const Entry&) = default;
};

class EntryCollector final : public engine::WriteBatch::Handler {
 public:
  explicit EntryCollector(engine::SequenceNumber sequence) : sequence_(sequence) {}
  void Put(std::string_view key, std::string_view value) override {
    entries.push_back({sequence_++, std::string(key), std::string(value)});
  }
  void Delete(std::string_view key) override {
    entries.push_back({sequence_++, std::string(key), ""});
  }
  std::vector<Entry> entries;

 private:
  engine::SequenceNumber sequence_;
};

// The entries of the records before the first that is no batch.
std::vector<Entry> EntriesOf(const std::vector<std::string>& records) {
  std::vector<Entry> entries;
  for (const std::string& record : records) {
    const absl::StatusOr<engine::WriteBatch> batch = engine::WriteBatch::FromContents(record);
    if (!batch.ok()) break;
    EntryCollector collector(batch->Sequence());
    fuzz::Require(batch->Iterate(&collector).ok(), "a batch can be read");
    entries.insert(entries.end(), collector.entries.begin(), collector.entries.end());
  }
  return entries;
}

// The entries of a memtable, in the order of their numbers.
void Collect(const engine::MemTable& memtable, std::vector<Entry>* entries) {
  const auto before = static_cast<std::ptrdiff_t>(entries->size());
  const std::unique_ptr<engine::Iterator> it = memtable.NewIterator();
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    engine::ParsedInternalKey key;
    fuzz::Require(engine::ParseInternalKey(it->key(), &key), "a memtable has internal keys");
    entries->push_back({key.sequence, std::string(key.user_key), std::string(it->value())});
  }
  fuzz::Require(entries->begin() + before != entries->end(), "no memtable is empty");
  std::sort(entries->begin() + before, entries->end(),
            [](const Entry& a, const Entry& b) { return a.sequence < b.sequence; });
}

bool MayBeReplayed(const engine::LogChain& chain) {
  return chain.earlier_look() != engine::Look::kWrong && chain.last_look() != engine::Look::kWrong;
}

void CheckReplay(const std::vector<std::string_view>& logs, engine::SequenceNumber last_sequence,
                 std::size_t memtable_size_max, const std::vector<Entry>& expected) {
  engine::LogChain chain(last_sequence);
  for (const std::string_view log : logs) chain.Add("log", std::string(log));
  if (!MayBeReplayed(chain)) return;
  fuzz::Require(chain.last_sequence() >= last_sequence, "the last sequence never goes back");
  fuzz::Require(chain.last_sequence() <= engine::kMaxSequenceNumber, "the last sequence is one");
  for (const Entry& entry : expected) {
    fuzz::Require(entry.sequence <= chain.last_sequence(), "no number is given out twice");
  }
  std::vector<Entry> replayed;
  engine::LogReplay replay(memtable_size_max, [&](const engine::MemTable& memtable) {
    Collect(memtable, &replayed);
    return absl::OkStatus();
  });
  fuzz::Require(chain.Replay(&replay).ok(), "what may be replayed can be");
  fuzz::Require(replayed.size() <= expected.size() &&
                    std::equal(replayed.begin(), replayed.end(), expected.begin()),
                "a replay brings back a prefix");
  if (logs.size() == 1) fuzz::Require(replayed == expected, "one log is replayed to its bad place");
}

}  // namespace
}  // namespace harrow

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < harrow::kInputHeaderSize) return 0;
  const std::string_view input = harrow::fuzz::Input(data, size);
  std::string log = data[0] == 0 ? std::string() : harrow::FilledBlock(data[0]);
  log.append(input.substr(harrow::kInputHeaderSize));
  const std::vector<std::string> records = harrow::CheckReader(log);
  const std::vector<harrow::Entry> entries = harrow::EntriesOf(records);
  const std::size_t memtable_size_max = std::size_t{data[2]} * 16;
  harrow::CheckReplay({log}, data[1], memtable_size_max, entries);

  const std::size_t before = log.size() - (size - harrow::kInputHeaderSize);
  const std::size_t split = std::min<std::size_t>(log.size(), before + data[3] + 256U * data[4]);
  const std::string_view first = std::string_view(log).substr(0, split);
  const std::string_view second = std::string_view(log).substr(split);
  std::vector<std::string> both = harrow::CheckReader(first);
  const std::vector<std::string> more = harrow::CheckReader(second);
  both.insert(both.end(), more.begin(), more.end());
  harrow::CheckReplay({first, second}, data[1], memtable_size_max, harrow::EntriesOf(both));
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t size_max, unsigned int seed) {
  namespace fuzz = harrow::fuzz;
  fuzz::Draw draw(seed);
  std::string input(fuzz::Input(data, size));
  if (input.size() < harrow::kInputHeaderSize) input.resize(harrow::kInputHeaderSize, '\0');
  std::string header = input.substr(0, harrow::kInputHeaderSize);
  std::string log = input.substr(harrow::kInputHeaderSize);
  if (draw.OneIn(6)) {
    header[draw.Below(header.size())] = static_cast<char>(draw.Below(256));
  } else if (header[0] == 0) {
    fuzz::MutateLog(&log, &draw, fuzz::MutateBatch);
  } else {
    // The records lie as they would behind the first one.
    const std::string& before = harrow::FilledBlock(static_cast<unsigned char>(header[0]));
    log.insert(0, before);
    fuzz::MutateLog(&log, &draw, fuzz::MutateBatch);
    if (log.starts_with(before)) log.erase(0, before.size());
  }
  return fuzz::Deliver(header + log, data, size, size_max);
}
