// Every kind of survivors, and what holds for all of them.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/kernel/random.h"
#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;

constexpr ProfileName kBoth[] = {ProfileName::kStrict, ProfileName::kExt4};

TEST(CrashTest, NoneAndAll) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("old", "o"));
    lab.Run("create f; write f x 5000; rename old new");
    EXPECT_EQ(lab.Crash(Survivors::kNone), "old:o1");
    EXPECT_EQ(lab.Crash(Survivors::kAll), "f:x5000 new:o1");
    EXPECT_EQ(Show(lab.disk.Everything()), "f:x5000 new:o1");
  }
}

TEST(CrashTest, NamesOnlyKeepsSizesAndDropsData) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", "abc"));
    lab.Run("create g; write g x 5000; open f; write f y 10");
    EXPECT_EQ(lab.Crash(Survivors::kNamesOnly), "f:a1b1c1.10 g:.5000");
  }
}

TEST(CrashTest, TornLastCutsAnAppendAtAnyByte) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", "aaaa"));
    lab.Run("open f; write f x 124; create g; write g y 10; write f z 5000");
    EXPECT_EQ(lab.Crash(Survivors::kTornLast, 0), "f:a4x124 g:y10");
    EXPECT_EQ(lab.Crash(Survivors::kTornLast, 7), "f:a4x124z7 g:y10");
    EXPECT_EQ(lab.Crash(Survivors::kTornLast, 4096), "f:a4x124z4096 g:y10");
    EXPECT_EQ(lab.Crash(Survivors::kTornLast, 5000), "f:a4x124z5000 g:y10");
    lab.Run("sync f");
    EXPECT_EQ(lab.Crash(Survivors::kTornLast, 7).substr(0, 14), "f:a4x124z5000 ")
        << "what is durable cannot be torn";
  }
}

TEST(CrashTest, TornLastOverwriteIsOldFromTheCutOnByPageOrSector) {
  const Image start = Image().With("f", std::string(8192, 'a'));
  const char* const script = "open f; put f 0 b 8192; put f 1000 x 6000";
  Lab ext4(ProfileName::kExt4, start);
  ext4.Run(script);
  EXPECT_EQ(ext4.Crash(Survivors::kTornLast, 0), "f:b8192");
  EXPECT_EQ(ext4.Crash(Survivors::kTornLast, 3095), "f:b8192");
  EXPECT_EQ(ext4.Crash(Survivors::kTornLast, 3096), "f:b1000x3096b4096");
  EXPECT_EQ(ext4.Crash(Survivors::kTornLast, 6000), "f:b1000x6000b1192");
  Lab strict(ProfileName::kStrict, start);
  strict.Run(script);
  EXPECT_EQ(strict.Crash(Survivors::kTornLast, 23), "f:b8192");
  EXPECT_EQ(strict.Crash(Survivors::kTornLast, 24), "f:b1000x24b7168");
  EXPECT_EQ(strict.Crash(Survivors::kTornLast, 600), "f:b1000x536b6656");
}

TEST(CrashTest, LeaveOneOut) {
  const char* const script = "create a; create b; write b x 10; rename b c; create d; write d y 10";
  Lab strict(ProfileName::kStrict);
  strict.Run(script);
  ASSERT_EQ(strict.disk.PendingCount(), 6u);
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 0), "c:x10 d:y10");
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 1), "a: c:x10 d:y10")
      << "the rename brings the file along";
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 2), "a: b:x10 d:y10");
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 3), "a: c:x10");
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 4), "a: c: d:y10");
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 5), "a: c:x10 d:");
  EXPECT_EQ(strict.Crash(Survivors::kLeaveOneOut, 6), strict.Crash(Survivors::kLeaveOneOut, 0));
  // In order, leaving one out loses what follows.
  Lab ext4(ProfileName::kExt4);
  ext4.Run(script);
  EXPECT_EQ(ext4.Crash(Survivors::kLeaveOneOut, 0), "");
  EXPECT_EQ(ext4.Crash(Survivors::kLeaveOneOut, 2), "a: b:x10");
  EXPECT_EQ(ext4.Crash(Survivors::kLeaveOneOut, 5), "a: c:x10 d:");
  Lab clean(ProfileName::kExt4, Image().With("f", "a"));
  EXPECT_EQ(clean.Crash(Survivors::kLeaveOneOut, 3), "f:a1");
}

TEST(CrashTest, Subset) {
  const char* const script = "create a; create b; write b x 10; rename b c; create d; write d y 10";
  const auto every = [&](ProfileName profile) {
    Lab lab(profile);
    lab.Run(script);
    EXPECT_EQ(lab.disk.PendingCount(), 6u);
    std::set<std::string> images;
    for (std::uint64_t mask = 0; mask < 64; ++mask) {
      images.insert(lab.Crash(Survivors::kSubset, mask));
    }
    EXPECT_EQ(lab.Crash(Survivors::kSubset, 0), "");
    EXPECT_EQ(lab.Crash(Survivors::kSubset, 63), "a: c:x10 d:y10");
    return images;
  };
  Lab strict(ProfileName::kStrict);
  strict.Run(script);
  EXPECT_EQ(strict.Crash(Survivors::kSubset, 0b000101), "a: c:") << "a rename without its create";
  EXPECT_EQ(strict.Crash(Survivors::kSubset, 0b101000), "d:y10");
  EXPECT_EQ(strict.Crash(Survivors::kSubset, 0b010010), "b:x10");
  // With a or not; b, c or neither, each with data or not; d with data, without, or not at all.
  EXPECT_EQ(every(ProfileName::kStrict).size(), 2u * 5u * 3u);
  EXPECT_EQ(every(ProfileName::kExt4),
            (std::set<std::string>{"", "a:", "a: b:", "a: b:x10", "a: c:", "a: c:x10",
                                   "a: c: d:", "a: c: d:y10", "a: c:x10 d:", "a: c:x10 d:y10"}));
}

