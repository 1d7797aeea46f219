// Every event gets the least detail at which it is shown; a first pass marks what is shown, by detail and by the window, and a
// second one draws it with the lanes as they stand.
#include "sim/harness/replay_steps.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

#include "sim/harness/file_text.h"
#include "sim/harness/replay_tasks.h"

namespace harrow::harness {
namespace {

using faults::FileKind;
using kernel::OpKind;

const char* KindText(OpKind kind) {
  switch (kind) {
    case OpKind::kStart:
      return "begins";
    case OpKind::kLock:
      return "locks mutex";
    case OpKind::kUnlock:
      return "unlocks mutex";
    case OpKind::kWait:
      return "waits on condition";
    case OpKind::kSignal:
      return "signals condition";
    case OpKind::kBroadcast:
      return "wakes all on condition";
    case OpKind::kSpawn:
      return "starts task";
    case OpKind::kJoin:
      return "joins task";
    case OpKind::kYield:
      return "yields";
    case OpKind::kSleep:
      return "sleeps";
    case OpKind::kFutexWait:
      return "waits on futex";
    case OpKind::kFutexWake:
      return "wakes futex";
    case OpKind::kReadLock:
      return "locks for reading";
    case OpKind::kOnce:
      return "enters once";
    case OpKind::kFile:
      return "file";
    case OpKind::kExit:
      return "ends";
  }
  return "";
}

bool IsAboutTask(OpKind kind) { return kind == OpKind::kSpawn || kind == OpKind::kJoin; }

// What a recovery decides by. An empty log is opened and not read.
bool IsRecoveryRead(const FileCall& call) {
  if (call.file == FileKind::kLog && call.operation == faults::OpKind::kOpen) return true;
  return call.operation == faults::OpKind::kRead &&
         (call.file == FileKind::kLog || call.file == FileKind::kManifest ||
          call.file == FileKind::kCurrent);
}

Detail DetailOf(const FileCall& call) {
  const bool changes = call.mutation != 0;
  return changes || !call.fault.empty() || IsRecoveryRead(call) ? Detail::kQuiet : Detail::kNormal;
}

Detail DetailOf(const ClientMark& mark) {
  return mark.kind == ClientMark::Kind::kWrite ||
                 (mark.kind == ClientMark::Kind::kRead && mark.returned)
             ? Detail::kQuiet
             : Detail::kNormal;
}

// Of a step that is neither a note nor a file call. A signal that wakes nobody is of no interest to anybody.
Detail DetailOf(OpKind kind, bool wakes) {
  switch (kind) {
    case OpKind::kWait:
    case OpKind::kFutexWait:
      return Detail::kQuiet;
    case OpKind::kSignal:
    case OpKind::kBroadcast:
    case OpKind::kFutexWake:
      return wakes ? Detail::kQuiet : Detail::kAll;
    case OpKind::kStart:
    case OpKind::kSpawn:
    case OpKind::kJoin:
    case OpKind::kSleep:
    case OpKind::kExit:
      return Detail::kNormal;
    default:
      return Detail::kAll;
  }
}

class StepsWriter {
 public:
  StepsWriter(const RecordedLife& recorded, std::size_t life, Detail detail,
              const StepWindow& window)
      : recorded_(recorded),
        events_(recorded.trace.events()),
        detail_(detail),
        window_(window),
        names_(recorded, life),
        shown_(events_.size()) {}

  std::string Write() {
    ChooseShown();
    TaskLanes lanes(names_.size());
    Heading(lanes);
    std::size_t capture = 0;
    for (std::size_t at = 0; at < events_.size(); ++at) {
      for (; capture < recorded_.captures.size() && recorded_.captures[capture].event == at;
           ++capture)
        AddCapture(recorded_.captures[capture]);
      if (window_.crash == at) AddCrash();
      const std::vector<kernel::TaskId> woken = lanes.Advance(events_[at]);
      if (shown_[at]) {
        AddStep(at, lanes, woken);
      } else {
        hidden_ += events_[at].note ? 0 : 1;
      }
    }
    for (; capture < recorded_.captures.size(); ++capture) AddCapture(recorded_.captures[capture]);
    if (window_.crash.has_value() && *window_.crash >= events_.size()) AddCrash();
    EndGap();
    return std::move(text_);
  }

 private:
  void ChooseShown() {
    std::vector<Detail> least(events_.size(), Detail::kAll);
    TaskLanes lanes(names_.size());
    for (std::size_t at = 0; at < events_.size(); ++at) {
      const bool wakes = !lanes.Advance(events_[at]).empty();
      // A note that is no mark is about the recovery as a whole.
      least[at] = events_[at].note ? Detail::kQuiet : DetailOf(events_[at].kind, wakes);
    }
    for (const FileCall& call : recorded_.files) least[call.event] = DetailOf(call);
    for (const ClientMark& mark : recorded_.marks) least[mark.event] = DetailOf(mark);
    const std::size_t to = std::min(window_.to, events_.size());
    std::size_t lines = 0;
    for (std::size_t at = to; at > window_.from && lines < window_.lines_max; --at) {
      shown_[at - 1] = least[at - 1] <= detail_;
      if (shown_[at - 1]) ++lines;
    }
    for (const std::size_t at : window_.always) shown_[at] = true;
    if (window_.show_last_of_tasks) ShowLastOfTasks();
  }

