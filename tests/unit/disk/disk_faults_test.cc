// Faults on the disk's calls: what the caller is told and what happened all the same.
#include <gtest/gtest.h>

#include <cerrno>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;

const Image kStart = Image().With("f", "abc");

TEST(DiskFaultsTest, AnErrorBeforeAnyByteLeavesEverythingAsItWas) {
  const struct {
    const char* rule;
    const char* call;
    int error;
  } cases[] = {
      {"any write #2: error ENOSPC", "write f x 10", ENOSPC},
      {"any write #2: interrupt", "write f x 10", EINTR},
      {"any write #2: short 0 then EDQUOT", "write f x 10", EDQUOT},
      {"any sync #1: error EIO", "sync f", EIO},
      {"any truncate #1: error EIO", "size f 1", EIO},
      {"any allocate #1: error ENOSPC", "grow f 100", ENOSPC},
      {"any rename #1: error EIO", "rename f g", EIO},
      {"any unlink #1: error EIO", "unlink f", EIO},
      {"any create #1: error ENOSPC", "create g", ENOSPC},
      {"any create #1: error EMFILE", "otrunc f", EMFILE},
      {"any mkdir #1: error ENOSPC", "mkdir d", ENOSPC},
      {"any open #2: error EMFILE", "open f", EMFILE},
  };
  for (const auto& [rule, call, error] : cases) {
    Lab lab(ProfileName::kExt4, kStart, {rule});
    lab.Run("open f; put f 0 z 1");
    EXPECT_EQ(lab.Call(call), -error) << rule;
    EXPECT_EQ(Show(lab.disk.Everything()), "f:z1b1c1") << rule;
    EXPECT_EQ(lab.Crash(Survivors::kNone), "f:a1b1c1") << rule;
    EXPECT_EQ(lab.disk.injector().fired().size(), 1u) << rule;
    EXPECT_GE(lab.Call(call), 0) << rule << " is transient";
  }
}

TEST(DiskFaultsTest, AppliedErrorsTakeEffect) {
  const struct {
    const char* rule;
    const char* call;
    const char* after;
  } cases[] = {
      {"any rename #1: applied-error EIO", "rename f g", "g:a1b1c1"},
      {"any unlink #1: applied-error EIO", "unlink f", ""},
      {"any create #1: applied-error EIO", "create g", "f:a1b1c1 g:"},
      {"any truncate #1: applied-error EIO", "size f 1", "f:a1"},
      {"any allocate #1: applied-error EIO", "grow f 5", "f:a1b1c1.2"},
      {"any mkdir #1: applied-error EIO", "mkdir d", "d/ f:a1b1c1"},
  };
  for (const auto& [rule, call, after] : cases) {
    Lab lab(ProfileName::kExt4, kStart, {rule});
    lab.Run("open f");
    EXPECT_EQ(lab.Call(call), -EIO) << rule;
    EXPECT_EQ(Show(lab.disk.Everything()), after) << rule;
    lab.disk.CheckInvariants();
  }
  Lab sync(ProfileName::kExt4, kStart, {"any sync #1: applied-error EIO"});
  sync.Run("open f; write f x 2");
  EXPECT_EQ(sync.Call("sync f"), -EIO);
  EXPECT_EQ(sync.Crash(Survivors::kNone), "f:a1b1c1x2");
}

TEST(DiskFaultsTest, AShortWriteReturnsItsCountAndTheErrorComesNext) {
  Lab lab(ProfileName::kExt4, kStart, {"any write #2: short 7 then ENOSPC"});
  lab.Run("open f; write f x 10");
  EXPECT_EQ(lab.Call("write f y 10"), 7);
  EXPECT_EQ(lab.Cached("f"), "a1b1c1x10y7");
  // To the same file, whoever writes it.
  const int other = lab.disk.Open("f", O_WRONLY, 0);
  EXPECT_EQ(lab.disk.Write(other, "zzz", 3), -ENOSPC);
  EXPECT_EQ(lab.Call("write f z 10"), 10);
  EXPECT_EQ(lab.Cached("f"), "a1b1c1x10y7z10");
  EXPECT_TRUE(lab.disk.injector().harmed());
}

