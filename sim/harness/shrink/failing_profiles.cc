#include "sim/harness/shrink/failing_profiles.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "sim/harness/shrink/trial_pool.h"

namespace harrow::harness {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

constexpr std::size_t kCandidates = 2;
constexpr std::uint64_t kTimeMs = 10'000;
constexpr HangBound kHang = {kTimeMs, kTimeMs};

void ExploreMore(Scenario* scenario) {
  constexpr std::array kImages = {CrashImageChoice{Survivors::kNone, 0, 0},
                                  CrashImageChoice{Survivors::kAll, 0, 0},
                                  CrashImageChoice{Survivors::kNamesOnly, 0, 0},
                                  CrashImageChoice{Survivors::kZeroTail, 0, 0},
                                  CrashImageChoice{Survivors::kLeaveOneOut, 0, 0},
                                  CrashImageChoice{Survivors::kLeaveOneOut, 1, 0},
                                  CrashImageChoice{Survivors::kRandom, 0, 1},
                                  CrashImageChoice{Survivors::kRandom, 0, 2},
                                  CrashImageChoice{Survivors::kRandom, 0, 3},
                                  CrashImageChoice{Survivors::kRandom, 0, 4}};
  if (scenario->lives.empty()) return;
  LifePlan& last = scenario->lives.back();
  if (last.explore.every == 0) last.explore.images.clear();
  last.explore.every = 1;
  last.explore.nested_depth = 0;
  last.explore.nested_every = 0;
  last.explore.images.insert(last.explore.images.end(), kImages.begin(), kImages.end());
  if (last.end.kind == EndPlan::Kind::kCrash) last.explore.images.push_back(last.end.image);
}

}  // namespace

std::optional<std::vector<disk::ProfileName>> FailingProfiles(const Scenario& scenario,
                                                              Trials* trials) {
  std::vector<disk::ProfileName> failing;
  for (const disk::ProfileName profile : disk::kAllProfiles) {
    const auto candidate = [&](std::size_t index) {
      Scenario other = scenario;
      other.profile = profile;
      if (index > 0) ExploreMore(&other);
      return other;
    };
    // What it was found in it fails in, whatever a run that others have preceded says.
    if (profile == scenario.profile || trials->First(kCandidates, candidate).has_value())
      failing.push_back(profile);
  }
  if (trials->Stopped()) return std::nullopt;
  return failing;
}

std::string ProfilesLine(const std::vector<disk::ProfileName>& failing) {
  std::string in;
  std::string not_in;
  for (const disk::ProfileName profile : disk::kAllProfiles) {
    const bool fails = std::find(failing.begin(), failing.end(), profile) != failing.end();
    (fails ? in : not_in) += " " + std::string(disk::ToText(profile));
  }
  if (not_in.empty()) return "  profiles: fails in all of them\n";
  return "  profiles: fails in" + in + ", not in" + not_in + "\n";
}

std::string FindProfilesLine(const Scenario& scenario) {
  TrialPoolOptions options;
  options.hang = kHang;
  const std::uint64_t end_ms = WallMs() + kTimeMs;
  options.stopped = [end_ms] { return WallMs() >= end_ms; };
  options.late = [] { return false; };
  options.tick = [] {};
  TrialPool pool(options);
  const FailureClass failure = pool.RunFresh(scenario, TrialMode::kOnce).trial.failure;
  if (failure.kind != FailureClass::Kind::kRule) return {};
  pool.Want(failure, TrialMode::kOnce);
  const auto failing = FailingProfiles(scenario, &pool);
  return failing.has_value() ? ProfilesLine(*failing) : "";
}

}  // namespace harrow::harness