  void ShowLastOfTasks() {
    std::vector<bool> seen(names_.size());
    for (std::size_t at = events_.size(); at > 0; --at) {
      const kernel::TaskId task = events_[at - 1].task;
      if (!seen[task]) shown_[at - 1] = true;
      seen[task] = true;
    }
  }

  void Heading(const TaskLanes& lanes) {
    std::string line(7, ' ');
    line.replace(3, 4, "step");
    text_ += line + "  " + lanes.Heading() + "\n";
  }

  void AddCapture(const CaptureMark& capture) {
    if (detail_ != Detail::kAll) return;
    EndGap();
    text_ += "         -- crash images are taken here: " +
             (capture.before_mutation == 0
                  ? "the end of the life"
                  : "before mutation " + std::to_string(capture.before_mutation)) +
             ", t=" + std::to_string(capture.at) + "\n";
  }

  void AddCrash() {
    EndGap();
    text_ += "         ---- " + window_.crash_text + "\n";
  }

  void EndGap() {
    // Fewer hidden steps than that are what lies between any two lines.
    constexpr std::size_t kGap = 12;
    if (hidden_ >= kGap && detail_ == Detail::kQuiet)
      text_ += "         (" + std::to_string(hidden_) + " steps)\n";
    hidden_ = 0;
  }

  void AddStep(std::size_t at, const TaskLanes& lanes, const std::vector<kernel::TaskId>& woken) {
    EndGap();
    const kernel::TraceEvent& event = events_[at];
    const std::string& name = names_.Name(event.task);
    char head[32];
    std::snprintf(head, sizeof(head), "%7" PRIu64 "  ", event.step);
    std::string text = event.note || woken.empty() ? StepText(recorded_, at) : WakeText(woken);
    if (text.starts_with(name + " ")) text.erase(0, name.size() + 1);
    text_ += head + lanes.Draw(event.task, Marker(at)) + " " + name;
    text_.append(names_.widest() - name.size() + 2, ' ');
    text_ += text + "\n";
  }

  std::string WakeText(const std::vector<kernel::TaskId>& woken) const {
    std::string text = "wakes ";
    for (std::size_t at = 0; at < woken.size(); ++at)
      text += (at == 0 ? "" : " or ") + names_.Name(woken[at]);
    return text;
  }

  char Marker(std::size_t at) const {
    const kernel::TraceEvent& event = events_[at];
    if (event.note) {
      const auto mark = std::lower_bound(
          recorded_.marks.begin(), recorded_.marks.end(), at,
          [](const ClientMark& each, std::size_t wanted) { return each.event < wanted; });
      if (mark == recorded_.marks.end() || mark->event != at) return '=';
      return mark->returned ? '<' : '>';
    }
    const FileCall* const call = FindCall(recorded_, at);
    return call != nullptr && !call->fault.empty() ? '!' : '*';
  }

  const RecordedLife& recorded_;
  const std::vector<kernel::TraceEvent>& events_;
  const Detail detail_;
  const StepWindow& window_;
  const TaskNames names_;
  std::vector<bool> shown_;
  std::size_t hidden_ = 0;  // since the last line
  std::string text_;
};

}  // namespace

const FileCall* FindCall(const RecordedLife& recorded, std::size_t event) {
  const auto call = std::lower_bound(
      recorded.files.begin(), recorded.files.end(), event,
      [](const FileCall& file, std::size_t wanted) { return file.event < wanted; });
  return call != recorded.files.end() && call->event == event ? &*call : nullptr;
}

std::string StepText(const RecordedLife& recorded, std::size_t event) {
  const kernel::TraceEvent& step = recorded.trace.events()[event];
  if (!step.text.empty()) return step.text;
  if (const FileCall* const call = FindCall(recorded, event); call != nullptr)
    return DescribeCall(*call);
  std::string text = KindText(step.kind);
  if (step.kind == OpKind::kStart || step.kind == OpKind::kExit || step.object == 0) return text;
  const std::uint32_t object = IsAboutTask(step.kind) ? step.object - 1 : step.object;
  return text + " " + std::to_string(object);
}

std::string StepsText(const RecordedLife& recorded, std::size_t life, Detail detail,
                      const StepWindow& window) {
  return StepsWriter(recorded, life, detail, window).Write();
}

}  // namespace harrow::harness
