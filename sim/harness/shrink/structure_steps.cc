// Removal at every level of the scenario's tree, from its largest parts to its smallest, and in a list of parts by halves, then
// by quarters, and so on down to one; then parts that can be joined.
#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>

#include "sim/harness/payload.h"
#include "sim/harness/shrink/shrink_steps.h"

namespace harrow::harness {
namespace {

class Structure {
 public:
  explicit Structure(const Scenario& scenario) : scenario_(scenario) {}

  std::vector<ShrinkStep> Steps() {
    RemoveLives();
    RemoveAllFaults();
    RemoveExploration();
    RemoveKinds();
    ForEachLife([this](std::size_t life) { RemoveClients(life); });
    ForEachLife([this](std::size_t life) { RemoveFaults(life); });
    ForEachClient([this](std::size_t life, std::size_t client) { RemoveOperations(life, client); });
    ForEachLife([this](std::size_t life) { JoinClients(life); });
    JoinLives();
    ForEachClient([this](std::size_t life, std::size_t client) { JoinOperations(life, client); });
    ForEachClient(
        [this](std::size_t life, std::size_t client) { FillInsteadOfFlush(life, client); });
    ForEachClient([this](std::size_t life, std::size_t client) { RemoveEntries(life, client); });
    RemovePairs();
    return std::move(steps_);
  }

 private:
  template <typename Visit>
  void ForEachLife(Visit visit) {
    for (std::size_t life = 0; life < scenario_.lives.size(); ++life) visit(life);
  }

  template <typename Visit>
  void ForEachClient(Visit visit) {
    ForEachLife([&](std::size_t life) {
      for (std::size_t client = 0; client < scenario_.lives[life].clients.size(); ++client)
        visit(life, client);
    });
  }

  void RemoveLives() {
    const std::size_t count = scenario_.lives.size();
    // What happened long before matters least, and what comes after the failure not at all.
    for (std::size_t kept = 1; kept + 1 < count; ++kept) {
      steps_.emplace_back(
          [=](Scenario* scenario) { EraseRange(&scenario->lives, 0, count - kept); });
      steps_.emplace_back(
          [=](Scenario* scenario) { EraseRange(&scenario->lives, kept, count - kept); });
    }
    for (std::size_t life = 0; count > 1 && life < count; ++life)
      steps_.emplace_back([life](Scenario* scenario) { EraseRange(&scenario->lives, life, 1); });
  }

  void RemoveAllFaults() {
    steps_.emplace_back([](Scenario* scenario) {
      for (LifePlan& life : scenario->lives) life.faults = {};
    });
  }

  void RemoveExploration() {
    steps_.emplace_back([](Scenario* scenario) {
      for (LifePlan& life : scenario->lives) life.explore = {};
    });
    ForEachLife([this](std::size_t life) {
      const ExplorePlan& explore = scenario_.lives[life].explore;
      if (explore == ExplorePlan{}) return;
      steps_.emplace_back([life](Scenario* scenario) { scenario->lives[life].explore = {}; });
      for (std::size_t image = 0; explore.images.size() > 1 && image < explore.images.size();
           ++image) {
        steps_.emplace_back([=](Scenario* scenario) {
          EraseRange(&scenario->lives[life].explore.images, image, 1);
        });
      }
    });
  }

  // Without all reads, pauses, flushes, or writes that are not synced.
  void RemoveKinds() {
    RemoveWhere([](const Operation& one) {
      return one.kind != Operation::Kind::kWrite && one.kind != Operation::Kind::kFlush &&
             one.kind != Operation::Kind::kCompact;
    });
    RemoveWhere([](const Operation& one) {
      return one.kind == Operation::Kind::kYield || one.kind == Operation::Kind::kSleep;
    });
    RemoveWhere([](const Operation& one) { return one.kind == Operation::Kind::kFlush; });
    RemoveWhere([](const Operation& one) { return one.kind == Operation::Kind::kCompact; });
    RemoveWhere(
        [](const Operation& one) { return one.kind == Operation::Kind::kWrite && !one.sync; });
  }

  void RemoveWhere(bool (*matches)(const Operation&)) {
    steps_.emplace_back([matches](Scenario* scenario) {
      for (LifePlan& life : scenario->lives) {
        for (ClientPlan& client : life.clients) std::erase_if(client.operations, matches);
      }
    });
  }

  void RemoveClients(std::size_t life) {
    const std::size_t count = scenario_.lives[life].clients.size();
    if (count > 1)
      steps_.emplace_back([life](Scenario* scenario) { scenario->lives[life].clients.clear(); });
    for (std::size_t client = 0; client < count; ++client) {
      steps_.emplace_back(
          [=](Scenario* scenario) { EraseRange(&scenario->lives[life].clients, client, 1); });
    }
  }

