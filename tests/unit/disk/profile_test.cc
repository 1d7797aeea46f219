// Each row of the table of profiles: what may survive does in some crash, and what may not does in
// none of many.
#include "sim/disk/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;
using Images = std::set<std::string>;

// Longer than garbage has by chance.
bool HasLongRun(const std::string& image, char byte) {
  for (std::size_t at = image.find(byte); at != std::string::npos; at = image.find(byte, at + 1)) {
    if (std::atoi(image.c_str() + at + 1) >= 100) return true;
  }
  return false;
}

constexpr ProfileName kBoth[] = {ProfileName::kStrict, ProfileName::kExt4};

// Those in which a power loss leaves what the rules allow for each pending thing.
std::vector<ProfileName> Pending() {
  std::vector<ProfileName> names;
  for (const ProfileName name : kAllProfiles) {
    if (GetProfile(name).loss == LossRule::kPending) names.push_back(name);
  }
  return names;
}

TEST(ProfileTest, FsyncMakesDataAndSizeDurable) {
  for (const ProfileName profile : Pending()) {
    Lab lab(profile, Image().With("f", ""));
    lab.Run("open f; write f x 5000; sync f");
    EXPECT_EQ(lab.RandomCrashes(), Images{"f:x5000"});
    EXPECT_EQ(lab.Crash(Survivors::kNone), "f:x5000");
    lab.Run("put f 100 y 10; sync f; size f 200; sync f");
    EXPECT_EQ(lab.RandomCrashes(), Images{"f:x100y10x90"});
    EXPECT_EQ(lab.disk.PendingCount(), 0u);
  }
}

TEST(ProfileTest, FsyncMakesTheFilesOwnNameDurable) {
  Lab ext4(ProfileName::kExt4);
  ext4.Run("create f; write f x 10; sync f");
  EXPECT_EQ(ext4.RandomCrashes(), Images{"f:x10"});
  Lab strict(ProfileName::kStrict);
  strict.Run("create f; write f x 10; sync f");
  EXPECT_EQ(strict.RandomCrashes(), (Images{"", "f:x10"}));
  strict.Run("syncdir /");
  EXPECT_EQ(strict.RandomCrashes(), Images{"f:x10"});
}

TEST(ProfileTest, FsyncMakesEarlierMetadataDurable) {
  const char* const script = "create a; rename old new; mkdir d; create b; sync b";
  const Image start = Image().With("old", "o");
  Lab ext4(ProfileName::kExt4, start);
  ext4.Run(script);
  EXPECT_EQ(ext4.RandomCrashes(), Images{"a: b: d/ new:o1"});
  Lab strict(ProfileName::kStrict, start);
  strict.Run(script);
  EXPECT_EQ(strict.RandomCrashes().size(), 16u);
  // A directory's sync is as good on ext4, and on strict it is for the names in that directory.
  Lab by_directory(ProfileName::kExt4, start);
  by_directory.Run("create a; mkdir d; create d/x; syncdir d");
  EXPECT_EQ(by_directory.RandomCrashes(), Images{"a: d/ d/x: old:o1"});
  Lab strict_directory(ProfileName::kStrict, start);
  strict_directory.Run("mkdir d; create d/x; create d/y; syncdir d; create a");
  EXPECT_EQ(strict_directory.RandomCrashes(),
            (Images{"old:o1", "a: old:o1", "d/ d/x: d/y: old:o1", "a: d/ d/x: d/y: old:o1"}));
}

TEST(ProfileTest, FsyncOfWhatHasNothingPendingMakesNothingDurable) {
  for (const ProfileName profile : {ProfileName::kExt4, ProfileName::kExt4Writeback,
                                    ProfileName::kXfs, ProfileName::kExt4Journal}) {
    Lab lab(profile, Image().With("f", "a"));
    lab.Run("open f; create b; sync f");
    EXPECT_EQ(lab.Crash(Survivors::kNone), "f:a1") << ToText(profile);
    lab.Run("put f 0 x 1; sync f");
    EXPECT_EQ(lab.Crash(Survivors::kNone), "b: f:x1") << ToText(profile);
  }
}

