#include "sim/harness/sweep/results.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "sim/harness/sweep/cause_groups.h"
#include "sim/harness/sweep/ci_formats.h"
#include "sim/harness/sweep/journal.h"
#include "sim/harness/sweep/merge.h"
#include "sim/harness/sweep/pending_done.h"
#include "sim/harness/sweep/result_lines.h"
#include "sim/harness/sweep/sweep_record.h"
#include "sim/harness/sweep/sweep_text.h"
#include "sim/kernel/random.h"
#include "sim/kernel/sanitizers.h"

namespace harrow::harness {
namespace {

SweepHeader Header(std::uint64_t seeds, std::uint32_t shards, std::uint32_t shard) {
  SweepHeader header;
  header.space = {1, seeds, shards};
  header.build = 0x1234;
  header.known = {"durable in any: a", "open in ext4: b", "any in any: c"};
  header.shards = {shard};
  return header;
}

// What seed `seed` adds; every seventh reached a bound.
DoneSeed DoneAt(const SweepHeader& header, std::uint64_t position, std::uint64_t at_ms) {
  const std::uint64_t seed = header.space.SeedAt(header.shards[0], position);
  DoneSeed done;
  done.position = position;
  done.at_ms = at_ms;
  done.tally.done = 1;
  done.tally.digest = kernel::Mix(seed);
  done.tally.profiles[seed % 2] = 1;
  done.tally.strategies[seed % 4] = 3;
  done.tally.counts.Add(Count::kSteps, seed);
  done.tally.marks.Add(seed % Marks::kSize, seed);
  if (seed % 5 == 0) done.tally.known[seed % 3] = 1;
  const auto cell = static_cast<disk::MediumCell>(seed % disk::kMediumCellCount);
  done.tally.medium[seed % done.tally.medium.size()].Add(cell, seed);
  const auto effect = static_cast<faults::EffectKind>(seed % faults::kEffectCount);
  ++done.tally.effects.On(effect, faults::OpKind::kSync)[seed % 2];
  ++done.tally.effects.On(effect, faults::FileKind::kLog)[seed % 2];
  done.unknown = seed % 7 == 0;
  return done;
}

Failure FailureOf(std::uint64_t seed) {
  Failure failure;
  failure.seed = seed;
  failure.what.kind = FailureClass::Kind::kRule;
  failure.what.rule = models::Rule::kPrefix;
  failure.hash = seed * 3;
  failure.profile = "ext4";
  failure.strategy = "pct";
  failure.cause = "rule prefix: \"x\"";
  failure.text = "two\nlines\n";
  failure.output = "\x01\xff <&>";
  return failure;
}

bool IsRed(std::uint64_t seed) { return seed % 11 == 0; }

// A session of a sweep that is killed after so many seeds, in a random order as several workers give; its lines.
std::vector<std::string> SessionLines(const SweepHeader& header, const SweepResults& before,
                                      std::uint64_t seeds, kernel::Random* random) {
  std::vector<std::string> lines;
  Session session;
  session.number = static_cast<std::uint32_t>(before.sessions.size() + 1);
  session.shard = header.shards[0];
  session.started_us = random->Next();
  lines.push_back(SessionLine(session));
  const auto done = before.done.find(header.shards[0]);
  const RemainingPositions remaining(done == before.done.end() ? PositionSet() : done->second,
                                     header.space.Positions(header.shards[0]));
  PendingDone pending(header.space, header.shards[0], session.number);
  std::vector<std::uint64_t> window;
  std::uint64_t now_ms = 0;
  for (std::uint64_t index = 0; index < std::min(seeds, remaining.size()) || !window.empty();) {
    if (index < std::min(seeds, remaining.size()) && window.size() < 4) {
      window.push_back(remaining.At(index++));
      continue;
    }
    const std::uint64_t at = random->Below(window.size());
    const std::uint64_t position = window[at];
    window.erase(window.begin() + static_cast<std::ptrdiff_t>(at));
    now_ms += random->Below(60);
    const std::uint64_t seed = header.space.SeedAt(header.shards[0], position);
    if (IsRed(seed)) lines.push_back(FailureLine(FailureOf(seed)));
    pending.Add(DoneAt(header, position, now_ms));
    for (const DoneBlock& block : pending.TakeDue(now_ms)) lines.push_back(DoneLine(block));
  }
  for (const DoneBlock& block : pending.TakeAll(now_ms)) lines.push_back(DoneLine(block));
  return lines;
}

SweepResults Parsed(const std::string& text) {
  absl::StatusOr<ReadResults> read = ParseResults("test", text);
  EXPECT_TRUE(read.ok()) << read.status();
  return read.ok() ? read->results : SweepResults();
}

std::string Joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line;
  return text;
}

std::string WholeFileOf(const SweepHeader& header, std::uint64_t random_seed) {
  kernel::Random random(random_seed);
  return HeaderLine(header) + Joined(SessionLines(header, SweepResults(), ~0ULL, &random));
}

void ExpectEverySeedOnce(const SweepResults& results) {
  const SweepHeader& header = results.header;
  Tally sum;
  std::vector<std::uint64_t> unknown;
  std::vector<std::uint64_t> red;
  for (std::uint64_t ordinal = 0; ordinal < header.space.seeds; ++ordinal) {
    SweepHeader shard = header;
    shard.shards = {static_cast<std::uint32_t>(ordinal % header.space.shard_count)};
    const DoneSeed done = DoneAt(shard, ordinal / header.space.shard_count, 0);
    sum.Add(done.tally);
    const std::uint64_t seed = header.space.first_seed + ordinal;
    if (done.unknown) unknown.push_back(seed);
    if (IsRed(seed)) red.push_back(seed);
  }
  EXPECT_TRUE(results.total == sum) << results.total.done;
  EXPECT_EQ(results.unknown, unknown);
  EXPECT_EQ(std::vector<std::uint64_t>(results.red.begin(), results.red.end()), red);
  EXPECT_EQ(results.failures.size(), red.size());
  EXPECT_EQ(results.MissingSeeds(), 0u);
}

TEST(Results, LinesReadBackAsTheyWereWritten) {
  SweepHeader header = Header(100, 4, 2);
  header.profile = "strict";
  header.space.first_seed = ~0ULL - 3;
  std::string text = HeaderLine(header);
  Session session;
  session.shard = 2;
  session.started_us = 77;
  session.jobs = 3;
  text += SessionLine(session);
  text += FailureLine(FailureOf(~0ULL));
  Failure death;
  death.what.kind = FailureClass::Kind::kDied;
  death.what.signal = 11;
  text += FailureLine(death);
  ShrunkCause shrunk;
  shrunk.cause = "c";
  shrunk.seed = 8;
  shrunk.fingerprint = "f";
  shrunk.nearby = {"c", "d"};
  shrunk.size.operations = 4;
  shrunk.finished = true;
  shrunk.scenario = "harrow scenario 1\n";
  text += CauseLine(shrunk);
  SessionEnd end;
  end.reason = EndReason::kInterrupted;
  end.unfinished = {5, ~0ULL};
  text += EndLine(1, end);
  const SweepResults read = Parsed(text);
  EXPECT_EQ(FirstDifference(read.header, header), "");
  EXPECT_EQ(read.header.shards, header.shards);
  EXPECT_EQ(ResultFileText(read), text);
  ASSERT_EQ(read.failures.size(), 2u);
  EXPECT_EQ(read.failures[0].text, "two\nlines\n");
  EXPECT_FALSE(read.failures[1].seed.has_value());
  EXPECT_EQ(read.sessions[0].end->unfinished, end.unfinished);
}

// Every byte at which a writer can be killed: what was whole is read, the rest is cut off and runs again, and the sum is exact.
TEST(Results, EveryTruncationResumesToTheWhole) {
  const SweepHeader header = Header(90, 1, 0);
  kernel::Random random(7);
  const std::vector<std::string> lines = SessionLines(header, SweepResults(), 60, &random);
  const std::string text = HeaderLine(header) + Joined(lines);
  const std::size_t step = kernel::kSanitized ? 41 : 1;
  for (std::size_t size = HeaderLine(header).size(); size <= text.size(); size += step) {
    const absl::StatusOr<ReadResults> read = ParseResults("test", text.substr(0, size));
    ASSERT_TRUE(read.ok()) << size << ": " << read.status();
    ASSERT_LE(read->whole_bytes, size);
    ASSERT_TRUE(read->whole_bytes == size || text[read->whole_bytes - 1] == '\n');
    if (size % 97 != 0 && size + 300 < text.size()) continue;
    const std::string rest = Joined(SessionLines(header, read->results, ~0ULL, &random));
    ExpectEverySeedOnce(Parsed(text.substr(0, read->whole_bytes) + rest));
  }
}

TEST(Results, AFileWithoutAWholeHeaderHoldsNothing) {
  const std::string line = HeaderLine(Header(9, 1, 0));
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(ParseResults("test", line.substr(0, size)).status().code(),
              absl::StatusCode::kOutOfRange);
  }
}

