// The rows of the table of profiles, each in every profile that a power loss means something to: what is expected follows from
// the profile's fields. What one profile does otherwise than all others is in profile_test.cc.
#include <gtest/gtest.h>

#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "sim/disk/profile.h"
#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;
using Images = std::set<std::string>;

std::vector<ProfileName> WithLoss(LossRule rule) {
  std::vector<ProfileName> names;
  for (const ProfileName name : kAllProfiles) {
    if (GetProfile(name).loss == rule) names.push_back(name);
  }
  return names;
}

std::vector<ProfileName> Pending() { return WithLoss(LossRule::kPending); }

// What random crashes leave after the script, with the profile for messages.
Images After(ProfileName profile, const Image& start, const std::string& script, int count = 800) {
  Lab lab(profile, start);
  lab.Run(script);
  return lab.RandomCrashes(count);
}

// The other tests here take what they expect from the fields, so these are held by themselves.
TEST(ProfileRowsTest, EachProfileIsAsTheTablesHaveIt) {
  const struct {
    ProfileName name;
    SyncScope sync_scope;
    bool metadata_in_order;
    DataUnit data_unit;
    bool garbage_in_gaps;
    bool data_before_rename;
    FailedSyncRule failed_sync;
    LossRule loss;
  } rows[] = {
      {ProfileName::kStrict, SyncScope::kData, false, DataUnit::kSector, true, false,
       FailedSyncRule::kKeepsCache, LossRule::kPending},
      {ProfileName::kExt4, SyncScope::kEarlier, true, DataUnit::kPage, false, true,
       FailedSyncRule::kKeepsCache, LossRule::kPending},
      {ProfileName::kExt4Writeback, SyncScope::kEarlier, true, DataUnit::kPage, true, false,
       FailedSyncRule::kKeepsCache, LossRule::kPending},
      {ProfileName::kExt4Journal, SyncScope::kEarlier, true, DataUnit::kPage, false, true,
       FailedSyncRule::kReportsLater, LossRule::kInOrder},
      {ProfileName::kXfs, SyncScope::kEarlier, true, DataUnit::kPage, false, false,
       FailedSyncRule::kKeepsCache, LossRule::kPending},
      {ProfileName::kBtrfs, SyncScope::kOwnNames, true, DataUnit::kExtent, false, true,
       FailedSyncRule::kRevertsCache, LossRule::kPending},
      {ProfileName::kProcessKill, SyncScope::kEarlier, true, DataUnit::kPage, false, true,
       FailedSyncRule::kKeepsCache, LossRule::kNothing},
      {ProfileName::kLying, SyncScope::kEarlier, true, DataUnit::kPage, false, true,
       FailedSyncRule::kKeepsCache, LossRule::kEpoch},
      {ProfileName::kUnsafeDevice, SyncScope::kData, false, DataUnit::kByte, true, false,
       FailedSyncRule::kKeepsCache, LossRule::kPending},
  };
  ASSERT_EQ(std::size(rows), kAllProfiles.size());
  for (const auto& row : rows) {
    const Profile& profile = GetProfile(row.name);
    EXPECT_EQ(profile.sync_scope, row.sync_scope) << ToText(row.name);
    EXPECT_EQ(profile.metadata_in_order, row.metadata_in_order) << ToText(row.name);
    EXPECT_EQ(profile.data_unit, row.data_unit) << ToText(row.name);
    EXPECT_EQ(profile.garbage_in_gaps, row.garbage_in_gaps) << ToText(row.name);
    EXPECT_EQ(profile.data_before_rename, row.data_before_rename) << ToText(row.name);
    EXPECT_EQ(profile.failed_sync, row.failed_sync) << ToText(row.name);
    EXPECT_EQ(profile.loss, row.loss) << ToText(row.name);
  }
}

TEST(ProfileRowsTest, FsyncMakesDataAndSizeDurableInTheOrderOfTheCalls) {
  Lab lab(ProfileName::kExt4Journal, Image().With("f", ""));
  lab.Run("open f; write f x 5000; sync f");
  EXPECT_EQ(lab.RandomCrashes(), Images{"f:x5000"});
  lab.Run("put f 100 y 10; size f 200; sync f");
  EXPECT_EQ(lab.RandomCrashes(), Images{"f:x100y10x90"});
}

TEST(ProfileRowsTest, FsyncMakesTheFilesOwnNameDurable) {
  for (const ProfileName profile : Pending()) {
    const bool durable = GetProfile(profile).sync_scope != SyncScope::kData;
    EXPECT_EQ(After(profile, Image(), "create f; write f x 10; sync f"),
              durable ? Images{"f:x10"} : (Images{"", "f:x10"}))
        << ToText(profile);
    EXPECT_EQ(After(profile, Image(), "create f; write f x 10; sync f; syncdir /"), Images{"f:x10"})
        << ToText(profile);
  }
}

