// The table as such: one row for each combination of looks, no row that is never needed, and the
// page that shows it.
#include "engine/recovery_table.h"

#include <fstream>
#include <functional>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace harrow::engine {
namespace {

std::vector<Look> LooksIn(Part part) {
  std::vector<Look> looks;
  for (std::size_t i = 0; i < kLookCount; ++i) {
    if (LooksOf(part).Contains(static_cast<Look>(i))) looks.push_back(static_cast<Look>(i));
  }
  return looks;
}

void ForEachFrom(std::size_t part, Looks* looks, const std::function<void(const Looks&)>& visit) {
  if (part == kPartCount) {
    for (int bits = 0; bits < 8; ++bits) {
      looks->marker = (bits & 1) != 0;
      looks->may_create = (bits & 2) != 0;
      looks->may_exist = (bits & 4) != 0;
      visit(*looks);
    }
    return;
  }
  for (const Look look : LooksIn(static_cast<Part>(part))) {
    looks->parts[part] = look;
    ForEachFrom(part + 1, looks, visit);
  }
}

std::string Describe(const Looks& looks) {
  std::string text;
  for (const Look look : looks.parts) text += std::string(LookName(look)) + ", ";
  return text + (looks.marker ? "marker" : "no marker");
}

TEST(RecoveryTableTest, ExactlyOneRowMatchesEachCombination) {
  std::set<char> needed;
  std::size_t combinations = 0;
  Looks looks;
  ForEachFrom(0, &looks, [&](const Looks& one) {
    ++combinations;
    std::string matching;
    for (const RecoveryRow& row : RecoveryTable()) {
      if (Matches(row, one)) matching += row.letter;
    }
    ASSERT_EQ(matching.size(), 1U) << Describe(one) << ": rows '" << matching << "'";
    ASSERT_EQ(Decide(one).letter, matching[0]);
    needed.insert(matching[0]);
  });
  EXPECT_EQ(combinations, 7U * 10 * 4 * 10 * 9 * 8);
  EXPECT_EQ(needed.size(), RecoveryTable().size()) << "a row that no combination needs";
}

TEST(RecoveryTableTest, LettersAreInOrderAndRefusalsHaveAnError) {
  char letter = 'A';
  for (const RecoveryRow& row : RecoveryTable()) {
    EXPECT_EQ(row.letter, letter++);
    EXPECT_TRUE(row.action == RecoveryAction::kRefuse || row.code == absl::StatusCode::kOk);
    // A failed call's own error is what such a row returns, so something must be unreadable.
    const bool own = row.action == RecoveryAction::kRefuse && row.code == absl::StatusCode::kOk;
    bool unreadable = false;
    for (const LookSet& set : row.parts) {
      unreadable = unreadable || (set.Contains(Look::kUnreadable) && !set.Contains(Look::kWhole));
    }
    EXPECT_EQ(own, unreadable) << row.letter;
  }
}

TEST(RecoveryTableTest, ThePageShowsTheTable) {
  std::ifstream file(HARROW_SOURCE_DIR "/engine/RECOVERY.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string shown = "<!-- recovery table -->\n" + RecoveryTableText() + "<!-- end -->\n";
  EXPECT_NE(page.str().find(shown), std::string::npos) << "engine/RECOVERY.md must have:\n"
                                                       << shown;
}

}  // namespace
}  // namespace harrow::engine
