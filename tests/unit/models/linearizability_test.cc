// Lives whose reads one order of the calls explains, and lives where none does.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "models/life_checkers.h"
#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

std::string Judge(std::string_view text) {
  const ParsedHistory parsed = ParseHistory(text);
  const auto life = static_cast<std::uint32_t>(parsed.history.lives.size() - 1);
  const Verdict verdict = CheckLinearizable(parsed.history, life);
  if (verdict.kind == Verdict::Kind::kViolated) {
    EXPECT_FALSE(verdict.violation.promised.empty());
    EXPECT_FALSE(verdict.violation.found.empty());
  }
  return Summary(verdict);
}

TEST(CheckLinearizableTest, RejectsStaleReads) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 put k0; C1 get k0 = #0"), "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 get k0 = -"), "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0; C1 get k0 = #0"), "linearizable");
  // Two readers one after the other see two concurrent writes in turn, and then back.
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 put k0 ...; C2 get k0 = #0; C2 get k0 = #1;"
                  "C2 get k0 = #0"),
            "linearizable");
  // A write in flight that was seen has taken effect.
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 get k0 = #0; C1 get k0 = -"), "linearizable");
}

TEST(CheckLinearizableTest, AcceptsConcurrentCallsInAnyOrder) {
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 get k0 = -; C1 get k0 = #0; C0 ok"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 put k0 ...; C2 get k0 = #0; C2 get k0 = #1;"
                  "C0 ok; C1 ok; C2 get k0 = #1"),
            "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 put k0 ...; C0 ok; C1 ok; C2 get k0 = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C1 get k0 ...; C0 put k0; C0 put k0; C1 = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; crash"), "ok");
}

TEST(CheckLinearizableTest, RejectsReadersThatDisagreeOnTheOrder) {
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C2 get k0 = #0; C2 get k1 = -;"
                  "C3 get k1 = #1; C3 get k0 = #0"),
            "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C2 get k0 ...; C3 get k1 ...; C2 = #0;"
                  "C3 = #1; C2 get k1 = -; C3 get k0 = -"),
            "linearizable");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C2 scan ...; C3 scan ...; C2 = #0 -;"
                  "C3 = - #1; C0 ok; C1 ok"),
            "linearizable");
}

TEST(CheckLinearizableTest, AbsenceNeedsADeletionInPlace) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 del k0 ...; C0 get k0 = -; C0 get k0 = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 del k0 ...; C0 get k0 = -; C0 get k0 = #0"),
            "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 del k0; C0 put k0; C0 get k0 = -"), "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 del k0 ...; C1 put k0; C1 get k0 = -; C0 ok"), "ok");
  // One deletion cannot come after two puts that it lies between.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 del k0 ...; C0 get k0 = -; C0 put k0; C0 get k0 = -"),
            "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 del k0 ...; C2 del k0 ...; C0 get k0 = -; C0 put k0;"
                  "C0 get k0 = -"),
            "ok");
  // Failed deletions delete nothing.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0 fails; C0 get k0 = -"), "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0 fails; C0 get k0 = #0"), "ok");
}

TEST(CheckLinearizableTest, AtomicRejectsReadersThatSeeHalfABatch) {
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; C1 scan = #0.0 -"), "atomic");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; C1 get k0 = #0.0; C1 get k1 = -; C0 ok"),
            "atomic");
  EXPECT_EQ(Judge("keys 2; C0 put k1; C0 batch put k0 del k1 ...; C1 snapshot;"
                  "C1 get k0 @0 = #1.0; C0 ok; C1 get k1 @0 = #0"),
            "atomic");
  EXPECT_EQ(Judge("keys 1; C0 batch put k0 put k0; C0 get k0 = #0.0"), "atomic");
}