TEST(ProfileTest, PendingMetadataSurvivesAsAPrefixOrAsAnySubset) {
  Lab ext4(ProfileName::kExt4);
  ext4.Run("create a; create b; create c; create d");
  EXPECT_EQ(ext4.RandomCrashes(), (Images{"", "a:", "a: b:", "a: b: c:", "a: b: c: d:"}));
  Lab strict(ProfileName::kStrict);
  strict.Run("create a; create b; create c; create d");
  EXPECT_EQ(strict.RandomCrashes().size(), 16u);
}

TEST(ProfileTest, RenameOverAnExistingNameIsOldOrNewNeverAbsent) {
  for (const ProfileName profile : Pending()) {
    Lab lab(profile, Image().With("f", "old"));
    lab.Run("create t; write t x 3; sync t; rename t f; create u; write u y 3; sync u; rename u f");
    for (const std::string& image : lab.RandomCrashes()) {
      EXPECT_NE((" " + image).find(" f:"), std::string::npos) << image;
    }
    Lab last(profile, Image().With("f", "old"));
    last.Run("create t; write t x 3; sync t; rename t f");
    const Images images = last.RandomCrashes();
    EXPECT_TRUE(images.count("f:x3") == 1) << "the new one occurs";
    // Where a sync makes the file's own name durable, it is there by its old name.
    const Images old = GetProfile(profile).sync_scope != SyncScope::kData
                           ? Images{"f:o1l1d1 t:x3", "f:x3"}
                           : Images{"f:o1l1d1", "f:o1l1d1 t:x3", "f:x3"};
    EXPECT_EQ(images, old);
  }
}

// Sizes and page patterns that an append of four pages after half a durable one leaves.
TEST(ProfileTest, UnsyncedAppendOnExt4) {
  Lab lab(ProfileName::kExt4, Image().With("f", std::string(2048, 'a')));
  lab.Run("open f; write f x 14336");
  const Images images = lab.RandomCrashes(2000);
  bool hole_before_data = false;
  for (const std::string& image : images) {
    EXPECT_EQ(image.substr(0, 7), "f:a2048") << image;
    EXPECT_EQ(image.find('?'), std::string::npos) << "garbage: " << image;
    hole_before_data |= image.find(".6144x4096") != std::string::npos;
  }
  EXPECT_TRUE(hole_before_data) << "pages arrive in any order";
  EXPECT_TRUE(images.count("f:a2048") == 1 && images.count("f:a2048x14336") == 1);
  for (const std::string& bytes : lab.RandomContents("f", 500)) {
    ASSERT_GE(bytes.size(), 2048u);
    ASSERT_LE(bytes.size(), 16384u);
    // Whole pages: within one page past the durable bytes all is x, or all is zero.
    for (std::size_t page = 0; page < bytes.size(); page += 4096) {
      const std::string part =
          bytes.substr(std::max<std::size_t>(page, 2048), page == 0 ? 2048 : 4096);
      EXPECT_EQ(part.find_first_not_of(part.empty() ? 'x' : part[0]), std::string::npos);
    }
  }
}

TEST(ProfileTest, UnsyncedAppendOnStrictTearsSectorsAndLeavesGarbage) {
  Lab lab(ProfileName::kStrict, Image().With("f", std::string(2048, 'a')));
  lab.Run("open f; write f x 6144");
  bool torn = false;
  bool garbage = false;
  bool zeros = false;
  for (const std::string& bytes : lab.RandomContents("f", 1000)) {
    ASSERT_EQ(bytes.substr(0, 2048), std::string(2048, 'a'));
    ASSERT_LE(bytes.size(), 8192u);
    bool sector_new = false;
    bool sector_other = false;
    for (std::size_t at = 4096; at + 512 <= bytes.size(); at += 512) {
      const std::string sector = bytes.substr(at, 512);
      const bool is_new = sector == std::string(512, 'x');
      const bool is_zero = sector == std::string(512, '\0');
      // A sector is atomic: new, zeros, or garbage, which a run of x would not be.
      EXPECT_TRUE(is_new || is_zero || sector.find("xxxxxxxx") == std::string::npos);
      garbage |= !is_new && !is_zero;
      zeros |= is_zero;
      sector_new |= is_new;
      sector_other |= !is_new;
    }
    torn |= sector_new && sector_other;
  }
  EXPECT_TRUE(torn);
  EXPECT_TRUE(garbage);
  EXPECT_TRUE(zeros);
}