TEST(Results, DamageIsNamedByFileAndLine) {
  const std::string text = WholeFileOf(Header(40, 1, 0), 3);
  const auto damaged = [&text](const std::string& from, const std::string& to) {
    std::string copy = text;
    const std::size_t at = copy.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    copy.replace(at, from.size(), to);
    return std::string(ParseResults("a\nfile", copy).status().message());
  };
  EXPECT_EQ(damaged("{\"line\":\"session\"", "{\"line\":\"sessio\""),
            "a\\x0afile:2: expected a line \"session\", \"done\", \"failure\", \"cause\" or "
            "\"end\", found \"sessio\"");
  EXPECT_EQ(damaged("\"version\":3", "\"version\":1"), "a\\x0afile:1: expected version 3, found 1");
  EXPECT_EQ(damaged("\"jobs\":1}", "\"jobs\":-1}"),
            "a\\x0afile:2: expected the field \"jobs\" with a whole number");
  EXPECT_EQ(damaged("\"jobs\":1}", "\"jobs\":1,\"more\":1}"),
            "a\\x0afile:2: expected no further fields");
  EXPECT_EQ(damaged("\"jobs\":1}", "\"jobs\":1"), "a\\x0afile:2: expected a JSON object");
  EXPECT_NE(damaged("\"size\":", "\"size\":3,\"x\":"), "");
  EXPECT_NE(damaged("\"known\":[0", "\"known\":[0,0,0,0")
                .find("no more known findings than the header has"),
            std::string::npos);
  EXPECT_NE(damaged("\"known\":[\"durable in any: a\"", "\"known\":[7"), "");
  EXPECT_NE(damaged("\"digest\":\"0x", "\"digest\":\"1"), "");
  EXPECT_NE(damaged("\"steps\":", "\"stops\":"), "");
  EXPECT_NE(damaged("\"log: bad length\":", "\"log: bad width\":"), "");
}