TEST(ProfileRowsTest, FsyncMakesOtherEarlierMetadataDurable) {
  const Image start = Image().With("old", "o");
  for (const ProfileName profile : Pending()) {
    const Images images = After(profile, start, "create a; rename old new; create b; sync b");
    switch (GetProfile(profile).sync_scope) {
      case SyncScope::kEarlier:
        EXPECT_EQ(images, Images{"a: b: new:o1"}) << ToText(profile);
        break;
      case SyncScope::kOwnNames:
        EXPECT_EQ(images, (Images{"b: old:o1", "a: b: old:o1", "a: b: new:o1"})) << ToText(profile);
        break;
      case SyncScope::kData:
        EXPECT_EQ(images.size(), 8u) << ToText(profile) << ": any subset";
        break;
    }
  }
}

TEST(ProfileRowsTest, FsyncOfADirectory) {
  const Image start = Image().With("old", "o");
  for (const ProfileName profile : Pending()) {
    const Images images = After(profile, start, "create a; mkdir d; create d/x; syncdir d");
    switch (GetProfile(profile).sync_scope) {
      case SyncScope::kEarlier:
        EXPECT_EQ(images, Images{"a: d/ d/x: old:o1"}) << ToText(profile);
        break;
      case SyncScope::kOwnNames:
        EXPECT_EQ(images, (Images{"d/ d/x: old:o1", "a: d/ d/x: old:o1"})) << ToText(profile);
        break;
      case SyncScope::kData:
        EXPECT_EQ(images, (Images{"old:o1", "a: old:o1", "d/ d/x: old:o1", "a: d/ d/x: old:o1"}))
            << ToText(profile) << ": the names in it, and not its own";
        break;
    }
  }
}

TEST(ProfileRowsTest, PendingMetadataOperations) {
  for (const ProfileName profile : Pending()) {
    const Images images = After(profile, Image(), "create a; create b; create c");
    if (GetProfile(profile).metadata_in_order) {
      EXPECT_EQ(images, (Images{"", "a:", "a: b:", "a: b: c:"})) << ToText(profile);
    } else {
      EXPECT_EQ(images.size(), 8u) << ToText(profile);
    }
  }
}

// What stands in four pages that were appended to half a durable one.
struct Appended {
  bool lost = false;
  bool cut = false;
  bool zeros = false;
  bool garbage = false;
  bool torn = false;
  bool out_of_order = false;
};

Appended AppendedOn(ProfileName profile) {
  Lab lab(profile, Image().With("f", std::string(2048, 'a')));
  lab.Run("open f; write f x 14336");
  Appended found;
  for (const std::string& bytes : lab.RandomContents("f", 2000)) {
    EXPECT_EQ(bytes.substr(0, 2048), std::string(2048, 'a'));
    EXPECT_LE(bytes.size(), 16384u);
    found.lost |= bytes.size() == 2048;
    found.cut |= bytes.size() > 2048 && bytes.size() < 16384;
    bool before = true;
    for (std::size_t page = 4096; page + 4096 <= bytes.size(); page += 4096) {
      std::set<char> first;
      std::size_t whole = 0;
      for (std::size_t at = page; at < page + 4096; at += 512) {
        const std::string sector = bytes.substr(at, 512);
        const bool one = sector.find_first_not_of(sector[0]) == std::string::npos;
        const bool fresh = one && sector[0] == 'x';
        whole += fresh ? 1 : 0;
        found.zeros |= one && sector[0] == '\0';
        found.garbage |= !one && sector.find("xxxxxxxx") == std::string::npos;
      }
      found.torn |= whole > 0 && whole < 8;
      found.out_of_order |= whole == 8 && !before;
      before = whole == 8;
    }
  }
  return found;
}

TEST(ProfileRowsTest, UnsyncedAppendedData) {
  for (const ProfileName profile : Pending()) {
    const Profile& rules = GetProfile(profile);
    const bool extents = rules.data_unit == DataUnit::kExtent;
    const bool sectors = rules.data_unit == DataUnit::kSector || rules.data_unit == DataUnit::kByte;
    const Appended found = AppendedOn(profile);
    EXPECT_TRUE(found.lost) << ToText(profile);
    EXPECT_EQ(found.cut, !extents) << ToText(profile);
    EXPECT_EQ(found.zeros, !extents) << ToText(profile);
    EXPECT_EQ(found.garbage, rules.garbage_in_gaps) << ToText(profile);
    EXPECT_EQ(found.torn, sectors) << ToText(profile);
    EXPECT_EQ(found.out_of_order, !extents) << ToText(profile);
  }
}