TEST(CheckLinearizableTest, AtomicAcceptsWholeBatches) {
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; C1 scan = - -; C1 scan = #0.0 #0.1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; C1 get k0 = -; C1 get k1 = #0.1; C0 ok"),
            "ok");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; C1 del k1 ...; C2 scan = #0.0 -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 batch put k0 put k0; C0 get k0 = #0.1"), "ok");
}

TEST(CheckLinearizableTest, ASnapshotNeverChanges) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 snapshot; C0 put k0; C1 get k0 @0 = #0;"
                  "C1 get k0 = #1; C1 get k0 @0 = #0"),
            "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 snapshot; C1 get k0 @0 = #0; C0 put k0;"
                  "C1 get k0 @0 = #1"),
            "linearizable");
  // Of two snapshots the later one shows the older state.
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 snapshot; C1 snapshot; C1 get k0 @0 = #0;"
                  "C1 get k0 @1 = -"),
            "linearizable");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 snapshot; C1 snapshot; C1 get k0 @0 = -;"
                  "C1 get k0 @1 = #0"),
            "ok");
  // It shows a write that was called only afterwards.
  EXPECT_EQ(Judge("keys 1; C1 snapshot; C0 put k0; C1 get k0 @0 = #0"), "linearizable");
  // It misses a write that was acknowledged before it was taken.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 snapshot; C1 scan @0 = -"), "linearizable");
  // Two reads of one snapshot that no one state has, though no key changes.
  EXPECT_EQ(Judge("keys 2; C1 put k0; C0 put k1; C0 put k0; C2 snapshot; C2 get k0 @0 = #0;"
                  "C2 get k1 @0 = #1"),
            "linearizable");
}

TEST(CheckLinearizableTest, AnIteratorShowsOneStateMoveByMove) {
  EXPECT_EQ(Judge("keys 3; C0 put k0; C0 put k2; C1 snapshot; C0 put k1; C1 move k0 @0 = #0;"
                  "C1 move k1 @0 = - #1; C1 move k2 @0 = #1"),
            "ok");
  // It passes over a pair, shows a later one, or an older value.
  EXPECT_EQ(Judge("keys 3; C0 put k1; C0 put k2; C1 snapshot; C1 move k0 @0 = - - #1"),
            "linearizable");
  EXPECT_EQ(Judge("keys 3; C0 put k2; C1 snapshot; C0 put k1; C1 move k0 @0 = - #1"),
            "linearizable");
  EXPECT_EQ(Judge("keys 3; C0 put k1; C0 put k1; C1 snapshot; C1 move k1 @0 = #0"), "linearizable");
  // What it passed on the way there it finds on the way back.
  EXPECT_EQ(Judge("keys 3; C0 put k1 ...; C0 ok; C0 del k1 ...; C1 snapshot;"
                  "C1 move k0 @0 = - -; C1 move k1 @0 = #0 -"),
            "linearizable");
  EXPECT_EQ(Judge("keys 3; C1 snapshot; C1 move k0 @0 ="), "ok");  // a move that told nothing
}

TEST(CheckLinearizableTest, ScansSeeOneState) {
  EXPECT_EQ(Judge("keys 2; C1 scan ...; C0 put k0; C0 put k1; C1 = - #1"), "linearizable");
  EXPECT_EQ(Judge("keys 2; C1 scan ...; C0 put k0; C0 put k1; C1 = #0 -"), "ok");
  EXPECT_EQ(Judge("keys 2; C1 scan ...; C0 put k0; C0 put k1; C0 del k0; C1 = - #1"), "ok");
}