TEST(DiskFaultsTest, TheRestOfAShortWriteIsAFurtherOperation) {
  Lab lab(ProfileName::kExt4, kStart, {"any write #1: short 4", "any write #3: error EIO"});
  lab.Run("open f");
  EXPECT_EQ(lab.Call("write f x 10"), 4);
  EXPECT_EQ(lab.Call("write f x 6"), 6);
  EXPECT_FALSE(lab.disk.injector().harmed());
  EXPECT_EQ(lab.Call("write f x 1"), -EIO);
}

TEST(DiskFaultsTest, ShortReadsAreShorterAndTheOffsetFollows) {
  Lab lab(ProfileName::kExt4, kStart, {"any read #1..2: short 1"});
  lab.Run("open f");
  char buffer[8] = {};
  const int fd = lab.Descriptor("f");
  EXPECT_EQ(lab.disk.Read(fd, buffer, 8), 1);
  EXPECT_EQ(lab.disk.Read(fd, buffer + 1, 7), 1);
  EXPECT_EQ(lab.disk.Read(fd, buffer + 2, 6), 1);
  EXPECT_EQ(std::string(buffer), "abc");
}

TEST(DiskFaultsTest, AFailedCloseStillCloses) {
  for (const char* rule : {"any close #1: error EIO", "any close #1: applied-error EIO"}) {
    Lab lab(ProfileName::kExt4, kStart, {rule});
    const int fd = lab.disk.Open("f", O_RDONLY, 0);
    EXPECT_LT(lab.disk.Close(fd), 0);
    EXPECT_EQ(lab.disk.Close(fd), -EBADF);
  }
}

TEST(DiskFaultsTest, AFailedWritebackIsReportedByTheNextSync) {
  for (const ProfileName profile : {ProfileName::kStrict, ProfileName::kExt4}) {
    std::set<std::string> images;
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      Lab lab(profile, kStart, {"any write #1: writeback-fails ENOSPC"}, seed);
      lab.Run("open f; write f x 5000");
      const int other = lab.disk.Open("f", O_RDONLY, 0);
      EXPECT_EQ(lab.Cached("f"), "a1b1c1x5000");
      EXPECT_EQ(lab.disk.PendingCount(), 0u) << "nobody will write it any more";
      images.insert(lab.Crash(Survivors::kAll));
      EXPECT_EQ(lab.Call("sync f"), -ENOSPC);
      EXPECT_EQ(lab.disk.Sync(other), -ENOSPC) << "nobody had looked when it was opened";
      EXPECT_EQ(lab.Call("sync f"), 0);
    }
    EXPECT_EQ(images.count("f:a1b1c1"), 1u);
    EXPECT_GE(images.size(), 3u);
  }
  Lab reverted(ProfileName::kBtrfs, kStart, {"any write #1: writeback-fails EIO"});
  reverted.Run("open f; write f x 5000");
  EXPECT_EQ(reverted.Cached("f"), "a1b1c1");
  EXPECT_EQ(reverted.Call("sync f"), -EIO);
  EXPECT_EQ(reverted.Call("sync f"), 0);
}

TEST(DiskFaultsTest, AListMissesAName) {
  const Image start = Image().With("d/a", "").With("d/b", "").With("d/c", "");
  const auto listed = [&](const char* rule) {
    Lab lab(ProfileName::kExt4, start, {rule});
    std::vector<std::string> names;
    EXPECT_EQ(lab.disk.List("d", &names), 0);
    std::string text;
    for (const std::string& name : names) text += name + " ";
    return text;
  };
  EXPECT_EQ(listed("any list #1: miss 0"), ". .. b c ");
  EXPECT_EQ(listed("any list #1: miss 5"), ". .. a b ");
  EXPECT_EQ(listed("any list #2: miss 0"), ". .. a b c ");
  Lab empty(ProfileName::kExt4, Image(), {"any list #1: miss 0"});
  std::vector<std::string> names;
  EXPECT_EQ(empty.disk.List("", &names), 0);
  EXPECT_EQ(names.size(), 2u);
}