TEST(ProfileRowsTest, UnsyncedOverwriteInPlace) {
  const Image start = Image().With("f", std::string(8192, 'a'));
  for (const ProfileName profile : Pending()) {
    const Images images = After(profile, start, "open f; put f 1000 x 6000", 2000);
    EXPECT_EQ(images.count("f:a8192"), 1u) << ToText(profile);
    EXPECT_EQ(images.count("f:a1000x6000a1192"), 1u) << ToText(profile);
    switch (GetProfile(profile).data_unit) {
      case DataUnit::kExtent:
        EXPECT_EQ(images.size(), 2u) << ToText(profile) << ": as a whole";
        break;
      case DataUnit::kPage:
        EXPECT_EQ(images, (Images{"f:a8192", "f:a1000x3096a4096", "f:a4096x2904a1192",
                                  "f:a1000x6000a1192"}))
            << ToText(profile);
        break;
      case DataUnit::kByte:
      case DataUnit::kSector:
        EXPECT_EQ(images.count("f:a1000x24a7168"), 1u) << ToText(profile) << ": one sector";
        break;
    }
  }
}

TEST(ProfileRowsTest, DataBeforeALaterRenameOntoAnExistingName) {
  for (const ProfileName profile : Pending()) {
    const Images images =
        After(profile, Image().With("f", "old"), "create t; write t x 5000; rename t f");
    EXPECT_EQ(images.count("f:x5000"), 1u) << ToText(profile);
    EXPECT_EQ(images.count("f:"), GetProfile(profile).data_before_rename ? 0u : 1u)
        << ToText(profile);
  }
}

TEST(ProfileRowsTest, OTruncIsPending) {
  const Image start = Image().With("f", std::string(100, 'a'));
  for (const ProfileName profile : Pending()) {
    EXPECT_EQ(After(profile, start, "otrunc f"), (Images{"f:a100", "f:"})) << ToText(profile);
    EXPECT_EQ(After(profile, start, "open f; grow f 200"), (Images{"f:a100", "f:a100.100"}))
        << ToText(profile) << ": a size change as well";
    for (const std::string& image : After(profile, start, "otrunc f; write f x 5000"))
      EXPECT_FALSE(image.starts_with("f:a100") && image != "f:a100")
          << image << ": with what follows";
  }
  Lab lab(ProfileName::kExt4Journal, start);
  lab.Run("otrunc f; write f x 10");
  EXPECT_EQ(lab.RandomCrashes(), (Images{"f:a100", "f:"}));
  EXPECT_EQ(lab.Crash(Survivors::kAll), "f:x10");
}

// Where it does not fall back, a device that lies leaves what the file system on it would.
TEST(ProfileRowsTest, LyingLeavesWhatExt4DoesOrAnEarlierState) {
  const Image start = Image().With("old", std::string(8192, 'o'));
  for (const char* const script :
       {"create a; rename old new; create b; write b x 9000", "open old; write old x 9000",
        "otrunc old; write old x 5000", "create t; write t x 5000; rename t old",
        "open old; put old 0 y 100"}) {
    Lab lying(ProfileName::kLying, start);
    Lab ext4(ProfileName::kExt4, start);
    lying.Run(script);
    ext4.Run(script);
    bool fell_back = false;
    bool did_not = false;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      const std::string left = lying.Crash(Survivors::kRandom, 0, seed);
      const std::string expected = ext4.Crash(Survivors::kRandom, 0, seed);
      EXPECT_TRUE(left == expected || left == "old:o8192") << script << ": " << left;
      fell_back |= left != expected;
      did_not |= left == expected && left != "old:o8192";
    }
    EXPECT_TRUE(fell_back && did_not) << script;
  }
}

TEST(ProfileRowsTest, AProcessKillLosesNothingAndTheNextProcessFindsTheSameCache) {
  Lab lab(ProfileName::kProcessKill, Image().With("f", std::string(100, 'a')));
  lab.Run("create b; write b x 5000; put f 0 y 1; rename b c; otrunc f; write f z 3; grow f 10");
  for (int kind = 0; kind < static_cast<int>(Survivors::kEverySubset); ++kind)
    EXPECT_EQ(lab.Crash(static_cast<Survivors>(kind), 1, 7), "c:x5000 f:z3.7");
  DiskOptions options;
  options.profile = ProfileName::kProcessKill;
  const Disk next(options, std::move(lab.disk));
  EXPECT_EQ(Show(next.Everything()), "c:x5000 f:z3.7");
  EXPECT_GT(next.PendingCount(), 0u) << "a power loss would still take it";
}

}  // namespace
}  // namespace harrow::disk