TEST(Results, ALineWithoutMarksIsOfABuildThatHadNone) {
  const SweepHeader header = Header(1, 1, 0);
  DoneBlock block;
  block.session = 1;
  block.size = 1;
  block.tally.done = 1;
  EXPECT_EQ(DoneLine(block).find("\"marks\""), std::string::npos);
  Session session;
  session.number = 1;
  const SweepResults results = Parsed(HeaderLine(header) + SessionLine(session) + DoneLine(block));
  EXPECT_EQ(results.total.done, 1u);
  EXPECT_TRUE(results.total.marks == Marks());
}

TEST(Results, WithoutKnownFindingsAFileSaysNothingOfThem) {
  SweepHeader header = Header(40, 1, 0);
  header.known.clear();
  EXPECT_EQ(HeaderLine(header).find("\"known\""), std::string::npos);
  EXPECT_EQ(FirstDifference(header, Header(40, 1, 0)), "known_findings");
  DoneBlock block;
  block.size = 1;
  EXPECT_EQ(DoneLine(block).find("\"known\""), std::string::npos);
}

TEST(Results, BlocksAreAlignedAndEverySeedIsInOne) {
  const SweepHeader header = Header(1000, 1, 0);
  for (std::uint64_t seed = 1; seed < 20; ++seed) {
    const SweepResults results = Parsed(WholeFileOf(header, seed));
    ExpectEverySeedOnce(results);
    EXPECT_GT(results.blocks.size(), 5u);
    EXPECT_LT(results.blocks.size(), 700u);
  }
}

