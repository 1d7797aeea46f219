// Recovered states that must be accepted and ones that must be rejected, each with its rule.

#include "models/recovery_checker.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

std::string Judge(std::string_view text) {
  const Verdict verdict = JudgeRecoveries(text);
  if (verdict.kind == Verdict::Kind::kViolated) {
    EXPECT_FALSE(verdict.violation.promised.empty());
    EXPECT_FALSE(verdict.violation.found.empty());
  }
  return Summary(verdict);
}

TEST(RecoveryCheckerTest, DurableRejectsALostSyncedWrite) {
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; crash; life = -"), "durable");
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 sync; C0 put k0; crash; life = #0 -"),
            "durable");
  // A deletion is a write too.
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C0 del k0 sync; crash; life = #0"), "durable");
  // An unsynced deletion in flight before it does not excuse the absence.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0; C0 put k0 sync; crash; life = -"), "durable");
  // The append of #1 failed, so that later synced ones went behind a torn record.
  EXPECT_EQ(Judge("keys 3; C0 put k0 sync; C0 put k1 fails; C0 put k2 sync; crash; life = #0 - -"),
            "durable");
}

TEST(RecoveryCheckerTest, WhatAKillLeavesIsKeptWhenTheNextLifeIsKilledToo) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; kill; life unread; kill; life = -"), "durable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; kill; life unread; kill; life = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; kill; life unread; crash; life = -"), "ok") << "not synced";
}

TEST(RecoveryCheckerTest, ADeviceThatLiesOwesAPrefixAndNoMore) {
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 sync; lie; life = - -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 sync; lie; life = #0 -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 flush; lie; life = - -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 sync; lie; life = - #1"), "prefix");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 sync; lie; life = #0 -"), "atomic");
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; lie; life = ?"), "no-invention");
}

TEST(RecoveryCheckerTest, DurableAcceptsWhatWasOverwrittenOrNotPromised) {
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C0 put k0; crash; life = #1"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C0 put k0; crash; life = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync ...; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync fails; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = -"), "ok");
  // Overwritten by a write that was still in flight.
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C1 put k0 ...; crash; life = #1"), "ok");
  // Deleted by one that was in flight.
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C1 del k0 ...; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C1 del k0 ...; C0 put k0 sync; crash; life = -"), "ok");
}

TEST(RecoveryCheckerTest, DurableCoversACleanImage) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; close; life = -"), "durable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 put k0; kill; life = #0"), "durable");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 put k0; kill; life = #1"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 put k0 ...; kill; life = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C1 put k0 ...; kill; life = #1"), "ok");
}

TEST(RecoveryCheckerTest, DurableBeforeRejectsALossAheadOfASyncedWriteThatLeavesNoTrace) {
  // The sync write is an empty batch.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 batch sync; crash; life = -"), "durable-before");
  // It deletes a key that was absent all along.
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 del k1 sync; crash; life = - -"), "durable-before");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C1 put k0; C0 del k1 sync; crash; life = #0 -"),
            "durable-before");
}

TEST(RecoveryCheckerTest, DurableBeforeAcceptsWhatWasConcurrentWithTheSyncedWrite) {
  EXPECT_EQ(Judge("keys 1; C1 batch sync ...; C0 put k0; C1 ok; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 sync; C0 ok; crash; life = - #1"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 batch sync ...; crash; life = -"), "ok");
}

TEST(RecoveryCheckerTest, FlushRejectsALossAheadOfIt) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 flush; crash; life = -"), "flush");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C1 put k1; C0 del k0; C1 flush; crash; life = #0 #1"),
            "flush");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 flush; C0 put k0; crash; life = -"), "flush");
}

TEST(RecoveryCheckerTest, FlushPromisesNothingIfItFailedOrCameFirst) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 flush fails; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 flush ...; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 flush; C0 put k0; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C1 flush ...; C0 put k0; C1 ok; crash; life = -"), "ok");
}

TEST(RecoveryCheckerTest, PrefixRejectsHoles) {
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 put k1; crash; life = - #1"), "prefix");
  // Across a rotation: the synced write is there, those in the log before it are not.
  EXPECT_EQ(Judge("keys 3; C0 put k0; C0 put k1; C0 put k2 sync; crash; life = - - #2"), "prefix");
  // The hole is a deletion.
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 del k0; C0 put k1; crash; life = #0 #2"), "prefix");
  // An older value than the prefix has.
  EXPECT_EQ(Judge("keys 2; C0 put k0; C1 put k0; C0 put k1; crash; life = #0 #2"), "prefix");
  // Real time binds clients together.
  EXPECT_EQ(Judge("keys 2; C0 put k0; C1 put k1; crash; life = - #1"), "prefix");
}

