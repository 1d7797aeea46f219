// What is written reads back: batches of any records, and logs of any records cut anywhere.
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/file.h"
#include "engine/log_reader.h"
#include "engine/log_writer.h"
#include "engine/write_batch.h"
#include "gtest/gtest.h"
#include "rapidcheck.h"
#include "tests/unit/engine/scratch_directory.h"

namespace harrow::engine {
namespace {

// A put, or a delete whose value is not used.
struct Change {
  bool put = false;
  std::string key;
  std::string value;

  friend bool operator==(const Change&, const Change&) = default;
};

void showValue(const Change& change, std::ostream& out) {
  out << (change.put ? "put " : "delete ") << change.key.size() << "+" << change.value.size();
}

rc::Gen<Change> AnyChange() {
  return rc::gen::map(rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::arbitrary<std::string>(),
                                     rc::gen::arbitrary<std::string>(), rc::gen::inRange(0, 300)),
                      [](const std::tuple<bool, std::string, std::string, int>& parts) {
                        const auto& [put, key, value, more] = parts;
                        // Past 127 bytes a length takes two.
                        return Change{
                            put, key,
                            put ? value + std::string(static_cast<std::size_t>(more), 'm') : ""};
                      });
}

class Collector final : public WriteBatch::Handler {
 public:
  void Put(std::string_view key, std::string_view value) override {
    changes.push_back({true, std::string(key), std::string(value)});
  }
  void Delete(std::string_view key) override { changes.push_back({false, std::string(key), ""}); }
  std::vector<Change> changes;
};

WriteBatch MakeBatch(const std::vector<Change>& changes) {
  WriteBatch batch;
  for (const Change& change : changes) {
    change.put ? batch.Put(change.key, change.value) : batch.Delete(change.key);
  }
  return batch;
}

TEST(EngineFormatsProperty, BatchesRoundTrip) {
  const bool holds = rc::check("a batch reads back as it was written", [] {
    const auto first = *rc::gen::container<std::vector<Change>>(AnyChange());
    const auto second = *rc::gen::container<std::vector<Change>>(AnyChange());
    const auto sequence = *rc::gen::inRange<SequenceNumber>(0, kMaxSequenceNumber / 2);
    WriteBatch batch = MakeBatch(first);
    batch.SetSequence(sequence);
    batch.Append(MakeBatch(second));
    const absl::StatusOr<WriteBatch> copy = WriteBatch::FromContents(batch.Contents());
    RC_ASSERT(copy.ok());
    RC_ASSERT(copy->Sequence() == sequence);
    RC_ASSERT(copy->Count() == first.size() + second.size());
    Collector collector;
    RC_ASSERT(copy->Iterate(&collector).ok());
    std::vector<Change> all = first;
    all.insert(all.end(), second.begin(), second.end());
    RC_ASSERT(collector.changes == all);
  });
  EXPECT_TRUE(holds);
}

TEST(EngineFormatsProperty, CutBatchesAreRefusedWhole) {
  const bool holds = rc::check("no part of a cut batch is applied", [] {
    const auto changes = *rc::gen::nonEmpty(rc::gen::container<std::vector<Change>>(AnyChange()));
    const WriteBatch batch = MakeBatch(changes);
    const auto size = *rc::gen::inRange<std::size_t>(0, batch.Contents().size());
    Collector collector;
    const absl::Status status =
        WriteBatch::IterateContents(batch.Contents().substr(0, size), &collector);
    RC_ASSERT(status.code() == absl::StatusCode::kDataLoss);
    RC_ASSERT(collector.changes.empty());
  });
  EXPECT_TRUE(holds);
}

// Small ones, and those that end within a few bytes of the end of a block.
rc::Gen<std::size_t> RecordSize() {
  return rc::gen::oneOf(
      rc::gen::inRange<std::size_t>(0, 300),
      rc::gen::map(
          rc::gen::pair(rc::gen::inRange<std::size_t>(1, 4), rc::gen::inRange<std::size_t>(0, 40)),
          [](const std::pair<std::size_t, std::size_t>& blocks_less) {
            return blocks_less.first * kLogBlockSize - blocks_less.second;
          }));
}

TEST(EngineFormatsProperty, LogsRoundTripUpToAnyCut) {
  const ScratchDirectory directory;
  const bool holds = rc::check("a cut log gives the records before the cut", [&directory] {
    const auto sizes = *rc::gen::container<std::vector<std::size_t>>(RecordSize());
    absl::StatusOr<AppendFile> file = AppendFile::Create(directory.File("log"));
    RC_ASSERT(file.ok());
    LogWriter writer(&*file);
    std::vector<std::string> records;
    std::vector<std::size_t> ends = {0};
    for (const std::size_t size : sizes) {
      records.emplace_back(size, static_cast<char>(1 + records.size() % 100));
      RC_ASSERT(writer.AddRecord(records.back()).ok());
      ends.push_back(static_cast<std::size_t>(writer.offset()));
    }
    const absl::StatusOr<std::string> bytes = ReadFile(directory.File("log"));
    RC_ASSERT(bytes.ok());
    RC_ASSERT(bytes->size() == ends.back());

    // Anywhere, or near the end of a record.
    const auto near = *rc::gen::elementOf(ends);
    const auto anywhere = *rc::gen::inRange<std::size_t>(0, bytes->size() + 1);
    const auto less = *rc::gen::inRange<std::size_t>(0, 20);
    const auto use_near = *rc::gen::arbitrary<bool>();
    const std::size_t cut = use_near ? near - std::min(near, less) : anywhere;

    LogReader reader(std::string_view(*bytes).substr(0, cut));
    std::string_view record;
    std::string scratch;
    std::size_t count = 0;
    LogRead last = LogRead::kRecord;
    while ((last = reader.ReadRecord(&record, &scratch)) == LogRead::kRecord) {
      RC_ASSERT(count < records.size());
      RC_ASSERT(record == records[count]);
      ++count;
    }
    const auto after = std::upper_bound(ends.begin(), ends.end(), cut);
    RC_ASSERT(count + 1 == static_cast<std::size_t>(after - ends.begin()));
    RC_ASSERT(reader.good_size() == ends[count]);
    RC_ASSERT((last == LogRead::kEnd) == (cut == ends[count]));
    if (last == LogRead::kBad) {
      RC_ASSERT(!reader.IntactFragmentFollows());
    }
  });
  EXPECT_TRUE(holds);
}

}  // namespace
}  // namespace harrow::engine
