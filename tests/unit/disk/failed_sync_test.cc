// The table of the failed fsync, row by row.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;
using Images = std::set<std::string>;

// Those in which the cache keeps what the medium has not.
constexpr ProfileName kKeeping[] = {ProfileName::kStrict, ProfileName::kExt4, ProfileName::kXfs,
                                    ProfileName::kExt4Writeback, ProfileName::kUnsafeDevice};
constexpr const char* kFailOnce = "any sync #1: fail EIO";

// Where the file begins as 4096 a, three pages of x are appended, the first page is overwritten
// with b, and the sync fails.
void Prepare(Lab& lab) {
  lab.Run("open f; put f 0 b 4096; write f x 12288");
  EXPECT_EQ(lab.Call("sync f"), -EIO);
}

const Image kStart = Image().With("f", std::string(4096, 'a'));

TEST(FailedSyncTest, MarksAreClearedSoALaterSyncSucceedsAndWritesNothing) {
  for (const ProfileName profile : kKeeping) {
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      Lab lab(profile, kStart, {kFailOnce}, seed);
      Prepare(lab);
      const std::string before = lab.Crash(Survivors::kNone);
      EXPECT_EQ(lab.disk.PendingCount(), 0u);
      EXPECT_EQ(lab.Call("sync f"), 0);
      EXPECT_EQ(lab.Crash(Survivors::kNone), before);
      EXPECT_EQ(lab.Crash(Survivors::kAll), before) << "nobody writes the lost pages any more";
      EXPECT_EQ(lab.RandomCrashes(50), Images{before});
    }
  }
}

TEST(FailedSyncTest, CachedContentStaysReadable) {
  for (const ProfileName profile : kKeeping) {
    Lab lab(profile, kStart, {kFailOnce});
    Prepare(lab);
    EXPECT_EQ(lab.Cached("f"), "b4096x12288");
    EXPECT_EQ(Show(lab.disk.Everything()), "f:b4096x12288") << "a process kill keeps the cache";
  }
}

TEST(FailedSyncTest, SizeOnDiskAndWhichPagesArrivedAreDrawn) {
  for (const ProfileName profile : kKeeping) {
    Images images;
    for (std::uint64_t seed = 0; seed < 1000; ++seed) {
      Lab lab(profile, kStart, {kFailOnce}, seed);
      Prepare(lab);
      images.insert(lab.Crash(Survivors::kNone));
    }
    EXPECT_EQ(images.count("f:a4096"), 1u) << "old bytes, old size";
    EXPECT_EQ(images.count("f:b4096"), 1u) << "the overwritten page arrived, the old size";
    EXPECT_EQ(images.count("f:a4096.12288"), 1u) << "the new size, the lost range reads as zeros";
    EXPECT_EQ(images.count("f:b4096x12288"), 1u) << "all arrived, and the error came all the same";
    EXPECT_EQ(images.count("f:a4096x4096.4096x4096"), 1u) << "some pages";
    // Two sizes: 2 for the page within the old one, 16 with all four.
    EXPECT_EQ(images.size(), 18u);
  }
}

TEST(FailedSyncTest, EveryDescriptorOpenThenReportsItOnceAndLaterOnesDoNot) {
  for (const ProfileName profile : kKeeping) {
    Lab lab(profile, kStart, {kFailOnce});
    lab.Run("open f; put f 0 b 10");
    const int other = lab.disk.Open("f", O_RDONLY, 0);
    EXPECT_EQ(lab.Call("sync f"), -EIO);
    const int later = lab.disk.Open("f", O_RDONLY, 0);
    EXPECT_EQ(lab.Call("sync f"), 0) << "its own report was the first call";
    EXPECT_EQ(lab.disk.Sync(other), -EIO);
    EXPECT_EQ(lab.disk.Sync(other), 0);
    EXPECT_EQ(lab.disk.Sync(later), 0);
  }
}

TEST(FailedSyncTest, PagesDirtiedLaterAreWrittenBesideTheHoles) {
  for (const ProfileName profile : kKeeping) {
    Images images;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Lab lab(profile, kStart, {kFailOnce}, seed);
      lab.Run("open f; write f x 8192");
      EXPECT_EQ(lab.Call("sync f"), -EIO);
      lab.Run("write f y 100; sync f");
      EXPECT_EQ(lab.Cached("f"), "a4096x8192y100");
      images.insert(lab.Crash(Survivors::kNone));
    }
    // Acknowledged and lost: the bytes before what the second sync made durable.
    EXPECT_EQ(images, (Images{"f:a4096x8192y100", "f:a4096.8192y100", "f:a4096.4096x4096y100",
                              "f:a4096x4096.4096y100"}));
  }
}

TEST(FailedSyncTest, MetadataStaysPending) {
  Lab lab(ProfileName::kExt4, Image(), {kFailOnce});
  lab.Run("create a; create f; write f x 10");
  EXPECT_EQ(lab.Call("sync f"), -EIO);
  EXPECT_EQ(lab.Crash(Survivors::kNone), "");
  EXPECT_EQ(lab.RandomCrashes().count("a:"), 1u);
}

TEST(FailedSyncTest, AfterAPendingTruncateNothingOfTheOldFileMixesWithTheNew) {
  for (const ProfileName profile : kKeeping) {
    Images images;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      Lab lab(profile, kStart, {kFailOnce}, seed);
      lab.Run("otrunc f; write f x 8192");
      EXPECT_EQ(lab.Call("sync f"), -EIO);
      const Images some = lab.RandomCrashes(30);
      images.insert(some.begin(), some.end());
      lab.Run("sync f");
      EXPECT_EQ(lab.Crash(Survivors::kNone).find('a'), std::string::npos);
    }
    EXPECT_EQ(images.count("f:a4096"), 1u);
    EXPECT_EQ(images.count("f:.4096x4096"), 1u);
    for (const std::string& image : images) {
      EXPECT_FALSE(image.find('a') != std::string::npos && image != "f:a4096") << image;
    }
  }
}