TEST(ProfileTest, DataBeforeARenameOntoAnExistingName) {
  const Image start = Image().With("f", "old");
  const char* const script = "create t; write t x 5000; rename t f";
  Lab ext4(ProfileName::kExt4, start);
  ext4.Run(script);
  for (const std::string& image : ext4.RandomCrashes()) {
    const bool old = image.find("f:o1l1d1") != std::string::npos;
    EXPECT_TRUE(old || image == "f:x5000") << image;
  }
  EXPECT_EQ(ext4.Crash(Survivors::kNamesOnly), "f:x5000") << "the rename brings its data along";
  Lab strict(ProfileName::kStrict, start);
  strict.Run(script);
  EXPECT_EQ(strict.RandomCrashes().count("f:"), 1u) << "the new name without its data";
  // Onto a name that did not exist nothing is promised on ext4 either.
  Lab fresh(ProfileName::kExt4);
  fresh.Run(script);
  EXPECT_EQ(fresh.RandomCrashes().count("f:"), 1u);
}

TEST(ProfileTest, DataWrittenAfterSuchARenameIsStillPending) {
  Lab ext4(ProfileName::kExt4, Image().With("f", "old"));
  ext4.Run("create t; write t x 5000; rename t f; write f y 5000");
  const Images images = ext4.RandomCrashes(1000);
  EXPECT_EQ(images.count("f:x5000"), 1u);
  EXPECT_EQ(images.count("f:x5000y5000"), 1u);
  for (const std::string& image : images) EXPECT_NE(image.substr(0, 3), "f:.") << image;
}

TEST(ProfileTest, UnsyncedOverwriteIsByPageOrBySector) {
  const Image start = Image().With("f", std::string(8192, 'a'));
  Lab ext4(ProfileName::kExt4, start);
  ext4.Run("open f; put f 1000 x 6000");
  EXPECT_EQ(ext4.RandomCrashes(),
            (Images{"f:a8192", "f:a1000x3096a4096", "f:a4096x2904a1192", "f:a1000x6000a1192"}));
  Lab strict(ProfileName::kStrict, start);
  strict.Run("open f; put f 1000 x 6000");
  const Images images = strict.RandomCrashes(1000);
  EXPECT_EQ(images.count("f:a8192"), 1u);
  EXPECT_EQ(images.count("f:a1000x6000a1192"), 1u);
  EXPECT_EQ(images.count("f:a1000x24a7168"), 1u) << "one sector";
  for (const std::string& image : images) {
    EXPECT_EQ(image.find('.'), std::string::npos) << image;
    EXPECT_EQ(image.find('?'), std::string::npos) << image;
  }
}

TEST(ProfileTest, TruncateIsPendingAndWhatFollowsComesOnlyWithIt) {
  for (const ProfileName profile : Pending()) {
    Lab lab(profile, Image().With("f", std::string(5000, 'a')));
    lab.Run("otrunc f");
    EXPECT_EQ(lab.RandomCrashes(), (Images{"f:a5000", "f:"}));
    lab.Run("write f x 5000");
    const Images images = lab.RandomCrashes(1000);
    EXPECT_EQ(images.count("f:a5000"), 1u);
    EXPECT_EQ(images.count("f:"), 1u);
    EXPECT_EQ(images.count("f:x5000"), 1u);
    for (const std::string& image : images) {
      EXPECT_FALSE(HasLongRun(image, 'a') && HasLongRun(image, 'x')) << image;
    }
    lab.Run("sync f");
    EXPECT_EQ(lab.RandomCrashes(), Images{"f:x5000"});
  }
}