// Shards, resumed and repeated files, in any order and any number of times, through a joined file and without: the same sum.
TEST(Merge, CountsEverySeedOnce) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    kernel::Random random(seed);
    const auto shards = static_cast<std::uint32_t>(1 + random.Below(4));
    const std::uint64_t seeds = 20 + random.Below(120);
    std::vector<std::string> files;
    for (std::uint32_t shard = 0; shard < shards; ++shard) {
      const SweepHeader header = Header(seeds, shards, shard);
      std::string text = HeaderLine(header);
      while (Parsed(text).MissingSeeds() != 0) {
        text += Joined(SessionLines(header, Parsed(text), 1 + random.Below(60), &random));
        if (random.OneIn(3)) files.push_back(text);
      }
      files.push_back(text);
      if (random.OneIn(3)) files.push_back(WholeFileOf(header, random.Next()));
    }
    for (std::size_t at = files.size() - 1; at > 0; --at)
      std::swap(files[at], files[random.Below(at + 1)]);
    SweepResults results = Parsed(files[0]);
    for (std::size_t at = 1; at < files.size(); ++at) {
      ASSERT_TRUE(JoinResults(Parsed(files[at]), &results).ok());
      if (random.OneIn(3)) results = Parsed(ResultFileText(results));
    }
    ExpectEverySeedOnce(results);
    EXPECT_TRUE(MissingShards(results.header).empty());
    EXPECT_EQ(MissingText(results), "");
  }
}

TEST(Merge, NamesWhatDiffers) {
  SweepResults results = Parsed(WholeFileOf(Header(40, 2, 0), 1));
  const auto joining = [&results](const SweepHeader& header) {
    return std::string(JoinResults(Parsed(WholeFileOf(header, 2)), &results).message());
  };
  EXPECT_EQ(joining(Header(41, 2, 1)), "expected a sweep with the same --seeds");
  EXPECT_EQ(joining(Header(40, 3, 1)), "expected a sweep with the same --shard_count");
  SweepHeader header = Header(40, 2, 1);
  header.profile = "ext4";
  EXPECT_EQ(joining(header), "expected a sweep with the same --profile");
  header = Header(40, 2, 1);
  header.space.first_seed = 2;
  EXPECT_EQ(joining(header), "expected a sweep with the same --seed");
  EXPECT_EQ(joining(Header(40, 2, 1)), "");
}

TEST(Merge, FilesThatDisagreeAboutASeedAreAnError) {
  const SweepHeader header = Header(1, 1, 0);
  const std::string text = WholeFileOf(header, 1);
  std::string other = text;
  other.replace(other.find("\"digest\":\"0x") + 12, 4, "abcd");
  SweepResults results = Parsed(text);
  EXPECT_EQ(JoinResults(Parsed(other), &results).code(), absl::StatusCode::kDataLoss);
}

TEST(Merge, MissingShardsAndSeedsAreNamed) {
  kernel::Random random(1);
  const SweepHeader header = Header(100, 4, 2);
  const SweepResults results =
      Parsed(HeaderLine(header) + Joined(SessionLines(header, SweepResults(), 20, &random)));
  EXPECT_EQ(MissingText(results),
            "missing: shards 0 1 3 of 4\nnot done: 5 seeds: 0x53 to 0x63 of shard 2\n");
}

class JournalTest : public testing::Test {
 protected:
  void TearDown() override { unlink(path_.c_str()); }
  const std::string path_ = testing::TempDir() + "journal_" + std::to_string(getpid());
};

