// Fault rules as text: every valid rule survives printing and parsing, and everything else is
// refused with the column and what was expected there.
#include "faults/plan.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cerrno>
#include <string>

namespace harrow::faults {
namespace {

rc::Gen<std::uint64_t> AnyCount() {
  return rc::gen::oneOf(rc::gen::inRange<std::uint64_t>(1, 20), rc::gen::nonZero<std::uint64_t>(),
                        rc::gen::just(Rule::kForever));
}

rc::Gen<Rule> AnyRule() {
  return rc::gen::exec([] {
    Rule rule;
    rule.file = static_cast<FileKind>(*rc::gen::inRange(0, 9));
    rule.operation = static_cast<OpKind>(*rc::gen::inRange(0, 15));
    rule.first = *AnyCount();
    rule.count = *AnyCount();
    if (*rc::gen::arbitrary<bool>()) rule.one_in = *AnyCount();
    rule.effect.kind = static_cast<EffectKind>(*rc::gen::inRange(0, 11));
    rule.effect.error = *rc::gen::inRange(0, 4200);
    if (*rc::gen::arbitrary<bool>()) rule.effect.error = *rc::gen::element(0, ENOSPC, EIO, EINTR);
    if (*rc::gen::arbitrary<bool>()) rule.effect.amount = *AnyCount();
    if (rule.one_in != 0) rule.first = rule.count = 1;
    return rule;
  });
}

RC_GTEST_PROP(PlanTest, ValidRulesParseBackAndOthersDoNot, ()) {
  const Rule rule = *AnyRule();
  const auto parsed = ParseRule(ToText(rule));
  if (Validate(rule).ok()) {
    RC_CLASSIFY(true, "valid");
    RC_ASSERT(parsed.ok());
    RC_ASSERT(*parsed == rule);
  } else {
    // What an invalid rule prints as is refused, or is some other rule that is valid.
    if (parsed.ok()) RC_ASSERT(Validate(*parsed).ok());
  }
}

// Every kind of effect on every operation that takes it, so that none depends on luck.
TEST(PlanTest, EveryEffectOnEveryOperationParsesBack) {
  int valid = 0;
  for (int operation = 0; operation < 15; ++operation) {
    for (int effect = 0; effect < 11; ++effect) {
      for (const int error : {0, EIO}) {
        for (const std::uint64_t bytes : {std::uint64_t{0}, std::uint64_t{7}}) {
          const Rule rule{.operation = static_cast<OpKind>(operation),
                          .effect = {static_cast<EffectKind>(effect), error, bytes}};
          if (!Validate(rule).ok()) continue;
          ++valid;
          const auto parsed = ParseRule(ToText(rule));
          ASSERT_TRUE(parsed.ok()) << ToText(rule) << ": " << parsed.status();
          EXPECT_TRUE(*parsed == rule) << ToText(rule);
        }
      }
    }
  }
  // 15 errors, 9 interrupts, 2 failed syncs, 9 applied errors, 3 short writes, 1 short read, 1 failed
  // writeback, 15 delays; 2 missed names, 2 flipped bits, 2 rots, of number 0 and another.
  EXPECT_EQ(valid, 61);
}

// A program retries EINTR, rightly: as the error of a failure it would excuse what must not be.
TEST(PlanTest, AnInterruptIsNoFailure) {
  for (const char* text :
       {"log sync #2: error EINTR", "log sync #2: fail EINTR", "log write #1: short 7 then EINTR",
        "any rename #1: applied-error EINTR", "any list #1: interrupt"}) {
    EXPECT_EQ(ParseRule(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

TEST(PlanTest, DocumentedExamples) {
  for (const char* text :
       {"log write #3: short 7 then ENOSPC", "log sync #2..4: fail EIO", "any read 1/20: short 100",
        "manifest rename #1: applied-error EIO", "table write #5..: error ENOSPC",
        "any read #1: interrupt", "directory sync-dir #1: fail EIO", "lock lock #1: error EAGAIN",
        "temporary create #1: error 3999", "log write #2: writeback-fails EIO",
        "directory list #1: miss 3", "table read #4: flip 1021", "table read #4..: rot 1021",
        "any sync 1/5: delay 2000"}) {
    const auto rule = ParseRule(text);
    ASSERT_TRUE(rule.ok()) << text << ": " << rule.status();
    EXPECT_EQ(ToText(*rule), text);
  }
}

std::string ErrorOf(const std::string& text) {
  const auto rule = ParseRule(text);
  if (rule.ok()) return "parsed as " + ToText(*rule);
  EXPECT_EQ(rule.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(rule.status().message());
}

TEST(PlanTest, ErrorsNameTheColumnAndWhatWasExpected) {
  EXPECT_EQ(ErrorOf("lgo write #1: error EIO"),
            "column 1: expected a kind of file (any log manifest current temporary table lock "
            "directory other), found \"lgo write #1: error EIO\"");
  EXPECT_EQ(ErrorOf("log wriet #1: error EIO").substr(0, 32), "column 5: expected an operation ");
  EXPECT_EQ(ErrorOf("log"),
            "column 4: expected a space and an operation, found the end of the line");
  EXPECT_EQ(ErrorOf("log write #0: error EIO"),
            "column 12: expected a number of at least 1, found \"0: error EIO\"");
  EXPECT_EQ(ErrorOf("log write #4..3: error EIO"),
            "column 15: expected \":\" or a number not below the first, found \"3: error EIO\"");
  EXPECT_EQ(ErrorOf("log write 1/0: error EIO"),
            "column 13: expected a number of at least 1, found \"0: error EIO\"");
  EXPECT_EQ(ErrorOf("log write #1: error EOI"),
            "column 21: expected an errno name such as ENOSPC, found \"EOI\"");
  EXPECT_EQ(
      ErrorOf("log write #1: explode"),
      "column 15: expected an effect (error short interrupt fail applied-error writeback-fails "
      "miss flip rot delay), found \"explode\"");
  EXPECT_EQ(ErrorOf("log read #1: rot"),
            "column 17: expected a space and a number, found the end of the line");
  EXPECT_EQ(ErrorOf("log sync #1: delay 0").substr(0, 60),
            "column 14: expected an effect that fits (a delay takes 1 to ");
  EXPECT_EQ(ErrorOf("log write #1: flip 3").substr(0, 58),
            "column 15: expected an effect that fits (flip and rot happ");
  EXPECT_EQ(ErrorOf("log write #1: error EIO "),
            "column 24: expected the end of the line, found \" \"");
  EXPECT_EQ(ErrorOf("log write #1: fail EIO"),
            "column 15: expected an effect that fits (fail happens on sync and sync-dir only), "
            "found \"fail EIO\"");
  EXPECT_EQ(ErrorOf("log read #1: short 0").substr(0, 44),
            "column 14: expected an effect that fits (a s");
  EXPECT_EQ(ErrorOf("log write #01: error EIO").substr(0, 19), "column 12: expected");
  EXPECT_EQ(ErrorOf("log write #18446744073709551616: error EIO").substr(0, 19),
            "column 12: expected");
}

TEST(PlanTest, HarmlessEffects) {
  EXPECT_TRUE(Harmless({EffectKind::kShortRead, 0, 1}));
  EXPECT_TRUE(Harmless({EffectKind::kInterrupt, 0, 0}));
  EXPECT_TRUE(Harmless({EffectKind::kShortWrite, 0, 1}));
  EXPECT_FALSE(Harmless({EffectKind::kShortWrite, ENOSPC, 1}));
  EXPECT_FALSE(Harmless({EffectKind::kError, EINTR, 0}));
  EXPECT_FALSE(Harmless({EffectKind::kFailedSync, EIO, 0}));
  EXPECT_FALSE(Harmless({EffectKind::kAppliedError, EIO, 0}));
  EXPECT_FALSE(Harmless({EffectKind::kFailedWriteback, EIO, 0}));
  EXPECT_TRUE(Harmless({EffectKind::kDelay, 0, 5}));
}

TEST(PlanTest, DamagingEffects) {
  for (const EffectKind kind :
       {EffectKind::kMissedName, EffectKind::kFlippedBit, EffectKind::kRot}) {
    EXPECT_TRUE(Damages({kind, 0, 1}));
    EXPECT_FALSE(Harmless({kind, 0, 1}));
  }
  EXPECT_FALSE(Damages({EffectKind::kFailedWriteback, EIO, 0})) << "the next sync reports it";
  EXPECT_FALSE(Damages({EffectKind::kShortRead, 0, 1}));
}

}  // namespace
}  // namespace harrow::faults
