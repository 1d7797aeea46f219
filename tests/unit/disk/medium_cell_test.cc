// Every cell of the medium's tables is reached by scripts in each profile that can reach it, and in no other; and its row is
// found in DISK.md.
#include "sim/disk/medium_cell.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include "sim/disk/crash_decision.h"
#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;

const Image kStart = Image().With("f", std::string(8192, 'a')).With("old", "o").With("d/k", "");

// Crashes of all kinds.
void CrashOften(Lab& lab) {
  for (int kind = 0; kind < static_cast<int>(Survivors::kEverySubset); ++kind) {
    for (std::uint64_t cut = 0; cut < 12; ++cut)
      lab.disk.Crash({static_cast<Survivors>(kind), cut, 0});
  }
  lab.RandomCrashes(200);
}

MediumCells AfterScript(ProfileName profile, const std::string& script) {
  Lab lab(profile, kStart);
  lab.Run(script);
  CrashOften(lab);
  return lab.disk.cells();
}

// What a power loss leaves of each kind of pending thing.
MediumCells OfProfile(ProfileName profile) {
  MediumCells cells;
  for (const char* const script :
       {"create a; create b; create c; write a x 20000; sync f; write b y 9000",
        "create a; write a x 10; sync a; create b; sync a; open f; write f y 10; sync f",
        "create t; write t x 9000; rename t f", "create t; write t x 9000; sync t; rename t f",
        "open f; put f 100 x 8000; write f x 20000; put f 60000 y 9",
        "otrunc f; write f y 9000; grow f 40000", "open f; grow f 20000; put f 9000 x 5000",
        "mkdir e; create e/x; syncdir e", "create b; create d/x; syncdir d",
        "mkdir e; create e/x; write e/x y 3; sync e/x",
        "write f x 100; write f y 4000; sync f; write f z 100; sync f; write f w 1"}) {
    cells.Add(AfterScript(profile, script));
  }
  Lab lab(profile, kStart);
  lab.Run("create a; write a x 10");
  DiskOptions options;
  options.profile = profile;
  const Disk next(options, std::move(lab.disk));
  cells.Add(next.cells());
  return cells;
}

// What a failed sync leaves.
MediumCells OfFailedSync(ProfileName profile, std::uint64_t seed) {
  MediumCells cells;
  Lab sync(profile, kStart, {"any sync #1: fail EIO", "directory sync-dir #1: fail EIO"}, seed);
  sync.Run("open f; put f 0 b 8192; write f x 12288");
  const int other = sync.disk.Open("f", O_RDWR, 0);
  sync.disk.Seek(sync.Descriptor("f"), 0, SEEK_END);
  sync.Call("sync f");
  sync.disk.Sync(other);
  sync.Call("sync f");
  sync.Cached("f");
  CrashOften(sync);
  const char byte = 'z';
  sync.disk.Pwrite(other, &byte, 1, 30000);
  sync.Call("create n");
  sync.Call("syncdir /");
  cells.Add(sync.disk.cells());
  Lab background(profile, kStart,
                 {"any write #1: writeback-fails EIO", "any write #2: error ENOSPC"}, seed);
  background.Run("open f; put f 0 b 8192");
  EXPECT_EQ(background.Call("write f x 1"), -ENOSPC);
  background.Run("write f x 1; close f; open f");
  EXPECT_EQ(background.Call("sync f"), -EIO);
  cells.Add(background.disk.cells());
  return cells;
}

TEST(MediumCellTest, EachIsReachedWhereItCanBeAndNowhereElse) {
  for (const ProfileName profile : kAllProfiles) {
    MediumCells cells = OfProfile(profile);
    for (std::uint64_t seed = 1; seed <= 60; ++seed) cells.Add(OfFailedSync(profile, seed));
    for (std::size_t at = 0; at < kMediumCellCount; ++at) {
      const auto cell = static_cast<MediumCell>(at);
      const std::string_view never = WhyNever(cell, GetProfile(profile));
      EXPECT_EQ(cells.Get(cell) == 0, !never.empty())
          << ToText(profile) << ", " << ToText(cell) << ": " << cells.Get(cell) << " " << never;
    }
  }
}

TEST(MediumCellTest, WhatDecidesNothingIsNotCounted) {
  Lab lab(ProfileName::kExt4, kStart);
  lab.Run("open f; sync f; syncdir /");
  EXPECT_EQ(lab.disk.cells(), MediumCells());
  lab.Run("create a; write a x 10");
  lab.disk.ExplainCrash({Survivors::kRandom, 0, 1});
  EXPECT_EQ(lab.disk.cells(), MediumCells()) << "looked at, and not taken";
}

std::string OneLine(const std::string& text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n';
    if (!space || (!line.empty() && line.back() != ' ')) line += space ? ' ' : c;
  }
  return line;
}

TEST(MediumCellTest, EachRowIsFoundInDiskMd) {
  std::ifstream file(HARROW_SOURCE_DIR "/sim/disk/DISK.md", std::ios::binary);
  const std::string page =
      OneLine({std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()});
  ASSERT_GT(page.size(), 1000u);
  for (std::size_t at = 0; at < kMediumCellCount; ++at) {
    const MediumCellText text = TextOf(static_cast<MediumCell>(at));
    EXPECT_NE(page.find(text.row), std::string::npos) << text.row;
    EXPECT_FALSE(text.outcome.empty()) << text.row;
  }
}

}  // namespace
}  // namespace harrow::disk
