// sim/disk/CELLS.md is what a fixed sweep reaches of the medium's tables: each cell that can be reached is, and the tests that
// the page names exist. To rewrite the page after a change that means to move its numbers: HARROW_REWRITE=1 cells_test; commit a
// rewrite only when every changed line can be explained.
#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "faults/effect_cells.h"
#include "sim/disk/medium_cell.h"
#include "sim/disk/profile.h"
#include "sim/harness/generator.h"
#include "sim/harness/run.h"

namespace harrow::harness {
namespace {

namespace fs = std::filesystem;

using disk::MediumCell;
using faults::EffectCells;
using faults::EffectKind;
using faults::FileKind;
using faults::OpKind;

constexpr std::uint64_t kFirstSeed = 100;
constexpr std::uint64_t kSeeds = 510;          // the same in each profile
constexpr std::uint64_t kFaultSeeds = 10'000;  // without crash images, which faults do not need

// An effect, an operation or a kind of file, and how long it lasts.
template <typename Where>
using Struck = std::set<std::tuple<EffectKind, Where, faults::Lasting>>;

// What the generator's rules name.
struct Drawn {
  Struck<OpKind> on_operation;
  Struck<FileKind> on_file;
};

struct Reached {
  std::array<disk::MediumCells, disk::kAllProfiles.size()> medium{};
  EffectCells effects;
  Drawn drawn;
};

void AddRules(const faults::Plan& plan, Drawn* drawn) {
  for (const faults::Rule& rule : plan.rules) {
    const faults::Lasting lasting = rule.count == faults::Rule::kForever
                                        ? faults::Lasting::kPersistent
                                        : faults::Lasting::kTransient;
    drawn->on_operation.insert({rule.effect.kind, rule.operation, lasting});
    drawn->on_file.insert({rule.effect.kind, rule.file, lasting});
  }
}

Reached Sweep() {
  Reached reached;
  for (const disk::ProfileName profile : disk::kAllProfiles) {
    GeneratorLimits limits;
    limits.profile = profile;
    for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kSeeds; ++seed) {
      const RunResult result = RunScenario(GenerateScenario(seed, limits));
      EXPECT_FALSE(result.failed()) << ToText(profile) << ", seed " << seed;
      reached.medium[static_cast<std::size_t>(profile)].Add(result.medium);
    }
  }
  for (std::uint64_t seed = kFirstSeed; seed < kFirstSeed + kFaultSeeds; ++seed) {
    Scenario scenario = GenerateScenario(seed, {});
    for (LifePlan& life : scenario.lives) {
      life.explore = {};
      AddRules(life.faults, &reached.drawn);
    }
    reached.effects.Add(RunScenario(scenario).effects);
  }
  return reached;
}

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The tests that hold a row of the tables; "Suite.Name" each. Of all cells: MediumCellTest.
struct Held {
  MediumCell last;  // of the cells that the tests hold, in their order
  std::string_view tests;
};
constexpr Held kHeld[] = {
    {MediumCell::kSyncedData,
     "ProfileTest.FsyncMakesDataAndSizeDurable "
     "ProfileRowsTest.FsyncMakesDataAndSizeDurableInTheOrderOfTheCalls"},
    {MediumCell::kSyncedOwnName, "ProfileRowsTest.FsyncMakesTheFilesOwnNameDurable"},
    {MediumCell::kPulledForward, "ProfileTest.OnBtrfsASyncPullsItsFileForward"},
    {MediumCell::kOwnNameLost, "ProfileRowsTest.FsyncMakesTheFilesOwnNameDurable"},
    {MediumCell::kSyncedEarlier, "ProfileRowsTest.FsyncMakesOtherEarlierMetadataDurable"},
    {MediumCell::kEarlierLost,
     "ProfileRowsTest.FsyncMakesOtherEarlierMetadataDurable "
     "ProfileTest.FsyncOfWhatHasNothingPendingMakesNothingDurable"},
    {MediumCell::kDirectoryNameLost, "ProfileRowsTest.FsyncOfADirectory"},
    {MediumCell::kSubset, "ProfileRowsTest.PendingMetadataOperations"},
    {MediumCell::kRenameOld, "ProfileTest.RenameOverAnExistingNameIsOldOrNewNeverAbsent"},
    {MediumCell::kAppendOutOfOrder, "ProfileRowsTest.UnsyncedAppendedData"},
    {MediumCell::kRenameWithoutData, "ProfileRowsTest.DataBeforeALaterRenameOntoAnExistingName"},
    {MediumCell::kOverwriteTorn, "ProfileRowsTest.UnsyncedOverwriteInPlace"},
    {MediumCell::kWrittenAfterLost,
     "ProfileRowsTest.OTruncIsPending ProfileTest.TruncateIsPendingAndWhatFollowsComesOnlyWithIt"},
    {MediumCell::kGrowthLost, "ProfileRowsTest.OTruncIsPending"},
    {MediumCell::kLastBytesNew, "ProfileTest.OnAnUnsafeDeviceASectorMayBeTorn"},
    {MediumCell::kEarlierCall, "ProfileTest.OnExt4JournalEverythingIsInTheOrderOfTheCalls"},
    {MediumCell::kNothingLost,
     "ProfileRowsTest.AProcessKillLosesNothingAndTheNextProcessFindsTheSameCache"},
    {MediumCell::kWrittenBetween,
     "ProfileTest.ALyingDeviceFallsBackToWhatASyncWasToMakeDurable "
     "ProfileRowsTest.LyingLeavesWhatExt4DoesOrAnEarlierState"},
    {MediumCell::kMarksCleared,
     "FailedSyncRowsTest.DirtyMarksAreCleared "
     "FailedSyncTest.MarksAreClearedSoALaterSyncSucceedsAndWritesNothing"},
    {MediumCell::kStaysReadable, "FailedSyncRowsTest.CachedContentStaysOrGoesBack"},
    {MediumCell::kGoneWithCache, "FailedSyncTest.SizeOnDiskAndWhichPagesArrivedAreDrawn"},
    {MediumCell::kGoesBack, "FailedSyncTest.OnBtrfsTheFileIsAgainWhatWasSyncedLast"},
    {MediumCell::kHole, "FailedSyncTest.OnBtrfsTheNextWriteLeavesAHole"},
    {MediumCell::kSizeOld, "FailedSyncRowsTest.SizeOnDiskAndOtherPagesOfTheSameCall"},
    {MediumCell::kLostOld,
     "FailedSyncTest.SizeOnDiskAndWhichPagesArrivedAreDrawn "
     "FailedSyncTest.OnExt4JournalTheOtherPagesOfTheCallAreWritten"},
    {MediumCell::kPagesNone, "FailedSyncRowsTest.SizeOnDiskAndOtherPagesOfTheSameCall"},
    {MediumCell::kToldOther, "FailedSyncRowsTest.WhoGetsTheErrorOfASync"},
    {MediumCell::kToldLater,
     "FailedSyncRowsTest.WhereNoneIsOpenTheFirstOneOpenedLaterGetsTheError"},
    {MediumCell::kToldNext, "FailedSyncTest.OnExt4JournalTheNextSyncReportsItOnce"},
    {MediumCell::kWritebackTold, "FailedSyncRowsTest.WritebackFailsInTheBackground"},
    {MediumCell::kSpaceBack, "FailedSyncRowsTest.AfterEnospcSpaceComesBack"},
    {MediumCell::kNamesStay, "FailedSyncRowsTest.AFailedDirectorySyncLeavesTheNamesPending"},
    {MediumCell::kImageAll, "CrashTest.NoneAndAll"},
    {MediumCell::kImageNamesOnly, "CrashTest.NamesOnlyKeepsSizesAndDropsData"},
    {MediumCell::kImageTornLast,
     "CrashTest.TornLastCutsAnAppendAtAnyByte "
     "CrashTest.TornLastOverwriteIsOldFromTheCutOnByPageOrSector"},
    {MediumCell::kImageLeaveOneOut, "CrashTest.LeaveOneOut"},
    {MediumCell::kImageZeroTail, "CrashTest.ZeroTail"},
    {MediumCell::kImageRandom, "CrashTest.RandomIsAFunctionOfTheSeedAndChangesNothing"},
    {MediumCell::kImageSubset, "CrashTest.Subset"},
};
constexpr std::string_view kHoldingEffects =
    "EffectRowsTest.OnEachOperationOnceForAWhileAndForGood "
    "EffectRowsTest.OnEachKindOfFileAndOnNoOther EffectRowsTest.AShortWriteThenAnErrorForGood "
    "DiskFaultsTest.AShortWriteReturnsItsCountAndTheErrorComesNext "
    "DiskFaultsTest.AnErrorBeforeAnyByteLeavesEverythingAsItWas "
    "DiskFaultsTest.AppliedErrorsTakeEffect DiskFaultsTest.AFailedCloseStillCloses "
    "DiskFaultsTest.AListMissesAName DiskFaultsTest.AFlippedBitIsInOneReadAndRotStays "
    "PosixTest.ADelayedCallTakesItsTimeAndOthersGoOn";
constexpr std::string_view kHoldingAll = "MediumCellTest.EachIsReachedWhereItCanBeAndNowhereElse";

std::string_view TestsOf(MediumCell cell) {
  for (const Held& held : kHeld) {
    if (cell <= held.last) return held.tests;
  }
  return {};
}

// What the engine does, by which a cell that the medium has is not reached; empty if it can be.
std::string_view WhyNotByEngine(MediumCell cell, const disk::Profile& profile) {
  switch (cell) {
    case MediumCell::kPulledForward:
      return "fresh names";
    case MediumCell::kDirectoryNameLost:
      return "parent first";
    case MediumCell::kDirectorySyncedMore:
      return profile.sync_scope == disk::SyncScope::kOwnNames ? "parent first" : "";
    case MediumCell::kMarksCleared:
      return "not again";
    case MediumCell::kToldOther:
      return "one descriptor";
    case MediumCell::kToldLater:
      return "files anew";
    // It reads, and renames, what an earlier process wrote.
    case MediumCell::kDataWithRename:
    case MediumCell::kStaysReadable:
      return profile.SyncsHold() ? "" : "written between";
    default:
      return {};
  }
}

std::string WhyNot(MediumCell cell, disk::ProfileName name) {
  const disk::Profile& profile = disk::GetProfile(name);
  const std::string_view medium = WhyNever(cell, profile);
  if (!medium.empty()) return std::string(medium);
  const std::string_view engine = WhyNotByEngine(cell, profile);
  return engine.empty() ? "" : "*" + std::string(engine) + "*";
}

std::string Quoted(std::string_view tests) {
  std::string text;
  while (!tests.empty()) {
    const std::size_t space = tests.find(' ');
    text += (text.empty() ? "`" : ", `") + std::string(tests.substr(0, space)) + "`";
    tests = space == std::string_view::npos ? std::string_view() : tests.substr(space + 1);
  }
  return text;
}

std::string MediumTable(const Reached& reached, MediumCell first, MediumCell last) {
  std::string text = "| rule | outcome |";
  std::string rule = "|---|---|";
  for (const disk::ProfileName profile : disk::kAllProfiles) {
    text += " `" + std::string(ToText(profile)) + "` |";
    rule += "---|";
  }
  text += " held by |\n" + rule + "---|\n";
  for (auto at = static_cast<std::size_t>(first); at <= static_cast<std::size_t>(last); ++at) {
    const auto cell = static_cast<MediumCell>(at);
    const disk::MediumCellText words = TextOf(cell);
    text += "| " + std::string(words.row) + " | " + std::string(words.outcome) + " |";
    for (const disk::ProfileName profile : disk::kAllProfiles) {
      const std::string why_not = WhyNot(cell, profile);
      const std::uint64_t count = reached.medium[static_cast<std::size_t>(profile)].Get(cell);
      text += " " + (why_not.empty() ? std::to_string(count) : why_not) + " |";
      EXPECT_EQ(count == 0, !why_not.empty())
          << ToText(profile) << ", " << ToText(cell) << ": " << count << " " << why_not;
    }
    text += " " + Quoted(TestsOf(cell)) + " |\n";
  }
  return text;
}

bool CanStrike(EffectKind effect, OpKind operation) {
  faults::Rule rule;
  rule.operation = operation;
  for (const int error : {0, EIO}) {
    for (const std::uint64_t amount : {std::uint64_t{0}, std::uint64_t{1}}) {
      rule.effect = {effect, error, amount};
      if (faults::Validate(rule).ok()) return true;
    }
  }
  return false;
}

bool CanStrike(EffectKind effect, FileKind file) {
  for (std::size_t at = 0; at < faults::kOperationCount; ++at) {
    const auto operation = static_cast<OpKind>(at);
    const bool of_directory =
        operation == OpKind::kMkdir || operation == OpKind::kList || operation == OpKind::kSyncDir;
    if (of_directory == (file == FileKind::kDirectory) && CanStrike(effect, operation)) return true;
  }
  return false;
}

template <typename Where>
std::string EffectCell(const EffectCells& effects, const Struck<Where>& drawn, EffectKind effect,
                       Where where) {
  if (!CanStrike(effect, where)) return "–";
  const EffectCells::Row& row = effects.On(effect, where);
  std::string text;
  for (const faults::Lasting lasting :
       {faults::Lasting::kTransient, faults::Lasting::kPersistent}) {
    const std::uint64_t count = row[static_cast<std::size_t>(lasting)];
    const bool named = drawn.contains({effect, where, lasting});
    EXPECT_TRUE(count > 0 || !named) << ToText(effect) << ", " << ToText(where)
                                     << (text.empty() ? ", for a while" : ", for good");
    text += (text.empty() ? "" : " / ") + (count > 0 || named ? std::to_string(count) : "*no*");
  }
  return text == "*no* / *no*" ? "*no*" : text;
}

template <typename Where>
std::string EffectTable(const EffectCells& effects, const Struck<Where>& drawn, std::size_t first,
                        std::size_t count) {
  std::string text = "| effect |";
  std::string rule = "|---|";
  for (std::size_t at = first; at < count; ++at) {
    text += " " + std::string(ToText(static_cast<Where>(at))) + " |";
    rule += "---|";
  }
  text += "\n" + rule + "\n";
  for (std::size_t row = 0; row < faults::kEffectCount; ++row) {
    const auto effect = static_cast<EffectKind>(row);
    text += "| " + std::string(ToText(effect)) + " |";
    for (std::size_t at = first; at < count; ++at)
      text += " " + EffectCell(effects, drawn, effect, static_cast<Where>(at)) + " |";
    text += "\n";
  }
  return text;
}

constexpr std::string_view kIntroduction = R"(# What a sweep reaches of the medium

Every cell of the tables of [DISK.md](DISK.md): how often a sweep reached it, and the test that holds it. Made by
tests/golden/cells_test.cc, which fails where a cell that can be reached is not; `HARROW_REWRITE=1` writes the page anew. The
sweep has the seeds FIRST to LAST of the engine, in each profile. A number says how often the rule decided something: in a
crash image that was taken, or in a call that was made. A word says what the profile does instead; one in *italics* what the
engine does, by which it never comes to that:

- *parent first*: it makes a directory's own name durable before it puts anything there;
- *fresh names*: a file that it syncs has a name that nothing had since the directory was synced;
- *files anew*: it writes and syncs no file that an earlier process made;
- *not again*: it syncs no file of which a sync has failed;
- *one descriptor*: it has one of each file that it syncs;
- *written between*: what it reads back or renames is of an earlier process, and a device that lies has written it by then.

Each cell is besides reached by scripts where it can be, and nowhere else: HOLDS.
A result file has the counts of its own sweep ([RESULTS.md](../harness/sweep/RESULTS.md), `medium` and `effects`).

)";

