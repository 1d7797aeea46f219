// What is compacted, on versions made by hand: a test for each rule of compaction_picker.h.
#include "engine/compaction_picker.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "tests/unit/engine/version_text.h"

namespace harrow::engine {
namespace {

// Level 1 may have 100 bytes, level 2 1000; an output overlaps 100 bytes of grandparents at most,
// and a plan is not expanded to 250 bytes or more.
Options SmallLevels() {
  Options options;
  options.max_file_size = 10;
  options.max_bytes_for_level_base = 100;
  return options;
}

class CompactionPickerTest : public testing::Test {
 protected:
  std::string BySize(const std::vector<std::string>& levels) const {
    return Text(picker_.PickBySize(MakeVersion(levels), pointers_));
  }
  std::string ByHand(const std::vector<std::string>& levels, int level,
                     const UserKeyRange& range) const {
    return Text(picker_.PickByHand(MakeVersion(levels), level, range));
  }
  std::string BySeeks(const std::vector<std::string>& levels, int level,
                      std::uint64_t number) const {
    const std::shared_ptr<const Version> version = MakeVersion(levels);
    return Text(picker_.PickBySeeks(version, level, version->Find(level, number)));
  }
  std::optional<int> Level(const std::vector<std::string>& levels) const {
    return picker_.LevelToCompact(*MakeVersion(levels));
  }
  int ForFlush(const std::vector<std::string>& levels, const std::string& table,
               const CompactionPlan* running = nullptr) const {
    const FileMetaData file = TableOf(table);
    return picker_.LevelForFlush(*MakeVersion(levels), RangeOf(file), running);
  }