TEST(ProfileTest, UnsyncedDataBeforeATruncateMaySurviveWithoutIt) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", std::string(100, 'a')));
    lab.Run("open f; put f 0 b 100; size f 50; write f c 10; grow f 200");
    const Images images = lab.RandomCrashes(2000);
    for (const char* expected :
         {"f:a100", "f:b100", "f:a50", "f:b50", "f:b50c10", "f:b50c10.140"}) {
      EXPECT_EQ(images.count(expected), 1u) << expected;
    }
  }
}

TEST(ProfileTest, UnlinkedAndReplacedFilesComeBackWithTheirNames) {
  for (const ProfileName profile : Pending()) {
    Lab lab(profile, Image().With("f", "a").With("g", "b"));
    lab.Run("unlink f; rename g f");
    const Images images = lab.RandomCrashes();
    EXPECT_EQ(images.count("f:a1 g:b1"), 1u);
    EXPECT_EQ(images.count("g:b1"), 1u);
    EXPECT_EQ(images.count("f:b1"), 1u);
    EXPECT_EQ(images.size(), 3u);
  }
}

TEST(ProfileTest, XfsRenamesWithoutTheData) {
  Lab lab(ProfileName::kXfs, Image().With("f", "old"));
  lab.Run("create t; write t x 5000; rename t f");
  const Images images = lab.RandomCrashes();
  EXPECT_EQ(images.count("f:"), 1u) << "the new name without its data";
  EXPECT_EQ(images.count("f:o1l1d1 t:x5000"), 1u) << "the data without the new name";
  for (const std::string& image : images) EXPECT_EQ(image.find('?'), std::string::npos) << image;
  // A sync is as good as on ext4.
  Lab synced(ProfileName::kXfs);
  synced.Run("create a; mkdir d; create b; sync b; create c");
  EXPECT_EQ(synced.RandomCrashes(), (Images{"a: b: d/", "a: b: c: d/"}));
}

TEST(ProfileTest, OnExt4WritebackABlockMayHoldWhatItHeldBefore) {
  Lab lab(ProfileName::kExt4Writeback, Image().With("f", std::string(2048, 'a')));
  lab.Run("open f; write f x 10240");
  bool garbage = false;
  bool zeros = false;
  for (const std::string& bytes : lab.RandomContents("f", 1000)) {
    ASSERT_EQ(bytes.substr(0, 2048), std::string(2048, 'a'));
    // The block that the durable bytes are in was zeroed behind them.
    const std::string first = bytes.substr(2048, 2048);
    EXPECT_TRUE(first.find_first_not_of('x') == std::string::npos ||
                first.find_first_not_of('\0') == std::string::npos);
    for (std::size_t page = 4096; page + 4096 <= bytes.size(); page += 4096) {
      const std::string block = bytes.substr(page, 4096);
      const bool is_new = block == std::string(4096, 'x');
      const bool is_zero = block == std::string(4096, '\0');
      EXPECT_TRUE(is_new || is_zero || block.find("xxxxxxxx") == std::string::npos) << "torn";
      garbage |= !is_new && !is_zero;
      zeros |= is_zero;
    }
  }
  EXPECT_TRUE(garbage);
  EXPECT_TRUE(zeros);
  Lab renamed(ProfileName::kExt4Writeback, Image().With("f", "old"));
  renamed.Run("create t; write t x 5000; rename t f");
  EXPECT_EQ(renamed.RandomCrashes().count("f:"), 1u) << "a rename waits for no data";
  // What is overwritten in place is old or new.
  Lab over(ProfileName::kExt4Writeback, Image().With("f", std::string(8192, 'a')));
  over.Run("open f; put f 1000 x 6000");
  EXPECT_EQ(over.RandomCrashes(),
            (Images{"f:a8192", "f:a1000x3096a4096", "f:a4096x2904a1192", "f:a1000x6000a1192"}));
}