TEST(RecoveryCheckerTest, PrefixAcceptsALostSuffix) {
  EXPECT_EQ(Judge("keys 3; C0 put k0; C0 put k1; C0 put k2; crash; life = #0 - -"), "ok");
  EXPECT_EQ(Judge("keys 3; C0 put k0; C0 put k1; C0 put k2; crash; life = #0 #1 -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1; C0 ok; crash; life = - #1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1; C0 ok; crash; life = #0 -"), "ok");
}

TEST(RecoveryCheckerTest, ConcurrentWritersMayEndInEitherOrderButNotInBoth) {
  const std::string both = "keys 1; C0 put k0 ...; C1 put k0 ...; C0 ok; C1 ok; crash; ";
  EXPECT_EQ(Judge(both + "life = #0"), "ok");
  EXPECT_EQ(Judge(both + "life = #1"), "ok");
  const std::string crossed =
      "keys 2; C0 put k0 ...; C1 put k1 ...; C0 ok; C1 ok;"
      "C0 put k1 ...; C1 put k0 ...; C0 ok; C1 ok; crash; ";
  EXPECT_EQ(Judge(crossed + "life = #3 #2"), "ok");
  EXPECT_EQ(Judge(crossed + "life = #0 #1"), "ok");
  EXPECT_EQ(Judge(crossed + "life = #3 #1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C0 ok; C0 put k1 ...; C1 ok;"
                  "C1 put k0 ...; C0 ok; C1 ok; crash; life = #0 #1"),
            "ok");  // neither of the second ones took effect
  // Each of the second ones must have come before the other's first one.
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C2 batch sync ...; C0 ok; C1 ok;"
                  "C0 put k1 sync ...; C1 put k0 sync ...; C0 ok; C1 ok; crash; life = #0 #1"),
            "durable");
  // Two batches, each last at one key.
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; C1 batch put k0 put k1 ...; C0 ok; C1 ok;"
                  "crash; life = #0.0 #1.1"),
            "atomic");
}

TEST(RecoveryCheckerTest, AtomicRejectsBatchesInACircle) {
  const Verdict verdict = JudgeRecoveries(
      "keys 3; C0 batch put k0 put k1 ...; C1 batch put k1 put k2 ...; C2 batch put k2 put k0 ...;"
      "C0 ok; C1 ok; C2 ok; crash; life = #0.0 #1.0 #2.0");
  EXPECT_EQ(Summary(verdict), "atomic");
  EXPECT_NE(verdict.violation.found.find("circle"), std::string::npos) << verdict.violation.found;
  EXPECT_EQ(Judge("keys 3; C0 batch put k0 put k1 ...; C1 batch put k1 put k2 ...;"
                  "C2 batch put k2 put k0 ...; C0 ok; C1 ok; C2 ok; crash; life = #0.0 #0.1 #2.0"),
            "ok");
}

TEST(RecoveryCheckerTest, AtomicRejectsHalfABatch) {
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; crash; life = #0.0 -"), "atomic");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 sync; crash; life = - #0.1"), "atomic");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1 ...; crash; life = - #0.1"), "atomic");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 batch put k0 put k1; crash; life = #0 #1.1"), "atomic");
  // Half of it is a deletion.
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 batch put k1 del k0; crash; life = #0 #1.0"), "atomic");
  EXPECT_EQ(Judge("keys 2; C0 put k0; crash; life = #0 -; C0 batch put k1 del k0; crash;"
                  "life = - -"),
            "atomic");
  // Half a batch, though what came after it is there.
  EXPECT_EQ(Judge("keys 3; C0 batch put k0 put k1; C0 put k2; crash; life = #0.0 - #1"), "atomic");
  // The first of two entries for one key.
  EXPECT_EQ(Judge("keys 1; C0 batch put k0 put k0; crash; life = #0.0"), "atomic");
}

TEST(RecoveryCheckerTest, AtomicAcceptsWholeBatchesAndOverwrittenParts) {
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; crash; life = #0.0 #0.1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; crash; life = - -"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; C0 put k0; crash; life = #1 #0.1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 batch put k0 put k1; C1 del k1 ...; crash; life = #0.0 -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 batch put k0 put k0; crash; life = #0.1"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 batch put k0 del k0; crash; life = -"), "ok");
}

