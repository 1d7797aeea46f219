// A machine that stays up between two lives: what the cache holds is still there, and can still be lost.
#include <fcntl.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "sim/disk/disk.h"

namespace harrow::disk {
namespace {

void WriteFile(Disk* disk, const char* path, const std::string& bytes, bool sync) {
  const int fd = disk->Open(path, O_CREAT | O_WRONLY, 0644);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(disk->Write(fd, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  if (sync) {
    ASSERT_EQ(disk->Sync(fd), 0);
  }
}

std::string Names(const Image& image) {
  std::string names;
  for (const Image::Listed& file : image.List())
    names += file.path + ":" + image.Contents(file.path) + " ";
  return names;
}

TEST(WarmDiskTest, KeepsTheCacheAndWhatAPowerLossTakes) {
  Disk first(DiskOptions{}, Image());
  WriteFile(&first, "synced", "abc", true);
  WriteFile(&first, "pending", "xyz", false);
  Disk second(DiskOptions{}, std::move(first));
  EXPECT_EQ(Names(second.Everything()), "pending:xyz synced:abc ");
  EXPECT_EQ(Names(second.Crash({faults::Survivors::kNone})), "synced:abc ");
  EXPECT_EQ(Names(second.Crash({faults::Survivors::kAll})), "pending:xyz synced:abc ");
  second.CheckInvariants();
}

TEST(WarmDiskTest, ALaterSyncMakesItDurable) {
  Disk first(DiskOptions{}, Image());
  WriteFile(&first, "pending", "xyz", false);
  Disk second(DiskOptions{}, std::move(first));
  const int fd = second.Open("pending", O_RDONLY, 0);
  ASSERT_GE(fd, 0);
  EXPECT_EQ(second.Sync(fd), 0);
  EXPECT_EQ(Names(second.Crash({faults::Survivors::kNone})), "pending:xyz ");
}

// Marks that a failed sync cleared stay cleared: the data is readable, and lost with the cache.
TEST(WarmDiskTest, AFailedSyncIsNotUndoneByAClose) {
  DiskOptions options;
  options.plan.rules = {faults::ParseRule("any sync #2: fail EIO").value()};
  Disk first(options, Image());
  WriteFile(&first, "f", "abc", true);
  const int fd = first.Open("f", O_WRONLY | O_APPEND, 0);
  ASSERT_EQ(first.Write(fd, "def", 3), 3);
  ASSERT_EQ(first.Sync(fd), -EIO);
  ASSERT_EQ(first.Sync(fd), 0);
  const std::string lost = Names(first.Crash({faults::Survivors::kNone}));
  Disk second(DiskOptions{}, std::move(first));
  EXPECT_EQ(Names(second.Everything()), "f:abcdef ");
  EXPECT_EQ(Names(second.Crash({faults::Survivors::kNone})), lost);
}

TEST(WarmDiskTest, DropsDescriptorsAndLocks) {
  Disk first(DiskOptions{}, Image());
  const int fd = first.Open("f", O_CREAT | O_RDWR, 0644);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  ASSERT_EQ(first.Lock(fd, F_OFD_SETLK, &lock), 0);
  Disk second(DiskOptions{}, std::move(first));
  EXPECT_EQ(second.Close(fd), -EBADF);
  const int again = second.Open("f", O_RDWR, 0);
  EXPECT_EQ(second.Lock(again, F_OFD_SETLK, &lock), 0);
}

}  // namespace
}  // namespace harrow::disk