constexpr std::string_view kOfEffects = R"(
## Faults while running
How often each effect struck, by rules that last for a while (once, some times, now and then) / for good, in the lives of FAULTS
seeds from FIRST on. – cannot be; *no* is what the generator does not draw, or the engine does not do: a scenario may have it.
Held by HOLD.

)";

std::string Filled(std::string_view pattern, std::string_view word, const std::string& with) {
  const std::size_t at = pattern.find(word);
  EXPECT_NE(at, std::string_view::npos) << word;
  return std::string(pattern.substr(0, at)) + with + std::string(pattern.substr(at + word.size()));
}

std::string Page(const Reached& reached) {
  std::string text = Filled(kIntroduction, "FIRST", std::to_string(kFirstSeed));
  text = Filled(text, "LAST", std::to_string(kFirstSeed + kSeeds - 1));
  text = Filled(text, "HOLDS", Quoted(kHoldingAll));
  text += "## Profiles: what may survive a power loss\n" +
          MediumTable(reached, MediumCell::kSyncedData, MediumCell::kWrittenBetween);
  text += "\n## A failed fsync\n" +
          MediumTable(reached, MediumCell::kMarksCleared, MediumCell::kNamesStay);
  text += "\n## Crash images\n" +
          MediumTable(reached, MediumCell::kImageNone, MediumCell::kImageSubset);
  std::string of_effects = Filled(kOfEffects, "FIRST", std::to_string(kFirstSeed));
  of_effects = Filled(of_effects, "FAULTS", std::to_string(kFaultSeeds));
  text += Filled(of_effects, "HOLD", Quoted(kHoldingEffects));
  const Drawn& drawn = reached.drawn;
  text += EffectTable<OpKind>(reached.effects, drawn.on_operation, 0, faults::kOperationCount);
  text += "\n" + EffectTable<FileKind>(reached.effects, drawn.on_file, 1, faults::kFileCount);
  return text;
}