  void RemoveFaults(std::size_t life) {
    const std::size_t count = scenario_.lives[life].faults.rules.size();
    if (count > 1 && scenario_.lives.size() > 1)
      steps_.emplace_back([life](Scenario* scenario) { scenario->lives[life].faults = {}; });
    for (std::size_t rule = 0; rule < count; ++rule) {
      steps_.emplace_back(
          [=](Scenario* scenario) { EraseRange(&scenario->lives[life].faults.rules, rule, 1); });
    }
  }

  void RemoveOperations(std::size_t life, std::size_t client) {
    const std::size_t count = scenario_.lives[life].clients[client].operations.size();
    for (std::size_t size = (count + 1) / 2; size > 0; size = size == 1 ? 0 : (size + 1) / 2) {
      // From the back: what comes late is needed least.
      for (std::size_t end = count; end > 0; end = end > size ? end - size : 0) {
        const std::size_t first = end > size ? end - size : 0;
        steps_.emplace_back([=](Scenario* scenario) {
          EraseRange(&scenario->lives[life].clients[client].operations, first, end - first);
        });
      }
    }
  }

  // One client does what two did: all that one did between two operations of the other, or taking turns.
  void JoinClients(std::size_t life) {
    const std::vector<ClientPlan>& clients = scenario_.lives[life].clients;
    for (std::size_t into = 0; into < clients.size(); ++into) {
      for (std::size_t from = 0; from < clients.size(); ++from) {
        if (into == from) continue;
        const std::vector<Operation>& first = clients[into].operations;
        const std::vector<Operation>& second = clients[from].operations;
        const auto replace = [&](const std::vector<Operation>& joined) {
          steps_.emplace_back([=](Scenario* scenario) {
            scenario->lives[life].clients[into].operations = joined;
            EraseRange(&scenario->lives[life].clients, from, 1);
          });
        };
        replace(Inserted(first, second, first.size()));
        replace(TakingTurns(first, second));
        constexpr std::size_t kFew = 6;
        for (std::size_t at = 1; at < first.size() && first.size() <= kFew; ++at)
          replace(Inserted(first, second, at));
      }
    }
  }

  static std::vector<Operation> Inserted(const std::vector<Operation>& first,
                                         const std::vector<Operation>& second, std::size_t at) {
    std::vector<Operation> joined = first;
    joined.insert(joined.begin() + static_cast<std::ptrdiff_t>(at), second.begin(), second.end());
    return joined;
  }

  static std::vector<Operation> TakingTurns(const std::vector<Operation>& first,
                                            const std::vector<Operation>& second) {
    std::vector<Operation> joined;
    for (std::size_t at = 0; at < std::max(first.size(), second.size()); ++at) {
      if (at < first.size()) joined.push_back(first[at]);
      if (at < second.size()) joined.push_back(second[at]);
    }
    return joined;
  }

  // A life does what two did, without the end of the first.
  void JoinLives() {
    for (std::size_t life = 0; life + 1 < scenario_.lives.size(); ++life) {
      steps_.emplace_back([life](Scenario* scenario) {
        LifePlan& next = scenario->lives[life + 1];
        LifePlan& joined = scenario->lives[life];
        for (std::size_t client = 0; client < next.clients.size(); ++client) {
          if (client == joined.clients.size()) joined.clients.emplace_back();
          std::vector<Operation>& all = joined.clients[client].operations;
          std::vector<Operation>& more = next.clients[client].operations;
          all.insert(all.end(), std::make_move_iterator(more.begin()),
                     std::make_move_iterator(more.end()));
        }
        joined.faults.rules.insert(joined.faults.rules.end(), next.faults.rules.begin(),
                                   next.faults.rules.end());
        joined.explore = next.explore;
        joined.end = next.end;
        EraseRange(&scenario->lives, life + 1, 1);
      });
    }
  }

  // What fills a memtable does so in one put as well as in many, what crosses the end of a page or a block needs one batch, and
  // what a full memtable brings about a flush does too. Ranges by halves, quarters, … down to two operations, or one batch; all
  // ranges once they are few.
  void JoinOperations(std::size_t life, std::size_t client) {
    constexpr std::size_t kFew = 10;
    const std::vector<Operation>& operations = scenario_.lives[life].clients[client].operations;
    const std::size_t count = operations.size();
    for (std::size_t size = count; size > 0;) {
      const std::size_t stride = count <= kFew ? 1 : std::max<std::size_t>(size / 2, 1);
      for (std::size_t first = 0; first + size <= count; first += stride)
        JoinRange(Range{life, client, first, size}, operations);
      size = size == 1 ? 0 : (count <= kFew ? size - 1 : (size + 1) / 2);
    }
  }

