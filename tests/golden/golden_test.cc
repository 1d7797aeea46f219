// Every scenario of this folder, replayed, must read as its .replay file says, and at the detail "all" as its .all.replay file
// says where there is one. To rewrite the files after a change that means
// to move them: HARROW_REWRITE=1 golden_test; commit a rewrite only when every changed line can be explained.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/harness/replay_text.h"
#include "sim/harness/run.h"
#include "sim/harness/scenario_text.h"

namespace harrow::harness {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<fs::path> Scenarios() {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(HARROW_SOURCE_DIR "/tests/golden")) {
    if (entry.path().extension() == ".scenario") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void Compare(const std::string& text, const fs::path& golden) {
  if (std::getenv("HARROW_REWRITE") != nullptr) {
    std::ofstream(golden, std::ios::binary) << text;
    return;
  }
  EXPECT_EQ(text, ReadAll(golden)) << golden;
}

class GoldenTest : public testing::TestWithParam<fs::path> {};

TEST_P(GoldenTest, ReplaysAsWritten) {
  const absl::StatusOr<Scenario> scenario =
      ParseScenario(GetParam().filename().string(), ReadAll(GetParam()));
  ASSERT_TRUE(scenario.ok()) << scenario.status();
  Recording recording;
  const RunResult result = RunScenario(*scenario, &recording);
  EXPECT_TRUE(result.verdict.ok());
  Compare(ReplayText(*scenario, result, recording),
          fs::path(GetParam()).replace_extension(".replay"));
  const fs::path all = fs::path(GetParam()).replace_extension(".all.replay");
  if (fs::exists(all)) Compare(ReplayText(*scenario, result, recording, Detail::kAll), all);
}

INSTANTIATE_TEST_SUITE_P(All, GoldenTest, testing::ValuesIn(Scenarios()),
                         [](const testing::TestParamInfo<fs::path>& path) {
                           return path.param.stem().string();
                         });

}  // namespace
}  // namespace harrow::harness
