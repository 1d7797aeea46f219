// Removal at every level of the scenario's tree, from its largest parts to its smallest.
#include "sim/harness/shrink/shrink_steps.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "sim/harness/payload.h"

namespace harrow::harness {
namespace {

constexpr std::uint32_t kPlainValueSize = 16;

class Shrinker {
 public:
  explicit Shrinker(const Scenario& scenario) : scenario_(scenario) {}

  std::vector<Scenario> Candidates() {
    RemoveLives();
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) RemoveClients(life);
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) RemoveFaults(life);
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) SimplifyLife(life);
    ForEachClient([this](std::size_t life, std::size_t client) { HalveOperations(life, client); });
    ForEachClient([this](std::size_t life, std::size_t client) { RemoveOperations(life, client); });
    ForEachClient([this](std::size_t life, std::size_t client) { ShrinkEntries(life, client); });
    return std::move(candidates_);
  }

 private:
  template <typename Change>
  void Add(Change change) {
    Scenario candidate = scenario_;
    change(&candidate);
    candidates_.push_back(std::move(candidate));
  }

  template <typename Visit>
  void ForEachClient(Visit visit) {
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) {
      for (std::size_t client = 0; client < scenario_.lives[life].clients.size(); ++client)
        visit(life, client);
    }
  }

  template <typename T>
  static void Erase(std::vector<T>* items, std::size_t first, std::size_t count) {
    const auto begin = items->begin() + static_cast<std::ptrdiff_t>(first);
    items->erase(begin, begin + static_cast<std::ptrdiff_t>(count));
  }

  void RemoveLives() {
    if (scenario_.lives.size() < 2) return;
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) {
      Add([life](Scenario* scenario) { Erase(&scenario->lives, life, 1); });
    }
  }

  void RemoveClients(std::size_t life) {
    for (std::size_t client = 0; client < scenario_.lives[life].clients.size(); ++client) {
      Add([=](Scenario* scenario) { Erase(&scenario->lives[life].clients, client, 1); });
    }
  }

  void RemoveFaults(std::size_t life) {
    for (std::size_t rule = 0; rule < scenario_.lives[life].faults.rules.size(); ++rule) {
      Add([=](Scenario* scenario) { Erase(&scenario->lives[life].faults.rules, rule, 1); });
    }
  }

  void SimplifyLife(std::size_t life) {
    const LifePlan& plan = scenario_.lives[life];
    if (plan.explore.every != 0) {
      Add([=](Scenario* scenario) { scenario->lives[life].explore = ExplorePlan{}; });
      for (std::size_t image = 0;
           plan.explore.images.size() > 1 && image < plan.explore.images.size(); ++image) {
        Add([=](Scenario* scenario) { Erase(&scenario->lives[life].explore.images, image, 1); });
      }
    }
    if (plan.schedule.spurious_wakeup_one_in != 0) {
      Add([=](Scenario* scenario) { scenario->lives[life].schedule.spurious_wakeup_one_in = 0; });
    }
    if (!plan.schedule.replay && plan.schedule.strategy.kind != kernel::StrategyKind::kDefault) {
      Add([=](Scenario* scenario) {
        scenario->lives[life].schedule.strategy.kind = kernel::StrategyKind::kDefault;
      });
    }
    for (std::size_t index = 0; index < plan.schedule.deviations.size(); ++index) {
      Add([=](Scenario* scenario) { Erase(&scenario->lives[life].schedule.deviations, index, 1); });
    }
  }

  void HalveOperations(std::size_t life, std::size_t client) {
    const std::size_t count = scenario_.lives[life].clients[client].operations.size();
    if (count < 4) return;
    Add([=](Scenario* scenario) {
      Erase(&scenario->lives[life].clients[client].operations, count / 2, count - count / 2);
    });
    Add([=](Scenario* scenario) {
      Erase(&scenario->lives[life].clients[client].operations, 0, count / 2);
    });
  }

  void RemoveOperations(std::size_t life, std::size_t client) {
    const std::size_t count = scenario_.lives[life].clients[client].operations.size();
    for (std::size_t index = 0; index < count; ++index) {
      Add([=](Scenario* scenario) {
        Erase(&scenario->lives[life].clients[client].operations, index, 1);
      });
    }
  }

  void ShrinkEntries(std::size_t life, std::size_t client) {
    const std::vector<Operation>& operations = scenario_.lives[life].clients[client].operations;
    for (std::size_t index = 0; index < operations.size(); ++index) {
      const std::vector<PlannedEntry>& entries = operations[index].entries;
      for (std::size_t entry = 0; entry < entries.size(); ++entry) {
        if (entries.size() > 1) {
          Add([=](Scenario* scenario) {
            Erase(&scenario->lives[life].clients[client].operations[index].entries, entry, 1);
          });
        }
        if (entries[entry].value_size > kPlainValueSize) {
          Add([=](Scenario* scenario) {
            scenario->lives[life].clients[client].operations[index].entries[entry].value_size =
                kPlainValueSize;
          });
        }
      }
    }
  }

  const Scenario& scenario_;
  std::vector<Scenario> candidates_;
};

}  // namespace

std::uint64_t SizeOf(const Scenario& scenario) {
  std::uint64_t size = 0;
  for (const LifePlan& life : scenario.lives) {
    size += 1'000'000'000 + life.faults.rules.size() * 1'000'000 +
            life.schedule.deviations.size() * 1'000'000;
    size += (life.explore.every != 0 ? 1'000'000u : 0u) + life.explore.images.size() * 1'000;
    size += life.schedule.spurious_wakeup_one_in != 0 ? 1'000u : 0u;
    size += life.schedule.strategy.kind != kernel::StrategyKind::kDefault ? 1'000u : 0u;
    for (const ClientPlan& client : life.clients) {
      size += 10'000'000;
      for (const Operation& operation : client.operations) {
        size += 1'000'000;
        for (const PlannedEntry& entry : operation.entries) size += 1 + entry.value_size;
      }
    }
  }
  return size;
}

std::vector<Scenario> SmallerScenarios(const Scenario& scenario) {
  return Shrinker(scenario).Candidates();
}

}  // namespace harrow::harness
