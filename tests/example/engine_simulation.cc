// A store under simulation, as a project that uses harrow would test it: known scenarios, some seeds on every run, and a property.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

#include "sim/harness/testing/gtest.h"
#include "sim/harness/testing/rapidcheck.h"

namespace {

using harrow::harness::Scenario;

TEST(Engine, SurvivesAFailedSyncAndAPowerLoss) {
  HARROW_SIMULATE(EXAMPLE_FOLDER "/failed_sync.scenario");
}

TEST(Engine, KeepsItsPromisesOnASeed) { HARROW_SIMULATE(0x5d); }

TEST(Engine, KeepsItsPromisesOnManySeeds) { HARROW_SIMULATE_SEEDS(1, 50); }

TEST(Engine, KeepsItsPromisesOnAStrictDisk) {
  harrow::harness::SimulateOptions options;
  options.limits.profile = harrow::disk::ProfileName::kStrict;
  HARROW_SIMULATE_SEEDS(1, 20, options);
}

RC_GTEST_PROP(EngineProperty, KeepsItsPromises, (const Scenario& scenario)) {
  HARROW_RC_SIMULATE(scenario);
}

}  // namespace