TEST(CrashTest, ZeroTail) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", "aaaa"));
    lab.Run("open f; write f x 12288");
    EXPECT_EQ(lab.Crash(Survivors::kZeroTail), "f:a4x12284.4");
    EXPECT_EQ(lab.Crash(Survivors::kZeroTail, 2), "f:a4x8188.4100");
    EXPECT_EQ(lab.Crash(Survivors::kZeroTail, 99), "f:a4.12288");
  }
}

TEST(CrashTest, RandomIsAFunctionOfTheSeedAndChangesNothing) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", std::string(9000, 'a')));
    lab.Run("open f; put f 10 x 8000; create g; write g y 9000; rename g h");
    const std::uint64_t everything = lab.disk.Everything().ContentHash();
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      const Image image = lab.disk.Crash({Survivors::kRandom, 0, seed});
      EXPECT_EQ(image.ContentHash(), lab.disk.Crash({Survivors::kRandom, 0, seed}).ContentHash());
    }
    EXPECT_EQ(lab.disk.Everything().ContentHash(), everything);
  }
}

TEST(CrashTest, NestedDirectoriesAndRenamedOnes) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("d/e/f", "a"));
    lab.Run("rename d/e x; mkdir x/y; rename x/f x/y/g; unlink x/y/g");
    EXPECT_EQ(lab.Crash(Survivors::kNone), "d/ d/e/ d/e/f:a1");
    EXPECT_EQ(lab.Crash(Survivors::kAll), "d/ x/ x/y/");
    const auto images = lab.RandomCrashes();
    EXPECT_EQ(images.count("d/ x/ x/f:a1"), 1u);
    EXPECT_EQ(images.count("d/ x/ x/y/ x/y/g:a1"), 1u);
  }
}

// Out-of-order durability of names on strict must not give a file two names or none.
TEST(CrashTest, AFileMovedIntoASyncedDirectoryHasOneName) {
  Lab lab(ProfileName::kStrict, Image().With("p/keep", "").With("q/keep", ""));
  lab.Run("create p/f; rename p/f q/f; syncdir q; syncdir p");
  EXPECT_EQ(lab.RandomCrashes(), std::set<std::string>{"p/ p/keep: q/ q/f: q/keep:"});
  Lab half(ProfileName::kStrict, Image().With("p/f", "a").With("q/keep", ""));
  half.Run("rename p/f q/f; syncdir p");
  EXPECT_EQ(half.RandomCrashes(),
            (std::set<std::string>{"p/ p/f:a1 q/ q/keep:", "p/ q/ q/f:a1 q/keep:"}));
}

// Whatever happens later, a file that was synced with its name, and not touched since, is there.
TEST(CrashTest, SyncedAndUntouchedFilesSurviveEveryChoice) {
  for (const ProfileName profile : kBoth) {
    for (std::uint64_t seed = 0; seed < 150; ++seed) {
      kernel::Random random(seed);
      Lab lab(profile);
      lab.Run("create kept; write kept k 6000; sync kept; syncdir /");
      const std::vector<std::string> names = {"a", "b", "c", "d"};
      for (int step = 0; step < 25; ++step) {
        const std::string& name = names[random.Below(4)];
        const std::string& other = names[random.Below(4)];
        const std::string size = std::to_string(random.Below(9000));
        struct stat found;
        const bool there = lab.disk.Stat(name, &found) == 0;
        switch (random.Below(there ? 8 : 1)) {
          case 0:
            lab.Run("otrunc " + name);
            break;
          case 1:
            lab.Run("write " + name + " x " + size);
            break;
          case 2:
            lab.Run("put " + name + " " + size + " y 3000");
            break;
          case 3:
            lab.Run("size " + name + " " + size);
            break;
          case 4:
            lab.Run("sync " + name);
            break;
          case 5:
            if (name != other) lab.Run("rename " + name + " " + other);
            break;
          case 6:
            lab.Run("unlink " + name + "; syncdir /");
            break;
          default:
            lab.Run("unlink " + name);
            break;
        }
        for (int kind = 0; kind <= static_cast<int>(Survivors::kRandom); ++kind) {
          const std::uint64_t cut = random.Below(20);
          const std::uint64_t draw = random.Next();
          const Image image = lab.disk.Crash({static_cast<Survivors>(kind), cut, draw});
          ASSERT_EQ(image.Contents("kept"), std::string(6000, 'k'));
          Disk next(DiskOptions{}, image);
          next.CheckInvariants();
          ASSERT_EQ(next.PendingCount(), 0u);
          ASSERT_EQ(next.Crash({}).ContentHash(), image.ContentHash());
        }
      }
    }
  }
}

}  // namespace
}  // namespace harrow::disk
