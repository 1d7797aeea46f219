#include "faults/fault_pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace harrow::faults {
namespace {

FaultPattern Parse(std::string_view text) {
  TextCursor cursor(text);
  FaultPattern pattern;
  const absl::Status status = ParseFaultPattern(&cursor, &pattern);
  EXPECT_TRUE(status.ok()) << text << ": " << status;
  EXPECT_TRUE(cursor.AtEnd()) << text;
  return pattern;
}

std::string ErrorOf(std::string_view text) {
  TextCursor cursor(text);
  FaultPattern pattern;
  return std::string(ParseFaultPattern(&cursor, &pattern).message());
}

Fired Struck(FileKind file, OpKind operation, EffectKind effect) {
  return {0, 1, file, operation, {effect, 0, 0}};
}

TEST(FaultPatternTest, PrintsWhatItParses) {
  for (const char* text : {"log write", "any any", "any any interrupt", "current stat error",
                           "log read short", "directory list miss", "any sync-dir fail",
                           "table write writeback-fails", "log close applied-error"})
    EXPECT_EQ(ToText(Parse(text)), text);
}

TEST(FaultPatternTest, LeavesWhatFollows) {
  TextCursor cursor("log write short, table read");
  FaultPattern pattern;
  ASSERT_TRUE(ParseFaultPattern(&cursor, &pattern).ok());
  EXPECT_TRUE(cursor.At(", table"));
}

TEST(FaultPatternTest, MatchesByFileOperationAndEffect) {
  const Fired failed = Struck(FileKind::kLog, OpKind::kWrite, EffectKind::kError);
  const Fired cut = Struck(FileKind::kLog, OpKind::kRead, EffectKind::kShortRead);
  const Fired half = Struck(FileKind::kLog, OpKind::kWrite, EffectKind::kShortWrite);
  EXPECT_TRUE(Parse("log write").Matches(failed));
  EXPECT_TRUE(Parse("any any").Matches(failed));
  EXPECT_TRUE(Parse("any write error").Matches(failed));
  EXPECT_FALSE(Parse("table write").Matches(failed));
  EXPECT_FALSE(Parse("log sync").Matches(failed));
  EXPECT_FALSE(Parse("log write short").Matches(failed));
  EXPECT_TRUE(Parse("log read short").Matches(cut));
  EXPECT_TRUE(Parse("any any short").Matches(half));
}

TEST(FaultPatternTest, ErrorsNameTheColumn) {
  EXPECT_EQ(ErrorOf("lgo write"),
            "column 1: expected a kind of file such as log, or any, found \"lgo write\"");
  EXPECT_EQ(ErrorOf("log wriet"),
            "column 5: expected an operation such as write, or any, found \"wriet\"");
  EXPECT_EQ(ErrorOf("log write sometimes"),
            "column 11: expected an effect such as error, found \"sometimes\"");
}

}  // namespace
}  // namespace harrow::faults
