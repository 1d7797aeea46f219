// FAILURES.md against what it is about: the table of failures, and the planted bugs.
#include <fstream>
#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "tests/unit/engine/failure_table.h"

namespace harrow::engine {
namespace {

TEST(FailureTablePageTest, ThePageShowsTheTable) {
  std::ifstream file(HARROW_SOURCE_DIR "/engine/FAILURES.md");
  std::stringstream page;
  page << file.rdbuf();
  const std::string shown = "<!-- failure table -->\n" + FailureTableText() + "<!-- end -->\n";
  EXPECT_NE(page.str().find(shown), std::string::npos) << "engine/FAILURES.md must have:\n"
                                                       << shown;
}

// Each line of "Safer than the original" names planted bugs that there are.
TEST(FailureTablePageTest, ThePlantedBugsExist) {
  std::ifstream file(HARROW_SOURCE_DIR "/engine/FAILURES.md");
  bool below = false;
  int lines = 0;
  for (std::string line; std::getline(file, line);) {
    below = below || line == "## Safer than the original";
    if (!below || !line.starts_with("| ") || line.starts_with("| line |")) continue;
    ++lines;
    const std::size_t cell = line.rfind("| ", line.size() - 3) + 2;
    std::stringstream names(line.substr(cell, line.size() - 2 - cell));
    int count = 0;
    for (std::string name; std::getline(names >> std::ws, name, ','); ++count) {
      const std::string path = HARROW_SOURCE_DIR "/tests/planted/" + name + ".patch";
      EXPECT_TRUE(std::ifstream(path).good()) << path;
    }
    EXPECT_GT(count, 0) << line;
  }
  EXPECT_EQ(lines, 14);
}

}  // namespace
}  // namespace harrow::engine