TEST(RecoveryCheckerTest, NoInventionRejectsWhatNobodyWrote) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = ?"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #7"), "no-invention");
  EXPECT_EQ(Judge("keys 2; C0 put k0; crash; life = - #0"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #0.1"), "no-invention");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0; crash; life = #1"), "no-invention");
  EXPECT_EQ(Judge("keys 1; crash; life = #0; C0 put k0"), "no-invention");
}

TEST(RecoveryCheckerTest, NoInventionRejectsARefusedWrite) {
  EXPECT_EQ(Judge("keys 2; C0 put k0 fails; C0 put k1 fails; crash; life = - #1"), "no-invention");
  EXPECT_EQ(Judge("keys 2; C0 put k0 fails; C0 put k1 fails; crash; life = #0 #1"), "no-invention");
  EXPECT_EQ(Judge("keys 2; C0 put k0 fails; C1 put k1 ...; crash; life = - #1"), "no-invention");
  // Nor does a refused deletion explain an absence.
  EXPECT_EQ(Judge("keys 1; C0 put k0 sync; C0 put k0 fails; C0 del k0 fails; crash; life = -"),
            "durable");
}

TEST(RecoveryCheckerTest, AFailedWriteThatOverlapsAnotherIsNotRefused) {
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C0 fails; C1 fails; crash; life = - #1"),
            "ok");
  EXPECT_EQ(Judge("keys 2; C0 flush fails; C0 put k1 fails; crash; life = - #1"), "ok");
}

TEST(RecoveryCheckerTest, IndeterminateWritesMayBeInOrOutAtTheirOwnPlace) {
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 ...; crash; life = #0 #1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 fails; crash; life = #0 #1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 sync; C0 put k1 fails; crash; life = #0 -"), "ok");
  // It came after #0, and what came before it must be there with it.
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 put k1 fails; crash; life = - #1"), "prefix");
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 put k1 ...; crash; life = - #1"), "prefix");
  // A failed write does not have to be there for what is.
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 put k1 ...; C0 fails; C1 ok; crash; life = - #1"),
            "ok");
}

TEST(RecoveryCheckerTest, IndeterminateRejectsAChangeOfWhatWasReadBack) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #0; crash; life = -"), "indeterminate");
  EXPECT_EQ(Judge("keys 1; C0 put k0 fails; crash; life = -; crash; life = #0"), "indeterminate");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 put k0 ...; crash; life = #1; crash; life = #0"),
            "indeterminate");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; crash; life = #0 -; C0 put k1 sync; crash; life = - #1"),
            "indeterminate");
  // Resurrected after a deletion that had been read back.
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0; crash; life = -; crash; life = #0"),
            "indeterminate");
}

TEST(RecoveryCheckerTest, WhatWasReadBackMayBeOverwritten) {
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #0; C0 put k0; crash; life = #1"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #0; C0 put k0; crash; life = #0"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life = #0; C0 del k0 ...; crash; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0 ...; crash; life = #0; crash; life = #0"), "ok");
}

TEST(RecoveryCheckerTest, AResurrectedValueIsAHole) {
  EXPECT_EQ(Judge("keys 2; C0 put k0; C0 del k0; C0 put k1; crash; life = #0 #2"), "prefix");
  EXPECT_EQ(Judge("keys 1; C0 put k0; C0 del k0; crash; life = #0"), "ok");
}

TEST(RecoveryCheckerTest, AbsenceNeedsADeletionThatFits) {
  const std::string put = "keys 3; C0 put k0; crash; life = #0 - -; ";
  EXPECT_EQ(Judge(put + "C1 del k0 ...; C0 put k1; crash; life = - #2 -"), "ok");
  EXPECT_EQ(Judge(put + "C1 del k0; C0 put k1; crash; life = - - -"), "ok");
  EXPECT_EQ(Judge(put + "C0 put k1; crash; life = - - -"), "indeterminate");
  // The deletion is of a batch whose other half is not there.
  EXPECT_EQ(Judge(put + "C1 batch del k0 put k2 ...; crash; life = - - -"), "atomic");
  // The only deletion comes before the put.
  EXPECT_EQ(Judge("keys 3; C0 del k0; C0 put k0; C0 put k1; crash; life = - #2 -"), "prefix");
  // The deletion would drag #1 in, which is not there.
  EXPECT_EQ(Judge(put + "C0 put k1; C0 del k0; crash; life = - - -"), "prefix");
  EXPECT_EQ(Judge(put + "C0 put k1 ...; C1 del k0; crash; life = - - -"), "ok");
  // Of two deletions one fits.
  EXPECT_EQ(Judge(put + "C1 batch del k0 put k2 ...; C2 del k0 ...; crash; life = - - -"), "ok");
  EXPECT_EQ(Judge(put + "C2 del k0; C0 put k1; C2 del k0; crash; life = - - -"), "ok");
}

