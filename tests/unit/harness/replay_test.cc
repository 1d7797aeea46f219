// What a replay says: bytes in the field's words, tasks and their lanes, what is shown at which detail, and the story of a write.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "engine/crc32c.h"
#include "engine/write_batch.h"
#include "sim/harness/file_text.h"
#include "sim/harness/payload.h"
#include "sim/harness/replay_tasks.h"
#include "sim/harness/replay_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/write_story.h"
#include "sim/targets/leveldb_table_text.h"
#include "sim/targets/leveldb_text.h"

namespace harrow::harness {
namespace {

using kernel::OpKind;
using targets::TransferredBytes;
using Way = TransferredBytes::Way;

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A FULL fragment.
std::string Record(const std::string& payload) {
  std::string framed(7, '\0');
  framed[4] = static_cast<char>(payload.size() & 0xff);
  framed[5] = static_cast<char>(payload.size() >> 8);
  framed[6] = 1;
  framed += payload;
  const std::uint32_t sum =
      engine::crc32c::Mask(engine::crc32c::Value(framed.data() + 6, framed.size() - 6));
  std::memcpy(framed.data(), &sum, sizeof(sum));
  return framed;
}

std::string Batch(std::uint64_t sequence, const std::string& value) {
  engine::WriteBatch batch;
  batch.Put(KeyName(1), value);
  batch.Delete(KeyName(12));
  batch.SetSequence(sequence);
  return std::string(batch.Contents());
}

std::string Described(const char* path, Way way, std::uint64_t offset, const std::string& bytes) {
  return targets::DescribeLevelDbBytes({path, way, offset, bytes});
}

TEST(LevelDbText, WrittenRecords) {
  const std::string one = Record(Batch(7, "abc"));
  EXPECT_EQ(Described("db/000003.log", Way::kWritten, 100, one),
            "record FULL, batch seq 7..8: put k1 (3), delete k12");
  EXPECT_EQ(Described("db/000003.log", Way::kWritten, 0, one + one + one),
            "record FULL, batch seq 7..8: put k1 (3), delete k12; record FULL, batch seq 7..8: put "
            "k1 (3), delete k12; 1 more records");
  EXPECT_EQ(Described("db/000003.dbtmp", Way::kWritten, 0, "MANIFEST-000003\n"), "MANIFEST-000003");
  EXPECT_EQ(Described("db/000004.ldb", Way::kWritten, 0, "no table"), "");
}

TEST(LevelDbText, KeysOfAnyBytesArePrintable) {
  EXPECT_EQ(targets::ShortKey(KeyName(7)), "k7");
  EXPECT_EQ(targets::ShortKey("key-7x"), "key-7x");
  EXPECT_EQ(targets::ShortKey(std::string_view("0007\0\xff", 6)), "0007\\x00\\xff");
  EXPECT_EQ(targets::ShortKey(std::string(20, 'a')), "aaaaaaaaaaaaaaaa+4");
  EXPECT_EQ(targets::ShortKey(""), "");
}

TEST(LevelDbText, ReadLogsEndSomewhere) {
  const std::string first = Record(Batch(7, "abc"));
  const std::string second = Record(Batch(9, "defg"));
  const auto read = [](const std::string& bytes) {
    return Described("db/000003.log", Way::kRead, 0, bytes);
  };
  const std::string size = std::to_string(first.size());
  EXPECT_EQ(read(first), "1 record, batch seq 7..8: put k1 (3), delete k12, to the end");
  EXPECT_EQ(read(first + second),
            "2 records, seq 7..10, the last batch seq 9..10: put k1 (4), delete k12, to the end");
  std::string torn = first + second;
  torn.back() ^= 1;
  EXPECT_TRUE(Has(read(torn), ", then bad checksum at " + size + ": good up to " + size + " of "));
  torn.resize(first.size() + 20);
  EXPECT_TRUE(Has(read(torn), ", then cut payload at " + size));
  EXPECT_TRUE(
      Has(read(first + std::string(100, '\0')), ", then zero bytes for a header at " + size));
  // From elsewhere only what is there can be told.
  EXPECT_EQ(Described("db/000003.log", Way::kRead, 32768, second),
            "record FULL, batch seq 9..10: put k1 (4), delete k12");
}

TEST(FileText, CallsInTheFieldsWords) {
  FileCall call;
  call.call = "pwrite";
  call.operation = faults::OpKind::kWrite;
  call.file = faults::FileKind::kLog;
  call.path = "db/000003.log";
  call.offset = call.file_size = 1240;
  call.size = call.result = 124;
  call.meaning = "record FULL";
  EXPECT_EQ(DescribeCall(call), "append log 000003 +124 at 1240: record FULL");
  call.file_size = 2000;
  call.result = 7;
  EXPECT_EQ(DescribeCall(call),
            "overwrite log 000003 124 bytes at 1240, wrote only 7: record FULL");
  call.call = "fdatasync";
  call.operation = faults::OpKind::kSync;
  call.result = -EIO;
  call.fault = "log sync #2: fail EIO";
  call.consequence = "page 0 is written";
  EXPECT_EQ(DescribeCall(call),
            "fdatasync log 000003 -> EIO  [fault log sync #2: fail EIO; page 0 is written]");
  EXPECT_EQ(DescribeFile(faults::FileKind::kCurrent, "db/CURRENT"), "CURRENT");
  EXPECT_EQ(DescribeFile(faults::FileKind::kDirectory, ""), "the root directory");
  EXPECT_EQ(DescribeFile(faults::FileKind::kDirectory, "db2"), "directory db2");
  EXPECT_EQ(DescribeFile(faults::FileKind::kLog, "other/000003.log"), "log other/000003.log");
}

TEST(Payload, FindsTheWritesWhoseValuesAreInSomeBytes) {
  models::History history;
  for (models::WriteId id = 0; id < 300; ++id) {
    models::Write write;
    write.id = id;
    write.entries = {{0, false, 40}, {1, false, 40}};
    history.writes.push_back(write);
  }
  std::string bytes(1000, 'x');
  FillValue(7, 1, 40, bytes.data() + 13);
  FillValue(299, 0, 40, bytes.data() + 500);
  FillValue(7, 0, 40, bytes.data() + 600);
  EXPECT_EQ(FindWrites(history, bytes), (std::vector<models::WriteId>{7, 299}));
  bytes[500 + 6] ^= 1;  // the check
  EXPECT_EQ(FindWrites(history, bytes), (std::vector<models::WriteId>{7}));
  EXPECT_TRUE(FindWrites(history, "").empty());
}

kernel::TraceEvent Event(kernel::TaskId task, OpKind kind, std::uint32_t object) {
  kernel::TraceEvent event;
  event.task = task;
  event.kind = kind;
  event.object = object;
  return event;
}

TEST(TaskLanes, WaitersAreSeenUntilTheyAreWoken) {
  TaskLanes lanes(3);
  EXPECT_EQ(lanes.Heading(), "0 1 2 ");
  lanes.Advance(Event(0, OpKind::kStart, 1));
  lanes.Advance(Event(1, OpKind::kStart, 2));
  EXPECT_EQ(lanes.Draw(1, '*'), "| *   ");
  EXPECT_TRUE(lanes.Advance(Event(1, OpKind::kWait, 8)).empty());
  EXPECT_EQ(lanes.Draw(0, '*'), "* :   ");
  EXPECT_TRUE(lanes.Advance(Event(0, OpKind::kSignal, 9)).empty());
  EXPECT_EQ(lanes.Advance(Event(0, OpKind::kSignal, 8)), std::vector<kernel::TaskId>{1});
  EXPECT_EQ(lanes.Draw(0, '*'), "* |   ");
  // Of two waiters a signal wakes one, nobody knows which until it goes on.
  lanes.Advance(Event(1, OpKind::kWait, 8));
  lanes.Advance(Event(2, OpKind::kWait, 8));
  EXPECT_EQ(lanes.Advance(Event(0, OpKind::kSignal, 8)), (std::vector<kernel::TaskId>{1, 2}));
  EXPECT_EQ(lanes.Draw(0, '*'), "* : : ");
  lanes.Advance(Event(2, OpKind::kLock, 6));
  EXPECT_EQ(lanes.Draw(0, '*'), "* : | ");
  lanes.Advance(Event(2, OpKind::kExit, 3));
  EXPECT_EQ(lanes.Draw(0, '*'), "* :   ");
}

TEST(WriteStory, TheWritesThatASentenceNames) {
  models::History history;
  history.writes.resize(40);
  EXPECT_EQ(WritesNamedIn("L2.C0 #32 (put k1) after #7, #32 and #30.5 of L2.C0; #40 #99999999999 #",
                          history),
            (std::vector<models::WriteId>{32, 7, 30}));
  EXPECT_TRUE(WritesNamedIn("", history).empty());
}

constexpr const char* kTwoLives =
    "harrow scenario 1\n"
    "keys 3\n"
    "life\n"
    "  end crash keep none\n"
    "  client\n"
    "    put k0 100 sync\n"
    "    put k1 200\n"
    "life\n"
    "  end close\n"
    "  client\n"
    "    get k0\n";

class ReplayTest : public testing::Test {
 protected:
  ReplayTest() : scenario_(*ParseScenario("test", kTwoLives)) {
    result_ = RunScenario(scenario_, &recording_);
  }

