// One pass over the events. A mutex is held from its lock event to its unlock event, or to the next task's lock: the kernel
// frees a mutex before its unlock is traced. A lock event before which the mutex was another's since the task's own last event
// ends a wait.
#include "sim/harness/report/timeline.h"

#include <algorithm>
#include <map>
#include <utility>

namespace harrow::harness {
namespace {

using kernel::OpKind;
using kernel::TraceEvent;

constexpr std::uint64_t kTriedLock =
    8;  // `a` of the lock event of a trylock; `b` is then the holder

class BarBuilder {
 public:
  std::vector<Bar> Build(const std::vector<TraceEvent>& events) {
    for (std::size_t at = 0; at < events.size(); ++at) {
      if (events[at].note) continue;
      Take(events[at], at);
      last_[events[at].task] = at;
    }
    for (const auto& [mutex, holding] : held_) {
      Add(Bar::Kind::kHolds, holding.task, mutex, holding.begin, events.size());
    }
    for (const auto& [task, waiting] : waiting_) {
      Add(Bar::Kind::kWaitsOnCondition, task, waiting.condition, waiting.begin, events.size());
    }
    return std::move(bars_);
  }

 private:
  struct Holding {
    kernel::TaskId task = 0;
    std::size_t begin = 0;
  };
  struct Waiting {
    std::uint32_t condition = 0;
    std::size_t begin = 0;
  };

  void Add(Bar::Kind kind, kernel::TaskId task, std::uint32_t object, std::size_t begin,
           std::size_t end) {
    bars_.push_back({kind, task, object, begin, end});
  }

  void Take(const TraceEvent& event, std::size_t at) {
    const auto last = last_.find(event.task);
    const std::size_t before = last == last_.end() ? at : last->second;
    switch (event.kind) {
      case OpKind::kLock:
        if (event.a == kTriedLock && event.b != 0) return;
        Locked(event, before, at);
        return;
      case OpKind::kUnlock:
        Release(event.object, at);
        return;
      case OpKind::kWait:
        Release(static_cast<std::uint32_t>(event.a), at);
        waiting_[event.task] = {event.object, at};
        return;
      case OpKind::kJoin:
        Add(Bar::Kind::kJoins, event.task, event.object - 1, before, at);
        return;
      case OpKind::kSleep:
        Add(Bar::Kind::kSleeps, event.task, event.object, before, at);
        return;
      default:
        return;
    }
  }

  void Locked(const TraceEvent& event, std::size_t before, std::size_t at) {
    const auto waiting = waiting_.find(event.task);
    if (waiting != waiting_.end()) {
      Add(Bar::Kind::kWaitsOnCondition, event.task, waiting->second.condition,
          waiting->second.begin, at);
      waiting_.erase(waiting);
    } else {
      const auto others = held_until_.find(event.object);
      const bool held = held_.contains(event.object);
      if (held || (others != held_until_.end() && others->second > before))
        Add(Bar::Kind::kWaitsForMutex, event.task, event.object, before, at);
    }
    Release(event.object, at);
    held_[event.object] = {event.task, at};
  }

  void Release(std::uint32_t mutex, std::size_t at) {
    const auto holding = held_.find(mutex);
    if (holding == held_.end()) return;
    Add(Bar::Kind::kHolds, holding->second.task, mutex, holding->second.begin, at);
    held_.erase(holding);
    held_until_[mutex] = at;
  }

  std::vector<Bar> bars_;
  std::map<std::uint32_t, Holding> held_;            // by mutex
  std::map<std::uint32_t, std::size_t> held_until_;  // by mutex: the last release
  std::map<kernel::TaskId, Waiting> waiting_;
  std::map<kernel::TaskId, std::size_t> last_;  // by task: its last event
};

bool SameCall(const ClientMark& a, const ClientMark& b) {
  return a.client == b.client && a.kind == b.kind && a.index == b.index;
}

std::vector<ClientCall> CallsOf(const RecordedLife& life) {
  const std::vector<TraceEvent>& events = life.trace.events();
  std::vector<ClientCall> calls;
  for (const ClientMark& mark : life.marks) {
    if (mark.event >= events.size()) continue;
    if (!mark.returned) {
      calls.push_back({events[mark.event].task, mark, mark.event, events.size(), false});
      continue;
    }
    const auto open = std::find_if(calls.rbegin(), calls.rend(), [&](const ClientCall& call) {
      return !call.returned && SameCall(call.mark, mark);
    });
    if (open == calls.rend()) {
      calls.push_back({events[mark.event].task, mark, mark.event, mark.event, true});
    } else {
      open->end = mark.event;
      open->returned = true;
    }
  }
  return calls;
}

std::vector<Lane> LanesOf(const RecordedLife& life, const std::vector<ClientCall>& calls,
                          const std::string& name) {
  kernel::TaskId count = 0;
  for (const TraceEvent& event : life.trace.events()) count = std::max(count, event.task + 1);
  std::vector<Lane> lanes(count);
  std::uint32_t background = 0;
  for (kernel::TaskId task = 0; task < count; ++task) {
    lanes[task].task = task;
    const auto call = std::find_if(calls.begin(), calls.end(),
                                   [task](const ClientCall& one) { return one.task == task; });
    if (call != calls.end()) lanes[task].name = name + ".C" + std::to_string(call->mark.client);
    if (task == 0) {
      lanes[task].name = lanes[task].name.empty() ? "main" : "main, " + lanes[task].name;
    } else if (lanes[task].name.empty()) {
      ++background;
      lanes[task].name =
          background == 1 ? "background" : "background " + std::to_string(background);
    }
  }
  return lanes;
}

}  // namespace

Timeline MakeTimeline(const RecordedLife& life, const std::string& name) {
  Timeline timeline;
  timeline.calls = CallsOf(life);
  timeline.lanes = LanesOf(life, timeline.calls, name);
  timeline.bars = BarBuilder().Build(life.trace.events());
  return timeline;
}

}  // namespace harrow::harness
