// Images as values: equal contents have equal hashes, whatever way they came about, and nothing that
// happens to a disk reaches an image taken from it.
#include "sim/disk/image.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;

TEST(ImageTest, EqualContentsHaveEqualHashes) {
  const Image made =
      Image().With("d/f", std::string(5000, 'x') + std::string(5000, '\0')).With("g", "y");
  Lab lab(ProfileName::kExt4);
  lab.Run("mkdir d; create d/t; write d/t q 100; create gone; size d/t 0; put d/t 0 x 4000");
  lab.Run(
      "put d/t 4000 x 1000; size d/t 10000; rename d/t d/f; unlink gone; create g; write g y 1");
  EXPECT_EQ(Show(lab.disk.Everything()), Show(made));
  EXPECT_EQ(lab.disk.Everything().ContentHash(), made.ContentHash());
  EXPECT_EQ(lab.disk.Crash({Survivors::kAll, 0, 0}).ContentHash(), made.ContentHash());
  EXPECT_EQ(made.Without("g").With("g", "y").ContentHash(), made.ContentHash());
}

TEST(ImageTest, DifferentContentsHaveDifferentHashes) {
  const Image base = Image().With("d/f", "abc");
  const std::vector<Image> images = {
      Image(),
      base,
      Image().With("f", "abc"),
      Image().With("d/g", "abc"),
      base.With("d/f", "abd"),
      base.With("d/f", "ab"),
      base.With("d/f", std::string("abc\0", 4)),
      base.With("d/f", std::string(4096, '\0') + "abc"),
      base.With("d/f", std::string(8192, '\0') + "abc"),
      base.With("d/h", ""),
      base.With("d/x", "").Without("d/f"),
  };
  for (std::size_t i = 0; i < images.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      EXPECT_NE(images[i].ContentHash(), images[j].ContentHash()) << i << " " << j;
    }
  }
}

TEST(ImageTest, ACopyIsUntouchedByWhatHappensToTheDisk) {
  for (const ProfileName profile : {ProfileName::kStrict, ProfileName::kExt4}) {
    Lab lab(profile, Image().With("f", std::string(5000, 'a')).With("g", "b"));
    lab.Run("open f; put f 100 x 10; write f y 100");
    std::vector<Image> images;
    std::vector<std::string> shown;
    std::vector<std::uint64_t> hashes;
    const auto take = [&] {
      for (const Survivors kind : {Survivors::kNone, Survivors::kAll, Survivors::kTornLast}) {
        images.push_back(lab.disk.Crash({kind, 3, 0}));
        shown.push_back(Show(images.back()));
        // Half of the hashes are computed now, the others when the disk has changed.
        hashes.push_back(images.size() % 2 == 0 ? images.back().ContentHash() : 0);
      }
    };
    for (const char* script :
         {"put f 0 z 5000", "sync f", "size f 10", "write f w 9000", "unlink g", "syncdir /",
          "rename f h; put h 0 v 4096; sync h", "create g; write g u 5; sync g"}) {
      take();
      lab.Run(script);
    }
    for (std::size_t i = 0; i < images.size(); ++i) {
      EXPECT_EQ(Show(images[i]), shown[i]);
      EXPECT_TRUE(hashes[i] == 0 || images[i].ContentHash() == hashes[i]);
      EXPECT_EQ(images[i].ContentHash(), Disk(DiskOptions{}, images[i]).Crash({}).ContentHash());
    }
  }
}

TEST(ImageTest, TwoDisksOnOneImageShareNothingThatChanges) {
  const Image image = Image().With("f", std::string(5000, 'a'));
  Lab one(ProfileName::kExt4, image);
  Lab two(ProfileName::kExt4, image);
  one.Run("open f; put f 0 x 10; sync f");
  two.Run("open f; size f 5; sync f");
  EXPECT_EQ(Show(image), "f:a5000");
  EXPECT_EQ(one.Crash(Survivors::kNone), "f:x10a4990");
  EXPECT_EQ(two.Crash(Survivors::kNone), "f:a5");
}

// Inode numbers are not reused within a life; an image of few files does not carry the dead ones.
TEST(ImageTest, AChainOfLivesStaysSmallAndEqual) {
  Image image = Image().With("d/kept", "k");
  const std::uint64_t hash = image.ContentHash();
  for (int life = 0; life < 5; ++life) {
    Lab lab(ProfileName::kExt4, image);
    for (int i = 0; i < 100; ++i) lab.Run("create d/t; write d/t x 10; sync d/t; unlink d/t");
    lab.Run("syncdir d");
    image = lab.disk.Crash({});
    EXPECT_EQ(image.ContentHash(), hash);
    Disk next(DiskOptions{}, image);
    struct stat found;
    ASSERT_EQ(next.Stat("d/kept", &found), 0);
    EXPECT_LT(found.st_ino, 60u);
  }
}

// Pages are handed out again; what an earlier file had in one must not show through a hole.
TEST(ImageTest, AGapInARecycledPageReadsAsZeros) {
  {
    Lab lab(ProfileName::kExt4);
    lab.Run("create f; write f x 400000");
  }
  Lab lab(ProfileName::kStrict);
  lab.Run("create f; put f 1000 y 10; put f 9000 y 1; size f 20; size f 5000; put f 3000 y 1");
  EXPECT_EQ(lab.Cached("f"), ".3000y1.1999");
  EXPECT_EQ(lab.Crash(Survivors::kAll), "f:.3000y1.1999");
  EXPECT_EQ(
      lab.disk.Everything().ContentHash(),
      Image().With("f", std::string(3000, '\0') + "y" + std::string(1999, '\0')).ContentHash());
}

TEST(ImageTest, ListIsSortedByPath) {
  const Image image = Image().With("b/x", "").With("b-a", "").With("a", "1");
  EXPECT_EQ(Show(image), "a:?1 b/ b-a: b/x:");
}

}  // namespace
}  // namespace harrow::disk