TEST_F(JournalTest, RefusesAnExistingFileAndAnotherWriter) {
  const auto first = Journal::Open(path_, Journal::Mode::kNew);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(Journal::Open(path_, Journal::Mode::kNew).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_NE(std::string(Journal::Open(path_, Journal::Mode::kContinue).status().message())
                .find("another sweep is writing it"),
            std::string::npos);
}

TEST_F(JournalTest, RecordGoesOnAfterATornLine) {
  const SweepHeader header = Header(30, 1, 0);
  {
    auto record = SweepRecord::Open(path_, SweepRecord::Mode::kResume, header);
    ASSERT_TRUE(record.ok()) << record.status();
    (*record)->Begin(1);
    for (std::uint64_t at = 0; at < 10; ++at) (*record)->Done(DoneAt(header, at, at));
    (*record)->Tick(10'000);
    ASSERT_TRUE((*record)->status().ok());
  }
  std::FILE* const file = std::fopen(path_.c_str(), "ab");
  std::fputs("{\"line\":\"done\",\"ses", file);
  std::fclose(file);
  auto record = SweepRecord::Open(path_, SweepRecord::Mode::kResume, header);
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_EQ((*record)->done_before(), 10u);
  (*record)->Begin(1);
  EXPECT_EQ((*record)->session(), 2u);
  for (std::uint64_t at = 10; at < 30; ++at) (*record)->Done(DoneAt(header, at, at));
  for (std::uint64_t seed = 11; seed <= 30; seed += 11) {
    (*record)->Failed(FailureOf(seed));
    (*record)->mutable_results()->AddFailure(FailureOf(seed));
  }
  (*record)->End(SessionEnd());
  const absl::StatusOr<ReadResults> read = ReadResultFile(path_);
  ASSERT_TRUE(read.ok()) << read.status();
  ExpectEverySeedOnce(read->results);
  SweepHeader other = header;
  other.recheck_one_in = 3;
  record->reset();
  EXPECT_EQ(SweepRecord::Open(path_, SweepRecord::Mode::kResume, other).status().code(),
            absl::StatusCode::kFailedPrecondition);
  other = header;
  other.build = 1;
  EXPECT_EQ(SweepRecord::Open(path_, SweepRecord::Mode::kResume, other).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(CiFormats, TextsOfATargetDoNoHarm) {
  SweepResults results;
  Failure failure = FailureOf(9);
  failure.text = "<&\"\x1b[31m]]>\n";
  failure.cause = "a <cause>, 100%: b\n";
  results.AddFailure(failure);
  const std::vector<CauseGroup> groups = GroupByCause(results);
  const CiReport report{"harrow", &results, &groups, "summary & more\n", ""};
  const std::string xml = JUnitXml(report);
  EXPECT_NE(xml.find("tests=\"2\" failures=\"2\" errors=\"0\""), std::string::npos) << xml;
  EXPECT_NE(xml.find("&lt;&amp;&quot;?[31m]]&gt;&#10;"), std::string::npos) << xml;
  EXPECT_NE(xml.find("a &lt;cause&gt;, 100%: b&#10;"), std::string::npos) << xml;
  const std::string annotation = GitHubAnnotations(report);
  EXPECT_EQ(std::count(annotation.begin(), annotation.end(), '\n'), 1) << annotation;
  EXPECT_TRUE(
      annotation.starts_with("::error title=harrow%3A rule prefix%2C 1 failure::<&\"?[31m]]>%0A"))
      << annotation;
}

TEST(CiFormats, ASweepThatIsNoPassIsAnErrorOfTheWhole) {
  const SweepResults results;
  const std::vector<CauseGroup> groups;
  const CiReport report{"harrow", &results, &groups, "", "a seed\nran"};
  EXPECT_NE(JUnitXml(report).find("tests=\"1\" failures=\"0\" errors=\"1\""), std::string::npos);
  EXPECT_EQ(GitHubAnnotations(report), "::warning title=harrow%3A no pass::a seed%0Aran\n");
}

}  // namespace
}  // namespace harrow::harness