TEST(ProfileTest, OnExt4JournalEverythingIsInTheOrderOfTheCalls) {
  Lab lab(ProfileName::kExt4Journal, Image().With("f", "a"));
  lab.Run("open f; write f x 9000; create b; put f 0 y 2; write b z 5; rename b c; unlink f");
  const Images states = {"f:a1",           "f:a1x9000",      "b: f:a1x9000", "b: f:y2x8999",
                         "b:z5 f:y2x8999", "c:z5 f:y2x8999", "c:z5"};
  EXPECT_EQ(lab.RandomCrashes(), (Images{"f:a1", "f:a1x9000", "b: f:a1x9000", "b: f:y2x8999",
                                         "b:z5 f:y2x8999", "c:z5 f:y2x8999"}))
      << "the state before each call since the last sync";
  EXPECT_EQ(lab.Crash(Survivors::kAll), "c:z5");
  EXPECT_EQ(lab.Crash(Survivors::kNone), "f:a1");
  for (const Survivors kind : {Survivors::kNamesOnly, Survivors::kTornLast, Survivors::kLeaveOneOut,
                               Survivors::kZeroTail}) {
    for (std::uint64_t cut = 0; cut < 20; ++cut) {
      EXPECT_EQ(states.count(lab.Crash(kind, cut)), 1u) << lab.Crash(kind, cut);
    }
  }
  lab.Run("create d; sync d");
  EXPECT_EQ(lab.RandomCrashes(), Images{"c:z5 d:"});
}

TEST(ProfileTest, OnBtrfsASyncPullsItsFileForward) {
  const Image start = Image().With("old", "o");
  Lab lab(ProfileName::kBtrfs, start);
  lab.Run("create a; rename old new; mkdir d; create d/b; write d/b x 10; sync d/b; create e");
  // A prefix of the rest, and d/b always, with the directory it is in.
  EXPECT_EQ(lab.RandomCrashes(), (Images{"d/ d/b:x10 old:o1", "a: d/ d/b:x10 old:o1",
                                         "a: d/ d/b:x10 new:o1", "a: d/ d/b:x10 e: new:o1"}));
  // What had the name before comes along: it cannot take it back.
  Lab replaced(ProfileName::kBtrfs, Image().With("f", "1").With("g", "2"));
  replaced.Run("create h; rename g f; create t; write t x 3; rename t f; sync f");
  EXPECT_EQ(replaced.RandomCrashes(), (Images{"f:x3", "f:x3 h:"}));
  Lab named(ProfileName::kBtrfs, Image().With("d/keep", ""));
  named.Run("create a; create d/x; syncdir d");
  EXPECT_EQ(named.RandomCrashes(), (Images{"d/ d/keep: d/x:", "a: d/ d/keep: d/x:"}));
  Lab made(ProfileName::kBtrfs);
  made.Run("create a; mkdir d; create d/x; syncdir d");
  EXPECT_EQ(made.RandomCrashes(), (Images{"d/ d/x:", "a: d/ d/x:"})) << "and its own name";
}

TEST(ProfileTest, OnBtrfsWhatWasWrittenInARowIsOldOrNewAsAWhole) {
  Lab lab(ProfileName::kBtrfs, Image().With("f", std::string(16384, 'a')));
  lab.Run("open f; put f 100 x 5000; put f 12288 y 100; write f z 9000");
  // Pages 0 and 1; page 3 and those behind it are in a row.
  EXPECT_EQ(lab.RandomCrashes(), (Images{"f:a16384", "f:a100x5000a11284", "f:a12288y100a3996z9000",
                                         "f:a100x5000a7188y100a3996z9000"}));
  EXPECT_EQ(lab.Crash(Survivors::kNamesOnly), "f:a16384") << "the size comes with the data";
  EXPECT_EQ(lab.Crash(Survivors::kZeroTail), "f:a100x5000a11284") << "no zeros";
  EXPECT_EQ(lab.Crash(Survivors::kTornLast, 50), "f:a100x5000a7188y100a3996");
  Lab rename(ProfileName::kBtrfs, Image().With("f", "old"));
  rename.Run("create t; write t x 5000; rename t f");
  EXPECT_EQ(rename.RandomCrashes().count("f:"), 0u) << "data first";
  EXPECT_EQ(rename.RandomCrashes().count("f:x5000"), 1u);
}

