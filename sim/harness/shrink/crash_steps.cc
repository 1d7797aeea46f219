// Ends and survivors: toward a crash at the end of the life that keeps nothing, then toward an earlier one, then toward plainer
// survivors. An explored image becomes the end of its life.
#include <algorithm>
#include <cstddef>

#include "sim/harness/shrink/shrink_steps.h"

namespace harrow::harness {
namespace {

using faults::CrashImageChoice;
using faults::Survivors;

std::vector<CrashImageChoice> PlainerChoices(const CrashImageChoice& choice) {
  std::vector<CrashImageChoice> plainer = {
      {Survivors::kNone, 0, 0}, {Survivors::kAll, 0, 0}, {Survivors::kNamesOnly, 0, 0}};
  for (const std::uint64_t cut : {0u, 1u, 7u, 16u, 512u, 4096u})
    plainer.push_back({Survivors::kTornLast, cut, 0});
  for (std::uint64_t cut = 0; cut < 6; ++cut) plainer.push_back({Survivors::kLeaveOneOut, cut, 0});
  plainer.push_back({Survivors::kZeroTail, 0, 0});
  if (choice.survivors == Survivors::kRandom) {
    for (std::uint64_t seed = 0; seed < 8; ++seed) plainer.push_back({Survivors::kRandom, 0, seed});
  }
  if (choice.survivors == Survivors::kSubset) {
    for (std::uint64_t bit = 1; bit != 0 && bit <= choice.cut; bit <<= 1) {
      if ((choice.cut & bit) != 0) plainer.push_back({Survivors::kSubset, choice.cut & ~bit, 0});
    }
  }
  CrashImageChoice halved = choice;
  halved.cut /= 2;
  if (choice.cut > 1) plainer.push_back(halved);
  if (choice.cut > 0) {
    halved.cut = choice.cut - 1;
    plainer.push_back(halved);
  }
  return plainer;
}

void AddEndSteps(std::size_t life, const EndPlan& end, std::vector<ShrinkStep>* steps) {
  if (end == EndPlan{}) return;
  steps->emplace_back([life](Scenario* scenario) { scenario->lives[life].end = {}; });
  if (end.kind == EndPlan::Kind::kClose) {
    if (end.idle) {
      steps->emplace_back([life](Scenario* scenario) { scenario->lives[life].end.idle = false; });
    }
    return;
  }
  std::vector<std::uint64_t> earlier = {0};
  for (std::uint64_t step = end.before_mutation / 2; step > 0; step /= 2)
    earlier.push_back(end.before_mutation - step);
  for (const std::uint64_t mutation : earlier) {
    steps->emplace_back(
        [=](Scenario* scenario) { scenario->lives[life].end.before_mutation = mutation; });
  }
  for (const CrashImageChoice& choice : PlainerChoices(end.image))
    steps->emplace_back([=](Scenario* scenario) { scenario->lives[life].end.image = choice; });
}

std::vector<CrashImageChoice> ImagesOf(const ExplorePlan& explore) {
  constexpr std::uint64_t kMasks = 64;
  std::vector<CrashImageChoice> images;
  for (const CrashImageChoice& image : explore.images) {
    if (image.survivors != Survivors::kEverySubset) {
      images.push_back(image);
      continue;
    }
    for (std::uint64_t mask = 0; mask < kMasks; ++mask)
      images.push_back({Survivors::kSubset, mask, 0});
  }
  return images;
}

// The images that the life takes, one at a time as its end; the lives after it go.
void AddExploredSteps(std::size_t life, const ExplorePlan& explore,
                      std::vector<ShrinkStep>* steps) {
  constexpr std::uint64_t kPoints = 24;
  if (explore.every == 0) return;
  if (explore.nested_depth > 0) {
    steps->emplace_back([life](Scenario* scenario) {
      ExplorePlan& plan = scenario->lives[life].explore;
      if (--plan.nested_depth == 0) plan.nested_every = 0;
    });
  }
  steps->emplace_back([life](Scenario* scenario) { scenario->lives[life].explore.every = 1; });
  for (std::uint64_t point = 0; point <= kPoints; ++point) {
    for (const CrashImageChoice& image : ImagesOf(explore)) {
      steps->emplace_back([=, every = explore.every](Scenario* scenario) {
        scenario->lives.resize(life + 1);
        scenario->lives[life].explore = {};
        scenario->lives[life].end = {EndPlan::Kind::kCrash, point * every, image};
      });
    }
  }
}

}  // namespace

void AddCrashSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps) {
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    AddEndSteps(life, scenario.lives[life].end, steps);
    AddExploredSteps(life, scenario.lives[life].explore, steps);
  }
}

}  // namespace harrow::harness