  std::string Text(Detail detail) const {
    return ReplayText(scenario_, result_, recording_, detail);
  }

  // As if the loss of #1 broke a promise: what survived of it is on record as it is.
  void Break() {
    result_.failure.kind = FailureClass::Kind::kRule;
    result_.verdict = models::Verdict::Violated(
        models::Rule::kDurable, "L1.C0 #1 (put k1) was acknowledged", "k1 is absent");
    result_.place.life = 1;
    recording_.judged.resize(3);
  }

  Scenario scenario_;
  Recording recording_;
  RunResult result_;
};

TEST_F(ReplayTest, EachDetailShowsWhatTheOneBeforeDoes) {
  ASSERT_FALSE(result_.failed());
  const std::string quiet = Text(Detail::kQuiet);
  const std::string normal = Text(Detail::kNormal);
  const std::string all = Text(Detail::kAll);
  EXPECT_LT(quiet.size(), normal.size());
  EXPECT_LT(normal.size(), all.size());
  for (const char* part : {"append log 000002", "calls #0 put k0 (100 bytes), sync", "-> ok",
                           "read log 000002", "db/000002.log size 138 -> 377: lost"}) {
    for (const std::string* text : {&quiet, &normal, &all}) EXPECT_TRUE(Has(*text, part)) << part;
  }
  EXPECT_FALSE(Has(quiet, "close directory db"));
  EXPECT_TRUE(Has(normal, "close directory db"));
  EXPECT_FALSE(Has(normal, "locks mutex"));
  EXPECT_TRUE(Has(all, "locks mutex"));
}

TEST_F(ReplayTest, TellsWhatHappenedToTheWriteThatWasLost) {
  Break();
  const std::string text = Text(Detail::kQuiet);
  const std::size_t verdict = text.find("rule durable broken");
  ASSERT_NE(verdict, std::string::npos);
  const std::size_t story = text.find("what happened to #1 put k1 (200 bytes):", verdict);
  ASSERT_NE(story, std::string::npos) << text;
  std::size_t at = story;
  for (const char* part :
       {"calls #1 put k1", "append log 000002 +239 at 138: record FULL", "#1 -> ok",
        "the power goes, and log 000002 has not been synced since"}) {
    at = text.find(part, at);
    ASSERT_NE(at, std::string::npos) << part << "\n" << text;
  }
  EXPECT_FALSE(Has(text, "get k0")) << "what came after the read-back does not bear on it";
}

TEST_F(ReplayTest, FoldsLivesThatDoNotBearOnTheVerdict) {
  Break();
  result_.verdict.violation.rule = models::Rule::kLinearizable;
  recording_.judged.clear();
  const std::string text = Text(Detail::kQuiet);
  const std::string first = text.substr(0, text.find("== life 2"));
  EXPECT_TRUE(Has(first, "2 writes acknowledged\n")) << first;
  EXPECT_FALSE(Has(first, "append")) << first;
  EXPECT_TRUE(Has(text, "get k0 -> k0=#0"));
  EXPECT_TRUE(Has(Text(Detail::kNormal), "append log 000002 +138"));
}

TEST_F(ReplayTest, OfALongLifeTheEndIsShownAndTheRestCounted) {
  StepWindow window;
  window.lines_max = 3;
  const std::string text = StepsText(recording_.lives[0], 1, Detail::kQuiet, window);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 5) << text;
  EXPECT_TRUE(Has(text, " steps)\n")) << text;
  EXPECT_TRUE(Has(text, "#1 -> ok"));
  window.always = {0};
  EXPECT_TRUE(Has(StepsText(recording_.lives[0], 1, Detail::kQuiet, window), "  main  begins"));
}

TEST_F(ReplayTest, ARunThatDidNotEndIsToldUpToThere) {
  recording_.lives.pop_back();
  std::string text;
  UnfinishedReplayText(scenario_, recording_, Detail::kQuiet,
                       [&](std::string_view piece) { text += piece; });
  EXPECT_TRUE(Has(text, "not ended"));
  EXPECT_TRUE(Has(text, "append log 000002 +138"));
}

}  // namespace
}  // namespace harrow::harness
