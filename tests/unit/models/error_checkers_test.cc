// Lives in which calls fail: what a failure must entail, and what may fail at all.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "models/life_checkers.h"
#include "tests/unit/models/history_text.h"

namespace harrow::models {
namespace {

std::string Poisoned(std::string_view text) {
  const ParsedHistory parsed = ParseHistory(text);
  return Summary(CheckPoisoned(parsed.history, 0));
}

std::string Spurious(std::string_view text) {
  const ParsedHistory parsed = ParseHistory(text);
  return Summary(CheckNoSpuriousError(parsed.history, 0));
}

TEST(DamageTest, ExcusesFailuresFromThenOnInLaterLivesToo) {
  EXPECT_EQ(Spurious("keys 1; C0 get k0 fails; damage"), "live");
  EXPECT_EQ(Spurious("keys 1; damage; C0 get k0 fails; C0 put k0 fails"), "ok");
  const auto opens = [](std::string_view text) {
    ParsedHistory parsed = ParseHistory(text);
    Life& second = parsed.history.lives.at(1);
    second.open = Result::kFailed;
    second.open_responded = second.started + 1;
    return Summary(CheckOpen(parsed.history, 1));
  };
  EXPECT_EQ(opens("keys 1; C0 put k0 sync; crash; life unread"), "open");
  EXPECT_EQ(opens("keys 1; C0 put k0 sync; damage; crash; life unread"), "ok");
  // What is wrong stays wrong: a write that follows a failed one.
  EXPECT_EQ(Poisoned("keys 1; damage; C0 put k0 fails; C0 put k0"), "poisoned");
}

TEST(CheckPoisonedTest, RejectsALaterWriteThatIsAccepted) {
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 fails; C0 put k0"), "poisoned");
  EXPECT_EQ(Poisoned("keys 2; C0 put k0 sync fails; C1 put k1 fails; C0 del k1"), "poisoned");
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 ...; C0 fails; C1 flush"), "poisoned");
}

TEST(CheckPoisonedTest, RejectsAWriteAcceptedAfterTheLogWasHarmed) {
  EXPECT_EQ(Poisoned("keys 1; log harm; C0 put k0"), "poisoned");
  EXPECT_EQ(Poisoned("keys 1; C1 put k0 ...; log harm; C0 put k0 sync; C1 fails"), "poisoned");
}

TEST(CheckPoisonedTest, RejectsAReadThatSeesAFailedWrite) {
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 fails; C0 get k0 = #0"), "poisoned");
  EXPECT_EQ(Poisoned("keys 2; C0 batch put k0 put k1 fails; C1 scan = - #0.1"), "poisoned");
  // Seen before it was told to have failed.
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 ...; C1 get k0 = #0; C0 fails"), "poisoned");
}

TEST(CheckPoisonedTest, AcceptsOverlapFailuresAndReads) {
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 ...; C1 put k0 ...; C0 fails; C1 ok"), "ok");
  EXPECT_EQ(Poisoned("keys 1; C0 put k0; C0 put k0 fails; C0 put k0 fails; C0 get k0 = #0"), "ok");
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 ...; log harm; C0 ok"), "ok");
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 fails; C0 put k0 ...; crash"), "ok");
  // A flush can fail at the table alone.
  EXPECT_EQ(Poisoned("keys 1; C0 flush fails; C0 put k0"), "ok");
  // A read fault poisons nothing.
  EXPECT_EQ(Poisoned("keys 1; harm; C0 get k0 fails; C0 put k0"), "ok");
}

TEST(CheckPoisonedTest, EndsWithTheLife) {
  EXPECT_EQ(Poisoned("keys 1; C0 put k0 fails; crash; life = -; C0 put k0"), "ok");
  const ParsedHistory parsed =
      ParseHistory("keys 1; C0 put k0; crash; life = #0; C0 put k0 fails; C0 put k0");
  EXPECT_EQ(Summary(CheckPoisoned(parsed.history, 1)), "poisoned");
}

TEST(CheckPoisonedTest, IgnoresWhatADroppedTargetSaysAfterItsLife) {
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0 fails; C0 put k0; crash");
  parsed.history.lives[0].ended = parsed.history.writes[0].responded - 1;
  EXPECT_EQ(Summary(CheckPoisoned(parsed.history, 0)), "ok");
}

TEST(CheckPoisonedTest, MessageNamesBothWrites) {
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0 sync fails; C1 put k0");
  parsed.history.writes[0].error = "IO error: sync";
  const Verdict verdict = CheckPoisoned(parsed.history, 0);
  EXPECT_EQ(verdict.violation.promised,
            "L1.C0 #0 (put k0, sync) failed at t=5 with \"IO error: sync\", so every later write "
            "fails until reopen");
  EXPECT_EQ(verdict.violation.found,
            "L1.C1 #1 (put k0) was called later, at t=6, and was acknowledged at t=7");
}

TEST(CheckNoSpuriousErrorTest, RejectsAnErrorWithoutAFault) {
  EXPECT_EQ(Spurious("keys 1; C0 put k0 fails"), "live");
  EXPECT_EQ(Spurious("keys 1; C0 put k0; C0 get k0 fails"), "live");
  EXPECT_EQ(Spurious("keys 1; C0 put k0 fails; harm"), "live");
}

// In background-error mode reads go on: only a fault that hits reading excuses them.
TEST(CheckNoSpuriousErrorTest, RejectsAReadThatFailsBecauseTheLogDid) {
  EXPECT_EQ(Spurious("keys 1; log harm; C0 put k0 fails; C0 get k0 fails"), "live");
  EXPECT_EQ(Spurious("keys 1; harm; C0 put k0 fails; C0 get k0 fails"), "ok");
}

TEST(CheckNoSpuriousErrorTest, RejectsACallThatNeverReturned) {
  EXPECT_EQ(Spurious("keys 1; C0 put k0 ...; close"), "live");
  EXPECT_EQ(Spurious("keys 1; C0 get k0 ...; close"), "live");
}

TEST(CheckNoSpuriousErrorTest, RejectsSuccessOnAStoreThatIsNotOpen) {
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0");
  parsed.history.lives[0].open = Result::kFailed;
  EXPECT_EQ(Summary(CheckNoSpuriousError(parsed.history, 0)), "live");
  parsed = ParseHistory("keys 1; C0 get k0 = -");
  parsed.history.lives[0].open_responded = parsed.history.reads[0].invoked + 1;
  EXPECT_EQ(Summary(CheckNoSpuriousError(parsed.history, 0)), "live");
}

TEST(CheckNoSpuriousErrorTest, RejectsAReadBackThatFailedWithoutAFault) {
  ParsedHistory parsed = ParseHistory("keys 1");
  parsed.history.lives[0].read_back_error = "Corruption: block checksum";
  EXPECT_EQ(Summary(CheckNoSpuriousError(parsed.history, 0)), "live");
  parsed.history.lives[0].reads_harmed = 1;
  EXPECT_EQ(Summary(CheckNoSpuriousError(parsed.history, 0)), "ok");
}

TEST(CheckNoSpuriousErrorTest, AcceptsErrorsAfterAFaultAndCallsCutOffByACrash) {
  EXPECT_EQ(Spurious("keys 1; harm; C0 put k0 fails"), "ok");
  EXPECT_EQ(Spurious("keys 1; C0 put k0 ...; harm; C0 fails"), "ok");
  EXPECT_EQ(Spurious("keys 1; C0 put k0 ...; C1 get k0 ...; crash"), "ok");
  ParsedHistory parsed = ParseHistory("keys 1; C0 put k0 fails; crash");
  parsed.history.lives[0].ended = parsed.history.writes[0].invoked + 1;
  parsed.history.writes[0].responded += 10;
  EXPECT_EQ(Summary(CheckNoSpuriousError(parsed.history, 0)), "ok");
}

TEST(CheckOpenTest, RejectsAnOpenThatFailsWithoutAFault) {
  History history = ParseHistory("keys 1; C0 put k0; crash; life unread").history;
  Life& life = history.lives[1];
  EXPECT_EQ(Summary(CheckOpen(history, 1)), "ok");  // it ended while opening
  life.open = Result::kFailed;
  life.open_responded = life.started + 5;
  life.open_error = "Corruption: checksum mismatch";
  const Verdict verdict = CheckOpen(history, 1);
  EXPECT_EQ(Summary(verdict), "open");
  EXPECT_NE(verdict.violation.found.find("checksum mismatch"), std::string::npos);
  life.harmed = life.open_responded + 1;  // too late to be the cause
  EXPECT_EQ(Summary(CheckOpen(history, 1)), "open");
  life.harmed = life.open_responded - 1;
  EXPECT_EQ(Summary(CheckOpen(history, 1)), "ok");
}

TEST(CheckOpenTest, RejectsASecondOpen) {
  EXPECT_EQ(Summary(CheckOpen(ParseHistory("keys 1; C0 refused-again").history, 0)), "ok");
  const History history =
      ParseHistory("keys 1; C0 put k0; C1 opens-again; close; life = #0;").history;
  const Verdict verdict = CheckOpen(history, 0);
  EXPECT_EQ(Summary(verdict), "open");
  EXPECT_EQ(verdict.violation.found, "L1.C1 opened it again at t=7");
  EXPECT_EQ(Summary(CheckOpen(history, 1)), "ok");
}

TEST(CheckOpenTest, RejectsAnOpenThatNeverReturns) {
  History history = ParseHistory("keys 1; close").history;
  EXPECT_EQ(Summary(CheckOpen(history, 0)), "ok");
  history.lives[0].open = Result::kPending;
  EXPECT_EQ(Summary(CheckOpen(history, 0)), "open");
}

// A store that undoes what failed, and that may be opened by several.
TEST(UndertakingsTest, WhatAStoreDoesNotUndertakeIsNotHeldAgainstIt) {
  const auto judged = [](std::string_view text) {
    History history = ParseHistory(text).history;
    history.undertakes = {.errors_stick = false, .opens_once = false};
    std::string verdicts;
    for (const Verdict& verdict :
         {CheckPoisoned(history, 0), CheckOpen(history, 0), CheckLinearizable(history, 0)})
      verdicts.append(verdicts.empty() ? "" : " ").append(Summary(verdict));
    return verdicts;
  };
  EXPECT_EQ(judged("keys 1; C0 put k0 fails; C0 put k0; C1 opens-again"), "ok ok ok");
  EXPECT_EQ(judged("keys 1; log harm; C0 put k0 sync"), "ok ok ok");
  // A failed write is there or not, and once it was seen it stays.
  EXPECT_EQ(judged("keys 1; C0 put k0 fails; C0 get k0 = #0; C0 get k0 = #0"), "ok ok ok");
  EXPECT_EQ(judged("keys 1; C0 put k0 fails; C0 get k0 = -; C0 put k0; C0 get k0 = #1"),
            "ok ok ok");
  EXPECT_EQ(judged("keys 1; C0 put k0 fails; C0 get k0 = #0; C0 get k0 = -"), "ok ok linearizable");
  EXPECT_EQ(judged("keys 2; C0 batch put k0 put k1 fails; C0 scan = #0 -"), "ok ok atomic");
}

}  // namespace
}  // namespace harrow::models