TEST(FailedSyncTest, OnBtrfsTheFileIsAgainWhatWasSyncedLast) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Lab lab(ProfileName::kBtrfs, kStart, {"any sync #2: fail EIO"}, seed);
    lab.Run("open f; write f y 100; sync f");
    Prepare(lab);
    EXPECT_EQ(lab.Cached("f"), "a4096y100");
    EXPECT_EQ(Show(lab.disk.Everything()), "f:a4096y100");
    EXPECT_EQ(lab.RandomCrashes(20), Images{"f:a4096y100"}) << "the size is the old one, no page";
    EXPECT_EQ(lab.disk.PendingCount(), 0u);
    EXPECT_EQ(lab.Call("sync f"), 0) << "this call reported it";
  }
}

TEST(FailedSyncTest, OnBtrfsTheNextWriteLeavesAHole) {
  Lab lab(ProfileName::kBtrfs, kStart, {kFailOnce});
  const int fd = lab.disk.Open("f", O_WRONLY, 0);
  lab.disk.Seek(fd, 0, SEEK_END);
  const std::string bytes(100, 'x');
  EXPECT_EQ(lab.disk.Write(fd, bytes.data(), 100), 100);
  EXPECT_EQ(lab.disk.Sync(fd), -EIO);
  EXPECT_EQ(lab.disk.Write(fd, bytes.data(), 100), 100) << "the offset did not go back";
  EXPECT_EQ(lab.disk.Sync(fd), 0);
  EXPECT_EQ(lab.Crash(Survivors::kNone), "f:a4096.100x100");
}

TEST(FailedSyncTest, OnBtrfsOnlyThatCallReportsIt) {
  Lab lab(ProfileName::kBtrfs, kStart, {kFailOnce});
  lab.Run("open f; put f 0 b 10");
  const int other = lab.disk.Open("f", O_RDONLY, 0);
  EXPECT_EQ(lab.Call("sync f"), -EIO);
  EXPECT_EQ(lab.disk.Sync(other), 0);
  EXPECT_EQ(lab.disk.Sync(lab.disk.Open("f", O_RDONLY, 0)), 0);
}

TEST(FailedSyncTest, OnBtrfsAnEarlierErrorIsStillToBeReported) {
  Lab lab(ProfileName::kBtrfs, kStart,
          {"any write #1: writeback-fails ENOSPC", "any sync #1: fail EIO"});
  lab.Run("open f");
  const int other = lab.disk.Open("f", O_RDONLY, 0);
  lab.Run("put f 0 b 10");
  EXPECT_EQ(lab.Call("sync f"), -EIO);
  EXPECT_EQ(lab.Call("sync f"), -ENOSPC);
  EXPECT_EQ(lab.disk.Sync(other), -ENOSPC);
  EXPECT_EQ(lab.disk.Sync(other), 0);
}

TEST(FailedSyncTest, OnExt4JournalTheNextSyncReportsItOnce) {
  Lab lab(ProfileName::kExt4Journal, kStart, {kFailOnce});
  lab.Run("open f; put f 0 b 4096; write f x 12288");
  const int other = lab.disk.Open("f", O_RDONLY, 0);
  EXPECT_EQ(lab.Call("sync f"), 0) << "not this call";
  EXPECT_EQ(lab.Cached("f"), "b4096x12288") << "stays readable";
  EXPECT_EQ(lab.disk.Sync(other), -EIO) << "whoever syncs next";
  EXPECT_EQ(lab.disk.Sync(other), 0);
  EXPECT_EQ(lab.Call("sync f"), 0) << "it was reported";
  EXPECT_EQ(lab.disk.Sync(lab.disk.Open("f", O_RDONLY, 0)), 0);
}

TEST(FailedSyncTest, OnExt4JournalTheOtherPagesOfTheCallAreWritten) {
  Images images;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Lab lab(ProfileName::kExt4Journal, kStart, {kFailOnce}, seed);
    lab.Run("create other; open f; put f 0 b 4096; write f x 12288; sync f");
    EXPECT_EQ(lab.disk.last_failed_sync().written.size() + lab.disk.last_failed_sync().lost.size(),
              4u);
    EXPECT_LE(lab.disk.last_failed_sync().lost.size(), 1u);
    EXPECT_EQ(lab.RandomCrashes(10).size(), 1u) << "the journal has committed";
    images.insert(lab.Crash(Survivors::kNone));
  }
  EXPECT_EQ(images, (Images{"f:a4096 other:", "f:b4096 other:", "f:a4096x12288 other:",
                            "f:b4096.4096x8192 other:", "f:b4096x4096.4096x4096 other:",
                            "f:b4096x8192.4096 other:", "f:b4096x12288 other:"}))
      << "the old size or the new one; which page was lost, or none";
}

TEST(FailedSyncTest, AFailedDirectorySyncLeavesTheNamesPending) {
  for (const ProfileName profile : kKeeping) {
    Lab lab(profile, Image(), {"directory sync-dir #1: fail EIO"});
    lab.Run("create a");
    EXPECT_EQ(lab.Call("syncdir /"), -EIO);
    EXPECT_EQ(lab.RandomCrashes(), (Images{"", "a:"}));
    lab.Run("syncdir /");
    EXPECT_EQ(lab.RandomCrashes(), Images{"a:"});
  }
}

}  // namespace
}  // namespace harrow::disk