// Of two deletions the one that was called first is the one that fits: the batch came after #3,
// which came after #2, so that only #0 can have come after the batch.
TEST(RecoveryCheckerTest, AbsenceTriesEachDeletionThatNoOtherStandsFor) {
  EXPECT_EQ(Judge("keys 2; C1 del k0 ...; C2 batch put k0 put k1 ...; C3 del k0 sync;"
                  "C3 put k1 sync; C2 ok; crash; life = - #1.1"),
            "ok");
  EXPECT_EQ(Judge("keys 2; C2 batch put k0 put k1 ...; C3 del k0 sync; C3 put k1 sync; C2 ok;"
                  "crash; life = - #0.1"),
            "durable");
}

TEST(RecoveryCheckerTest, AReadProvesThatAWriteTookEffect) {
  // #0 was in flight, but seen before #1 was called, so #1 came after it.
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 get k0 = #0; C1 put k1; crash; life = - #1"),
            "prefix");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 get k0 = -; C1 put k1; crash; life = - #1"), "ok");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 scan = #0 -; C1 put k1; crash; life = - #1"),
            "prefix");
  EXPECT_EQ(Judge("keys 2; C0 put k0 ...; C1 get k0 = #0; C1 put k0; crash; life = #0 -"), "ok");
  EXPECT_EQ(
      Judge("keys 2; C0 put k0 ...; C1 get k0 = #0; C1 put k0 sync; C0 ok; crash; life = #0 -"),
      "durable");
}

TEST(RecoveryCheckerTest, LivesThatNeverReadBackSettleNothing) {
  const std::string text = "keys 2; C0 put k0 sync; C0 put k1; crash; life unread; crash; ";
  EXPECT_EQ(Judge(text + "life = #0 -"), "ok");
  EXPECT_EQ(Judge(text + "life = #0 #1"), "ok");
  EXPECT_EQ(Judge(text + "life = - -"), "durable");
  EXPECT_EQ(Judge(text + "life = - #1"), "prefix");
  EXPECT_EQ(
      Judge("keys 1; C0 put k0 sync; crash; life unread; crash; life unread; crash; life = -"),
      "durable");
  // What the crash took away is not owed by the clean image of a later life.
  EXPECT_EQ(Judge("keys 1; C0 put k0; crash; life unread; close; life = -"), "ok");
  EXPECT_EQ(Judge("keys 1; C0 put k0; close; life unread; close; life = -"), "durable");
}

TEST(RecoveryCheckerTest, CallsThatReturnAfterTheImageWereInFlight) {
  const ParsedHistory parsed = ParseHistory("keys 1; C0 put k0 sync; C0 put k0 sync; crash");
  const History& history = parsed.history;
  RecoveryChecker checker;
  checker.Reset(1);
  const auto judge = [&](Time at, Cell cell) {
    return Summary(checker.Check(history, at, ImageKind::kPowerLoss, std::span(&cell, 1)));
  };
  const Cell first{Cell::Kind::kValue, 0, 0};
  const Cell second{Cell::Kind::kValue, 1, 0};
  const Write& write = history.writes[1];
  EXPECT_EQ(judge(history.writes[0].invoked, first), "no-invention");
  EXPECT_EQ(judge(history.writes[0].invoked + 1, first), "ok");
  EXPECT_EQ(judge(history.writes[0].responded - 1, {}), "ok");
  EXPECT_EQ(judge(history.writes[0].responded, {}), "durable");
  EXPECT_EQ(judge(write.invoked, first), "ok");
  EXPECT_EQ(judge(write.invoked, second), "no-invention");
  EXPECT_EQ(judge(write.invoked + 1, second), "ok");
  EXPECT_EQ(judge(write.responded, first), "durable");
}

TEST(RecoveryCheckerTest, MessagesNameTheWrites) {
  const Verdict lost = JudgeRecoveries("keys 1; C0 put k0; C1 put k0 sync; crash; life = #0");
  EXPECT_EQ(lost.violation.promised, "L1.C1 #1 (put k0, sync) was acknowledged at t=7");
  EXPECT_EQ(lost.violation.found,
            "k0 holds #0 of L1.C0 after recovery, which was in effect at t=5, before L1.C1 #1 was "
            "called at t=6");
  const Verdict hole = JudgeRecoveries("keys 2; C0 put k0; C0 put k1; crash; life = - #1");
  EXPECT_EQ(hole.violation.promised,
            "L1.C0 #0 (put k0) was acknowledged at t=5, before L1.C0 #1 (put k1) was called at "
            "t=6, which is there (k1 holds it)");
  EXPECT_EQ(hole.violation.found,
            "k0 is absent after recovery, and no deletion could have come after L1.C0 #0");
}

}  // namespace
}  // namespace harrow::models