  const CompactionPicker picker_{SmallLevels()};
  CompactPointers pointers_;
};

TEST_F(CompactionPickerTest, LevelZeroIsFullByTheNumberOfItsTables) {
  EXPECT_EQ(Level({"0: 1[a-b]*999 2[a-b]*999 3[a-b]*999"}), std::nullopt);
  EXPECT_EQ(Level({"0: 1[a-b]*1 2[a-b]*1 3[a-b]*1 4[c-d]*1"}), 0);
}

TEST_F(CompactionPickerTest, OtherLevelsAreFullByTheirBytes) {
  EXPECT_EQ(Level({"1: 1[a-b]*50 2[c-d]*49"}), std::nullopt);
  EXPECT_EQ(Level({"1: 1[a-b]*50 2[c-d]*50"}), 1);
  EXPECT_EQ(Level({"2: 1[a-b]*999"}), std::nullopt);
  EXPECT_EQ(Level({"2: 1[a-b]*1000"}), 2);
  EXPECT_EQ(Level({"5: 1[a-b]*1000000"}), 5);
}

TEST_F(CompactionPickerTest, TheLastLevelIsNeverFull) {
  EXPECT_EQ(Level({"6: 1[a-b]*4000000000000000000"}), std::nullopt);
}

TEST_F(CompactionPickerTest, TheFullestLevelComesFirst) {
  EXPECT_EQ(Level({"0: 1[a-b] 2[a-b] 3[a-b] 4[a-b]", "1: 5[a-b]*150"}), 1);
  EXPECT_EQ(Level({"0: 1[a-b] 2[a-b] 3[a-b] 4[a-b] 5[a-b] 6[a-b] 7[a-b]", "1: 8[a-b]*150"}), 0);
  EXPECT_EQ(Level({"1: 1[a-b]*101", "2: 2[a-b]*1011"}), 2);
  EXPECT_EQ(Level({"1: 1[a-b]*101", "2: 2[a-b]*1010"}), 1) << "equal scores";
  // 2^61 times 1000 is a multiple of 2^64.
  EXPECT_EQ(Level({"1: 1[a-b]*2305843009213693952", "2: 2[a-b]*1000"}), 1);
}

TEST_F(CompactionPickerTest, CompactionsGoRoundTheKeys) {
  const std::vector<std::string> levels = {"1: 1[a-b]*40 2[c-d]*40 3[e-f]*40"};
  EXPECT_EQ(BySize(levels), "1: 1 + none / none, moves");
  pointers_[1] = KeyOf("b", 100);
  EXPECT_EQ(BySize(levels), "1: 2 + none / none, moves");
  pointers_[1] = KeyOf("d", 101);
  EXPECT_EQ(BySize(levels), "1: 2 + none / none, moves") << "its last key is not yet compacted";
  pointers_[1] = KeyOf("e", 100);
  EXPECT_EQ(BySize(levels), "1: 3 + none / none, moves");
  pointers_[1] = KeyOf("f", 100);
  EXPECT_EQ(BySize(levels), "1: 1 + none / none, moves");
}

TEST_F(CompactionPickerTest, LevelZeroGoesRoundTheKeysToo) {
  const std::vector<std::string> levels = {"0: 1[e-f] 2[c-d] 3[a-b] 4[g-h]"};
  EXPECT_EQ(BySize(levels), "0: 3 + none / none, moves");
  pointers_[0] = KeyOf("b", 100);
  EXPECT_EQ(BySize(levels), "0: 2 + none / none, moves");
}

TEST_F(CompactionPickerTest, OverlapAtLevelZeroIsTakenWhole) {
  EXPECT_EQ(BySize({"0: 1[a-c] 2[x-y] 3[b-e] 4[e-g] 5[h-i]"}), "0: 1 3 4 + none / none");
}

TEST_F(CompactionPickerTest, AUserKeyIsNotLeftBehind) {
  // Older entries of "c" are in table 2, and of "d" in table 3.
  EXPECT_EQ(BySize({"1: 1[a-c@9]*100 2[c@8-d@9]*1 3[d@8-e]*1 4[f-g]*1"}), "1: 1 2 3 + none / none");
  EXPECT_EQ(BySize({"1: 1[b-c]*100", "2: 2[a-b@9]*1 3[b@8-d@9]*1 4[d@8-e]*1 5[f-g]*1"}),
            "1: 1 + 2 3 4 / none");
}

TEST_F(CompactionPickerTest, OverlapInTheNextLevelComesIn) {
  EXPECT_EQ(BySize({"1: 1[c-f]*100", "2: 2[a-b] 3[bb-c] 4[d-e] 5[f-h] 6[i-j]", "3: 7[a-a] 8[h-k]"}),
            "1: 1 + 3 4 5 / 8");
}

TEST_F(CompactionPickerTest, MoreOfTheLevelComesInWhereThatIsFree) {
  EXPECT_EQ(BySize({"1: 1[b-c]*60 2[d-e]*60 3[x-y]*1", "2: 4[a-f]*10"}), "1: 1 2 + 4 / none");
  EXPECT_EQ(BySize({"1: 1[b-c]*60 2[d-g]*60", "2: 3[a-f]*10 4[g-h]*10"}), "1: 1 + 3 / none")
      << "table 2 would bring in table 4";
  EXPECT_EQ(BySize({"1: 1[b-c]*120 2[d-e]*119", "2: 3[a-f]*10"}), "1: 1 2 + 3 / none");
  EXPECT_EQ(BySize({"1: 1[b-c]*120 2[d-e]*120", "2: 3[a-f]*10"}), "1: 1 + 3 / none")
      << "too much at once";
}

TEST_F(CompactionPickerTest, OneTableMovesUnlessItOverlapsTooManyGrandparents) {
  EXPECT_EQ(BySize({"1: 1[a-e]*100", "3: 2[a-b]*50 3[c-d]*50"}), "1: 1 + none / 2 3, moves");
  EXPECT_EQ(BySize({"1: 1[a-e]*100", "3: 2[a-b]*50 3[c-d]*51"}), "1: 1 + none / 2 3");
  EXPECT_EQ(BySize({"5: 1[a-e]*1000000"}), "5: 1 + none / none, moves");
}

TEST_F(CompactionPickerTest, SeeksTakeTheirTable) {
  EXPECT_EQ(BySeeks({"1: 1[a-b] 2[c-d] 3[e-f]", "2: 4[c-c]"}, 1, 2), "1: 2 + 4 / none");
  EXPECT_EQ(BySeeks({"0: 1[a-b] 2[b-d] 3[x-y]"}, 0, 2), "0: 1 2 + none / none");
  EXPECT_EQ(BySeeks({"1: 1[a-b] 2[c-d]"}, 1, 1), "1: 1 + none / none, moves");
}

TEST_F(CompactionPickerTest, ByHandTakesTheRange) {
  const std::vector<std::string> levels = {"1: 1[a-b]*1 2[c-d]*1 3[e-f]*1", "2: 4[c-e]*1"};
  EXPECT_EQ(ByHand(levels, 1, {"d", "d"}), "1: 2 3 + 4 / none") << "expanded";
  EXPECT_EQ(ByHand(levels, 1, {std::nullopt, "a"}), "1: 1 + none / none") << "rewritten, not moved";
  EXPECT_EQ(ByHand(levels, 1, {"f", std::nullopt}), "1: 2 3 + 4 / none");
  EXPECT_EQ(ByHand(levels, 1, {"g", std::nullopt}), "nothing");
  EXPECT_EQ(ByHand(levels, 0, {}), "nothing");
}

TEST_F(CompactionPickerTest, ByHandGoesInPiecesButAtLevelZero) {
  EXPECT_EQ(ByHand({"1: 1[a-b]*4 2[c-d]*6 3[e-f]*1"}, 1, {}), "1: 1 2 + none / none");
  EXPECT_EQ(ByHand({"1: 1[a-b]*4 2[c-d]*5 3[e-f]*1"}, 1, {}), "1: 1 2 3 + none / none");
  EXPECT_EQ(ByHand({"0: 1[a-b]*99 2[c-d]*99 3[e-f]*99"}, 0, {"a", "d"}), "0: 1 2 + none / none");
}

TEST_F(CompactionPickerTest, AFlushGoesDownPastNothing) {
  EXPECT_EQ(ForFlush({}, "9[c-d]"), 2);
  EXPECT_EQ(ForFlush({"0: 1[a-c]"}, "9[c-d]"), 0);
  EXPECT_EQ(ForFlush({"0: 1[a-b]", "1: 2[d-e]"}, "9[c-d]"), 0);
  EXPECT_EQ(ForFlush({"0: 1[a-b]", "2: 2[a-z]"}, "9[c-d]"), 1);
  EXPECT_EQ(ForFlush({"0: 1[a-b]", "1: 2[e-f]", "2: 3[a-b] 4[e-f]", "3: 5[a-z]"}, "9[c-d]"), 2);
  EXPECT_EQ(ForFlush({"3: 1[a-c]*60 2[d-e]*40"}, "9[c-d]"), 2);
  EXPECT_EQ(ForFlush({"3: 1[a-c]*60 2[d-e]*41"}, "9[c-d]"), 1) << "too much below";
  EXPECT_EQ(ForFlush({"2: 1[a-c]*60 2[d-e]*41"}, "9[c-d]"), 0) << "too much below";
}

// Between the inputs of a range by hand there are gaps, over which an output may reach.
TEST_F(CompactionPickerTest, AFlushStaysAboveACompactionUnderWay) {
  const std::vector<std::string> levels = {"1: 1[c-d]*1 2[m-n]*1", "2: 3[b-c]*1 4[n-p]*1"};
  const std::optional<CompactionPlan> plan = picker_.PickByHand(MakeVersion(levels), 1, {});
  EXPECT_EQ(Text(plan), "1: 1 2 + 3 4 / none");
  EXPECT_EQ(ForFlush(levels, "9[f-g]"), 2);
  EXPECT_EQ(ForFlush(levels, "9[f-g]", &*plan), 0);
  EXPECT_EQ(ForFlush(levels, "9[a-a]", &*plan), 2);
  EXPECT_EQ(ForFlush(levels, "9[q-r]", &*plan), 2);
}

}  // namespace
}  // namespace harrow::engine
