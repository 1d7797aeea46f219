// What a crash choice did, in words, against the image that it made.
#include "sim/disk/crash_decision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "sim/disk/file_versions.h"
#include "sim/disk/pending_item.h"
#include "sim/kernel/random.h"
#include "tests/unit/disk/script.h"

namespace harrow::disk {
namespace {

using faults::Survivors;
using Fate = CrashDecision::Fate;
using Subject = CrashDecision::Subject;

// One decision a line.
std::string Decided(const Lab& lab, const faults::CrashImageChoice& choice) {
  const ExplainedImage explained = lab.disk.ExplainCrash(choice);
  EXPECT_EQ(explained.image.ContentHash(), lab.disk.Crash(choice).ContentHash());
  std::string text;
  for (const CrashDecision& decision : explained.decisions) text += ToText(decision) + "\n";
  return text;
}

TEST(CrashDecisionTest, NamesAndData) {
  Lab lab(ProfileName::kExt4, Image().With("f", std::string(4096, 'a')));
  lab.Run("open f; write f b 4204; create g; write g c 10; rename g h");
  EXPECT_EQ(Decided(lab, {Survivors::kNone, 0, 0}),
            "create g: lost\n"
            "rename g -> h: lost\n"
            "f size 4096 -> 8300: lost\n"
            "f bytes 4096..8299: lost, the file ends before\n"
            "h bytes 0..9: lost with the file's name\n");
  EXPECT_EQ(Decided(lab, {Survivors::kAll, 0, 0}),
            "create g: kept\n"
            "rename g -> h: kept\n"
            "f size 4096 -> 8300: kept\n"
            "f bytes 4096..8299: kept\n"
            "h size 0 -> 10: kept\n"
            "h bytes 0..9: kept\n");
  EXPECT_EQ(Decided(lab, {Survivors::kZeroTail, 1, 0}),
            "create g: kept\n"
            "rename g -> h: kept\n"
            "f size 4096 -> 8300: kept\n"
            "f bytes 4096..8191: kept\n"
            "f bytes 8192..8299: lost, zeros are there\n"
            "h size 0 -> 10: kept\n"
            "h bytes 0..9: lost, zeros are there\n");
  EXPECT_EQ(Decided(lab, {Survivors::kLeaveOneOut, 1, 0}).substr(0, 36),
            "create g: kept\nrename g -> h: lost\nf");
}

// Items as "number: text, of mutation N", one a line.
std::string Pending(const Lab& lab) {
  std::string text;
  for (const PendingItem& item : lab.disk.PendingItems()) {
    text += item.text;
    if (item.kind == PendingItem::Kind::kOperation) text += ", " + std::to_string(item.mutation);
    text += "\n";
  }
  return text;
}

TEST(PendingItemTest, OperationsInOrderThenFiles) {
  Lab lab(ProfileName::kStrict, Image().With("f", std::string(4096, 'a')));
  lab.Run("open f; write f b 100; create g; write g c 10; rename g h; unlink f");
  EXPECT_EQ(Pending(lab),
            "create g, 2\n"
            "rename g -> h, 4\n"
            "unlink f, 5\n"
            "the data of f\n"
            "the data of h\n");
  EXPECT_EQ(lab.disk.PendingItems().size(), lab.disk.PendingCount());
}

TEST(PendingItemTest, NumberedAsSubsetsAre) {
  Lab lab(ProfileName::kStrict, Image().With("f", std::string(4096, 'a')));
  lab.Run("open f; write f b 100; create g; write g c 10; mkdir d");
  const std::vector<PendingItem> items = lab.disk.PendingItems();
  ASSERT_EQ(items.size(), 4u);
  for (std::size_t kept = 0; kept < 2; ++kept) {
    const std::string decided = Decided(lab, {Survivors::kSubset, std::uint64_t{1} << kept, 0});
    for (std::size_t item = 0; item < 2; ++item) {
      const std::string line = items[item].text + (item == kept ? ": kept\n" : ": lost\n");
      EXPECT_NE(decided.find(line), std::string::npos) << decided;
    }
  }
  // The third item is f's data: kept alone, g is not there, and f is longer.
  EXPECT_EQ(Show(lab.disk.Crash({Survivors::kSubset, 0b0100, 0})), "f:a4096b100");
}

TEST(CrashDecisionTest, TornLastEndsWhereTheFileDoes) {
  Lab lab(ProfileName::kExt4, Image().With("f", "aaaa"));
  lab.Run("open f; write f b 124");
  EXPECT_EQ(Decided(lab, {Survivors::kTornLast, 7, 0}),
            "f size 4 -> 128: it is 11\n"
            "f bytes 4..10: kept\n"
            "f bytes 11..127: lost, the file ends before\n");
}

TEST(CrashDecisionTest, OverwrittenPagesAreOld) {
  Lab lab(ProfileName::kExt4, Image().With("f", std::string(8192, 'a')));
  lab.Run("open f; put f 1000 b 6000");
  EXPECT_EQ(Decided(lab, {Survivors::kNone, 0, 0}),
            "f bytes 1000..6999: lost, the old bytes are there\n");
  EXPECT_EQ(Decided(lab, {Survivors::kTornLast, 3096, 0}),
            "f bytes 1000..4095: kept\n"
            "f bytes 4096..6999: lost, the old bytes are there\n");
}

TEST(CrashDecisionTest, TruncatesAndDeletedFiles) {
  Lab lab(ProfileName::kStrict, Image().With("f", "aaaa").With("d/g", "x"));
  lab.Run("open f; size f 0; write f b 3; unlink d/g; create d/k; unlink d/k");
  EXPECT_EQ(Decided(lab, {Survivors::kNone, 0, 0}),
            "set the size of f from 4 to 0: lost\n"
            "unlink d/g: lost\n"
            "create d/k: lost\n"
            "unlink d/k: lost\n");
  EXPECT_EQ(Decided(lab, {Survivors::kAll, 0, 0}),
            "set the size of f from 4 to 0: kept\n"
            "unlink d/g: kept\n"
            "create d/k: kept\n"
            "unlink d/k: kept\n"
            "f size 0 -> 3: kept\n"
            "f bytes 0..2: kept\n");
}

// Pages whose marks a failed sync cleared are gone, whatever the choice.
TEST(CrashDecisionTest, WhatAFailedSyncLost) {
  bool lost = false;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Lab lab(ProfileName::kExt4, Image().With("f", "aaaa"), {"any sync #1: fail EIO"}, seed);
    lab.Call("open f");
    lab.Call("write f b 6000");
    EXPECT_EQ(lab.Call("sync f"), -EIO);
    const FailedSync& sync = lab.disk.last_failed_sync();
    EXPECT_EQ(sync.written.size() + sync.lost.size(), 2u);
    EXPECT_EQ(sync.size_before, 4u);
    const std::string text = Decided(lab, {Survivors::kAll, 0, 0});
    const bool gone = text.find("(a failed sync had marked them clean)") != std::string::npos;
    EXPECT_EQ(gone, !sync.lost.empty() || sync.size_after != 6004) << seed;
    if (sync.lost.size() < 2 || sync.size_after != 6004) continue;
    lost = true;
    EXPECT_EQ(text,
              "f bytes 4..6003: lost, zeros are there (a failed sync had marked them clean)\n");
  }
  EXPECT_TRUE(lost);
}

std::string RandomBytes(kernel::Random& random, std::size_t size, char base) {
  std::string bytes(size, base);
  for (std::size_t at = 0; at < size; at += 100 + random.Below(2000)) {
    bytes[at] = static_cast<char>(base + 1 + static_cast<int>(random.Below(5)));
  }
  return bytes;
}

FileRef FileOf(const std::string& bytes) {
  FileRef file = FileRef::Make();
  file->Resize(bytes.size());
  if (!bytes.empty()) file->Write(0, bytes.data(), bytes.size());
  return file;
}

// What the decisions say is in the file.
std::string Rebuilt(const std::vector<CrashDecision>& decisions, const std::string& durable,
                    const std::string& cached, const std::string& version) {
  std::string bytes = durable;
  if (durable.size() != cached.size()) {
    EXPECT_EQ(decisions.at(0).subject, Subject::kSize);
    EXPECT_EQ(decisions.at(0).from, durable.size());
    EXPECT_EQ(decisions.at(0).to, cached.size());
    bytes.resize(decisions.at(0).result);
  }
  std::uint64_t end = 0;
  for (const CrashDecision& decision : decisions) {
    if (decision.subject != Subject::kData) continue;
    EXPECT_GE(decision.from, end);
    EXPECT_LT(decision.from, decision.to);
    end = decision.to;
    for (std::uint64_t at = decision.from; at < decision.to; ++at) {
      if (decision.fate == Fate::kCut) {
        EXPECT_GE(at, version.size());
      } else if (decision.fate == Fate::kKept) {
        bytes.at(at) = cached.at(at);
      } else if (decision.fate == Fate::kOther) {
        bytes.at(at) = version.at(at);
      } else if (decision.fate == Fate::kZeros) {
        bytes.at(at) = '\0';
      } else {
        EXPECT_EQ(decision.fate, Fate::kOld);
        bytes.at(at) = durable.at(at);
      }
    }
  }
  return bytes;
}

TEST(CrashDecisionTest, DecisionsAreTheFile) {
  std::set<Fate> seen;
  for (std::uint64_t seed = 0; seed < 1800; ++seed) {
    kernel::Random random(seed);
    const Profile& profile = GetProfile(kAllProfiles[seed % kAllProfiles.size()]);
    const std::string durable = RandomBytes(random, random.Below(20'000), 'a');
    std::string cached = durable + RandomBytes(random, random.Below(2) * random.Below(9000), 'h');
    CacheView view;
    view.size_dirty = cached.size() != durable.size();
    for (std::uint64_t page = 0; page * kPageSize < cached.size(); ++page) {
      const std::uint64_t start = page * kPageSize;
      const bool appended = start + kPageSize > durable.size() && view.size_dirty;
      if (!appended && !random.OneIn(2)) continue;
      view.dirty.Set(page);
      for (std::size_t at = start; at < std::min(start + kPageSize, cached.size()); at += 300) {
        cached[at] = 'z';
      }
    }
    view.contents = FileOf(cached);
    kernel::Random draws(seed);
    DataPolicy policy;
    policy.choice = static_cast<DataChoice>(random.Below(5));
    policy.tail_pages = 1 + random.Below(3);
    policy.random = &draws;
    const FileRef base = FileOf(durable);
    const FileRef version = Merge(profile, base, view, policy);
    std::vector<CrashDecision> decisions;
    DescribeFileVersion("f", {base, &view}, *version, &decisions);
    ASSERT_EQ(Rebuilt(decisions, durable, cached, version->AsString()), version->AsString())
        << seed;
    for (const CrashDecision& decision : decisions) seen.insert(decision.fate);
  }
  EXPECT_EQ(seen, (std::set<Fate>{Fate::kKept, Fate::kLost, Fate::kPartly, Fate::kOld, Fate::kZeros,
                                  Fate::kCut, Fate::kOther}));
}

std::set<std::string> NamesIn(const Image& image) {
  std::set<std::string> names;
  for (const Image::Listed& listed : image.List()) names.insert(listed.path);
  return names;
}

// Does what "create f" and the like say.
void Apply(const std::string& action, std::set<std::string>* names) {
  std::istringstream words(action);
  std::string verb;
  std::string name;
  std::string arrow;
  std::string to;
  words >> verb >> name >> arrow >> to;
  if (verb == "create") names->insert(name);
  if (verb == "unlink" || verb == "rename") names->erase(name);
  if (verb == "rename") names->insert(to);
}

TEST(CrashDecisionTest, OperationsThatWereKeptMakeTheNames) {
  const std::vector<std::string> files = {"a", "b", "c", "d"};
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    kernel::Random random(seed);
    Lab lab(ProfileName::kExt4, Image().With("a", "a").With("b", "b"));
    for (int step = 0; step < 20; ++step) {
      const std::string& name = files[random.Below(4)];
      const std::string& other = files[random.Below(4)];
      struct stat found;
      if (lab.disk.Stat(name, &found) != 0) {
        lab.Run("create " + name);
      } else if (random.OneIn(3)) {
        lab.Run("unlink " + name);
      } else if (name != other && random.OneIn(2)) {
        lab.Run("rename " + name + " " + other);
      } else {
        lab.Run("write " + name + " x 3000");
        if (random.OneIn(4)) lab.Run("sync " + name);
      }
    }
    for (int kind = 0; kind <= static_cast<int>(Survivors::kRandom); ++kind) {
      const ExplainedImage explained =
          lab.disk.ExplainCrash({static_cast<Survivors>(kind), random.Below(9), random.Next()});
      std::set<std::string> names = NamesIn(lab.disk.Crash({}));
      for (const CrashDecision& decision : explained.decisions) {
        if (decision.subject == Subject::kOperation && decision.fate == Fate::kKept)
          Apply(decision.action, &names);
      }
      ASSERT_EQ(names, NamesIn(explained.image)) << seed << " " << kind;
    }
  }
}

}  // namespace
}  // namespace harrow::disk
