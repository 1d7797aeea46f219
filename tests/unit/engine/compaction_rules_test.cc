// Which entries a compaction drops, where its outputs end, in which pieces a range by hand is
// compacted, which table seeks choose, and how long a table that is not needed stays.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/cut_rule.h"
#include "engine/drop_rule.h"
#include "engine/manual_compaction.h"
#include "engine/obsolete_files.h"
#include "engine/seek_trigger.h"
#include "gtest/gtest.h"
#include "tests/unit/engine/version_text.h"

namespace harrow::engine {
namespace {

// Entries as "a9 a7x b5": user key, sequence, x for a deletion. Those that are kept.
std::string Kept(const std::string& entries, SequenceNumber oldest_snapshot, int level = 1,
                 const std::vector<std::string>& levels = {}) {
  const std::shared_ptr<const Version> version = MakeVersion(levels);
  DropRule rule(version.get(), level, oldest_snapshot);
  std::string kept;
  std::string previous;
  std::istringstream words(entries);
  for (std::string word; words >> word;) {
    const std::string key = word.substr(0, 1);
    const ValueType type = word.ends_with("x") ? ValueType::kDeletion : ValueType::kValue;
    if (!rule.Drops({key, std::stoull(word.substr(1)), type}, key != previous)) {
      kept += (kept.empty() ? "" : " ") + word;
    }
    previous = key;
  }
  return kept;
}

TEST(DropRuleTest, HiddenEntriesGo) {
  EXPECT_EQ(Kept("a9 a8 a7 b6 b5", 20), "a9 b6");
  EXPECT_EQ(Kept("a9 b8 c7", 20), "a9 b8 c7");
}

TEST(DropRuleTest, WhatASnapshotSeesStays) {
  EXPECT_EQ(Kept("a9 a8 a7 a6", 8), "a9 a8");
  EXPECT_EQ(Kept("a9 a8 a7 a6", 7), "a9 a8 a7");
  EXPECT_EQ(Kept("a9 a8 a7 a6", 9), "a9");
  EXPECT_EQ(Kept("a9 a8 a7 a6", 0), "a9 a8 a7 a6");
  EXPECT_EQ(Kept("a9 a8x a7 a6", 8), "a9") << "the deletion goes with what it hides";
  EXPECT_EQ(Kept("a9 a8x a7 a6", 7), "a9 a8x a7");
}

TEST(DropRuleTest, DeletionsGoWhereNothingIsBelow) {
  EXPECT_EQ(Kept("a9x a8 b7x", 20), "");
  EXPECT_EQ(Kept("a9x b7x c5x", 20, 0, {"2: 1[b-b]"}), "b7x");
  EXPECT_EQ(Kept("a9x b7x c5x", 20, 1, {"2: 1[a-z]"}), "") << "level 2 takes part";
  EXPECT_EQ(Kept("a9x b7x d5x e4x", 20, 1, {"3: 1[a-a] 2[c-d]", "6: 3[e-f]"}), "a9x d5x e4x");
  EXPECT_EQ(Kept("a9x b7x", 8), "a9x") << "a snapshot does not see it yet";
}

// Keys in order, each ten bytes of output; "|" where one ends.
std::string Cut(const std::string& keys, const CutRule::Limits& limits,
                const std::vector<std::string>& grandparents) {
  const std::shared_ptr<const Version> version = MakeVersion(grandparents);
  CutRule rule(&version->level(3), limits);
  std::string outputs;
  std::uint64_t size = 0;
  for (const char key : keys) {
    if (rule.CutsBefore(std::string(1, key), size)) {
      outputs += "|";
      size = 0;
    }
    outputs += key;
    size += 10;
  }
  return outputs;
}

TEST(CutRuleTest, OutputsEndWhenLarge) {
  EXPECT_EQ(Cut("abcdefg", {.file_size = 30, .grandparent_overlap = 100}, {}), "abc|def|g");
  EXPECT_EQ(Cut("abcdefg", {.file_size = 21, .grandparent_overlap = 100}, {}), "abc|def|g");
}

TEST(CutRuleTest, OutputsEndWhenTheyOverlapTooMuch) {
  const std::vector<std::string> grandparents = {"3: 1[a-b]*60 2[c-d]*60 3[e-f]*60 4[g-h]*60"};
  const CutRule::Limits limits{.file_size = 1000, .grandparent_overlap = 100};
  EXPECT_EQ(Cut("abcdefghij", limits, grandparents), "abcd|efgh|ij");
  EXPECT_EQ(Cut("aeij", limits, grandparents), "a|e|ij")
      << "grandparents between two keys count as well";
  EXPECT_EQ(Cut("ij", limits, grandparents), "ij") << "nothing of it overlaps the output";
  EXPECT_EQ(Cut("abcdefghij", {.file_size = 1000, .grandparent_overlap = 120}, grandparents),
            "abcdef|ghij");
}

std::string Pieces(const std::vector<std::string>& levels, const UserKeyRange& range) {
  Options options;
  options.max_file_size = 10;
  const CompactionPicker picker(options);
  const std::shared_ptr<const Version> version = MakeVersion(levels);
  ManualCompaction manual(*version, range);
  std::string text;
  while (!manual.done() && text.size() < 300) {
    // The version stays the same: the pieces must go on all the same.
    const std::optional<CompactionPlan> piece = manual.NextPiece(picker, version);
    if (!piece.has_value()) break;
    text += std::to_string(piece->level) + ": " + Numbers(piece->inputs) + "; ";
    manual.Advance(*piece);
  }
  EXPECT_FALSE(manual.NextPiece(picker, version).has_value());
  EXPECT_TRUE(manual.done());
  return text;
}

TEST(ManualCompactionTest, GoesLevelByLevelInPieces) {
  const std::vector<std::string> levels = {"0: 1[a-c] 2[x-z]", "1: 3[a-b] 4[c-d] 5[x-y]",
                                           "2: 6[a-b] 7[e-f]", "4: 8[k-k]"};
  EXPECT_EQ(Pieces(levels, {}), "0: 1 2; 1: 3; 1: 4; 1: 5; 2: 6; 2: 7; ");
  EXPECT_EQ(Pieces(levels, {"a", "e"}), "0: 1; 1: 3; 1: 4; ") << "nothing of it is below level 2";
  EXPECT_EQ(Pieces(levels, {"d", "k"}), "1: 4; 2: 7; ");
  EXPECT_EQ(Pieces(levels, {"k", "a"}), "");
}

TEST(ManualCompactionTest, TablesFlushedMeanwhileAreLeftAlone) {
  const CompactionPicker picker{Options()};
  const std::shared_ptr<const Version> before = MakeVersion({"0: 1[a-c]", "1: 2[b-d]"});
  ManualCompaction manual(*before, {});
  const std::optional<CompactionPlan> piece = manual.NextPiece(picker, before);
  EXPECT_EQ(Text(piece), "0: 1 + 2 / none");
  manual.Advance(*piece);
  EXPECT_EQ(Text(manual.NextPiece(picker, MakeVersion({"0: 4[x-z]", "1: 3[a-d]"}))), "nothing");
}

TEST(ManualCompactionTest, LevelZeroAloneGoesToLevelOne) {
  EXPECT_EQ(Pieces({"0: 1[a-c] 2[b-d]"}, {}), "0: 1 2; ");
  EXPECT_EQ(Pieces({"1: 1[a-c]"}, {}), "");
}

TEST(SeekTriggerTest, ATableIsChosenAfterItsSeeks) {
  const std::shared_ptr<const Version> version =
      MakeVersion({"1: 1[a-b]*10 2[c-d]*3276800", "2: 3[a-z]*10"});
  SeekTrigger trigger(100);
  const WastedSeek small{version->Find(1, 1).get(), 1};
  const WastedSeek large{version->Find(1, 2).get(), 1};
  EXPECT_FALSE(trigger.Charge(WastedSeek()));
  for (int i = 1; i < 100; ++i) ASSERT_FALSE(trigger.Charge(small)) << i;
  EXPECT_TRUE(trigger.Charge(small));
  for (int i = 1; i < 200; ++i) ASSERT_FALSE(trigger.Charge(large)) << i;
  trigger.Choose(small);
  EXPECT_EQ(trigger.ChosenIn(*version), version->Find(1, 1));
  EXPECT_FALSE(trigger.Charge(large)) << "one is chosen already";
  trigger.Choose(large);
  EXPECT_EQ(trigger.ChosenIn(*version), version->Find(1, 1));
  EXPECT_EQ(trigger.ChosenIn(*MakeVersion({"2: 1[a-b]*10"})), nullptr) << "at another level";
  trigger.Clear();
  EXPECT_EQ(trigger.ChosenIn(*version), nullptr);
  EXPECT_TRUE(trigger.Charge(large));
  version->Find(1, 2)->ForgetSeeks();
  EXPECT_FALSE(trigger.Charge(large));
}

TEST(SeekTriggerTest, HowManyASmallTableMayWasteIsAnOption) {
  const std::shared_ptr<const Version> version =
      MakeVersion({"1: 1[a-b]*10 2[c-d]*65536", "2: 3[a-z]*10"});
  const SeekTrigger trigger(2);
  const WastedSeek small{version->Find(1, 1).get(), 1};
  const WastedSeek large{version->Find(1, 2).get(), 1};
  EXPECT_FALSE(trigger.Charge(small));
  EXPECT_TRUE(trigger.Charge(small));
  for (int i = 1; i < 4; ++i) ASSERT_FALSE(trigger.Charge(large)) << i;
  EXPECT_TRUE(trigger.Charge(large));
}

TEST(SeekTriggerTest, ASampleChargesTheFirstOfSeveralTables) {
  const std::shared_ptr<const Version> version =
      MakeVersion({"0: 1[a-c] 2[b-d]", "1: 3[a-b] 4[e-f]", "3: 5[d-f]"});
  const auto sampled = [&](const std::string& key) {
    const WastedSeek seek = version->SampleRead(KeyOf(key, 50).Encode());
    return seek.file == nullptr
               ? "none"
               : std::to_string(seek.level) + ":" + std::to_string(seek.file->number);
  };
  EXPECT_EQ(sampled("b"), "0:2");
  EXPECT_EQ(sampled("a"), "0:1");
  EXPECT_EQ(sampled("d"), "0:2");
  EXPECT_EQ(sampled("e"), "1:4");
  EXPECT_EQ(sampled("g"), "none");
  EXPECT_EQ(sampled("c@101"), "0:2");
}

std::string Names(const std::vector<FileName>& files) {
  std::string names;
  for (const FileName& file : files) names += FormatFileName(file) + " ";
  return names;
}

TEST(ObsoleteFilesTest, ATableStaysWhileAVersionHasIt) {
  std::shared_ptr<const Version> version = MakeVersion({"1: 1[a-b] 2[c-d]"});
  VersionEdit move;
  move.removed_files.push_back({1, 1});
  move.added_files.push_back({2, TableOf("1[a-b]")});
  VersionBuilder builder(*version);
  ASSERT_TRUE(builder.Apply(move).ok());
  std::shared_ptr<const Version> moved = builder.Build().value();
  ASSERT_EQ(moved->Find(2, 1), version->Find(1, 1)) << "the same table, at another level";

  ObsoleteFiles obsolete;
  obsolete.Add(moved->Find(2, 1));
  obsolete.Add(FileName{FileType::kLog, 7});
  moved = nullptr;
  EXPECT_EQ(Names(obsolete.TakeRemovable()), "000007.log ") << "an iterator may read the table";
  EXPECT_EQ(Names(obsolete.TakeRemovable()), "");
  version = nullptr;
  EXPECT_EQ(Names(obsolete.TakeRemovable()), "000001.ldb ");
  EXPECT_EQ(Names(obsolete.TakeRemovable()), "");
}

}  // namespace
}  // namespace harrow::engine
