#include "sim/harness/meetings.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/harness/generator.h"
#include "sim/harness/run.h"

namespace harrow::harness {
namespace {

TEST(Meetings, WhoBeginsMeetsAllThatIsUnderWay) {
  MeetingCounter counter;
  counter.Begin(Party::kFlush);
  counter.Begin(Party::kSnapshot);
  counter.Begin(Party::kSnapshot);
  counter.Happen(Party::kFaultError);
  counter.End(Party::kSnapshot);
  counter.Happen(Party::kFaultError);
  counter.End(Party::kSnapshot);
  counter.Happen(Party::kFaultError);
  counter.End(Party::kFlush);
  counter.Happen(Party::kCrash);
  const Meetings& met = counter.meetings();
  EXPECT_EQ(met.Get(Party::kSnapshot, Party::kSnapshot), 2u);
  EXPECT_EQ(met.Get(Party::kSnapshot, Party::kFlush), 2u);
  EXPECT_EQ(met.Get(Party::kFlush, Party::kSnapshot), 2u);
  EXPECT_EQ(met.Get(Party::kFaultError, Party::kSnapshot), 2u);
  EXPECT_EQ(met.Get(Party::kFaultError, Party::kFlush), 3u);
  EXPECT_EQ(met.Get(Party::kCrash, Party::kFlush), 0u);
}

// What a sweep says it covers, it has to reach: each mechanism is struck by faults and by crashes.
TEST(Meetings, AFewHundredSeedsStrikeEachMechanism) {
  constexpr std::uint64_t kSeeds = 700;
  // Seldom under way: it takes a larger sweep to strike them.
  const std::set<Party> seldom = {Party::kStop, Party::kSecondOpen, Party::kClose};
  Meetings met;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed)
    met.Add(RunScenario(GenerateScenario(seed, {})).meetings);
  for (std::size_t at = 0; at < static_cast<std::size_t>(Party::kFaultError); ++at) {
    const auto party = static_cast<Party>(at);
    EXPECT_GT(met.Get(party, party), 0u) << ToText(party);
    if (seldom.contains(party) || !WhyNever(party, Party::kCrash).empty()) continue;
    std::uint64_t faults = 0;
    for (auto fault = at; fault < kPartyCount; ++fault) {
      const auto other = static_cast<Party>(fault);
      if (other >= Party::kFaultError && other < Party::kCrash) faults += met.Get(party, other);
    }
    EXPECT_GT(faults, 0u) << ToText(party);
    EXPECT_GT(met.Get(party, Party::kCrash), 0u) << ToText(party);
    EXPECT_GT(met.Get(party, Party::kCrashImage), 0u) << ToText(party);
  }
}

TEST(Meetings, WhatCannotMeetDoesNot) {
  Meetings met;
  for (std::uint64_t seed = 1; seed <= 200; ++seed)
    met.Add(RunScenario(GenerateScenario(seed, {})).meetings);
  for (std::size_t a = 0; a < kPartyCount; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const auto first = static_cast<Party>(a);
      const auto second = static_cast<Party>(b);
      if (WhyNever(first, second).empty()) continue;
      EXPECT_EQ(met.Get(first, second), 0u) << ToText(first) << " with " << ToText(second);
    }
  }
}

}  // namespace
}  // namespace harrow::harness