  struct Range {
    std::size_t life;
    std::size_t client;
    std::size_t first;
    std::size_t size;
  };

  void JoinRange(const Range& range, const std::vector<Operation>& operations) {
    Operation put;
    put.entries.resize(1);
    std::size_t bytes = 0;
    std::size_t parts = 0;
    for (std::size_t at = range.first; at < range.first + range.size; ++at) {
      put.sync = put.sync || operations[at].sync;
      parts += std::max<std::size_t>(operations[at].entries.size(), 1);
      for (const PlannedEntry& entry : operations[at].entries) {
        put.entries[0].key = entry.key;
        bytes += entry.value_size;
      }
    }
    if (parts < 2) return;
    if (bytes > 0) {
      ReplaceWithPut(range, put, bytes);
      ReplaceWithPut(range, put, scenario_.options.write_buffer_bytes);
    }
    if (range.size < 2) return;
    if (bytes > 0) {
      put.entries.push_back({put.entries[0].key, false, kNamedValueSize});
      ReplaceWithPut(range, put, bytes);
    }
    Operation flush;
    flush.kind = Operation::Kind::kFlush;
    Replace(range, flush);
  }

  void ReplaceWithPut(const Range& range, Operation put, std::size_t bytes) {
    put.entries[0].value_size =
        static_cast<std::uint32_t>(std::clamp(bytes, kMinValueSize, kMaxValueSize));
    Replace(range, put);
  }

  void Replace(const Range& range, const Operation& by) {
    steps_.emplace_back([=](Scenario* scenario) {
      std::vector<Operation>& all = scenario->lives[range.life].clients[range.client].operations;
      all[range.first] = by;
      EraseRange(&all, range.first + 1, range.size - 1);
    });
  }

  // A flush waits for what it brings about; a put that fills the memtable by itself does not.
  void FillInsteadOfFlush(std::size_t life, std::size_t client) {
    const std::vector<Operation>& operations = scenario_.lives[life].clients[client].operations;
    for (std::size_t at = 0; at < operations.size(); ++at) {
      if (operations[at].kind != Operation::Kind::kFlush) continue;
      for (std::size_t other = 0; other < scenario_.lives[life].clients.size(); ++other) {
        const std::vector<Operation>& others = scenario_.lives[life].clients[other].operations;
        for (std::size_t put = 0; put < others.size(); ++put) {
          if (others[put].entries.size() != 1 || others[put].entries[0].deletion) continue;
          steps_.emplace_back([=](Scenario* scenario) {
            std::vector<ClientPlan>& clients = scenario->lives[life].clients;
            clients[other].operations[put].entries[0].value_size = static_cast<std::uint32_t>(
                std::min(scenario->options.write_buffer_bytes, kMaxValueSize));
            EraseRange(&clients[client].operations, at, 1);
          });
        }
      }
    }
  }

  // Of what is left, any two at once: a snapshot and its release, a put and its flush.
  void RemovePairs() {
    constexpr std::size_t kMost = 14;
    std::vector<Range> all;
    ForEachClient([&](std::size_t life, std::size_t client) {
      const std::size_t count = scenario_.lives[life].clients[client].operations.size();
      for (std::size_t at = 0; at < count; ++at) all.push_back({life, client, at, 1});
    });
    if (all.size() > kMost) return;
    for (std::size_t second = 1; second < all.size(); ++second) {
      for (std::size_t first = 0; first < second; ++first) {
        steps_.emplace_back([from = all[first], to = all[second]](Scenario* scenario) {
          // The later one first: it does not move the earlier one.
          for (const Range& one : {to, from})
            EraseRange(&scenario->lives[one.life].clients[one.client].operations, one.first, 1);
        });
      }
    }
  }

  void RemoveEntries(std::size_t life, std::size_t client) {
    const std::vector<Operation>& operations = scenario_.lives[life].clients[client].operations;
    for (std::size_t at = 0; at < operations.size(); ++at) {
      const std::size_t count = operations[at].entries.size();
      for (std::size_t entry = 0; count > 1 && entry < count; ++entry) {
        steps_.emplace_back([=](Scenario* scenario) {
          EraseRange(&scenario->lives[life].clients[client].operations[at].entries, entry, 1);
        });
      }
    }
  }

  const Scenario& scenario_;
  std::vector<ShrinkStep> steps_;
};

}  // namespace

std::vector<ShrinkStep> StructureSteps(const Scenario& scenario) {
  return Structure(scenario).Steps();
}

}  // namespace harrow::harness
