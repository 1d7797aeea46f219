// Each row of the table of profiles: what may survive does in some crash, and what may not does in
// none of many.
#include "sim/disk/profile.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <string>

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

TEST(ProfileTest, FsyncMakesDataAndSizeDurable) {
  for (const ProfileName profile : kBoth) {
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

TEST(ProfileTest, PendingMetadataSurvivesAsAPrefixOrAsAnySubset) {
  Lab ext4(ProfileName::kExt4);
  ext4.Run("create a; create b; create c; create d");
  EXPECT_EQ(ext4.RandomCrashes(), (Images{"", "a:", "a: b:", "a: b: c:", "a: b: c: d:"}));
  Lab strict(ProfileName::kStrict);
  strict.Run("create a; create b; create c; create d");
  EXPECT_EQ(strict.RandomCrashes().size(), 16u);
}

TEST(ProfileTest, RenameOverAnExistingNameIsOldOrNewNeverAbsent) {
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", "old"));
    lab.Run("create t; write t x 3; sync t; rename t f; create u; write u y 3; sync u; rename u f");
    for (const std::string& image : lab.RandomCrashes()) {
      EXPECT_NE((" " + image).find(" f:"), std::string::npos) << image;
    }
    Lab last(profile, Image().With("f", "old"));
    last.Run("create t; write t x 3; sync t; rename t f");
    const Images images = last.RandomCrashes();
    EXPECT_TRUE(images.count("f:x3") == 1) << "the new one occurs";
    const Images old = profile == ProfileName::kExt4 ? Images{"f:o1l1d1 t:x3", "f:x3"}
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
  for (int seed = 0; seed < 500; ++seed) {
    const std::string bytes =
        lab.disk.Crash({Survivors::kRandom, 0, static_cast<std::uint64_t>(seed)}).Contents("f");
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
  for (int seed = 0; seed < 1000; ++seed) {
    const std::string bytes =
        lab.disk.Crash({Survivors::kRandom, 0, static_cast<std::uint64_t>(seed)}).Contents("f");
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
  for (const ProfileName profile : kBoth) {
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
  for (const ProfileName profile : kBoth) {
    Lab lab(profile, Image().With("f", "a").With("g", "b"));
    lab.Run("unlink f; rename g f");
    const Images images = lab.RandomCrashes();
    EXPECT_EQ(images.count("f:a1 g:b1"), 1u);
    EXPECT_EQ(images.count("g:b1"), 1u);
    EXPECT_EQ(images.count("f:b1"), 1u);
    EXPECT_EQ(images.size(), 3u);
  }
}

TEST(ProfileTest, TheRulesArePrinted) {
  for (const ProfileName profile : kBoth) {
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
