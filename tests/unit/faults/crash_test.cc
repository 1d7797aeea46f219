// Crash choices as text.
#include "faults/crash.h"

#include <gtest/gtest.h>

namespace harrow::faults {
namespace {

TEST(CrashChoiceTest, EveryKindPrintsAndParsesBack) {
  const std::pair<const char*, CrashImageChoice> cases[] = {
      {"none", {Survivors::kNone, 0, 0}},
      {"all", {Survivors::kAll, 0, 0}},
      {"names-only", {Survivors::kNamesOnly, 0, 0}},
      {"torn-last 17", {Survivors::kTornLast, 17, 0}},
      {"torn-last 0", {Survivors::kTornLast, 0, 0}},
      {"leave-one-out 3", {Survivors::kLeaveOneOut, 3, 0}},
      {"zero-tail", {Survivors::kZeroTail, 0, 0}},
      {"zero-tail 2", {Survivors::kZeroTail, 2, 0}},
      {"random 0x1234", {Survivors::kRandom, 0, 0x1234}},
      {"random 0x0", {Survivors::kRandom, 0, 0}},
      {"random 0xffffffffffffffff", {Survivors::kRandom, 0, ~std::uint64_t{0}}},
      {"subset 0x15", {Survivors::kSubset, 0x15, 0}},
      {"every-subset", {Survivors::kEverySubset, 0, 0}},
  };
  for (const auto& [text, choice] : cases) {
    EXPECT_EQ(ToText(choice), text);
    const auto parsed = ParseCrashImageChoice(text);
    ASSERT_TRUE(parsed.ok()) << text << ": " << parsed.status();
    EXPECT_TRUE(*parsed == choice) << text;
  }
  EXPECT_TRUE(*ParseCrashImageChoice("random 18") == *ParseCrashImageChoice("random 0x12"));
}

TEST(CrashChoiceTest, ErrorsNameTheColumn) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "column 1: expected what survives"},
      {"noen", "column 1: expected what survives"},
      {"none 1", "column 5: expected the end of the line"},
      {"torn-last", "column 10: expected a space and a number"},
      {"torn-last x", "column 11: expected a number"},
      {"torn-last 0x1", "column 12: expected the end of the line"},
      {"random 0x", "column 8: expected a number"},
      {"subset", "column 7: expected a space and a number"},
      {"every-subset 3", "column 13: expected the end of the line"},
      {"random 0x1 ", "column 11: expected the end of the line"},
  };
  for (const auto& [text, error] : cases) {
    const auto parsed = ParseCrashImageChoice(text);
    ASSERT_FALSE(parsed.ok()) << text;
    EXPECT_EQ(std::string(parsed.status().message()).substr(0, std::string(error).size()), error);
  }
}

}  // namespace
}  // namespace harrow::faults
