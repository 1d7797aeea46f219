// An idle store has the files that it needs, and no others.

#include "models/space_checker.h"

#include <gtest/gtest.h>

#include <vector>

#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

const MisplacedFile kLeftOver = {MisplacedFile::Kind::kUnneeded, "db/000005.ldb",
                                 "no version has it"};
const MisplacedFile kOldLog = {MisplacedFile::Kind::kUnneeded, "db/000003.log", "too old"};
const MisplacedFile kGone = {MisplacedFile::Kind::kMissing, "db/000007.ldb",
                             "the manifest names it"};

TEST(CheckSpaceTest, AcceptsADirectoryInOrder) { EXPECT_EQ(Summary(CheckSpace({})), "ok"); }

TEST(CheckSpaceTest, RejectsWhatIsLeftOver) {
  const std::vector<MisplacedFile> files = {kOldLog, kLeftOver};
  const Verdict verdict = CheckSpace(files);
  EXPECT_EQ(Summary(verdict), "space");
  EXPECT_EQ(verdict.violation.found,
            "still there: db/000003.log (too old), db/000005.ldb (no version has it)");
}

TEST(CheckSpaceTest, RejectsWhatIsMissing) { EXPECT_EQ(Summary(CheckSpace({&kGone, 1})), "space"); }

TEST(CheckSpaceTest, WhatIsMissingIsSaidFirst) {
  const std::vector<MisplacedFile> files = {kLeftOver, kGone};
  const Verdict verdict = CheckSpace(files);
  EXPECT_EQ(verdict.violation.promised, "no file that is needed is removed");
  EXPECT_EQ(verdict.violation.found,
            "missing while the store is idle: db/000007.ldb (the manifest names it)");
}

}  // namespace
}  // namespace harrow::models