TEST(ProfileTest, AProcessKillLosesNothing) {
  Lab lab(ProfileName::kProcessKill, Image().With("f", "a"));
  lab.Run("create b; write b x 5000; put f 0 y 1; mkdir d; rename b c");
  EXPECT_EQ(lab.RandomCrashes(), Images{"c:x5000 d/ f:y1"});
  for (const Survivors kind : {Survivors::kNone, Survivors::kNamesOnly, Survivors::kTornLast}) {
    EXPECT_EQ(lab.Crash(kind, 3), "c:x5000 d/ f:y1");
  }
}

TEST(ProfileTest, ALyingDeviceFallsBackToWhatASyncWasToMakeDurable) {
  Images images;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Lab device(ProfileName::kLying, Image(), {}, seed);
    device.Run("create f; write f x 10; sync f; write f y 10; sync f; write f z 10");
    images.merge(device.RandomCrashes(50));
    EXPECT_EQ(device.Crash(Survivors::kNone), "") << "nothing was ever persisted";
  }
  for (const char* const expected : {"", "f:x10", "f:x10y10", "f:x10y10z10"}) {
    EXPECT_EQ(images.count(expected), 1u) << expected;
  }
  for (const std::string& image : images) {
    const bool second = image.find('y') != std::string::npos;
    const bool third = image.find('z') != std::string::npos;
    EXPECT_TRUE(!second || image.starts_with("f:x10")) << image << ": not in order";
    EXPECT_TRUE(!third || image.starts_with("f:x10y10")) << image << ": not in order";
  }
  // The next process on the same machine finds what there was, and it stays.
  Lab lab(ProfileName::kLying);
  lab.Run("create f; write f x 10; sync f; write f y 10; sync f; write f z 10");
  DiskOptions options;
  options.profile = ProfileName::kLying;
  const Disk next(options, std::move(lab.disk));
  EXPECT_EQ(Show(next.Crash({})), "f:x10y10z10");
}

TEST(ProfileTest, OnAnUnsafeDeviceASectorMayBeTorn) {
  Lab lab(ProfileName::kUnsafeDevice, Image().With("f", std::string(8192, 'a')));
  lab.Run("open f; put f 1000 x 6000");
  bool torn_first = false;
  bool torn_last = false;
  for (const std::string& bytes : lab.RandomContents("f", 3000)) {
    ASSERT_EQ(bytes.size(), 8192u);
    ASSERT_EQ(bytes.find_first_not_of("ax"), std::string::npos)
        << "what was durable is not damaged";
    ASSERT_EQ(bytes.substr(0, 1000), std::string(1000, 'a'));
    for (std::size_t at = 1024; at + 512 <= 7000; at += 512) {
      const std::string sector = bytes.substr(at, 512);
      const std::size_t edge = sector.find_first_not_of(sector[0]);
      if (edge == std::string::npos) continue;
      torn_first |= sector[0] == 'x';
      torn_last |= sector[0] == 'a';
      EXPECT_EQ(sector.find(sector[0], edge), std::string::npos) << "one edge";
    }
  }
  EXPECT_TRUE(torn_first);
  EXPECT_TRUE(torn_last);
  lab.Run("sync f");
  lab.Run("put f 0 y 1000");
  EXPECT_EQ(lab.Crash(Survivors::kTornLast, 700).substr(0, 9), "f:y700a30") << "any byte";
}

TEST(ProfileTest, TheRulesArePrinted) {
  for (const ProfileName profile : kAllProfiles) {
    EXPECT_NE(ProfileNames().find(ToText(profile)), std::string::npos);
    const std::string text = Describe(GetProfile(profile));
    EXPECT_EQ(text.rfind("profile " + std::string(ToText(profile)) + "\n", 0), 0u) << text;
    EXPECT_NE(text.find("a failed fsync:"), std::string::npos) << text;
    EXPECT_EQ(ParseProfileName(ToText(profile)), profile);
    EXPECT_EQ(GetProfile(profile).name, profile);
  }
  EXPECT_FALSE(ParseProfileName("ext3").has_value());
  EXPECT_NE(Describe(GetProfile(ProfileName::kExt4)).find("a prefix survives"), std::string::npos);
  EXPECT_NE(Describe(GetProfile(ProfileName::kStrict)).find("any subset survives"),
            std::string::npos);
}

}  // namespace
}  // namespace harrow::disk
