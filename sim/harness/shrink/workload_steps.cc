// Operations, keys, values and settings: toward unsynced puts of a few bytes at few keys, on the default options.
#include <algorithm>
#include <cstddef>
#include <map>
#include <set>

#include "sim/harness/option_list.h"
#include "sim/harness/payload.h"
#include "sim/harness/shrink/shrink_steps.h"

namespace harrow::harness {
namespace {

constexpr std::uint32_t kPlainValueSize = 16;
static_assert(kPlainValueSize >= kMinValueSize);

template <typename Visit>
void ForEachOperation(Scenario* scenario, Visit visit) {
  for (LifePlan& life : scenario->lives) {
    for (ClientPlan& client : life.clients) {
      for (Operation& operation : client.operations) visit(&operation);
    }
  }
}

bool HasKey(const Operation& operation) {
  return operation.kind == Operation::Kind::kGet ||
         operation.kind == Operation::Kind::kSnapshotGet ||
         operation.kind == Operation::Kind::kSeek;
}

std::set<models::KeyId> KeysOf(Scenario scenario) {
  std::set<models::KeyId> keys;
  ForEachOperation(&scenario, [&keys](Operation* operation) {
    if (HasKey(*operation)) keys.insert(operation->key);
    if (operation->from.has_value()) keys.insert(*operation->from);
    if (operation->to.has_value()) keys.insert(*operation->to);
    for (const PlannedEntry& entry : operation->entries) keys.insert(entry.key);
  });
  return keys;
}

void RenameKeys(Scenario* scenario, const std::map<models::KeyId, models::KeyId>& names) {
  ForEachOperation(scenario, [&names](Operation* operation) {
    if (HasKey(*operation)) operation->key = names.at(operation->key);
    if (operation->from.has_value()) operation->from = names.at(*operation->from);
    if (operation->to.has_value()) operation->to = names.at(*operation->to);
    for (PlannedEntry& entry : operation->entries) entry.key = names.at(entry.key);
  });
}

// Keys numbered from 0 on in their order; then each pair made one.
void AddKeySteps(const Scenario& scenario, std::vector<ShrinkStep>* steps) {
  constexpr std::size_t kPairs = 6;
  const std::set<models::KeyId> keys = KeysOf(scenario);
  std::map<models::KeyId, models::KeyId> dense;
  std::map<models::KeyId, models::KeyId> one;
  for (const models::KeyId key : keys) {
    dense.emplace(key, static_cast<models::KeyId>(dense.size()));
    one.emplace(key, 0);
  }
  const auto used = static_cast<std::uint32_t>(std::max<std::size_t>(keys.size(), 1));
  steps->emplace_back([one](Scenario* smaller) {
    RenameKeys(smaller, one);
    smaller->key_count = 1;
  });
  steps->emplace_back([=](Scenario* smaller) {
    RenameKeys(smaller, dense);
    smaller->key_count = used;
  });
  const std::uint32_t past_last = keys.empty() ? 1 : *keys.rbegin() + 1;
  steps->emplace_back([past_last](Scenario* smaller) { smaller->key_count = past_last; });
  if (keys.size() > kPairs) return;
  for (const models::KeyId from : keys) {
    for (const models::KeyId to : keys) {
      if (to >= from) break;
      std::map<models::KeyId, models::KeyId> joined;
      for (const models::KeyId key : keys) joined.emplace(key, key == from ? to : key);
      steps->emplace_back([joined](Scenario* smaller) { RenameKeys(smaller, joined); });
    }
  }
}

struct Place {
  std::size_t life;
  std::size_t client;
  std::size_t at;
};

Operation& OperationAt(Scenario* scenario, const Place& place) {
  return scenario->lives[place.life].clients[place.client].operations[place.at];
}

// The plainer kinds of operation, boldest first.
std::vector<Operation> PlainerKinds(const Operation& operation) {
  std::vector<Operation> plainer;
  Operation other = operation;
  switch (operation.kind) {
    case Operation::Kind::kWrite:
      other.sync = false;
      plainer.push_back(other);
      if (operation.entries.empty()) {
        other = operation;
        other.entries = {{0, false, kPlainValueSize}};
        plainer.push_back(other);
      }
      break;
    case Operation::Kind::kScan:
    case Operation::Kind::kSnapshotScan:
      other.path = targets::ScanPath::kForward;
      plainer.push_back(other);
      other.kind = operation.kind == Operation::Kind::kScan ? Operation::Kind::kGet
                                                            : Operation::Kind::kSnapshotGet;
      for (other.key = 0; other.key < 3; ++other.key) plainer.push_back(other);
      break;
    case Operation::Kind::kSleep:
      other.kind = Operation::Kind::kYield;
      other.sleep_us = 0;
      plainer.push_back(other);
      other = operation;
      for (const std::uint32_t us : {1u, operation.sleep_us / 2}) {
        other.sleep_us = us;
        plainer.push_back(other);
      }
      break;
    case Operation::Kind::kCompact:
      other.kind = Operation::Kind::kFlush;
      other.from.reset();
      other.to.reset();
      plainer.push_back(other);
      [[fallthrough]];
    case Operation::Kind::kInspect:
      other = operation;
      other.from.reset();
      plainer.push_back(other);
      other = operation;
      other.to.reset();
      plainer.push_back(other);
      break;
    case Operation::Kind::kSnapshotIterator:
      other.kind = Operation::Kind::kIterator;
      plainer.push_back(other);
      break;
    case Operation::Kind::kNext:
    case Operation::Kind::kPrev:
      for (const std::uint32_t count : {1u, operation.count / 2, operation.count - 1}) {
        other.count = count;
        if (count > 0) plainer.push_back(other);
      }
      break;
    default:
      break;
  }
  return plainer;
}

void AddEntrySteps(const Place& place, const std::vector<PlannedEntry>& entries,
                   std::vector<ShrinkStep>* steps) {
  for (std::size_t index = 0; index < entries.size(); ++index) {
    const auto replace = [=](PlannedEntry entry) {
      steps->emplace_back(
          [=](Scenario* scenario) { OperationAt(scenario, place).entries[index] = entry; });
    };
    const PlannedEntry& entry = entries[index];
    if (entry.deletion) {
      replace({entry.key, false, kPlainValueSize});
      continue;
    }
    if (entry.value_size <= kPlainValueSize) continue;
    replace({entry.key, false, kPlainValueSize});
    for (std::uint32_t unit = 10'000; unit >= 1000; unit /= 10) {
      if (entry.value_size > unit && entry.value_size % unit != 0)
        replace({entry.key, false, entry.value_size / unit * unit});
    }
    if (entry.value_size > 2 * kPlainValueSize) replace({entry.key, false, entry.value_size / 2});
  }
}

void AddPlainValues(std::vector<ShrinkStep>* steps) {
  steps->emplace_back([](Scenario* smaller) {
    ForEachOperation(smaller, [](Operation* operation) {
      for (PlannedEntry& entry : operation->entries)
        entry.value_size = std::min(entry.value_size, kPlainValueSize);
    });
  });
}

}  // namespace

void AddWorkloadSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps) {
  AddPlainValues(steps);
  AddKeySteps(scenario, steps);
  for (std::size_t life = 0; life < scenario.lives.size(); ++life) {
    for (std::size_t client = 0; client < scenario.lives[life].clients.size(); ++client) {
      const std::vector<Operation>& operations = scenario.lives[life].clients[client].operations;
      for (std::size_t at = 0; at < operations.size(); ++at) {
        const Place place{life, client, at};
        for (const Operation& plainer : PlainerKinds(operations[at])) {
          if (HasKey(plainer) && plainer.key >= scenario.key_count) continue;
          steps->emplace_back([=](Scenario* smaller) { OperationAt(smaller, place) = plainer; });
        }
        AddEntrySteps(place, operations[at].entries, steps);
      }
    }
  }
}

void AddSettingSteps(const Scenario& scenario, std::vector<ShrinkStep>* steps) {
  const Scenario plain;
  if (!(scenario.options == plain.options)) {
    steps->emplace_back([plain](Scenario* smaller) { smaller->options = plain.options; });
    for (const OptionName& option : kOptionNames) {
      if (scenario.options.*option.member == plain.options.*option.member) continue;
      steps->emplace_back([plain, member = option.member](Scenario* smaller) {
        smaller->options.*member = plain.options.*member;
      });
    }
  }
  if (scenario.key_style != plain.key_style)
    steps->emplace_back([plain](Scenario* smaller) { smaller->key_style = plain.key_style; });
  steps->emplace_back([plain](Scenario* smaller) { smaller->profile = plain.profile; });
  // Never down: with too few steps everything fails to return.
  if (scenario.step_limit < plain.step_limit)
    steps->emplace_back([plain](Scenario* smaller) { smaller->step_limit = plain.step_limit; });
}

}  // namespace harrow::harness
