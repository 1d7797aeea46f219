// A write is followed by its values, which name it: through the files that calls put them in, to the syncs of those files.
#include "sim/harness/write_story.h"

#include <algorithm>

#include "faults/errno_names.h"
#include "sim/harness/file_text.h"
#include "sim/harness/trace_text.h"

namespace harrow::harness {
namespace {

using faults::FileKind;
using faults::OpKind;

class StoryTeller {
 public:
  StoryTeller(const Recording& recording, models::WriteId write) : recording_(recording) {
    story_.write = write;
  }

  WriteStory Tell() {
    for (life_ = 0; life_ < recording_.lives.size(); ++life_) TellLife(recording_.lives[life_]);
    if (recording_.failing_recovery.has_value()) TellLife(*recording_.failing_recovery);
    return std::move(story_);
  }

 private:
  void TellLife(const RecordedLife& recorded) {
    const std::size_t begin = story_.steps.size();
    for (const ClientMark& mark : recorded.marks) {
      if (mark.kind != ClientMark::Kind::kWrite || mark.index != story_.write) continue;
      AddStep(mark.event, recorded.trace.events()[mark.event].text);
    }
    std::vector<std::string> logs;  // that hold it and were not synced since
    for (const FileCall& call : recorded.files) TellCall(call, &logs);
    for (const std::string& log : logs) {
      if (!recorded.crash.has_value() && !CrashIsHere()) continue;
      story_.steps.push_back({life_, CrashEvent(recorded), false,
                              "the power goes, and " + DescribeFile(FileKind::kLog, log) +
                                  " has not been synced since"});
    }
    std::stable_sort(
        story_.steps.begin() + static_cast<std::ptrdiff_t>(begin), story_.steps.end(),
        [](const WriteStory::Step& a, const WriteStory::Step& b) { return a.event < b.event; });
  }

  void TellCall(const FileCall& call, std::vector<std::string>* logs) {
    const bool holds = std::binary_search(call.writes.begin(), call.writes.end(), story_.write);
    if (holds && (call.operation == OpKind::kWrite || call.operation == OpKind::kRead)) {
      const bool tells = call.operation == OpKind::kWrite || call.file == FileKind::kLog;
      if (tells) AddStep(call.event, DescribeCall(call));
      const bool kept = call.operation == OpKind::kWrite && call.file == FileKind::kLog;
      if (kept && call.result > 0 && !IsAfterCrash(call.event)) logs->push_back(call.path);
      return;
    }
    const auto log = std::find(logs->begin(), logs->end(), call.path);
    if (call.operation != OpKind::kSync || log == logs->end()) return;
    AddStep(call.event, DescribeCall(call));
    // After the crash it is as if it had not been.
    if (!IsAfterCrash(call.event)) logs->erase(log);
  }

  // Whether the crash that the verdict is about was taken while this life ran.
  bool CrashIsHere() const {
    return recording_.failing_crash.has_value() && life_ + 1 == recording_.lives.size();
  }

  bool IsAfterCrash(std::size_t event) const {
    return CrashIsHere() && event >= recording_.failing_crash->event;
  }

  std::size_t CrashEvent(const RecordedLife& recorded) const {
    return CrashIsHere() ? recording_.failing_crash->event : recorded.crash->event;
  }

  void AddStep(std::size_t event, std::string text) {
    story_.steps.push_back({life_, event, IsAfterCrash(event), std::move(text)});
  }

  const Recording& recording_;
  WriteStory story_;
  std::size_t life_ = 0;
};

}  // namespace

WriteStory TellWrite(const Recording& recording, models::WriteId write) {
  return StoryTeller(recording, write).Tell();
}

std::string ToText(const Recording& recording, const WriteStory& story) {
  std::string text =
      "what happened to " + DescribeWrite(recording.history.writes[story.write]) + ":\n";
  for (const WriteStory::Step& step : story.steps) {
    const bool recovery = step.life == recording.lives.size();
    const RecordedLife& recorded =
        recovery ? *recording.failing_recovery : recording.lives[step.life];
    const std::vector<kernel::TraceEvent>& events = recorded.trace.events();
    const std::string number =
        step.event < events.size() ? ", step " + std::to_string(events[step.event].step) : "";
    text += recovery ? "  the recovery" : "  life " + std::to_string(step.life + 1);
    text += number + (step.after_crash ? ", after the crash: " : ": ") + step.text + "\n";
  }
  return text;
}

std::vector<models::WriteId> WritesNamedIn(std::string_view sentence,
                                           const models::History& history) {
  std::vector<models::WriteId> writes;
  for (std::size_t at = sentence.find('#'); at != std::string_view::npos;
       at = sentence.find('#', at + 1)) {
    std::uint64_t number = 0;
    std::size_t digit = at + 1;
    // Nine digits are past every history.
    for (; digit < sentence.size() && digit < at + 10; ++digit) {
      if (sentence[digit] < '0' || sentence[digit] > '9') break;
      number = number * 10 + static_cast<std::uint64_t>(sentence[digit] - '0');
    }
    if (digit == at + 1 || number >= history.writes.size()) continue;
    const auto write = static_cast<models::WriteId>(number);
    if (std::find(writes.begin(), writes.end(), write) == writes.end()) writes.push_back(write);
  }
  return writes;
}

}  // namespace harrow::harness