TEST(CellsTest, ThePageIsWhatASweepReaches) {
  const fs::path path = HARROW_SOURCE_DIR "/sim/disk/CELLS.md";
  const std::string text = Page(Sweep());
  if (std::getenv("HARROW_REWRITE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text, ReadAll(path)) << path;
}

TEST(CellsTest, TheTestsThatThePageNamesExist) {
  std::set<std::string> known;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(HARROW_SOURCE_DIR "/tests/unit/disk")) {
    const std::string text = ReadAll(entry.path());
    for (std::size_t at = text.find("\nTEST("); at != std::string::npos;
         at = text.find("\nTEST(", at + 1)) {
      std::string name;
      for (const char c : text.substr(at + 6, text.find(')', at) - at - 6)) {
        if (c != ' ' && c != '\n') name += c == ',' ? '.' : c;
      }
      known.insert(name);
    }
  }
  ASSERT_GT(known.size(), 50u);
  std::string named(kHoldingAll);
  named += " " + std::string(kHoldingEffects);
  for (std::size_t at = 0; at < disk::kMediumCellCount; ++at) {
    const std::string_view tests = TestsOf(static_cast<MediumCell>(at));
    EXPECT_FALSE(tests.empty()) << ToText(static_cast<MediumCell>(at));
    named += " " + std::string(tests);
  }
  for (std::size_t at = 0; at < named.size();) {
    const std::size_t end = std::min(named.find(' ', at), named.size());
    EXPECT_TRUE(known.contains(named.substr(at, end - at))) << named.substr(at, end - at);
    at = end + 1;
  }
}

}  // namespace
}  // namespace harrow::harness
