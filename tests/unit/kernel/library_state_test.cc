#include "sim/kernel/library_state.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "sim/kernel/run_heap.h"
#include "sim/kernel/sanitizers.h"
#include "tests/unit/kernel/options.h"
#include "tests/unit/kernel/stateful_library.h"

namespace harrow::kernel {
namespace {

TEST(LibraryStateTest, EachRunBeginsWithTheVariablesAsTheyWere) {
  ASSERT_TRUE(RestoreBeforeEachRun("libstateful_library.so"));
  ASSERT_TRUE(RestoreBeforeEachRun("libstateful_library.so"));
  for (int round = 0; round < 3; ++round) {
    stateful::State state;
    Simulate(Walk(1), [&] {
      for (int use = 1; use <= 5; ++use) state = stateful::Use();
    });
    EXPECT_EQ(state.zeroed, 5);
    EXPECT_EQ(state.counter, 12);
    EXPECT_EQ(state.numbers, 105U);
    EXPECT_EQ(state.text, std::string("made before main").size());
    // What its statics hold goes with the run.
    EXPECT_EQ(run_heap::Owns(state.memory), !kSanitized);
    EXPECT_EQ(run_heap::Owns(state.once), !kSanitized);
  }
}

// Else a static would be destroyed once for each run that made it.
TEST(LibraryStateDeathTest, NoStaticOfARunIsDestroyedAtExit) {
  const auto run_and_exit = [] {
    RestoreBeforeEachRun("libstateful_library.so");
    std::atexit([] { _exit(stateful::EndedStatics()); });
    for (int round = 0; round < 3; ++round) Simulate(Walk(1), [] { stateful::Use(); });
    std::exit(1);
  };
  EXPECT_EXIT(run_and_exit(), testing::ExitedWithCode(0), "");
}

TEST(LibraryStateTest, ALibraryThatIsNotLoadedIsNone) {
  EXPECT_FALSE(RestoreBeforeEachRun("libnowhere.so"));
}

int g_own = 0;

TEST(LibraryStateTest, OtherVariablesAreLeftAlone) {
  for (int round = 1; round <= 3; ++round) {
    Simulate(Walk(1), [] { ++g_own; });
    EXPECT_EQ(g_own, round);
  }
  EXPECT_FALSE(InRestoredLibrary(&g_own));
}

}  // namespace
}  // namespace harrow::kernel