TEST(DiskFaultsTest, AFlippedBitIsInOneReadAndRotStays) {
  // 'a' is 0x61: its bit 1 the other way round makes it 'c'.
  Lab flip(ProfileName::kExt4, kStart, {"any read #1: flip 1"});
  EXPECT_EQ(flip.Cached("f"), "c1b1c1");
  EXPECT_EQ(flip.Cached("f"), "a1b1c1");
  EXPECT_EQ(flip.Crash(Survivors::kNone), "f:a1b1c1");
  Lab rot(ProfileName::kExt4, kStart, {"any read #1: rot 25"});
  EXPECT_EQ(rot.Cached("f"), "c1b1c1") << "bit 25 of 24";
  EXPECT_EQ(rot.Cached("f"), "c1b1c1");
  EXPECT_EQ(rot.Crash(Survivors::kNone), "f:c1b1c1");
  rot.disk.CheckInvariants();
  // The second operation flips another bit than the first would.
  Lab second(ProfileName::kExt4, kStart, {"any read #2: flip 9"});
  EXPECT_EQ(second.Cached("f"), "a1b1c1");
  EXPECT_EQ(second.Cached("f"), "a1b1g1") << "bit 18: bit 2 of the third byte";
  // What is still to be written replaces what the medium has.
  Lab dirty(ProfileName::kExt4, kStart, {"any read #1: rot 1"});
  dirty.Run("open f; put f 1 x 1");
  EXPECT_EQ(dirty.Cached("f"), "c1x1c1");
  EXPECT_EQ(dirty.Crash(Survivors::kNone), "f:a1b1c1");
  dirty.Run("size f 2");
  dirty.disk.CheckInvariants();
  Lab truncated(ProfileName::kStrict, kStart, {"any read #1: rot 1"});
  truncated.Run("open f; size f 2");
  EXPECT_EQ(truncated.Cached("f"), "c1b1");
  truncated.disk.CheckInvariants();
}

TEST(DiskFaultsTest, KindsOfFileComeFromTheClassifier) {
  DiskOptions options;
  options.classify = [](std::string_view path) {
    return path.find(".log") != std::string_view::npos ? faults::FileKind::kLog
                                                       : faults::FileKind::kTemporary;
  };
  options.plan.rules = {*faults::ParseRule("log write #1: error EIO"),
                        *faults::ParseRule("log rename #1: error EIO"),
                        *faults::ParseRule("log stat #1: error EACCES")};
  Disk disk(options, Image());
  const int temporary = disk.Open("t", O_CREAT | O_WRONLY, 0644);
  EXPECT_EQ(disk.Write(temporary, "x", 1), 1);
  EXPECT_EQ(disk.Rename("t", "1.log"), -EIO) << "a rename is of the kind of its new name";
  EXPECT_EQ(disk.Rename("t", "1.log"), 0);
  EXPECT_EQ(disk.KindOf(temporary), faults::FileKind::kLog);
  EXPECT_EQ(disk.Write(temporary, "x", 1), -EIO);
  struct stat found;
  EXPECT_EQ(disk.Stat("1.log", &found), -EACCES);
  EXPECT_EQ(disk.Stat("1.log", &found), 0);
}

TEST(DiskFaultsTest, UnlinkedOpenFilesStayReadable) {
  for (const ProfileName profile : {ProfileName::kStrict, ProfileName::kExt4}) {
    Lab lab(profile, kStart);
    lab.Run("open f; unlink f; syncdir /; write f x 5000");
    EXPECT_EQ(lab.Cached("f"), "a1b1c1x5000");
    lab.Run("sync f; create f2; sync f2");
    EXPECT_EQ(lab.Cached("f"), "a1b1c1x5000");
    lab.Run("close f; syncdir /");
    EXPECT_EQ(Show(lab.disk.Everything()), "f2:");
  }
}

}  // namespace
}  // namespace harrow::disk
