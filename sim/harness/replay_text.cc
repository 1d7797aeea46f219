#include "sim/harness/replay_text.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "sim/disk/profile.h"
#include "sim/harness/file_text.h"
#include "sim/harness/run_text.h"
#include "sim/harness/scenario_text.h"
#include "sim/harness/seed_text.h"

namespace harrow::harness {
namespace {

const char* KindText(kernel::OpKind kind) {
  switch (kind) {
    case kernel::OpKind::kStart:
      return "starts";
    case kernel::OpKind::kLock:
      return "locks mutex";
    case kernel::OpKind::kUnlock:
      return "unlocks mutex";
    case kernel::OpKind::kWait:
      return "waits on condition";
    case kernel::OpKind::kSignal:
      return "signals condition";
    case kernel::OpKind::kBroadcast:
      return "wakes all on condition";
    case kernel::OpKind::kSpawn:
      return "starts task";
    case kernel::OpKind::kJoin:
      return "joins task";
    case kernel::OpKind::kYield:
      return "yields";
    case kernel::OpKind::kSleep:
      return "sleeps";
    case kernel::OpKind::kFutexWait:
      return "waits on futex";
    case kernel::OpKind::kFutexWake:
      return "wakes futex";
    case kernel::OpKind::kReadLock:
      return "locks for reading";
    case kernel::OpKind::kOnce:
      return "enters once";
    case kernel::OpKind::kFile:
      return "file";
    case kernel::OpKind::kExit:
      return "ends";
  }
  return "";
}

// Every line of `text`, indented.
std::string Indented(const std::string& text, const char* indent) {
  std::string out;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find('\n', at);
    out += indent + text.substr(at, end - at) + "\n";
    if (end == std::string::npos) break;
    at = end + 1;
  }
  return out;
}

std::string FilesText(const disk::Image& image) {
  const std::string files = DescribeFiles(image);
  return Indented(files.empty() ? "(none)" : files, "     ");
}

std::string EndLine(const LifePlan& plan, const kernel::Outcome& outcome) {
  switch (outcome.end) {
    case kernel::End::kFinished:
      return "closed";
    case kernel::End::kStopped:
      break;
    case kernel::End::kDeadlock:
      return "deadlock: " + outcome.detail;
    case kernel::End::kStepLimit:
      return "step limit: " + outcome.detail;
    case kernel::End::kUnserved:
    case kernel::End::kOutOfMemory:
    case kernel::End::kAborted:
      return "aborted: " + outcome.detail;
  }
  return "crash; the medium keeps: " + faults::ToText(plan.end.image);
}

const FileCall* FindCall(const RecordedLife& life, std::size_t event) {
  const auto call = std::lower_bound(
      life.files.begin(), life.files.end(), event,
      [](const FileCall& file, std::size_t wanted) { return file.event < wanted; });
  return call != life.files.end() && call->event == event ? &*call : nullptr;
}

std::string LifeText(const Scenario& scenario, std::size_t index, const RecordedLife& life) {
  const LifePlan& plan = scenario.lives[index];
  std::string text = "== life " + std::to_string(index + 1) + " of " +
                     std::to_string(scenario.lives.size()) + ": " +
                     std::to_string(plan.clients.size()) + " clients, schedule " +
                     std::string(ToText(plan.schedule.strategy.kind)) + " " +
                     SeedText(plan.schedule.strategy.seed) + "\n";
  for (const faults::Rule& rule : plan.faults.rules)
    text += "   fault planned: " + faults::ToText(rule) + "\n";
  text += "   files at the start:\n" + FilesText(life.start);
  for (std::size_t event = 0; event < life.trace.events().size(); ++event)
    text += EventLine(life, event) + "\n";
  text += "   " + EndLine(plan, life.outcome) + "\n";
  if (!life.fired.empty()) text += "   faults that hit:\n";
  for (const std::string& rule : life.fired) text += "     " + rule + "\n";
  text += "   files that survive:\n" + FilesText(life.end);
  return text;
}

}  // namespace

std::string EventLine(const RecordedLife& life, std::size_t index) {
  const kernel::TraceEvent& event = life.trace.events()[index];
  char head[48];
  std::snprintf(head, sizeof(head), "%7" PRIu64 "  T%-2u ", event.step, event.task);
  if (!event.text.empty()) return head + event.text;
  if (const FileCall* const call = FindCall(life, index); call != nullptr)
    return head + DescribeCall(*call);
  std::string text = head + std::string(KindText(event.kind));
  if (event.object != 0) text += " " + std::to_string(event.object);
  return text;
}

std::string ReplayText(const Scenario& scenario, const RunResult& result,
                       const Recording& recording) {
  std::string text = "seed " + SeedText(scenario.seed) + ", target " + scenario.target + ", hash " +
                     SeedText(result.hash) + "\n" +
                     disk::Describe(disk::GetProfile(scenario.profile)) + "\n";
  for (std::size_t index = 0; index < recording.lives.size(); ++index) {
    text += LifeText(scenario, index, recording.lives[index]);
  }
  if (recording.failing_recovery.has_value()) {
    text += "== " + DescribePlace(scenario, result.place) + "\n";
    text += "   files that survived:\n" + FilesText(recording.failing_recovery->start);
    const RecordedLife& recovery = *recording.failing_recovery;
    for (std::size_t event = 0; event < recovery.trace.events().size(); ++event)
      text += EventLine(recovery, event) + "\n";
  }
  text += result.failed() ? DescribeFailure(scenario, result) : "ok: every rule held\n";
  return text;
}

}  // namespace harrow::harness
