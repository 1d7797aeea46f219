#include "sim/harness/replay_tasks.h"

#include <algorithm>

namespace harrow::harness {
namespace {

using kernel::OpKind;

bool IsBackgroundWork(const FileCall& call) {
  const bool writes = call.operation == faults::OpKind::kWrite;
  return writes &&
         (call.file == faults::FileKind::kTable || call.file == faults::FileKind::kManifest);
}

}  // namespace

TaskNames::TaskNames(const RecordedLife& recorded, std::size_t life) {
  const std::vector<kernel::TraceEvent>& events = recorded.trace.events();
  for (const kernel::TraceEvent& event : events) {
    if (event.task >= names_.size()) names_.resize(event.task + 1);
    if (event.note || event.kind != OpKind::kSpawn) continue;
    const kernel::TaskId started = event.object - 1;
    if (started >= names_.size()) names_.resize(started + 1);
    parents_.resize(names_.size());
    parents_[started] = event.task;
  }
  parents_.resize(names_.size());
  if (!names_.empty()) names_[0] = "main";
  for (const ClientMark& mark : recorded.marks) {
    std::string& name = names_[events[mark.event].task];
    if (name.empty()) name = "L" + std::to_string(life) + ".C" + std::to_string(mark.client);
  }
  for (const FileCall& call : recorded.files) {
    std::string& name = names_[events[call.event].task];
    if (name.empty() && IsBackgroundWork(call)) name = "background";
  }
  for (std::size_t task = 0; task < names_.size(); ++task) {
    if (names_[task].empty()) names_[task] = "T" + std::to_string(task);
  }
}

std::string TaskNames::Legend() const {
  std::string text;
  for (std::size_t task = 0; task < names_.size(); ++task) {
    text += (task == 0 ? "" : ", ") + std::to_string(task) + " " + names_[task];
    if (task != 0 && parents_[task] != 0) text += " (started by " + names_[parents_[task]] + ")";
  }
  return text;
}

std::size_t TaskNames::widest() const {
  std::size_t widest = 0;
  for (const std::string& name : names_) widest = std::max(widest, name.size());
  return widest;
}

std::string TaskLanes::Heading() const {
  std::string text;
  for (std::size_t task = 0; task < lanes_.size(); ++task) {
    std::string number = std::to_string(task);
    number.resize(Width(), ' ');
    text += number;
  }
  return text;
}

std::vector<kernel::TaskId> TaskLanes::Advance(const kernel::TraceEvent& event) {
  std::vector<kernel::TaskId> woken;
  lanes_[event.task] = '|';
  if (event.note) return woken;
  waits_[event.task] = 0;
  switch (event.kind) {
    case OpKind::kWait:
    case OpKind::kFutexWait:
      lanes_[event.task] = ':';
      waits_[event.task] = event.object;
      break;
    case OpKind::kSignal:
    case OpKind::kBroadcast:
    case OpKind::kFutexWake:
      for (kernel::TaskId task = 0; task < waits_.size(); ++task) {
        if (waits_[task] == event.object) woken.push_back(task);
      }
      break;
    case OpKind::kExit:
      lanes_[event.task] = ' ';
      break;
    default:
      break;
  }
  // Of several waiters a signal wakes one; which, shows when it goes on.
  if (woken.size() == 1 || event.kind == OpKind::kBroadcast) {
    for (const kernel::TaskId task : woken) {
      lanes_[task] = '|';
      waits_[task] = 0;
    }
  }
  return woken;
}

std::string TaskLanes::Draw(kernel::TaskId task, char marker) const {
  std::string text;
  for (kernel::TaskId at = 0; at < lanes_.size(); ++at) {
    text += at == task ? marker : lanes_[at];
    text.append(Width() - 1, ' ');
  }
  return text;
}

}  // namespace harrow::harness
