// The rows of the table of the failed fsync, each in every profile, as the disk's callers see them: what does not need a power
// loss to be seen. What crash images show is in failed_sync_test.cc.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

const Image kStart = Image().With("f", std::string(4096, 'a'));
constexpr const char* kFailOnce = "any sync #1: fail EIO";

bool Reverts(ProfileName profile) {
  return GetProfile(profile).failed_sync == FailedSyncRule::kRevertsCache;
}
bool ReportsLater(ProfileName profile) {
  return GetProfile(profile).failed_sync == FailedSyncRule::kReportsLater;
}

// The first page overwritten, three appended, and the sync failed.
void Prepare(Lab& lab, ProfileName profile) {
  lab.Run("open f; put f 0 b 4096; write f x 12288");
  EXPECT_EQ(lab.Call("sync f"), ReportsLater(profile) ? 0 : -EIO) << ToText(profile);
}

TEST(FailedSyncRowsTest, DirtyMarksAreCleared) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {kFailOnce});
    Prepare(lab, profile);
    EXPECT_EQ(lab.disk.PendingCount(), 0u) << ToText(profile);
    if (ReportsLater(profile)) {
      EXPECT_EQ(lab.Call("sync f"), -EIO) << ToText(profile);
    }
    const FailedSync failed = lab.disk.last_failed_sync();
    EXPECT_EQ(lab.Call("sync f"), 0) << ToText(profile);
    EXPECT_EQ(lab.disk.last_failed_sync().written, failed.written) << "and writes nothing";
    EXPECT_EQ(lab.disk.PendingCount(), 0u) << ToText(profile);
  }
}

TEST(FailedSyncRowsTest, CachedContentStaysOrGoesBack) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {kFailOnce});
    Prepare(lab, profile);
    const std::string expected = Reverts(profile) ? "a4096" : "b4096x12288";
    EXPECT_EQ(lab.Cached("f"), expected) << ToText(profile);
    EXPECT_EQ(Show(lab.disk.Everything()), "f:" + expected) << ToText(profile);
  }
}

TEST(FailedSyncRowsTest, SizeOnDiskAndOtherPagesOfTheSameCall) {
  for (const ProfileName profile : kAllProfiles) {
    std::set<std::uint64_t> sizes;
    std::set<std::size_t> written;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      Lab lab(profile, kStart, {kFailOnce}, seed);
      Prepare(lab, profile);
      const FailedSync& failed = lab.disk.last_failed_sync();
      EXPECT_EQ(failed.size_before, 4096u);
      EXPECT_EQ(failed.written.size() + failed.lost.size(), 4u);
      sizes.insert(failed.size_after);
      written.insert(failed.written.size());
    }
    const std::set<std::uint64_t> both = {4096, 16384};
    EXPECT_EQ(sizes, Reverts(profile) ? std::set<std::uint64_t>{4096} : both) << ToText(profile);
    EXPECT_EQ(written, Reverts(profile)        ? std::set<std::size_t>{0}
                       : ReportsLater(profile) ? (std::set<std::size_t>{3, 4})
                                               : (std::set<std::size_t>{0, 1, 2, 3, 4}))
        << ToText(profile);
  }
}

TEST(FailedSyncRowsTest, WhoGetsTheErrorOfASync) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {kFailOnce});
    lab.Run("open f; put f 0 b 10");
    const int other = lab.disk.Open("f", O_RDONLY, 0);
    EXPECT_EQ(lab.Call("sync f"), ReportsLater(profile) ? 0 : -EIO) << ToText(profile);
    EXPECT_EQ(lab.disk.Sync(other), Reverts(profile) ? 0 : -EIO) << ToText(profile);
    const int late = lab.disk.Open("f", O_RDONLY, 0);
    for (const int fd : {lab.Descriptor("f"), other, late})
      EXPECT_EQ(lab.disk.Sync(fd), 0) << ToText(profile) << ": once";
  }
}

TEST(FailedSyncRowsTest, WhereNoneIsOpenTheFirstOneOpenedLaterGetsTheError) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {"any write #1: writeback-fails EIO"});
    lab.Run("open f; put f 0 b 10; close f");
    const int first = lab.disk.Open("f", O_RDONLY, 0);
    EXPECT_EQ(lab.disk.Sync(first), -EIO) << ToText(profile);
    EXPECT_EQ(lab.disk.Sync(first), 0) << ToText(profile) << ": once";
    EXPECT_EQ(lab.disk.Sync(lab.disk.Open("f", O_RDONLY, 0)), 0)
        << ToText(profile) << ": somebody has been told";
  }
}

TEST(FailedSyncRowsTest, WritebackFailsInTheBackground) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {"any write #2: writeback-fails ENOSPC"});
    const int other = lab.disk.Open("f", O_RDONLY, 0);
    lab.Run("open f; put f 0 b 10; write f x 5000");
    EXPECT_EQ(lab.disk.PendingCount(), 0u) << ToText(profile) << ": nobody will write it any more";
    EXPECT_EQ(lab.Cached("f"), Reverts(profile) ? "a4096" : "b10a4086x5000") << ToText(profile);
    EXPECT_EQ(lab.disk.last_failed_sync().lost.empty(), false) << ToText(profile);
    EXPECT_EQ(lab.Call("sync f"), -ENOSPC) << ToText(profile);
    EXPECT_EQ(lab.disk.Sync(other), ReportsLater(profile) ? 0 : -ENOSPC)
        << ToText(profile) << ": every descriptor open then, or whoever syncs first";
    EXPECT_EQ(lab.Call("sync f"), 0) << ToText(profile);
    EXPECT_EQ(lab.disk.Sync(other), 0) << ToText(profile);
  }
}

TEST(FailedSyncRowsTest, AFailedDirectorySyncLeavesTheNamesPending) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, Image(), {"directory sync-dir #1: fail EIO"});
    lab.Run("create a");
    EXPECT_EQ(lab.Call("syncdir /"), -EIO) << ToText(profile);
    EXPECT_EQ(lab.disk.PendingCount(), 1u) << ToText(profile);
    EXPECT_EQ(lab.Call("syncdir /"), 0) << ToText(profile) << ": this call alone was told";
    EXPECT_EQ(lab.disk.PendingCount(), 0u) << ToText(profile);
  }
}

TEST(FailedSyncRowsTest, AfterEnospcSpaceComesBack) {
  for (const ProfileName profile : kAllProfiles) {
    Lab lab(profile, kStart, {"any write #2..3: error ENOSPC"});
    lab.Run("open f; write f x 10");
    EXPECT_EQ(lab.disk.cells().Get(MediumCell::kSpaceBack), 0u);
    EXPECT_EQ(lab.Call("write f y 10"), -ENOSPC) << ToText(profile);
    EXPECT_EQ(lab.Call("write f y 10"), -ENOSPC) << ToText(profile);
    EXPECT_EQ(lab.disk.cells().Get(MediumCell::kSpaceBack), 0u);
    EXPECT_EQ(lab.Call("write f y 10"), 10) << ToText(profile);
    EXPECT_EQ(lab.Cached("f"), "a4096x10y10") << ToText(profile);
    EXPECT_EQ(lab.disk.cells().Get(MediumCell::kSpaceBack), 1u);
    Lab full(profile, kStart, {"any write #1..: error ENOSPC"});
    full.Run("open f");
    for (int call = 0; call < 5; ++call) EXPECT_EQ(full.Call("write f y 10"), -ENOSPC);
    EXPECT_EQ(full.disk.cells().Get(MediumCell::kSpaceBack), 0u) << "for good";
  }
}

}  // namespace
}  // namespace harrow::disk