TEST(CheckLinearizableTest, NoInventionRejectsWhatNobodyWrote) {
  EXPECT_EQ(Judge("keys 1; C0 get k0 = ?"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 get k0 = #3"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 get k0 = #0; C0 put k0"), "no-invention");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 get k1 = #0"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 del k0; C0 get k0 = #0"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 scan = #0.1"), "no-invention");
}

TEST(CheckLinearizableTest, PoisonedRejectsAReadOfAFailedWrite) {
  EXPECT_EQ(Judge("keys 1; C0 put k0 fails; C1 get k0 = #0"), "poisoned");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; C1 scan = #0; C0 fails"), "poisoned");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 put k0 fails; C1 get k0 = #0"), "ok");
}

TEST(CheckLinearizableTest, StartsFromTheReadBack) {
  const std::string start = "keys 1; C0 put k0; C0 put k0 ...; crash; life = #0; ";
  EXPECT_EQ(Judge(start + "C0 get k0 = #0"), "ok");
  EXPECT_EQ(Judge(start + "C0 get k0 = #1"), "linearizable");
  EXPECT_EQ(Judge(start + "C0 get k0 = -"), "linearizable");
  EXPECT_EQ(Judge(start + "C1 put k0 ...; C0 get k0 = #2; C0 get k0 = #0"), "linearizable");
  EXPECT_EQ(Judge(start + "C1 put k0 ...; C0 get k0 = #0; C0 get k0 = #2"), "ok");
  EXPECT_EQ(Judge(start + "C1 del k0 ...; C0 get k0 = -"), "ok");
}

TEST(CheckLinearizableTest, IsUnknownWithoutAReadBack) {
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0; C0 get k0 = #0");
  parsed.history.lives[0].read_back = false;
  parsed.history.lives[0].recovered.clear();
  EXPECT_EQ(Summary(CheckLinearizable(parsed.history, 0)), "unknown");
  parsed.history.reads.clear();
  EXPECT_EQ(Summary(CheckLinearizable(parsed.history, 0)), "ok");
}

TEST(CheckLinearizableTest, CallsThatReturnAfterTheLifeEndedArePending) {
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0; C1 get k0 = -; crash");
  EXPECT_EQ(Summary(CheckLinearizable(parsed.history, 0)), "linearizable");
  Life& life = parsed.history.lives[0];
  life.ended = parsed.history.reads[0].responded - 1;
  EXPECT_EQ(Summary(CheckLinearizable(parsed.history, 0)), "ok");
  parsed = ParseHistory("keys 1; C0 put k0 ...; C1 get k0 = -; C0 ok; crash");
  parsed.history.lives[0].ended = parsed.history.reads[0].responded;
  EXPECT_EQ(Summary(CheckLinearizable(parsed.history, 0)), "ok");
}

// Six clients write one key at once, over and over; each round's reader fixes who came last.
TEST(CheckLinearizableTest, DecidesManyOverlappingWritersWithoutSearching) {
  std::string text = "keys 2; ";
  for (int round = 0; round < 30; ++round) {
    for (int client = 0; client < 6; ++client) {
      text += "C" + std::to_string(client) + " put k0 ...; ";
    }
    for (int client = 0; client < 6; ++client) text += "C" + std::to_string(client) + " ok; ";
    text += "C6 get k0 = #" + std::to_string(round * 6 + (round * 5) % 6) + "; ";
  }
  EXPECT_EQ(Judge(text), "ok");
  EXPECT_EQ(Judge(text + "C6 get k0 = #3"), "linearizable");
}

TEST(CheckLinearizableTest, MessagesNameTheCalls) {
  const ParsedHistory parsed = ParseHistory("keys 1; C0 put k0; C0 put k0; C1 get k0 = #0");
  const Verdict stale = CheckLinearizable(parsed.history, 0);
  EXPECT_EQ(stale.violation.promised, "L1.C0 #1 (put k0) had taken effect by t=7");
  EXPECT_EQ(stale.violation.found,
            "L1.C1 get k0 (t=8 to t=9) found #0 of L1.C0, which had taken effect by t=5, before "
            "that was called at t=6");
  const Verdict lost =
      CheckLinearizable(ParseHistory("keys 1; C0 put k0; C1 get k0 = -").history, 0);
  EXPECT_EQ(lost.violation.found,
            "L1.C1 get k0 (t=6 to t=7) found nothing, and no deletion could have come between");
}

}  // namespace
}  // namespace harrow::models
